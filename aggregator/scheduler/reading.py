"""Reading one dump of a source, from its claim to what is remembered of it."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aggregator.core.model import Reason, Rejection
from aggregator.pipeline import Entry
from aggregator.readers import Dump, Place, Stretch, can_grow, next_stretch, read_dump
from aggregator.scheduler.arrivals import Arrival, is_settled
from aggregator.scheduler.finish import finish
from aggregator.scheduler.logs import log
from aggregator.scheduler.sources import Source
from aggregator.scheduler.workshop import Workshop
from aggregator.store import sources
from aggregator.store.dumps import Tally
from aggregator.store.engine import DatabaseError, Engine, StoreError, noting, reading
from aggregator.store.failures import told
from aggregator.store.sql import AnyRow


class Interrupted(Exception):
    """The dump was not read to its end: the process stops, or another one has it."""


class Unsettled(Interrupted):
    """The dump may still be written to, and is none that can be read while it grows."""


@dataclass(frozen=True, slots=True)
class _Examined:
    """What there is to read of a dump."""

    dump: Dump
    """With the lines that are new, where it has grown."""
    place: Place
    digest: bytes | None
    needed: bool
    """False when all of it was read before."""
    whole: bool
    """Nothing is left after this."""


class Reading:
    """The reading of one arrival by this process."""

    def __init__(self, shop: Workshop, source: Source, arrival: Arrival) -> None:
        self.shop, self.source, self.arrival = shop, source, arrival
        self.values: dict[str, Any] = {}
        """What is to be remembered of the dump."""
        self.file: tuple[int, int] | None = None
        """Device and inode of the file that was examined."""
        self.trouble: str | None = None
        """What went wrong after it was read."""

    def run(self) -> Tally | None:
        """Read the dump; None when there was nothing to read.

        Raises Interrupted when it is left for later, Unsettled while it is being written, and
        what store and system raise.
        """
        with self.claimed() as row:
            standing = self.standing()
            if standing != (self.arrival.size, self.arrival.mtime_ns):
                raise Interrupted  # it changed since it was looked at, or is gone
            if standing == (row.read_size, row.read_mtime_ns) and row.problem is None:
                self.finish(row.rejected)
                return None
            try:
                examined = self.examine(row)
            except OSError as error:
                return self.refuse(row, error)
            if not examined.needed:
                self.remember(examined, row.rejected)
                self.finish_if_whole(examined, row.rejected)
                return None
            tally = self.ingest(examined.dump)
            self.remember(examined, tally.rejected)
            self.finish_if_whole(examined, tally.rejected)
            return tally

    @contextmanager
    def claimed(self) -> Iterator[AnyRow]:
        """The dump is ours; raises Interrupted when it is another's."""
        name, owner = self.source.name, self.shop.identity.owner
        with noting(self.shop.engine) as connection:
            dead = self.shop.dead(connection)
            row = sources.claim(connection, name, self.arrival.path, owner, dead)
        if row is None:
            raise Interrupted
        try:
            yield row
        finally:
            self.give_back()

    def give_back(self) -> None:
        """The dump is nobody's again; if that cannot be stored it is told, and read once more."""
        name, owner, path = self.source.name, self.shop.identity.owner, self.arrival.path
        try:
            self.shop.store.note(lambda c: sources.release(c, name, path, owner, self.values))
        except (DatabaseError, StoreError) as error:
            words = _words(self.shop.engine, error)
            log(logging.ERROR, "dump not given back", source=name, path=path, error=words)

    def standing(self) -> tuple[int, int] | None:
        """Size and modification time now; None when the dump is gone, zeros when hidden."""
        try:
            status = Path(self.arrival.dump.location).stat()
        except FileNotFoundError:
            return None
        except OSError:
            return 0, 0
        return status.st_size, status.st_mtime_ns

    def examine(self, row: AnyRow) -> _Examined:
        """What there is to read; raises OSError when it cannot be read."""
        dump = self.arrival.dump
        if dump.problem is not None:
            raise OSError(dump.problem)
        self.file = _identity(dump.location)
        before = Place(row.position, row.lines, row.mark)
        settled = is_settled(self.arrival, row, self.source, self.shop.clock.now())
        stretch = None
        if can_grow(dump):
            size = self.arrival.size
            stretch = next_stretch(dump.location, before, size=size, complete=settled)
            if stretch.part.start or not settled:
                return self.grown(stretch, settled=settled)
        elif not settled:
            raise Unsettled
        digest = _digest(dump.location)
        with reading(self.shop.engine) as connection:
            again = sources.was_read(connection, self.source.name, digest)
        place = stretch.behind if stretch else Place()
        return _Examined(dump, place, digest, needed=not again, whole=True)

    def grown(self, stretch: Stretch, *, settled: bool) -> _Examined:
        """The new lines of a dump that grows."""
        dump = replace(self.arrival.dump, part=stretch.part)
        whole = stretch.part.end == self.arrival.size
        digest = _digest(dump.location) if settled else None
        return _Examined(dump, stretch.behind, digest, needed=not stretch.blank, whole=whole)

    def ingest(self, dump: Dump) -> Tally:
        """Read it through the pipeline, count it, and say so in the log."""
        started = time.monotonic()
        options = self.source.options
        entries = read_dump(
            dump, self.shop.settings.reading, self.source.defaults, options.mapping
        )
        entries = self.present(entries, dump)
        with self.shop.pipeline() as pipeline:
            owner = self.shop.identity.owner
            tally = pipeline.ingest(dump.path, entries, self.look_up, self.source.name, owner)
        self.shop.count(tally)
        self.tell("dump read", tally, time.monotonic() - started)
        return tally

    def present(self, entries: Iterable[Entry], dump: Dump) -> Iterator[Entry]:
        """The entries of a dump that is still there: its bytes were read just before.

        Raises Interrupted when it cannot be opened now, as its folder went for a moment, or when
        another file took its place since it was examined, whose lines stand elsewhere: it is
        read again, and must not count as read.
        """
        for number, entry in enumerate(entries):
            # The file is open by now: what its name leads to still is what was opened.
            if not number and dump.problem is None and _identity(dump.location) != self.file:
                raise Interrupted
            gone = isinstance(entry, Rejection) and entry.reason == Reason.UNREADABLE
            if gone and dump.problem is None:
                raise Interrupted
            yield entry

    def look_up(self, tally: Tally) -> None:
        """Between two batches: stop if that is wished, or if the dump is another's now."""
        wished = self.shop.stopping.is_set()
        if not wished:
            name, owner = self.source.name, self.shop.identity.owner
            path = self.arrival.path
            if self.shop.store.read(lambda c: sources.is_claimed(c, name, path, owner)):
                return
        self.tell("dump interrupted" if wished else "dump taken over", tally, None)
        raise Interrupted

    def remember(self, examined: _Examined, rejected: int) -> None:
        """Note how the dump stood when it was read, unless it changed in the meantime."""
        grows = examined.place.mark is not None
        if not grows and self.standing() != (self.arrival.size, self.arrival.mtime_ns):
            return
        self.values = {
            "read_at": self.shop.clock.now().text,
            "read_size": self.arrival.size if examined.whole else examined.place.position,
            "read_mtime_ns": self.arrival.mtime_ns,
            "digest": examined.digest,
            "position": examined.place.position,
            "lines": examined.place.lines,
            "mark": examined.place.mark,
            "rejected": rejected,
            "problem": None,
        }

    def refuse(self, row: AnyRow, error: OSError) -> Tally | None:
        """Note that a dump cannot be read, once for each problem."""
        problem = (error.strerror or str(error)).lower()
        tally = None
        if row.problem != problem:
            tally = self.ingest(replace(self.arrival.dump, problem=problem))
        self.values = {
            "read_at": self.shop.clock.now().text,
            "read_size": self.arrival.size,
            "read_mtime_ns": self.arrival.mtime_ns,
            "rejected": 1,
            "problem": problem,
        }
        return tally

    def finish_if_whole(self, examined: _Examined, rejected: int) -> None:
        """Move or delete it, if nothing of it is left and nothing has changed."""
        if examined.whole and self.values:
            self.finish(rejected)

    def finish(self, rejected: int) -> None:
        """Move or delete it as the source says; trouble with that is kept and told."""
        if self.standing() != (self.arrival.size, self.arrival.mtime_ns):
            return
        where = {"source": self.source.name, "path": self.arrival.path}
        try:
            done = finish(self.source, self.arrival.dump.location, rejected)
        except OSError as error:
            self.trouble = f"{self.arrival.path}: cannot be moved or deleted: {error}"
            log(logging.ERROR, "dump not finished", **where, error=str(error))
            return
        if done:
            log(logging.INFO, "dump finished", **where, done=done)

    def tell(self, event: str, tally: Tally, seconds: float | None) -> None:
        """One line with the counts of the dump."""
        counts = {
            "read": tally.read,
            "stored": tally.stored,
            "known": tally.known,
            "rejected": tally.rejected,
            "revised": tally.revised,
            "ignored": tally.ignored,
        }
        level = logging.WARNING if tally.rejected else logging.INFO
        where = {"source": self.source.name, "path": self.arrival.path}
        log(level, event, **where, **counts, seconds=seconds)


def _identity(location: str) -> tuple[int, int] | None:
    """Which file a name leads to; None when there is none."""
    try:
        status = Path(location).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _words(engine: Engine, error: DatabaseError | StoreError) -> str:
    return str(error) if isinstance(error, StoreError) else told(engine.url, error)


def _digest(location: str) -> bytes:
    with Path(location).open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).digest()
