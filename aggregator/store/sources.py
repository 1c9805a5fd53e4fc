"""What is remembered of sources and their dumps: how they stand, and who reads them now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from aggregator.store.daemons import STOPPED
from aggregator.store.schema import daemons
from aggregator.store.schema import source_days as days
from aggregator.store.schema import source_files as files
from aggregator.store.schema import source_state as states
from aggregator.store.sql import AnyRow, chunks, inserting


def known_files(connection: Connection, source: str) -> dict[str, AnyRow]:
    """All dumps of a source that are remembered, by path."""
    rows = connection.execute(select(files).where(files.c.source == source))
    return {row.path: row for row in rows}


def observe(
    connection: Connection, source: str, seen: Sequence[tuple[str, int, int]], now: str
) -> None:
    """Note dumps as they stand: path, size (bytes), modification time (ns).

    ``seen_since`` stays as long as size and time do.
    """
    rows = [
        {
            "source": source,
            "path": path,
            "size": size,
            "mtime_ns": mtime_ns,
            "seen_since": now,
            "seen_at": now,
            "position": 0,
            "lines": 0,
            "rejected": 0,
        }
        for path, size, mtime_ns in sorted(seen)
    ]
    if not rows:
        return
    statement = inserting(connection, files)
    new = statement.excluded
    same = and_(files.c.size == new.size, files.c.mtime_ns == new.mtime_ns)
    changed = {"size": new.size, "mtime_ns": new.mtime_ns, "seen_since": new.seen_since}
    statement = statement.on_conflict_do_update(
        index_elements=["source", "path"], set_=changed, where=~same
    )
    connection.execute(statement, rows)


def touch(connection: Connection, source: str, paths: Iterable[str], now: str) -> None:
    """Note that these dumps are still there."""
    for chunk in chunks(paths):
        those = (files.c.source == source, files.c.path.in_(chunk))
        connection.execute(update(files).where(*those).values(seen_at=now))


def see_anew(connection: Connection, source: str, paths: Iterable[str], now: str) -> None:
    """Let these dumps count as first seen now: our clock was set back."""
    for chunk in chunks(paths):
        those = (files.c.source == source, files.c.path.in_(chunk))
        connection.execute(update(files).where(*those).values(seen_since=now, seen_at=now))


def forget_unseen(connection: Connection, source: str, before: str) -> None:
    """Forget the dumps of a source that were not there since a time."""
    gone = (files.c.source == source, files.c.seen_at < before, files.c.owner.is_(None))
    connection.execute(delete(files).where(*gone))


def claim(
    connection: Connection, source: str, path: str, owner: str, dead: Sequence[str]
) -> AnyRow | None:
    """Take a dump for `owner`; returns it as it is remembered, or None when another has it.

    What owners who are `dead`, have stopped or are forgotten had taken is free.
    """
    living = select(daemons.c.owner).where(daemons.c.state != STOPPED)
    free = or_(
        files.c.owner.is_(None),
        files.c.owner == owner,
        files.c.owner.in_(dead),
        files.c.owner.not_in(living),
    )
    this = and_(files.c.source == source, files.c.path == path)
    statement = update(files).where(this, free).values(owner=owner).returning(files)
    return connection.execute(statement).one_or_none()


def is_claimed(connection: Connection, source: str, path: str, owner: str) -> bool:
    """Whether `owner` still has a dump that it took."""
    this = and_(files.c.source == source, files.c.path == path, files.c.owner == owner)
    return connection.scalar(select(1).where(this)) is not None


def release(
    connection: Connection, source: str, path: str, owner: str, values: Mapping[str, Any]
) -> None:
    """Give a dump back, and remember what `values` say of it."""
    this = and_(files.c.source == source, files.c.path == path, files.c.owner == owner)
    connection.execute(update(files).where(this).values(owner=None, **values))


def release_all(connection: Connection, owner: str) -> None:
    """Give back all dumps of an owner that ends."""
    connection.execute(update(files).where(files.c.owner == owner).values(owner=None))


def was_read(connection: Connection, source: str, digest: bytes) -> bool:
    """Whether a dump with these bytes was read, under any name."""
    those = and_(files.c.source == source, files.c.digest == digest)
    return connection.scalar(select(1).where(those).limit(1)) is not None


def note_state(connection: Connection, source: str, now: str, values: Mapping[str, Any]) -> None:
    """Set what a look at a source found; other values stay."""
    row = {"source": source, "since": now, "waiting": 0, **values}
    statement = inserting(connection, states).values(row)
    statement = statement.on_conflict_do_update(index_elements=["source"], set_=dict(values))
    connection.execute(statement)


def all_states(connection: Connection) -> dict[str, AnyRow]:
    """How each source is that was ever looked at."""
    return {row.source: row for row in connection.execute(select(states))}


def forget_days(connection: Connection, before: str) -> None:
    """Forget what single days before that one brought."""
    connection.execute(delete(days).where(days.c.day < before))


def all_days(connection: Connection, since: str) -> list[AnyRow]:
    """What sources brought on each day from `since` on."""
    order = (days.c.source, days.c.day)
    return list(connection.execute(select(days).where(days.c.day >= since).order_by(*order)))
