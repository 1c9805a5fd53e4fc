"""What the two databases say differently, and lists of values as parameters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, Connection, Row, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.engine import is_sqlite

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
"""A row of a query, whatever its columns."""

CHUNK = 500
"""Values in one IN list."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    chunk: list[T] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def integers(connection: Connection, name: str, alias: str) -> str:
    """SQL of a table `alias` with one column ``value``: the integers of parameter `name`."""
    if is_sqlite(connection):
        return f"json_each(:{name}) {alias}"
    return f"unnest(CAST(:{name} AS bigint[])) AS {alias}(value)"


def as_parameter(connection: Connection, values: Iterable[int]) -> Any:
    """The value of a parameter of `integers`."""
    return json.dumps(list(values)) if is_sqlite(connection) else list(values)


def inserting(connection: Connection, table: Table) -> Any:
    """An INSERT that can say what happens on a conflict (both dialects have the methods)."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, leaving those alone whose primary key is there already."""
    if not rows:
        return
    narrow = all(isinstance(column.type, BigInteger) for column in table.columns)
    if narrow and not is_sqlite(connection):
        _insert_integers(connection, table, rows)
    else:
        connection.execute(inserting(connection, table).on_conflict_do_nothing(), list(rows))


def _insert_integers(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """The same on PostgreSQL for tables of integers, as one statement with an array a column.

    These are the tables with many rows a batch; a statement a row takes several times as long.
    """
    names = list(rows[0])
    arrays = [
        func.unnest(bindparam(f"all_{name}", [row[name] for row in rows], ARRAY(BigInteger)))
        for name in names
    ]
    statement = postgresql.insert(table).from_select(names, select(*arrays))
    connection.execute(statement.on_conflict_do_nothing())


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where the primary key is there already, set all other columns."""
    if not rows:
        return
    statement = inserting(connection, table)
    keys = [column.name for column in table.primary_key.columns]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=others), list(rows)
    )
