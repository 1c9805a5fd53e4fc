"""Tables for people: readable at 80 columns, without colour when piped, ids never cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

_KEPT = "\n\t"


def console(*, stderr: bool = False) -> Console:
    """Where to write; as wide as the terminal, or 80 columns (the variable COLUMNS) without."""
    return Console(stderr=stderr, highlight=False, emoji=False, markup=False)


def print_all(parts: Iterable[RenderableType]) -> None:
    """Write tables and texts to standard output."""
    out = console()
    for part in parts:
        out.print(part)


def safe(value: object, style: str = "") -> Text:
    """A value for the terminal: no null, and no control character of a news page."""
    shown = "" if value is None else str(value)
    return Text("".join(_visible(character) for character in shown), style=style)


def _visible(character: str) -> str:
    if character in _KEPT or not unicodedata.category(character).startswith("C"):
        return character
    # Joiners (category Cf) shape letters; overrides of the writing direction are among them.
    return character if character in "\u200c\u200d\u00ad" else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[Text]], fold: int = -1) -> Table:
    """Columns under headings; the column number `fold` takes what width is left.

    A heading that starts with ``#`` is that of a column of numbers.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for number, heading in enumerate(columns):
        folds = number == fold % len(columns)
        made.add_column(
            heading.lstrip("#"),
            no_wrap=not folds,
            overflow="fold",
            justify="right" if heading.startswith("#") else "left",
            ratio=1 if folds else None,
        )
    for row in rows:
        made.add_row(*row)
    return made


def facts(pairs: Iterable[tuple[str, object]]) -> Table:
    """Names with their values, one pair a line; pairs without a value are left out."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True, style="bold")
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value is not None and value != "":
            made.add_row(name, value if isinstance(value, Text) else safe(value))
    return made


def minute(moment: str | None) -> Text:
    """A stored time to the minute; a day alone where no more is known."""
    from aggregator.core.times import has_day_precision

    if moment is None:
        return Text("-")
    return Text(moment[:10] if has_day_precision(moment) else moment[:16].replace("T", " "))
