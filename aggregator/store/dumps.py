"""The log of dumps read, and the quarantine of records that could not become articles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Table, insert, update

from aggregator.core.model import Rejection
from aggregator.store.schema import Dump, RejectedRecord

dumps: Table = Dump.__table__  # type: ignore[assignment]
rejections: Table = RejectedRecord.__table__  # type: ignore[assignment]


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


def begin_dump(connection: Connection, path: str, now: str, source: str | None = None) -> int:
    """Note that a dump (of a source) is being read; returns its id in the log."""
    row = {"path": path, "source": source, "started_at": now, **asdict(Tally())}
    return int(
        connection.execute(insert(dumps).values(row).returning(dumps.c.dump_id)).scalar_one()
    )


def count(connection: Connection, dump_id: int, tally: Tally) -> None:
    """Add to the counts of a dump."""
    added = {name: dumps.c[name] + value for name, value in asdict(tally).items() if value}
    if added:
        connection.execute(update(dumps).where(dumps.c.dump_id == dump_id).values(added))


def finish_dump(connection: Connection, dump_id: int, now: str) -> None:
    """Note that a dump was read to its end."""
    connection.execute(update(dumps).where(dumps.c.dump_id == dump_id).values(finished_at=now))


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
