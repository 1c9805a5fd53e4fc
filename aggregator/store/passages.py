"""Which texts carry which passage of a site, and which passages are boilerplate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Table, bindparam, delete, select, text, update

from aggregator.core.boilerplate import Layout, Lines, place
from aggregator.core.tokens import Hashes, Tokens, packed, unpacked
from aggregator.store.nodes import nodes
from aggregator.store.schema import Passage, RepeatedPassage
from aggregator.store.sql import as_parameter, chunks, insert_new, integers

passages: Table = Passage.__table__  # type: ignore[assignment]
repeated: Table = RepeatedPassage.__table__  # type: ignore[assignment]

_MOST: Final = 2**63 - 1
_KEYS_A_QUERY: Final = 20_000
_LOWEST: Final = """
SELECT p.key, p.node_id
FROM {keys} JOIN passages p ON p.key = k.value
WHERE p.node_id <= coalesce(
    (SELECT q.node_id FROM passages q WHERE q.key = k.value
     ORDER BY q.node_id LIMIT 1 OFFSET :skip), :most)
ORDER BY p.key, p.node_id
"""
_REPEATED: Final = "SELECT r.key FROM {keys} JOIN repeated_passages r ON r.key = k.value"
_CARRIERS: Final = """
SELECT DISTINCT p.node_id FROM {keys} JOIN passages p ON p.key = k.value ORDER BY p.node_id
"""
_STANDING: Final = """
SELECT n.node_id, n.tokens, n.place, n.lines, n.left_out,
       a.carrier, coalesce(a.published_at, a.record_time) AS moment, r.lines AS lines_now
FROM {ids} JOIN nodes n ON n.node_id = k.value
LEFT JOIN articles a ON a.article_id = n.earliest_article
LEFT JOIN revisions r ON r.revision_id = a.revision_id
WHERE n.tokens <> n.text_digest
"""
_LEFT_OUT: Final = """
SELECT n.left_out, r.text FROM nodes n
JOIN articles a ON a.article_id = n.earliest_article
JOIN revisions r ON r.revision_id = a.revision_id
WHERE n.node_id = :node
"""
_OF_NODE: Final = """
SELECT p.key FROM {keys} JOIN passages p ON p.key = k.value AND p.node_id = :node
"""
_PAGE: Final = """
SELECT key FROM (
  SELECT key FROM passages WHERE key > :last
  UNION SELECT key FROM repeated_passages WHERE key > :last
) k ORDER BY key LIMIT :size
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A text with the layout by which its passages are stored, and the one that it has now."""

    node_id: int
    tokens: Tokens
    stored: Layout
    now: Layout
    left_out: Lines


def standing(connection: Connection, ids: Iterable[int]) -> Iterator[Standing]:
    """These nodes, those of purged texts left out."""
    statement = text(_STANDING.format(ids=integers(connection, "ids", "k")))
    for chunk in chunks(ids):
        for row in connection.execute(statement, {"ids": as_parameter(connection, chunk)}):
            yield Standing(
                row.node_id,
                unpacked(row.tokens),
                Layout(row.place or 0, unpacked(row.lines)),
                Layout(place(row.carrier, row.moment), unpacked(row.lines_now)),
                unpacked(row.left_out),
            )


def lowest(connection: Connection, keys: Iterable[int], most: int) -> dict[int, list[int]]:
    """For each passage that any node has, its `most` nodes of lowest id, ascending."""
    found: dict[int, list[int]] = {}
    for row in _select(connection, _LOWEST, keys, {"skip": most - 1, "most": _MOST}):
        found.setdefault(row.key, []).append(row.node_id)
    return found


def carriers(connection: Connection, keys: Iterable[int]) -> set[int]:
    """All nodes that have any of these passages."""
    return {row.node_id for row in _select(connection, _CARRIERS, keys, {})}


def repeated_among(connection: Connection, keys: Iterable[int]) -> set[int]:
    """Those of these passages that are boilerplate."""
    return {row.key for row in _select(connection, _REPEATED, keys, {})}


def signatures(connection: Connection, ids: Iterable[int]) -> dict[int, Hashes]:
    """The MinHash signatures of these nodes."""
    found = {}
    for chunk in chunks(ids):
        statement = select(nodes.c.node_id, nodes.c.signature).where(nodes.c.node_id.in_(chunk))
        for row in connection.execute(statement):
            found[row.node_id] = np.frombuffer(row.signature, dtype="<u8")
    return found


def left_out(connection: Connection, node: int) -> tuple[Lines, str]:
    """The numbers of the lines that a node leaves out, and its earliest article's text."""
    statement = text(_LEFT_OUT)
    row = connection.execute(statement, {"node": node}).one()
    return unpacked(row.left_out), row.text


def passages_of(connection: Connection, node: int, keys: Collection[int]) -> set[int]:
    """Those of these passages that are stored for a node."""
    return {row.key for row in _select(connection, _OF_NODE, keys, {"node": node})}


def count(connection: Connection) -> int:
    """How many rows there are of nodes and their passages."""
    return int(connection.scalar(text("SELECT count(*) FROM passages")) or 0)


def pages(connection: Connection, size: int = 1000) -> Iterator[list[int]]:
    """All passages that any node has, or that are marked, some at a time, ascending."""
    last = -_MOST - 1
    while found := list(connection.scalars(text(_PAGE), {"last": last, "size": size})):
        yield found
        last = found[-1]


def add(connection: Connection, of_node: Mapping[int, Collection[int]]) -> None:
    """Note the passages of nodes."""
    rows = sorted((key, node) for node, keys in of_node.items() for key in keys)
    insert_new(connection, passages, [{"key": key, "node_id": node} for key, node in rows])


def remove(connection: Connection, of_node: Mapping[int, Collection[int]]) -> None:
    """Forget passages of nodes."""
    rows = [{"k": key, "n": node} for node, keys in of_node.items() for key in keys]
    if rows:
        row = (passages.c.key == bindparam("k"), passages.c.node_id == bindparam("n"))
        connection.execute(delete(passages).where(*row), rows)


def mark(connection: Connection, now: Iterable[int], no_more: Iterable[int]) -> None:
    """Note which passages are boilerplate now, and which are no more."""
    insert_new(connection, repeated, [{"key": key} for key in sorted(now)])
    for chunk in chunks(no_more):
        connection.execute(delete(repeated).where(repeated.c.key.in_(chunk)))


def set_layouts(connection: Connection, layouts: Mapping[int, Layout]) -> None:
    """Note by which layout the passages of nodes are stored."""
    _set(
        connection,
        [
            {"id": node, "place": layout.place, "lines": packed(layout.lines)}
            for node, layout in layouts.items()
        ],
    )


def set_left_out(connection: Connection, of_node: Mapping[int, Lines]) -> None:
    """Set which lines of nodes take no part in comparisons."""
    _set(connection, [{"id": n, "left_out": packed(lines)} for n, lines in of_node.items()])


def _set(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(update(nodes).where(nodes.c.node_id == bindparam("id")), rows)


def _select(
    connection: Connection, template: str, keys: Iterable[int], values: dict[str, int]
) -> Iterator[Any]:
    statement = text(template.format(keys=integers(connection, "keys", "k")))
    for chunk in chunks(sorted(set(keys)), _KEYS_A_QUERY):
        yield from connection.execute(
            statement, {"keys": as_parameter(connection, chunk), **values}
        )
