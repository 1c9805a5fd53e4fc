"""Reading and writing clusters: the stars, and the figures that lists are sorted by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from aggregator.core.canonical import Ranking
from aggregator.core.identity import cluster_id
from aggregator.core.model import Role
from aggregator.core.times import from_order_key
from aggregator.store import counters
from aggregator.store.nodes import candidate
from aggregator.store.schema import articles, clusters, nodes
from aggregator.store.sql import AnyRow, chunks, delete_among, rows_among, upsert

_CANONICAL = select(clusters.c.anchor, clusters.c.canonical_node)
_DELETE = delete(clusters)
_ARTICLES = select(
    nodes.c.anchor,
    articles.c.node_id,
    articles.c.article_id,
    articles.c.role,
    articles.c.outlet,
    articles.c.language,
    articles.c.published_at,
    articles.c.published_order,
    articles.c.word_count,
    articles.c.first_seen_at,
).join(articles, articles.c.node_id == nodes.c.node_id)


def canonical_nodes(connection: Connection, anchors: Iterable[int]) -> dict[int, int]:
    """The canonical node of each of these clusters."""
    rows = rows_among(connection, _CANONICAL, clusters.c.anchor, anchors)
    return {row.anchor: row.canonical_node for row in rows}


def delete_clusters(connection: Connection, anchors: Iterable[int]) -> None:
    """Remove the clusters of anchors that are none any more."""
    gone = delete_among(connection, _DELETE, clusters.c.anchor, anchors)
    counters.add(connection, counters.STORED, {"clusters": -gone})


def write_clusters(connection: Connection, canonical: Mapping[int, int], ranking: Ranking) -> None:
    """Write the clusters of these anchors, with figures taken from their articles now.

    `canonical` gives each anchor's canonical node; the nodes are assigned already.
    """
    rows = []
    for chunk in chunks(canonical):
        of_anchor = _articles(connection, chunk)
        rows += [_row(anchor, canonical[anchor], of_anchor[anchor], ranking) for anchor in chunk]
    before = canonical_nodes(connection, canonical)
    upsert(connection, clusters, rows)
    counters.add(connection, counters.STORED, {"clusters": len(rows) - len(before)})


def _articles(connection: Connection, anchors: list[int]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = {}
    for row in rows_among(connection, _ARTICLES, nodes.c.anchor, anchors):
        found.setdefault(row.anchor, []).append(row)
    return found


def _row(
    anchor: int, canonical_node: int, members: list[AnyRow], ranking: Ranking
) -> dict[str, Any]:
    ranks = {row.article_id: ranking.rank(candidate(row)) for row in members}
    best = min(
        (row.article_id for row in members if row.node_id == canonical_node), key=ranks.__getitem__
    )
    last = max((row.published_at for row in members if row.published_at), default=None)
    return {
        "anchor": anchor,
        "cluster_id": cluster_id(best),
        "canonical_node": canonical_node,
        "canonical_article": best,
        "canonical_reason": ranking.reason(ranks[best], ranks.values()),
        "size": len(members),
        "main_size": sum(row.role == Role.MAIN for row in members),
        "outlets": len({row.outlet for row in members if row.outlet}),
        "languages": " ".join(sorted({row.language for row in members if row.language})),
        "first_published_at": from_order_key(min(row.published_order for row in members)),
        "last_published_at": last,
        "newest": last or "",
        "first_seen_at": min(row.first_seen_at for row in members),
    }
