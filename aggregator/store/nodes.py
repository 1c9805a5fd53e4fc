"""Reading and writing nodes: the distinct texts, their fingerprints and what stands for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, select, update

from aggregator.core.boilerplate import Layout, shingles_left_out
from aggregator.core.canonical import Candidate
from aggregator.core.decision import TextFacts
from aggregator.core.evidence import Text
from aggregator.core.model import Role
from aggregator.core.nodes import Node
from aggregator.core.times import from_text
from aggregator.core.tokens import Fingerprint, packed, unpacked
from aggregator.store.schema import articles, nodes
from aggregator.store.sql import AnyRow, delete_among, for_each, insert_new, rows_among

_CANDIDATE = (
    articles.c.article_id,
    articles.c.role,
    articles.c.outlet,
    articles.c.published_at,
    articles.c.word_count,
)
_FACTS = select(
    nodes.c.node_id,
    nodes.c.short,
    nodes.c.word_count,
    articles.c.title,
    articles.c.outlet,
    articles.c.carrier,
    articles.c.language,
    articles.c.published_at,
    articles.c.record_time,
).join(articles, articles.c.article_id == nodes.c.earliest_article)
_NODES = _FACTS.add_columns(nodes.c.tokens, nodes.c.lines, nodes.c.left_out)
_PRINTS = select(
    nodes.c.node_id, nodes.c.text_digest, nodes.c.word_count, nodes.c.tokens, nodes.c.signature
)
_STANDING = select(
    nodes.c.node_id,
    nodes.c.earliest_article,
    nodes.c.best_article,
    nodes.c.anchor,
    nodes.c.short,
)
_SHORT = select(nodes.c.node_id).where(nodes.c.short == 1)
_PURGED = select(nodes.c.node_id).where(nodes.c.tokens == nodes.c.text_digest)
_ANCHORS = select(nodes.c.node_id, nodes.c.anchor)
_CANDIDATES = select(*_CANDIDATE)
_OF_NODES = select(articles.c.node_id, *_CANDIDATE)
_BEST = select(nodes.c.node_id, *_CANDIDATE).join(
    articles, articles.c.article_id == nodes.c.best_article
)
_UPDATE = update(nodes).where(nodes.c.node_id == bindparam("id"))
_DELETE = delete(nodes)


def load_nodes(connection: Connection, ids: Iterable[int]) -> dict[int, Node]:
    """The nodes with these ids, for comparing; ids that name none are left out."""
    rows = rows_among(connection, _NODES, nodes.c.node_id, ids)
    return {row.node_id: Node(row.node_id, _text(row), _facts(row)) for row in rows}


def facts(connection: Connection, ids: Iterable[int]) -> dict[int, TextFacts]:
    """What a verdict may know of these nodes besides their texts."""
    rows = rows_among(connection, _FACTS, nodes.c.node_id, ids)
    return {row.node_id: _facts(row) for row in rows}


def _text(row: AnyRow) -> Text:
    tokens = np.frombuffer(row.tokens, dtype="<u4")
    if not row.left_out:
        return Text(tokens, row.title)
    left_out = shingles_left_out(tokens, unpacked(row.lines), unpacked(row.left_out))
    return Text(tokens, row.title, left_out)


def _facts(row: AnyRow) -> TextFacts:
    return TextFacts(
        title=row.title,
        outlet=row.outlet,
        site=row.carrier,
        published=from_text(row.published_at or row.record_time),
        word_count=row.word_count,
        language=row.language,
        short=bool(row.short),
    )


def load_fingerprints(connection: Connection, ids: Iterable[int]) -> dict[int, Fingerprint]:
    """The fingerprints of the nodes with these ids."""
    return {
        row.node_id: Fingerprint(
            row.text_digest,
            row.word_count,
            np.frombuffer(row.tokens, dtype="<u4"),
            np.frombuffer(row.signature, dtype="<u8"),
        )
        for row in rows_among(connection, _PRINTS, nodes.c.node_id, ids)
    }


def standing(connection: Connection, ids: Iterable[int]) -> dict[int, AnyRow]:
    """Of the nodes that exist among these: who stands for them, and their anchor."""
    return {row.node_id: row for row in rows_among(connection, _STANDING, nodes.c.node_id, ids)}


def short_ones(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Those of these nodes that are too short to compare."""
    return {node for (node,) in rows_among(connection, _SHORT, nodes.c.node_id, ids)}


def purged(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Those of these nodes whose text was purged: the digest stands in the tokens' place."""
    return {node for (node,) in rows_among(connection, _PURGED, nodes.c.node_id, ids)}


def insert_nodes(connection: Connection, rows: list[Mapping[str, Any]]) -> None:
    """Add nodes; each is its own anchor until its clusters are settled."""
    insert_new(connection, nodes, rows)


def node_row(
    row: Mapping[str, Any], print_: Fingerprint, layout: Layout | None, scheme: str
) -> dict[str, Any]:
    """A row for the new node of an article's row; who stands for it is left out."""
    return {
        "node_id": row["node_id"],
        "text_digest": print_.digest,
        "short": int(row["short"]),
        "word_count": print_.word_count,
        "scheme": scheme,
        "tokens": print_.tokens.astype("<u4").tobytes(),
        "signature": print_.signature.astype("<u8").tobytes(),
        "place": layout and layout.place,
        "lines": layout and packed(layout.lines),
        "anchor": row["node_id"],
    }


def update_nodes(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Set columns of nodes; rows have id and the same columns each."""
    for_each(connection, _UPDATE, rows)


def set_standing(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Set who stands for nodes; rows have node_id, earliest_article, best_article."""
    renamed = [{"id": row["node_id"], **row} for row in rows]
    for row in renamed:
        del row["node_id"]
    update_nodes(connection, renamed)


def set_anchors(connection: Connection, anchors: Mapping[int, int]) -> None:
    """Assign nodes to the clusters of these anchors."""
    rows = [{"id": node, "anchor": anchor} for node, anchor in anchors.items()]
    update_nodes(connection, rows)


def delete_nodes(connection: Connection, ids: Iterable[int]) -> None:
    """Remove nodes that no article has any more."""
    delete_among(connection, _DELETE, nodes.c.node_id, ids)


def candidates_of_nodes(connection: Connection, ids: Iterable[int]) -> dict[int, list[Candidate]]:
    """What the rules look at in each article of these nodes."""
    found: dict[int, list[Candidate]] = {}
    for row in rows_among(connection, _OF_NODES, articles.c.node_id, ids):
        found.setdefault(row.node_id, []).append(candidate(row))
    return found


def best_candidates(connection: Connection, ids: Iterable[int]) -> dict[int, Candidate]:
    """The best article of each of these nodes."""
    rows = rows_among(connection, _BEST, nodes.c.node_id, ids)
    return {row.node_id: candidate(row) for row in rows}


def candidates(connection: Connection, ids: Iterable[str]) -> dict[str, Candidate]:
    """What the rules look at in these articles."""
    rows = rows_among(connection, _CANDIDATES, articles.c.article_id, ids)
    return {row.article_id: candidate(row) for row in rows}


def candidate_of(row: Mapping[str, Any]) -> Candidate:
    """The part of an article's new row that the canonical rules look at."""
    named = (row[name] for name in ("outlet", "published_at", "word_count"))
    return Candidate(row["article_id"], Role(row["role"]), *named)


def candidate(row: AnyRow) -> Candidate:
    """The part of an article's row that the canonical rules look at."""
    return Candidate(row.article_id, Role(row.role), row.outlet, row.published_at, row.word_count)


def anchors(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """The anchor of each of these nodes."""
    rows = rows_among(connection, _ANCHORS, nodes.c.node_id, ids)
    return {row.node_id: row.anchor for row in rows}


def members(connection: Connection, anchors_: Iterable[int]) -> dict[int, set[int]]:
    """The nodes that are assigned to each of these anchors."""
    found: dict[int, set[int]] = {}
    for node, anchor in rows_among(connection, _ANCHORS, nodes.c.anchor, anchors_):
        found.setdefault(anchor, set()).add(node)
    return found
