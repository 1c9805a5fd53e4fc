"""Which dumps of a source are there, and which of them can be read now."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from aggregator.core.options import ReadingOptions
from aggregator.core.times import from_text
from aggregator.readers import Dump, DumpNotFound, find_dumps
from aggregator.scheduler.clock import Moment
from aggregator.scheduler.sources import Source
from aggregator.store.sql import AnyRow

_PARTIAL = re.compile(
    r"\.(part|partial|tmp|temp|crdownload|download|filepart|incomplete|!ut|swp|lock|writing)$|~$",
    re.IGNORECASE,
)
"""Names that programs give to files that they have not finished."""
_STORED_SECOND = 1.0
"""Times are stored in whole seconds: what was seen at 10.9 counts as seen at 10."""


class Stance(StrEnum):
    """What is to be done with a dump."""

    DONE = "done"
    """It was read as it is."""
    SETTLING = "settling"
    """It may still be written to."""
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A dump that is there: how large (bytes), and when it was changed last (ns)."""

    dump: Dump
    size: int
    mtime_ns: int

    @property
    def path(self) -> str:
        """Its name in the store."""
        return self.dump.path


def look(source: Source, options: ReadingOptions, at_each: Callable[[], None]) -> list[Arrival]:
    """The dumps of a source, in the order of their paths, without partial ones.

    `at_each` is called at each of them; what it raises ends the look. Raises ReaderError when the
    place does not exist or holds too many files. A pattern that matches nothing is no error.
    """
    try:
        return list(_arrivals(find_dumps([source.options.path], options, at_each), source))
    except DumpNotFound:
        if glob.has_magic(source.options.path):
            return []
        raise


def _arrivals(dumps: Iterable[Dump], source: Source) -> Iterator[Arrival]:
    for dump in dumps:
        if is_partial(dump.location):
            continue
        told = replace(dump, format=source.format)
        try:
            status = Path(dump.location).stat()
        except FileNotFoundError:
            continue
        except OSError:
            yield Arrival(told, 0, 0)
            continue
        yield Arrival(told, status.st_size, status.st_mtime_ns)


def is_partial(location: str) -> bool:
    """Whether a file's name says that it is not finished."""
    return _PARTIAL.search(location) is not None


def stance(arrival: Arrival, row: AnyRow | None, source: Source, now: Moment) -> Stance:
    """What is to be done with a dump, after what is remembered of it (`row`).

    A dump that may still be written to is settled first, see `is_settled`.
    """
    here = (arrival.size, arrival.mtime_ns)
    if row is not None and here == (row.read_size, row.read_mtime_ns):
        again = row.problem is not None and arrival.dump.problem != row.problem
        return Stance.READY if again else Stance.DONE
    if source.options.follow or is_settled(arrival, row, source, now):
        return Stance.READY
    return Stance.SETTLING


def is_settled(arrival: Arrival, row: AnyRow | None, source: Source, now: Moment) -> bool:
    """Whether a dump stood unchanged before our eyes for long enough to be complete.

    Its modification time is not taken for an age: the file system's clock may be another one
    than ours. No time can be told from before a jump of our clock.
    """
    if not source.options.settle_seconds:
        return True
    needed = timedelta(seconds=source.options.settle_seconds + _STORED_SECOND)
    if now.steady_seconds < source.options.settle_seconds:
        return False
    same = row is not None and (arrival.size, arrival.mtime_ns) == (row.size, row.mtime_ns)
    since = from_text(row.seen_since) if same and row is not None else None
    return since is not None and now.wall - since >= needed
