"""Stores for tests: made, emptied, and read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, text

from aggregator.store import migrate
from aggregator.store.engine import open_engine, writing
from aggregator.store.schema import metadata


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine on a store of the present schema, made where there is none."""
    engine = open_engine(url, must_exist=False)
    try:
        migrate.upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def empty(engine: Engine) -> Engine:
    """Take all rows out of a store, for the next example of a property test."""
    with writing(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return engine


def rows(engine: Engine, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement), parameters)]
