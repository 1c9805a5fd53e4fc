"""How a long command goes on: a bar on a terminal, and a line for each dump."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aggregator.cli.tables import console, safe_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from aggregator.readers import Entry
    from aggregator.store.dumps import Tally

LINES = 40
"""Dumps that get a line of their own; after them only those with rejections."""


@contextmanager
def progress(dumps: int) -> Iterator[Progress]:
    """Progress over so many dumps, on standard error; the bar goes when the work is done."""
    err = console(stderr=True)
    if not err.is_terminal:
        yield Progress(err, dumps)
        return
    with _bar(err) as bar:
        yield Progress(err, dumps, bar)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """A count of things done, on a terminal; gives what is told how many there are so far."""
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} " + what), TimeElapsedColumn())
    err = console(stderr=True)
    with Bar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done: bar.update(task, completed=done)


def _bar(err: Console) -> Bar:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bar

    return Bar(
        SpinnerColumn(),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("dumps  {task.fields[read]:,} read  {task.fields[settled]:,} settled"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )


class Progress:
    """Counts of the dumps as they are read."""

    def __init__(self, err: Console, dumps: int, bar: Bar | None = None) -> None:
        self._err = err
        self._bar = bar
        self._started = time.monotonic()
        self._read = 0
        self._settled = 0
        self._before = 0
        """Records of the dumps that are done."""
        self._done = 0
        start: dict[str, Any] = {"read": 0, "settled": 0, "rate": 0.0}
        self._task = bar.add_task("ingest", total=dumps, **start) if bar else None

    def entries(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The entries of a dump, counted as they are read."""
        for entry in entries:
            self._read += 1
            self._show()
            yield entry

    def count(self, tally: Tally) -> None:
        """Show how much of the present dump is stored."""
        self._settled = self._before + tally.read
        self._show()

    def finish(self, path: str, tally: Tally) -> None:
        """Count a dump as done, and write its line."""
        self._before += tally.read
        self._done += 1
        self._settled = self._before
        self._show()
        if self._done <= LINES or tally.rejected:
            self._err.print(safe_line(f"{path}: {in_words(tally)}"), soft_wrap=True)
        if self._done == LINES + 1:
            self._err.print("further dumps: see `aggregator dumps list`", style="dim")

    def _show(self) -> None:
        if self._bar is not None and self._task is not None:
            rate = self._settled / max(time.monotonic() - self._started, 0.001)
            shown: dict[str, Any] = {"read": self._read, "settled": self._settled, "rate": rate}
            self._bar.update(self._task, completed=self._done, **shown)


def in_words(tally: Tally) -> str:
    """Counts in words; those that are 0 are left out, but for what was read."""
    parts = [f"{tally.read:,} read", f"{tally.stored:,} stored" if tally.stored else ""]
    parts[1] += f" ({tally.revised:,} revised)" if tally.revised else ""
    parts += [
        f"{count:,} {name}"
        for name, count in (
            ("known", tally.known),
            ("rejected", tally.rejected),
            ("ignored", tally.ignored),
        )
        if count
    ]
    return ", ".join(part for part in parts if part)
