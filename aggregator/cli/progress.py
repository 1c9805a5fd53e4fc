"""How a long command goes on: a bar on a terminal, and a line for each dump."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aggregator.cli.tables import console, safe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar

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
        TextColumn("dumps  {task.fields[records]:,} records  {task.fields[rate]:,.0f}/s"),
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
        self._done = 0
        start: dict[str, Any] = {"records": 0, "rate": 0.0}
        self._task = bar.add_task("ingest", total=dumps, **start) if bar else None

    def count(self, tally: Tally) -> None:
        """Show how far the present dump is."""
        self._show(self._read + tally.read)

    def finish(self, path: str, tally: Tally) -> None:
        """Count a dump as done, and write its line."""
        self._read += tally.read
        self._done += 1
        self._show(self._read)
        if self._done <= LINES or tally.rejected:
            self._err.print(safe(f"{path}: {in_words(tally)}"), soft_wrap=True)
        if self._done == LINES + 1:
            self._err.print("further dumps: see `aggregator dumps list`", style="dim")

    def _show(self, records: int) -> None:
        if self._bar is not None and self._task is not None:
            seconds = max(time.monotonic() - self._started, 0.001)
            self._bar.update(
                self._task, completed=self._done, records=records, rate=records / seconds
            )


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
