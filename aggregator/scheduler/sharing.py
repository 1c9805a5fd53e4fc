"""Several processes that ingest the same dumps share them: each dump is read by one.

A dump is claimed in the log (`store.dumps`): its reading names the process that makes it, and
what is read in which way. What another process that lives has begun is left to it, and waited
for at the end; what it finished meanwhile is not read again; what it left behind when it died
is taken over. A process that lives and gets nowhere is not waited for without end: its dump is
read here too, which costs time and changes no result.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aggregator import __version__
from aggregator.core.model import Declared
from aggregator.core.options import CleaningOptions, ReadingOptions
from aggregator.core.times import to_text
from aggregator.core.wording import counted
from aggregator.readers import Dump
from aggregator.scheduler.owner import is_alive
from aggregator.scheduler.presence import Place
from aggregator.store import daemons, dumps
from aggregator.store.dumps import Beginning, Tally
from aggregator.store.engine import Connection
from aggregator.store.persistence import Persistence

NAMED = 3
"""Dumps that are named when it is told what is waited for."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How dumps that other processes read are waited for (seconds)."""

    look_seconds: float = 0.5
    """How often they are looked at."""
    tell_seconds: float = 60.0
    """How often it is told that they are waited for."""
    stuck_seconds: float = 600.0
    """A reading that counted no record for so long, while we looked, is not waited for."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A dump that this process reads, as the log knows it."""

    dump: Dump
    dump_id: int


@dataclass(frozen=True, slots=True)
class BeingRead:
    """A dump that another process reads, which lives."""

    dump: Dump
    dump_id: int
    owner: str
    tally: Tally
    """What it counted so far."""

    @property
    def process(self) -> str:
        """Which process it is, for people."""
        host, pid, _tag = self.owner.rsplit(":", 2)
        return f"process {pid} on {host}"


@dataclass(frozen=True, slots=True)
class ReadMeanwhile:
    """A dump that another process finished since we began."""

    dump: Dump
    dump_id: int


def manner_of(
    defaults: Declared,
    mapping: Mapping[str, str],
    url: str | None,
    reading: ReadingOptions,
    cleaning: CleaningOptions,
) -> str:
    """In words for programs: how dumps are read and cleaned for which the user says this.

    Another version of the program may clean in another way.
    """
    return repr((__version__, defaults, sorted(mapping.items()), url, reading, cleaning))


class Sharing:
    """The share that one process has in some dumps.

    `manner` is how they are read (`manner_of`): readings in different manners are different
    work, and are not shared. `tell` is told, in words, what is waited for.
    """

    def __init__(
        self,
        place: Place,
        store: Persistence,
        manner: str,
        tell: Callable[[str], None],
        patience: Patience = Patience(),
    ) -> None:
        self.place, self.store, self.manner = place, store, manner
        self.others: list[ReadMeanwhile] = []
        """Dumps that other processes read, meanwhile."""
        self._started = store.read(dumps.log_position)
        self._watch = _Watch(tell, patience)
        self._look_seconds = patience.look_seconds

    def claims(self, found: Iterable[Dump]) -> Iterator[Claimed]:
        """The dumps to be read here, each claimed when it is asked for.

        Ends when all of them are read, by whomever.
        """
        left: list[BeingRead] = []
        for dump in found:
            claimed = self.claim(dump)
            if isinstance(claimed, Claimed):
                yield claimed
            elif isinstance(claimed, BeingRead):
                left.append(claimed)
        while left:
            # Some may be free by now. Others went on while we read: that is looked at first.
            waited, left, busy = left, [], False
            for each in waited:
                claimed = self.claim(each.dump)
                if isinstance(claimed, Claimed):
                    yield claimed
                    self._watch.forget()
                    busy = True
                elif isinstance(claimed, BeingRead):
                    left.append(claimed)
            if left and not busy:
                self._watch.look(left)
                time.sleep(self._look_seconds)

    def claim(self, dump: Dump) -> Claimed | BeingRead | ReadMeanwhile:
        """Take a dump, unless another process reads it or has read it meanwhile."""
        claim = self.key(dump) or dumps.unshared_claim()
        # While another one reads it, to look needs no lock.
        taken: Claimed | BeingRead | ReadMeanwhile | None
        taken = self.store.read(lambda c: self.elsewhere(c, dump, claim))
        if taken is None:
            taken = self.store.write(lambda c: self.take(c, dump, claim))
        if isinstance(taken, ReadMeanwhile):
            self.others.append(taken)
        return taken

    def take(
        self, connection: Connection, dump: Dump, claim: bytes
    ) -> Claimed | BeingRead | ReadMeanwhile:
        """The same, in a transaction that writes."""
        owner = self.place.identity.owner
        ours = dumps.readers(connection, claim).get(owner)
        if ours is not None:
            return Claimed(dump, ours)  # the connection was lost before we were told so
        elsewhere = self.elsewhere(connection, dump, claim)
        if elsewhere is not None:
            return elsewhere
        now = to_text(self.place.clock.now().wall)
        beginning = Beginning(dump.path, now, owner=owner, claim=claim)
        return Claimed(dump, dumps.begin_dump(connection, beginning))

    def elsewhere(
        self, connection: Connection, dump: Dump, claim: bytes
    ) -> BeingRead | ReadMeanwhile | None:
        """What other processes did with such a dump or do with it; None when it is free."""
        owner = self.place.identity.owner
        readers = {
            reader: dump_id
            for reader, dump_id in dumps.readers(connection, claim).items()
            if reader != owner and dump_id not in self._watch.stuck
        }
        living = self.living(connection, readers)
        if living:
            dump_id = readers[living[0]]
            return BeingRead(dump, dump_id, living[0], dumps.tally(connection, dump_id))
        finished = dumps.finished_since(connection, claim, self._started, owner)
        return None if finished is None else ReadMeanwhile(dump, finished)

    def living(self, connection: Connection, owners: Iterable[str]) -> list[str]:
        """Those of these processes that live."""
        rows = daemons.some_daemons(connection, owners)
        if not rows:
            return []
        moment = daemons.moment(connection, self.place.clock.now().wall)
        return sorted(row.owner for row in rows if is_alive(row, moment))

    def key(self, dump: Dump) -> bytes | None:
        """What is read, and how; None for what is no file at rest: it is never shared."""
        try:
            path = Path(dump.location).resolve(strict=True)
            status = path.stat()
        except (OSError, RuntimeError):  # RuntimeError: a link to itself, before Python 3.13
            return None
        if dump.problem is not None:
            return None
        parts = (self.manner, str(path), status.st_size, status.st_mtime_ns)
        return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=16).digest()


class _Watch:
    """Sees whether the readings go on that are waited for, and tells the user of them.

    By our own steady clock, which nobody sets.
    """

    def __init__(self, tell: Callable[[str], None], patience: Patience) -> None:
        self._tell, self._patience = tell, patience
        self._seen: dict[int, tuple[Tally, float]] = {}
        """By dump id: what was counted when it changed last, and when that was."""
        self._told: float | None = None
        self.stuck: set[int] = set()
        """Readings that are not waited for any more."""

    def forget(self) -> None:
        """Begin anew: while we read a dump, nobody looked whether the others go on."""
        self._seen.clear()

    def look(self, left: Iterable[BeingRead]) -> None:
        """Look at the readings that are waited for."""
        now = time.monotonic()
        going = [each for each in left if not self._sticks(each, now)]
        if going and (self._told is None or now - self._told >= self._patience.tell_seconds):
            self._tell(_awaited(going, again=self._told is not None))
            self._told = now

    def _sticks(self, reading: BeingRead, now: float) -> bool:
        tally, since = self._seen.get(reading.dump_id, (None, now))
        if tally != reading.tally:
            self._seen[reading.dump_id] = (reading.tally, now)
            return False
        if now - since < self._patience.stuck_seconds:
            return False
        self.stuck.add(reading.dump_id)
        self._tell(
            f"{reading.dump.path}: {reading.process} lives, but counted no record for "
            f"{now - since:.0f} s; it is read here too"
        )
        return True


def _awaited(left: list[BeingRead], *, again: bool) -> str:
    named = [
        f"{each.dump.path} ({each.process}: {counted(each.tally.read, 'record')} so far)"
        for each in left[:NAMED]
    ]
    more = [f"and {len(left) - NAMED} more"] if len(left) > NAMED else []
    what = counted(len(left), "dump")
    still = "still " if again else ""
    return f"{still}waiting for {what} that others read: " + ", ".join([*named, *more])
