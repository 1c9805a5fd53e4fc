"""Which passages are boilerplate, and what each text leaves out of comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import Connection, delete, select, text

from aggregator.core.boilerplate import Layout, Lines, place
from aggregator.core.tokens import Hashes, Tokens, distinct, packed, unpacked
from aggregator.store.nodes import update_nodes
from aggregator.store.schema import nodes
from aggregator.store.schema import repeated_passages as repeated
from aggregator.store.sql import (
    as_parameter,
    chunks,
    delete_among,
    insert_new,
    integers,
    rows_among,
)

_KEYS_A_QUERY: Final = 20_000
_REPEATED: Final = "SELECT r.key FROM {keys} JOIN repeated_passages r ON r.key = k.value"
_STANDING: Final = """
SELECT n.node_id, n.tokens, n.place, n.lines, n.left_out,
       a.carrier, coalesce(a.published_at, a.record_time) AS moment, r.lines AS lines_now
FROM {ids} JOIN nodes n ON n.node_id = k.value
LEFT JOIN articles a ON a.article_id = n.earliest_article
LEFT JOIN revisions r ON r.revision_number = a.revision_number
WHERE n.tokens <> n.text_digest
"""
_LEFT_OUT: Final = """
SELECT n.left_out, r.text FROM nodes n
JOIN articles a ON a.article_id = n.earliest_article
JOIN revisions r ON r.revision_number = a.revision_number
WHERE n.node_id = :node
"""
_SIGNATURES: Final = select(nodes.c.node_id, nodes.c.signature)
_DELETE: Final = delete(repeated)


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
        for row in connection.execute(statement, {"ids": as_parameter(connection, chunk)}).all():
            yield Standing(
                row.node_id,
                unpacked(row.tokens),
                Layout(row.place or 0, unpacked(row.lines)),
                Layout(place(row.carrier, row.moment), unpacked(row.lines_now)),
                unpacked(row.left_out),
            )


def repeated_among(connection: Connection, keys: Hashes) -> Hashes:
    """Those of these passages that are boilerplate, sorted."""
    statement = text(_REPEATED.format(keys=integers(connection, "keys", "k")))
    found: list[int] = []
    for chunk in chunks(distinct(keys).view(np.int64).tolist(), _KEYS_A_QUERY):
        found += connection.scalars(statement, {"keys": as_parameter(connection, chunk)})
    return _hashes(found)


def marked(connection: Connection) -> Iterator[Hashes]:
    """All passages that are boilerplate, some at a time, sorted."""
    statement = select(repeated.c.key).order_by(repeated.c.key)
    for chunk in chunks(connection.scalars(statement).all(), _KEYS_A_QUERY):
        yield _hashes(chunk)


def _hashes(stored: Iterable[int]) -> Hashes:
    return np.sort(np.array(list(stored), dtype=np.int64).view(np.uint64))


def signatures(connection: Connection, ids: Iterable[int]) -> dict[int, Hashes]:
    """The MinHash signatures of these nodes."""
    rows = rows_among(connection, _SIGNATURES, nodes.c.node_id, ids)
    return {row.node_id: np.frombuffer(row.signature, dtype="<u8") for row in rows}


def left_out(connection: Connection, node: int) -> tuple[Lines, str]:
    """The numbers of the lines that a node leaves out, and its earliest article's text."""
    statement = text(_LEFT_OUT)
    row = connection.execute(statement, {"node": node}).one()
    return unpacked(row.left_out), row.text


def mark(connection: Connection, now: Hashes, no_more: Hashes) -> None:
    """Note which passages are boilerplate now, and which are no more."""
    insert_new(connection, repeated, [{"key": key} for key in now.view(np.int64).tolist()])
    delete_among(connection, _DELETE, repeated.c.key, no_more.view(np.int64).tolist())


def set_layouts(connection: Connection, layouts: Mapping[int, Layout]) -> None:
    """Note by which layout the passages of nodes are stored."""
    update_nodes(
        connection,
        [
            {"id": node, "place": layout.place, "lines": packed(layout.lines)}
            for node, layout in layouts.items()
        ],
    )


def set_left_out(connection: Connection, of_node: Mapping[int, Lines]) -> None:
    """Set which lines of nodes take no part in comparisons."""
    update_nodes(
        connection, [{"id": n, "left_out": packed(lines)} for n, lines in of_node.items()]
    )
