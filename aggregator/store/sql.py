"""What the two databases say differently, and lists of values as parameters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, Connection, Row, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

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
    return _inserting(connection.dialect, table)


def _inserting(dialect: Dialect, table: Table) -> Any:
    return (sqlite if dialect.name == "sqlite" else postgresql).insert(table)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of equal columns, leaving those alone whose primary key is there already."""
    if not rows:
        return
    narrow = all(isinstance(column.type, BigInteger) for column in table.columns)
    if narrow and not is_sqlite(connection):
        _insert_integers(connection, table, rows)
    else:
        _insert(connection, table, rows, "nothing")


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
    """Insert rows of equal columns; where the primary key is there already, set the others."""
    if not rows:
        return
    _insert(connection, table, rows, "update")


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of equal columns, none of which is there."""
    if rows:
        _insert(connection, table, rows, "")


def _insert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str
) -> None:
    """Insert rows of equal columns by the driver itself: their values need no preparation.

    SQLAlchemy would go through each value of each row, which takes longer than the database.
    Python-side defaults of columns are not filled in.
    """
    names = tuple(rows[0])
    statement, order = _compiled(connection.dialect, table, names, on_conflict)
    values: Any = list(rows)
    if order is not None:
        values = [tuple([row[name] for name in order]) for row in rows]
    connection.exec_driver_sql(statement, values)


@lru_cache(maxsize=64)
def _compiled(
    dialect: Dialect, table: Table, names: tuple[str, ...], on_conflict: str
) -> tuple[str, tuple[str, ...] | None]:
    """An INSERT in the driver's SQL; the order of its values, None where they go by name."""
    statement = _inserting(dialect, table)
    keys = [column.name for column in table.primary_key.columns]
    if on_conflict == "nothing":
        statement = statement.on_conflict_do_nothing()
    elif on_conflict == "update":
        others = {name: statement.excluded[name] for name in names if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    made = statement.compile(dialect=dialect, column_keys=list(names))
    return str(made), tuple(made.positiontup) if made.positional else None
