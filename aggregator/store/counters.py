"""How much is stored, counted as it comes and goes, so that no figure has to read the store.

Whoever adds or removes what is counted here says so in the same transaction;
`aggregator.store.check` counts everything again.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, select

from aggregator.store.schema import Counter
from aggregator.store.sql import inserting

counters: Table = Counter.__table__  # type: ignore[assignment]

STORED = "stored"
"""Kind of the counters of articles, clusters and dumps."""
RECORDS = "records"
"""Kind of the counters of records by result."""
REJECTED = "rejected"
"""Kind of the counters of rejections by reason."""


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


def all_counts(connection: Connection) -> dict[str, dict[str, int]]:
    """All counters: by kind and name."""
    found: dict[str, dict[str, int]] = {STORED: {}, RECORDS: {}, REJECTED: {}}
    order = (counters.c.kind, counters.c.name)
    for row in connection.execute(select(counters).order_by(*order)):
        found[row.kind][row.name] = row.value
    return found
