"""The candidate index: which texts have which key, kept as rows of one B-tree.

A key proposes each of its nodes together with the key's `HUBS` nodes of lowest id. Node ids
are content hashes, so which nodes these are depends on the set of texts alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, Table, bindparam, delete, text

from aggregator.store.schema import Posting
from aggregator.store.sql import as_parameter, chunks, insert_new, integers

HUBS: Final = 4
"""Nodes of a key that are proposed together with all others of the key."""

_KEYS_A_QUERY: Final = 20_000
_MOST: Final = 2**63 - 1

postings: Table = Posting.__table__  # type: ignore[assignment]

_LOWEST: Final = """
SELECT p.key, p.node_id
FROM {keys} JOIN postings p ON p.key = k.value
WHERE p.node_id <= coalesce(
    (SELECT q.node_id FROM postings q WHERE q.key = k.value
     ORDER BY q.node_id LIMIT 1 OFFSET :skip), :most)
ORDER BY p.key, p.node_id
"""
_MEMBERS: Final = """
SELECT p.key, p.node_id FROM {keys} JOIN postings p ON p.key = k.value
ORDER BY p.key, p.node_id
"""


def hubs(connection: Connection, keys: Iterable[int]) -> dict[int, list[int]]:
    """For each key that has any node, its `HUBS` lowest nodes in ascending order."""
    return _by_key(connection, _LOWEST, keys, {"skip": HUBS - 1, "most": _MOST})


def members(connection: Connection, keys: Iterable[int]) -> dict[int, list[int]]:
    """For each key that has any node, all of them in ascending order."""
    return _by_key(connection, _MEMBERS, keys, {})


def add(connection: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Add postings, given as (key, node)."""
    parameters = [{"key": key, "node_id": node} for key, node in sorted(rows)]
    insert_new(connection, postings, parameters)


def remove(connection: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Remove postings, given as (key, node)."""
    parameters = [{"k": key, "n": node} for key, node in rows]
    if parameters:
        row = (postings.c.key == bindparam("k"), postings.c.node_id == bindparam("n"))
        connection.execute(delete(postings).where(*row), parameters)


def _by_key(
    connection: Connection, template: str, keys: Iterable[int], parameters: dict[str, int]
) -> dict[int, list[int]]:
    statement = text(template.format(keys=integers(connection, "keys", "k")))
    found: dict[int, list[int]] = {}
    for chunk in chunks(sorted(set(keys)), _KEYS_A_QUERY):
        values = {"keys": as_parameter(connection, chunk), **parameters}
        for key, node in connection.execute(statement, values):
            found.setdefault(key, []).append(node)
    return found
