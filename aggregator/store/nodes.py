"""Reading and writing nodes: the distinct texts, their fingerprints and what stands for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sqlalchemy import Column, Connection, Select, bindparam, delete, select, update

from aggregator.core.boilerplate import shingles_left_out
from aggregator.core.canonical import Candidate
from aggregator.core.decision import TextFacts
from aggregator.core.evidence import Text
from aggregator.core.model import Role
from aggregator.core.nodes import Node
from aggregator.core.times import from_text
from aggregator.core.tokens import Fingerprint, unpacked
from aggregator.store.schema import articles, nodes
from aggregator.store.sql import AnyRow, chunks, insert_new

_CANDIDATE = (
    articles.c.article_id,
    articles.c.role,
    articles.c.outlet,
    articles.c.published_at,
    articles.c.word_count,
)


def load_nodes(connection: Connection, ids: Iterable[int]) -> dict[int, Node]:
    """The nodes with these ids, for comparing; ids that name none are left out."""
    statement = _with_facts(nodes.c.tokens, nodes.c.lines, nodes.c.left_out)
    found = {}
    for chunk in chunks(ids):
        for row in connection.execute(statement.where(nodes.c.node_id.in_(chunk))).all():
            found[row.node_id] = Node(row.node_id, _text(row), _facts(row))
    return found


def facts(connection: Connection, ids: Iterable[int]) -> dict[int, TextFacts]:
    """What a verdict may know of these nodes besides their texts."""
    found = {}
    for chunk in chunks(ids):
        for row in connection.execute(_with_facts().where(nodes.c.node_id.in_(chunk))).all():
            found[row.node_id] = _facts(row)
    return found


def _with_facts(*columns: Column[Any]) -> Select[Any]:
    return select(
        *columns,
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
    columns = (nodes.c.node_id, nodes.c.text_digest, nodes.c.word_count, nodes.c.tokens)
    statement = select(*columns, nodes.c.signature)
    found = {}
    for chunk in chunks(ids):
        for row in connection.execute(statement.where(nodes.c.node_id.in_(chunk))).all():
            found[row.node_id] = Fingerprint(
                row.text_digest,
                row.word_count,
                np.frombuffer(row.tokens, dtype="<u4"),
                np.frombuffer(row.signature, dtype="<u8"),
            )
    return found


def standing(connection: Connection, ids: Iterable[int]) -> dict[int, AnyRow]:
    """Of the nodes that exist among these: who stands for them, and their anchor."""
    statement = select(
        nodes.c.node_id,
        nodes.c.earliest_article,
        nodes.c.best_article,
        nodes.c.anchor,
        nodes.c.short,
    )
    found = {}
    for chunk in chunks(ids):
        for row in connection.execute(statement.where(nodes.c.node_id.in_(chunk))).all():
            found[row.node_id] = row
    return found


def short_ones(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Those of these nodes that are too short to compare."""
    found: set[int] = set()
    for chunk in chunks(ids):
        those = (nodes.c.node_id.in_(chunk), nodes.c.short == 1)
        found.update(connection.scalars(select(nodes.c.node_id).where(*those)))
    return found


def purged(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Those of these nodes whose text was purged: the digest stands in the tokens' place."""
    found: set[int] = set()
    for chunk in chunks(ids):
        those = (nodes.c.node_id.in_(chunk), nodes.c.tokens == nodes.c.text_digest)
        found.update(connection.scalars(select(nodes.c.node_id).where(*those)))
    return found


def insert_nodes(connection: Connection, rows: list[Mapping[str, Any]]) -> None:
    """Add nodes; each is its own anchor until its clusters are settled."""
    insert_new(connection, nodes, rows)


def node_row(row: Mapping[str, Any], print_: Fingerprint, scheme: str) -> dict[str, Any]:
    """A row for the new node of an article's row; who stands for it is left out."""
    return {
        "node_id": row["node_id"],
        "text_digest": print_.digest,
        "short": int(row["short"]),
        "word_count": print_.word_count,
        "scheme": scheme,
        "tokens": print_.tokens.astype("<u4").tobytes(),
        "signature": print_.signature.astype("<u8").tobytes(),
        "anchor": row["node_id"],
    }


def set_standing(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Set who stands for nodes; rows have node_id, earliest_article, best_article."""
    if rows:
        renamed = [{"id": row["node_id"], **row} for row in rows]
        for row in renamed:
            del row["node_id"]
        connection.execute(update(nodes).where(nodes.c.node_id == bindparam("id")), renamed)


def set_anchors(connection: Connection, anchors: Mapping[int, int]) -> None:
    """Assign nodes to the clusters of these anchors."""
    if anchors:
        rows = [{"id": node, "anchor": anchor} for node, anchor in anchors.items()]
        connection.execute(update(nodes).where(nodes.c.node_id == bindparam("id")), rows)


def delete_nodes(connection: Connection, ids: Iterable[int]) -> None:
    """Remove nodes that no article has any more."""
    for chunk in chunks(ids):
        connection.execute(delete(nodes).where(nodes.c.node_id.in_(chunk)))


def candidates_of_nodes(connection: Connection, ids: Iterable[int]) -> dict[int, list[Candidate]]:
    """What the rules look at in each article of these nodes."""
    statement = select(articles.c.node_id, *_CANDIDATE)
    found: dict[int, list[Candidate]] = {}
    for chunk in chunks(ids):
        for row in connection.execute(statement.where(articles.c.node_id.in_(chunk))).all():
            found.setdefault(row.node_id, []).append(candidate(row))
    return found


def best_candidates(connection: Connection, ids: Iterable[int]) -> dict[int, Candidate]:
    """The best article of each of these nodes."""
    statement = select(nodes.c.node_id, *_CANDIDATE).join(
        articles, articles.c.article_id == nodes.c.best_article
    )
    found = {}
    for chunk in chunks(ids):
        for row in connection.execute(statement.where(nodes.c.node_id.in_(chunk))).all():
            found[row.node_id] = candidate(row)
    return found


def candidates(connection: Connection, ids: Iterable[str]) -> dict[str, Candidate]:
    """What the rules look at in these articles."""
    found: dict[str, Candidate] = {}
    for chunk in chunks(ids):
        statement = select(*_CANDIDATE).where(articles.c.article_id.in_(chunk))
        found.update(
            (row.article_id, candidate(row)) for row in connection.execute(statement).all()
        )
    return found


def candidate_of(row: Mapping[str, Any]) -> Candidate:
    """The part of an article's new row that the canonical rules look at."""
    named = (row[name] for name in ("outlet", "published_at", "word_count"))
    return Candidate(row["article_id"], Role(row["role"]), *named)


def candidate(row: AnyRow) -> Candidate:
    """The part of an article's row that the canonical rules look at."""
    return Candidate(row.article_id, Role(row.role), row.outlet, row.published_at, row.word_count)


def anchors(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """The anchor of each of these nodes."""
    statement = select(nodes.c.node_id, nodes.c.anchor)
    found: dict[int, int] = {}
    for chunk in chunks(ids):
        rows = connection.execute(statement.where(nodes.c.node_id.in_(chunk))).all()
        found.update((row.node_id, row.anchor) for row in rows)
    return found


def members(connection: Connection, anchors_: Iterable[int]) -> dict[int, set[int]]:
    """The nodes that are assigned to each of these anchors."""
    statement = select(nodes.c.anchor, nodes.c.node_id)
    found: dict[int, set[int]] = {}
    for chunk in chunks(anchors_):
        for row in connection.execute(statement.where(nodes.c.anchor.in_(chunk))).all():
            found.setdefault(row.anchor, set()).add(row.node_id)
    return found
