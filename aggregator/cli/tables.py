"""Tables for people: readable at 80 columns, without colour when piped, ids never cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

_KEPT = "\n\t"


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # rich would end the program here; `told_plainly` does it alike for all formats.
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Where to write; as wide as the terminal, or 80 columns (the variable COLUMNS) without."""
    return _Console(stderr=stderr, highlight=False, emoji=False, markup=False)


def print_all(parts: Iterable[RenderableType]) -> None:
    """Write tables and texts to standard output."""
    out = console()
    for part in parts:
        out.print(part, crop=False)


def safe(value: object, style: str = "") -> Text:
    """A value for the terminal: no null, and no control character of a news page."""
    shown = "" if value is None else str(value)
    return Text("".join(_visible(character) for character in shown), style=style)


def safe_line(text: str) -> Text:
    """The same in one line: file names may hold line ends."""
    return safe(" ".join(text.splitlines()))


def _visible(character: str) -> str:
    if character in _KEPT or not unicodedata.category(character).startswith("C"):
        return character
    # Joiners (category Cf) shape letters; overrides of the writing direction are among them.
    return character if character in "\u200c\u200d\u00ad" else ""


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Text]], folds: Collection[int] = ()
) -> Table:
    """Columns under headings; those numbered in `folds` (else the last) share what is left.

    A heading that starts with ``#`` is that of a column of numbers.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    folding = folds or (len(columns) - 1,)
    for number, heading in enumerate(columns):
        made.add_column(
            heading.lstrip("#"),
            no_wrap=number not in folding,
            overflow="fold",
            justify="right" if heading.startswith("#") else "left",
            ratio=1 if number in folding else None,
        )
    for row in rows:
        made.add_row(*row)
    return made


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values, one pair a line; pairs without a value are left out.

    Long values go on behind their names; what has no space, such as a URL, is never cut.
    """

    pairs: Sequence[tuple[str, object]]
    indent: int = 0

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[Text]:
        shown = [(name, str(safe(value))) for name, value in self.pairs]
        shown = [(name, value) for name, value in shown if value]
        before = self.indent + 2 + max((len(name) for name, _ in shown), default=0)
        width = max(options.max_width - before, 20)
        for name, value in shown:
            lines = wrap(value, width, break_long_words=False, break_on_hyphens=False)
            for number, line in enumerate(lines):
                heading = f"{' ' * self.indent}{'' if number else name}"
                pieces = Text(heading.ljust(before), style="bold") + Text(line)
                pieces.no_wrap, pieces.overflow = True, "ignore"
                yield pieces


def headline(article: Mapping[str, Any]) -> Text:
    """A title with its outlet behind it."""
    title = safe(article["title"] or "(no title)")
    return title + safe(f" - {article['outlet']}", "dim") if article["outlet"] else title


def minute(moment: str | None) -> Text:
    """A stored time to the minute; a day alone where no more is known."""
    from aggregator.core.times import has_day_precision

    if moment is None:
        return Text("-")
    return Text(moment[:10] if has_day_precision(moment) else moment[:16].replace("T", " "))
