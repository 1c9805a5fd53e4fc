"""Figures of the whole store, and the warnings that stand now."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, select

from aggregator.store import counters
from aggregator.store.schema import alarms, clusters
from aggregator.store.sql import inserting

RESULTS = ("stored", "known", "rejected", "revised", "ignored")


@dataclass(frozen=True, slots=True)
class Figures:
    """How much is stored, and what became of all records ever read."""

    articles: int
    clusters: int
    largest_cluster: int
    dumps: int
    records: dict[str, int]
    """By result; revised is a part of stored."""
    rejected: dict[str, int]
    """By reason."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A warning: what kind, about what, in words; `since` when, as text."""

    kind: str
    subject: str
    message: str
    since: str = ""


def figures(connection: Connection) -> Figures:
    """How much is stored; takes the same time however much that is."""
    counts = counters.all_counts(connection)
    stored, records = counts[counters.STORED], counts[counters.RECORDS]
    return Figures(
        articles=stored.get("articles", 0),
        clusters=stored.get("clusters", 0),
        largest_cluster=connection.scalar(select(func.max(clusters.c.size))) or 0,
        dumps=stored.get("dumps", 0),
        records={name: records.get(name, 0) for name in RESULTS},
        rejected=counts[counters.REJECTED],
    )


def large_clusters(connection: Connection, size: int, most: int = 20) -> list[tuple[str, int]]:
    """The largest clusters with more than `size` articles: their ids and sizes.

    `size` 0 asks for none. The order is the index's own: it is read from its end, and no further.
    """
    if not size:
        return []
    columns = (clusters.c.cluster_id, clusters.c.size)
    order = [clusters.c[name].desc() for name in ("size", "newest", "cluster_id")]
    statement = select(*columns).where(clusters.c.size > size).order_by(*order).limit(most)
    return [(row.cluster_id, row.size) for row in connection.execute(statement)]


def standing_alarms(connection: Connection) -> list[Alarm]:
    """The warnings that stand now."""
    order = (alarms.c.kind, alarms.c.subject)
    rows = connection.execute(select(alarms).order_by(*order))
    return [Alarm(row.kind, row.subject, row.message, row.since) for row in rows]


def set_alarms(
    connection: Connection, wanted: Sequence[Alarm], now: str, left: Container[str] = ()
) -> tuple[list[Alarm], list[Alarm]]:
    """Let exactly these warnings stand; returns those that are new, and those that went.

    Warnings about the subjects `left` stay as they are.
    """
    standing = [each for each in standing_alarms(connection) if each.subject not in left]
    before = {(each.kind, each.subject): each for each in standing}
    after = {(each.kind, each.subject): each for each in wanted}
    rows = [
        {"kind": kind, "subject": subject, "message": each.message, "since": now}
        for (kind, subject), each in sorted(after.items())
    ]
    if rows:
        # Another daemon may set the same ones at the same time.
        statement = inserting(connection, alarms)
        statement = statement.on_conflict_do_update(
            index_elements=["kind", "subject"], set_={"message": statement.excluded.message}
        )
        connection.execute(statement, rows)
    for kind, subject in before.keys() - after.keys():
        this = and_(alarms.c.kind == kind, alarms.c.subject == subject)
        connection.execute(delete(alarms).where(this))
    new = [each for key, each in after.items() if key not in before]
    return new, [each for key, each in before.items() if key not in after]
