"""Several processes that ingest the same dumps share them: each dump is read by one.

A dump is claimed in the log (`store.dumps`): its reading names the process that makes it, and
what is read in which way. What another process that lives has begun is left to it, and waited
for at the end; what it finished meanwhile is not read again; what it left behind when it died
is taken over.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from aggregator.core.model import Declared
from aggregator.core.times import to_text
from aggregator.readers import Dump
from aggregator.scheduler.owner import is_alive
from aggregator.scheduler.presence import Place
from aggregator.store import daemons, dumps
from aggregator.store.dumps import Beginning
from aggregator.store.engine import Connection
from aggregator.store.persistence import Persistence

LOOK_SECONDS = 0.5
"""How often a dump that another process reads is looked at again."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A dump that this process reads, as the log knows it."""

    dump: Dump
    dump_id: int


def manner_of(defaults: Declared, mapping: Mapping[str, str], url: str | None) -> str:
    """In words for programs: how dumps are read for which the user says this."""
    return repr((defaults, sorted(mapping.items()), url))


class Elsewhere(Enum):
    """Why a dump is not ours to read."""

    BEING_READ = auto()
    """By another process, which lives."""
    READ = auto()
    """By another process, since we began."""


class Sharing:
    """The share that one process has in some dumps.

    `manner` is how they are read (`manner_of`): readings in different manners are different
    work, and are not shared.
    """

    def __init__(self, place: Place, store: Persistence, manner: str) -> None:
        self.place, self.store, self.manner = place, store, manner
        self.others = 0
        """Dumps that other processes read, meanwhile."""
        self._started = store.read(dumps.log_position)

    def claims(self, found: Iterable[Dump]) -> Iterator[Claimed]:
        """The dumps to be read here, each claimed when it is asked for.

        Ends when all of them are read, by whomever.
        """
        left = []
        for dump in found:
            claimed = self.claim(dump)
            if isinstance(claimed, Claimed):
                yield claimed
            elif claimed is Elsewhere.BEING_READ:
                left.append(dump)
        while left:
            time.sleep(LOOK_SECONDS)
            yield from self.claims_of_left(left)

    def claims_of_left(self, left: list[Dump]) -> Iterator[Claimed]:
        """Look again at dumps that others read; those that are done go out of the list."""
        for dump in list(left):
            claimed = self.claim(dump)
            if claimed is Elsewhere.BEING_READ:
                continue
            left.remove(dump)
            if isinstance(claimed, Claimed):
                yield claimed

    def claim(self, dump: Dump) -> Claimed | Elsewhere:
        """Take a dump, unless another process reads it or has read it meanwhile."""
        claim = self.key(dump) or dumps.unshared_claim()
        owner = self.place.identity.owner

        def take(connection: Connection) -> int | Elsewhere:
            readers = dumps.readers(connection, claim)
            if owner in readers:
                return readers[owner]  # the connection was lost before we were told so
            if self.any_lives(connection, readers):
                return Elsewhere.BEING_READ
            if dumps.finished_since(connection, claim, self._started, owner):
                return Elsewhere.READ
            now = to_text(self.place.clock.now().wall)
            beginning = Beginning(dump.path, now, owner=owner, claim=claim)
            return dumps.begin_dump(connection, beginning)

        taken = self.store.write(take)
        if isinstance(taken, int):
            return Claimed(dump, taken)
        self.others += taken is Elsewhere.READ
        return taken

    def any_lives(self, connection: Connection, owners: Iterable[str]) -> bool:
        """Whether any of these processes lives."""
        rows = daemons.some_daemons(connection, owners)
        moment = daemons.moment(connection, self.place.clock.now().wall) if rows else None
        return any(moment and is_alive(row, moment) for row in rows)

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
