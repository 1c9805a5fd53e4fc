"""Clearing what can be made again from the texts, and going through all articles."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, and_, delete, select

from aggregator.store import counters, segments
from aggregator.store.schema import articles, clusters, matches, nodes
from aggregator.store.schema import repeated_passages as repeated
from aggregator.store.sql import chunks

_PURGED = nodes.c.tokens == nodes.c.text_digest


def clear_results(connection: Connection) -> None:
    """Remove matches, clusters, nodes and the indexes; articles and texts stay.

    What was purged cannot be made again, and stays as it is; its keys are to be added again.
    """
    purged = select(nodes.c.node_id).where(_PURGED)
    kept = (matches.c.node_a.in_(purged), matches.c.node_b.in_(purged))
    connection.execute(delete(matches).where(~and_(*kept)))
    gone = connection.execute(delete(clusters).where(clusters.c.canonical_node.not_in(purged)))
    counters.add(connection, counters.STORED, {"clusters": -gone.rowcount})
    segments.clear(connection)
    connection.execute(delete(repeated))
    connection.execute(delete(nodes).where(~_PURGED))


def purged_batches(connection: Connection, size: int) -> Iterator[list[int]]:
    """The ids of all purged nodes, in lists of at most `size`."""
    yield from chunks(connection.scalars(select(nodes.c.node_id).where(_PURGED)).all(), size)


def article_batches(connection: Connection, size: int) -> Iterator[list[int]]:
    """The numbers of all articles in ascending order, in lists of at most `size`.

    Those that belong to a purged node, which was kept, are left out.
    """
    last = 0
    kept = select(nodes.c.node_id).where(_PURGED)
    while True:
        statement = select(articles.c.article_number).where(
            articles.c.article_number > last, articles.c.node_id.not_in(kept)
        )
        batch = list(connection.scalars(statement.order_by(articles.c.article_number).limit(size)))
        if not batch:
            return
        yield batch
        last = batch[-1]
