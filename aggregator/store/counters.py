"""How much is stored, counted as it comes and goes, so that no figure has to read the store.

Whoever adds or removes what is counted here says so in the same transaction;
`aggregator.store.check` counts everything again.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, select

from aggregator.store.schema import Counter, SourceDay, SourceState
from aggregator.store.sql import inserting

counters: Table = Counter.__table__  # type: ignore[assignment]
days: Table = SourceDay.__table__  # type: ignore[assignment]
states: Table = SourceState.__table__  # type: ignore[assignment]

STORED = "stored"
"""Kind of the counters of articles, clusters and dumps."""
RECORDS = "records"
"""Kind of the counters of records by result."""
REJECTED = "rejected"
"""Kind of the counters of rejections by reason."""
BROUGHT = ("dumps", "read", "stored", "known", "rejected", "revised", "ignored")
"""What is counted of each source."""


def add(connection: Connection, kind: str, more: Mapping[str, int]) -> None:
    """Count so many more, or fewer, of each name."""
    rows = [
        {"kind": kind, "name": name, "value": value}
        for name, value in sorted(more.items())
        if value
    ]
    if not rows:
        return
    statement = inserting(connection, counters)
    value = counters.c.value + statement.excluded.value
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "name"], set_={"value": value}
    )
    connection.execute(statement, rows)


def add_brought(connection: Connection, source: str, now: str, counts: Mapping[str, int]) -> None:
    """Count what a source brought: for the day of `now`, and for all time.

    The names are those of `Tally`, and ``dumps`` that were read to their end.
    """
    day = {name: counts.get(name, 0) for name in BROUGHT}
    statement = inserting(connection, days).values(source=source, day=now[:10], **day)
    added = {name: days.c[name] + value for name, value in counts.items()}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["source", "day"], set_=added)
    )
    newest = {"last_record_at": now} if counts.get("stored") else {}
    first = {"source": source, "since": now, "waiting": 0, **counts, **newest}
    total = {name: states.c[name] + value for name, value in counts.items()}
    statement = inserting(connection, states).values(first)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["source"], set_={**total, **newest})
    )


def all_counts(connection: Connection) -> dict[str, dict[str, int]]:
    """All counters: by kind and name."""
    found: dict[str, dict[str, int]] = {STORED: {}, RECORDS: {}, REJECTED: {}}
    order = (counters.c.kind, counters.c.name)
    for row in connection.execute(select(counters).order_by(*order)):
        found[row.kind][row.name] = row.value
    return found
