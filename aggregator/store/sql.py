"""What the two databases say differently, and lists of values as parameters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Connection,
    CursorResult,
    Delete,
    Row,
    Select,
    Table,
    Update,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from aggregator.store.engine import is_sqlite

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
"""A row of a query, whatever its columns."""

CHUNK = 512
"""Values that one statement looks for; a power of two (`_among`)."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def rows_among(
    connection: Connection, statement: Select[Any], column: Column[Any], values: Iterable[Any]
) -> list[AnyRow]:
    """The rows of a query whose `column` has one of these values.

    The driver itself runs it: SQLAlchemy would go through each value, which takes longer than
    the database. Values and rows are as the driver has them. What the statement becomes is
    kept, so it has to be a constant.
    """
    results = _among(connection, statement, column, values)
    return [row for result in results for row in result.all()]


def delete_among(
    connection: Connection, statement: Delete, column: Column[Any], values: Iterable[Any]
) -> int:
    """Remove the rows whose `column` has one of these values; how many they were."""
    return sum(result.rowcount for result in _among(connection, statement, column, values))


def _among(
    connection: Connection,
    statement: Select[Any] | Delete,
    column: Column[Any],
    values: Iterable[Any],
) -> Iterator[CursorResult[Any]]:
    """Run a statement where `column` has one of these values, some at a time."""
    for chunk in chunks(values):
        if is_sqlite(connection):
            # Few sizes, so that the driver finds its prepared statements again.
            size = 1 << (len(chunk) - 1).bit_length()
            sql, before = _among_some(connection.dialect, statement, column, size)
            more = chunk[-1:] * (size - len(chunk))
            yield connection.exec_driver_sql(sql, (*before, *chunk, *more))
        else:
            sql, others = _among_array(connection.dialect, statement, column)
            yield connection.exec_driver_sql(sql, {**others, "values": chunk})


@lru_cache(maxsize=512)
def _among_some(
    dialect: Dialect, statement: Select[Any] | Delete, column: Column[Any], size: int
) -> tuple[str, list[Any]]:
    """SQL that takes so many values, and the values that stand before them."""
    those = column.in_(text(", ".join("?" * size)))
    made: Any = statement.where(those).compile(dialect=dialect)
    return str(made), [made.params[name] for name in made.positiontup]


@lru_cache(maxsize=128)
def _among_array(
    dialect: Dialect, statement: Select[Any] | Delete, column: Column[Any]
) -> tuple[str, dict[str, Any]]:
    """SQL that takes an array named ``values``, and its other values."""
    those = column == any_(bindparam("values", type_=ARRAY(column.type)))
    made: Any = statement.where(those).compile(dialect=dialect)
    return str(made), made.params


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
    """Insert rows of equal columns; where the primary key is there already, set the others.

    Columns that are unique by themselves keep their values.
    """
    if not rows:
        return
    _insert(connection, table, rows, "update")


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of equal columns, none of which is there."""
    if rows:
        _insert(connection, table, rows, "")


def for_each(
    connection: Connection, statement: Update | Delete, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run a statement for each of these rows of parameters, by the driver itself.

    The rows have the same names, of which an UPDATE sets those that are columns. What the
    statement becomes is kept, so it has to be a constant.
    """
    if rows:
        _run(connection, rows, _compiled(connection.dialect, statement, tuple(rows[0])))


def _insert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str
) -> None:
    """Insert rows of equal columns by the driver itself: their values need no preparation.

    Python-side defaults of columns are not filled in.
    """
    names = tuple(rows[0])
    _run(connection, rows, _compiled_insert(connection.dialect, table, names, on_conflict))


_Compiled = tuple[str, tuple[str, ...] | None]
"""A statement in the driver's SQL; the order of its values, None where they go by name."""


def _run(connection: Connection, rows: Sequence[Mapping[str, Any]], compiled: _Compiled) -> None:
    """SQLAlchemy would go through each value of each row, which takes longer than the database."""
    statement, order = compiled
    values: Any = list(rows)
    if order is not None:
        values = [tuple([row[name] for name in order]) for row in rows]
    connection.exec_driver_sql(statement, values)


@lru_cache(maxsize=64)
def _compiled_insert(
    dialect: Dialect, table: Table, names: tuple[str, ...], on_conflict: str
) -> _Compiled:
    statement = _inserting(dialect, table)
    keys = [column.name for column in table.primary_key.columns]
    if on_conflict == "nothing":
        statement = statement.on_conflict_do_nothing()
    elif on_conflict == "update":
        # What names a row otherwise never changes: its index need not be written again.
        others = {
            name: statement.excluded[name]
            for name in names
            if name not in keys and not table.c[name].unique
        }
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    return _compiled(dialect, statement, names)


@lru_cache(maxsize=64)
def _compiled(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> _Compiled:
    made = statement.compile(dialect=dialect, column_keys=list(names))
    return str(made), tuple(made.positiontup) if made.positional else None
