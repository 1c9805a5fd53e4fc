"""The log of dumps read, and the quarantine of records that could not become articles."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, func, insert, or_, select, update

from aggregator.core.model import Rejection
from aggregator.store import counters
from aggregator.store.daemons import STOPPED
from aggregator.store.schema import daemons, dumps, rejections


@dataclass(slots=True)
class Tally:
    """Counts of one dump: read = stored + known + rejected; revised is a part of stored."""

    read: int = 0
    stored: int = 0
    known: int = 0
    rejected: int = 0
    revised: int = 0
    ignored: int = 0

    def __add__(self, other: Tally) -> Tally:
        mine, theirs = asdict(self), asdict(other)
        return Tally(**{name: mine[name] + theirs[name] for name in mine})

    def __sub__(self, other: Tally) -> Tally:
        mine, theirs = asdict(self), asdict(other)
        return Tally(**{name: mine[name] - theirs[name] for name in mine})


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a reading when it begins."""

    path: str
    """The dump's name in the log."""
    now: str
    source: str | None = None
    """The source that the dump belongs to."""
    owner: str | None = None
    """The process that reads it."""
    claim: bytes | None = None
    """What is read, and how; a new one for what nobody shares (`unshared_claim`)."""


def begin_dump(connection: Connection, beginning: Beginning) -> int:
    """Note that a dump is being read; returns its id in the log."""
    counters.add(connection, counters.STORED, {"dumps": 1})
    row = {
        "path": beginning.path,
        "source": beginning.source,
        "started_at": beginning.now,
        "owner": beginning.owner,
        "claim": beginning.claim,
        **asdict(Tally()),
    }
    return int(
        connection.execute(insert(dumps).values(row).returning(dumps.c.dump_id)).scalar_one()
    )


def begin_once(connection: Connection, beginning: Beginning) -> int:
    """The same, where it may have been done and we were not told so: its claim tells."""
    this = select(dumps.c.dump_id).where(dumps.c.claim == beginning.claim)
    begun = connection.scalar(this)
    return begin_dump(connection, beginning) if begun is None else int(begun)


def unshared_claim() -> bytes:
    """The claim of one reading that nobody else makes."""
    return secrets.token_bytes(16)


@dataclass(frozen=True, slots=True)
class LogPosition:
    """A point in the log, from which it can be told what happened later."""

    last: int
    """The highest dump id; 0 without any."""
    unfinished: frozenset[int]
    """Readings of processes that had not stopped."""


def log_position(connection: Connection) -> LogPosition:
    """Where the log stands now."""
    last = connection.scalar(select(func.max(dumps.c.dump_id)))
    working = select(daemons.c.owner).where(daemons.c.state != STOPPED)
    claimed = (dumps.c.finished_at.is_(None), dumps.c.owner.in_(working))
    unfinished = connection.scalars(select(dumps.c.dump_id).where(*claimed))
    return LogPosition(last or 0, frozenset(unfinished))


def finished_since(
    connection: Connection, claim: bytes, position: LogPosition, owner: str
) -> int | None:
    """The last such reading that another process than `owner` finished after the log stood there.

    Returns its dump id, or None.
    """
    later = or_(dumps.c.dump_id > position.last, dumps.c.dump_id.in_(position.unfinished))
    others = (dumps.c.claim == claim, dumps.c.owner != owner)
    those = (*others, dumps.c.finished_at.is_not(None), later)
    found: int | None = connection.scalar(select(func.max(dumps.c.dump_id)).where(*those))
    return found


def readers(connection: Connection, claim: bytes) -> dict[str, int]:
    """The processes that began readings with this claim and did not finish, with the reading."""
    those = (
        dumps.c.claim == claim,
        dumps.c.finished_at.is_(None),
        dumps.c.owner.is_not(None),
    )
    rows = connection.execute(select(dumps.c.owner, dumps.c.dump_id).where(*those))
    return {row.owner: row.dump_id for row in rows}


def tally(connection: Connection, dump_id: int) -> Tally:
    """What a dump's counts are now."""
    columns = [dumps.c[name] for name in asdict(Tally())]
    row = connection.execute(select(*columns).where(dumps.c.dump_id == dump_id)).one()
    return Tally(**row._mapping)


def count(connection: Connection, dump_id: int, tally: Tally, now: str) -> None:
    """Add to the counts of a dump, and to those of its source."""
    results = {name: value for name, value in asdict(tally).items() if name != "read"}
    counters.add(connection, counters.RECORDS, results)
    added = {name: dumps.c[name] + value for name, value in asdict(tally).items() if value}
    if not added:
        return
    statement = update(dumps).where(dumps.c.dump_id == dump_id).values(added)
    source = connection.execute(statement.returning(dumps.c.source)).scalar_one()
    if source is not None:
        counters.add_brought(connection, source, now, asdict(tally))


def finish_dump(connection: Connection, dump_id: int, now: str) -> None:
    """Note that a dump was read to its end; a second time changes nothing."""
    this = (dumps.c.dump_id == dump_id, dumps.c.finished_at.is_(None))
    statement = update(dumps).where(*this).values(finished_at=now).returning(dumps.c.source)
    source = connection.scalar(statement)
    if source is not None:
        counters.add_brought(connection, source, now, {"dumps": 1})


def quarantine(connection: Connection, dump_id: int, rejected: Iterable[Rejection]) -> None:
    """Keep what could not become an article, with its reason and locator."""
    rows = [
        {
            "dump_id": dump_id,
            "locator": each.locator,
            "reason": each.reason,
            "detail": each.detail,
        }
        for each in rejected
    ]
    if rows:
        connection.execute(insert(rejections), rows)
        reasons = Counter(row["reason"] for row in rows)
        counters.add(connection, counters.REJECTED, {str(k): n for k, n in reasons.items()})
