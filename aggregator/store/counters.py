"""How much is stored, counted as it comes and goes, so that no figure has to read the store.

Whoever adds or removes what is counted here says so in the same transaction;
`aggregator.store.check` counts everything again, and `recount` sets it right.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, text, update

from aggregator.store.schema import counters
from aggregator.store.schema import source_days as days
from aggregator.store.schema import source_state as states
from aggregator.store.sql import inserting

STORED = "stored"
"""Kind of the counters of articles, clusters and dumps."""
RECORDS = "records"
"""Kind of the counters of records by result."""
REJECTED = "rejected"
"""Kind of the counters of rejections by reason."""
BROUGHT = ("dumps", "read", "stored", "known", "rejected", "revised", "ignored")
"""What is counted of each source."""

COUNTED = """
SELECT 'stored' AS kind, 'articles' AS name, count(*) AS value FROM articles
UNION ALL SELECT 'stored', 'clusters', count(*) FROM clusters
UNION ALL SELECT 'stored', 'dumps', count(*) FROM dumps
UNION ALL SELECT 'records', 'stored', coalesce(sum(stored), 0) FROM dumps
UNION ALL SELECT 'records', 'known', coalesce(sum(known), 0) FROM dumps
UNION ALL SELECT 'records', 'rejected', coalesce(sum(rejected), 0) FROM dumps
UNION ALL SELECT 'records', 'revised', coalesce(sum(revised), 0) FROM dumps
UNION ALL SELECT 'records', 'ignored', coalesce(sum(ignored), 0) FROM dumps
UNION ALL SELECT 'rejected', reason, count(*) FROM rejections GROUP BY reason
"""
"""What the counters should be, as a query that reads the whole store."""
COUNTED_OF_SOURCES = """
SELECT source, count(finished_at) AS dumps, sum(read) AS read, sum(stored) AS stored,
       sum(known) AS known, sum(rejected) AS rejected, sum(revised) AS revised,
       sum(ignored) AS ignored, min(started_at) AS since, 0 AS waiting
FROM dumps WHERE source IS NOT NULL GROUP BY source
"""
"""What each source brought by the log of dumps, as rows of `source_state`."""


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


def recount(connection: Connection) -> int:
    """Count everything again, in one transaction of a writer; returns how many were wrong.

    What sources brought on single days cannot be told from the log, and stays.
    """
    before = _every(connection)
    connection.execute(delete(counters))
    connection.execute(text(f"INSERT INTO counters (kind, name, value) {COUNTED}"))
    connection.execute(update(states).values(dict.fromkeys(BROUGHT, 0)))
    _set_brought(connection)
    return len({name for name, _value in before ^ _every(connection)})


def _set_brought(connection: Connection) -> None:
    rows = [dict(row._mapping) for row in connection.execute(text(COUNTED_OF_SOURCES))]
    if rows:
        statement = inserting(connection, states)
        now = {name: statement.excluded[name] for name in BROUGHT}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["source"], set_=now), rows
        )


def _every(connection: Connection) -> set[tuple[tuple[str, str], int]]:
    """All figures that are not 0, by what they are of and their name."""
    found = {
        (f"source {row.source}", name): row._mapping[name]
        for row in connection.execute(select(states))
        for name in BROUGHT
    }
    for kind, named in all_counts(connection).items():
        found |= {(kind, name): value for name, value in named.items()}
    return {(name, value) for name, value in found.items() if value}
