"""Opening a store: engines, pragmas, and clear words for what cannot be opened."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import ref

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import SQLAlchemyError as DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from aggregator.store import unwritable
from aggregator.store.failures import (
    StoreError,
    StoreUnreachable,
    is_passing,
    is_unwritable,
    masked,
    reason,
    told,
)

__all__ = [
    "Connection",
    "DatabaseError",
    "Engine",
    "StoreError",
    "StoreUnreachable",
    "masked",
    "reason",
]

_WRITERS = 0x6167677265676177
"""Key of the PostgreSQL advisory lock that writers take in turn."""

BUSY_SECONDS = 60
"""How long a writer waits for another one on SQLite (seconds), unless its URL says `timeout`."""
_CACHE_KIB = 128 * 1024
"""Memory of a connection for pages of an SQLite file: the upper ones of all its B-trees first."""
_CHECKPOINT_PAGES = 64 * 1024
"""Pages (4 KiB) of the log that are copied back together: what several batches changed, once."""
_SLICE_SECONDS = 0.5
"""How long it waits in one call: a signal is handled when the call is over."""

_CONNECT = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""libpq's parameters that notice a server that is gone without a word (seconds)."""
_KEEPALIVES = """
SELECT set_config('tcp_keepalives_idle', '30', false),
       set_config('tcp_keepalives_interval', '10', false),
       set_config('tcp_keepalives_count', '3', false)
"""
"""The same in the server: the lock of a machine that is gone must not stop the others."""


def open_engine(url: str, *, must_exist: bool) -> Engine:
    """An engine for a database URL; with `must_exist`, a missing SQLite file is refused.

    With `must_exist`, an SQLite file that cannot be written can be read (`unwritable`).
    Raises StoreError when the URL is no URL, names another kind of database, or the server
    or the file cannot be opened or is no database.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        _check_file(parsed, must_exist=must_exist)
        waiting = {} if "timeout" in parsed.query else {"timeout": BUSY_SECONDS}
        engine = create_engine(parsed, connect_args=waiting, hide_parameters=True)
        if must_exist:
            unwritable.allow(engine)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "connect", _write_ahead_if_it_may if must_exist else _write_ahead)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        wanted = {name: value for name, value in _CONNECT.items() if name not in parsed.query}
        engine = create_engine(
            parsed, pool_pre_ping=True, connect_args=wanted, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_postgresql)
    _try(engine)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; a store has one at a time, others wait for their turn."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if not is_sqlite(connection):
            # With another default of the server, what writers before us stored while we
            # waited would be hidden from us.
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
        yield connection


@contextmanager
def noting(engine: Engine, patience: float | None = None) -> Iterator[Connection]:
    """One short transaction that writes what no result depends on: reports, claims, alarms.

    It needs no turn on PostgreSQL, so that a daemon reports also while another one stores.
    `patience` is how long it waits for a writer on SQLite (seconds; None: as long as `writing`).
    """
    options = {"writes": True, "patience": patience}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads: everything in it sees the same settled state."""
    with engine.connect() as connection, connection.begin():
        if not is_sqlite(connection):
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        yield connection


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, SQLAlchemyError, ValueError):
        raise StoreError(
            "the database is not a URL such as sqlite:///news.sqlite3 or "
            "postgresql://user@host/name"
        ) from None
    if backend == "postgresql":
        if "@" in (parsed.host or "") + (parsed.database or ""):
            raise StoreError("the database URL has a second @: write @ in a password as %40")
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        _check_sqlite(parsed)
        return parsed.set(drivername="sqlite+pysqlite")
    raise StoreError(f"{backend} is not supported: use sqlite or postgresql")


def _check_sqlite(url: URL) -> None:
    if url.host or url.username or url.password:
        raise StoreError(
            "an SQLite URL names a file, no server: sqlite:///news.sqlite3, and with a fourth "
            "slash from the root"
        )
    if others := sorted(url.query.keys() - {"timeout"}):
        raise StoreError(
            f"{url.database}: unknown parameter {others[0]!r}; an SQLite URL may have `timeout`"
        )
    try:
        valid = float(str(url.query.get("timeout", 0))) >= 0
    except ValueError:
        valid = False
    if not valid:
        raise StoreError(f"{url.database}: `timeout` is a number of seconds")


def _check_file(url: URL, *, must_exist: bool) -> None:
    if not url.database or url.database == ":memory:":
        return
    path = Path(url.database)
    if path.is_dir():
        raise StoreError(f"{path}: a folder, not a database file")
    if must_exist and not path.exists():
        raise StoreError(f"{path}: no store here yet; `aggregator ingest` makes one")
    if not path.parent.is_dir():
        raise StoreError(f"{path}: its folder {path.parent} does not exist")


def _try(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT count(*) FROM sqlite_master" if is_sqlite(connection) else "SELECT 1"
            ).all()
    except DBAPIError as error:
        kind = StoreUnreachable if is_passing(error) else StoreError
        raise kind(told(engine.url, error)) from None


def is_sqlite(connection: Connection) -> bool:
    """Whether this connection is to SQLite (else PostgreSQL)."""
    return connection.dialect.name == "sqlite"


def is_writing(connection: Connection) -> bool:
    """Whether this connection's transactions write (`writing`, `noting`)."""
    return bool(_options(connection).get("writes"))


def of_transaction(connection: Connection, name: str) -> dict[int, Any]:
    """What is kept under a name as long as the present transaction lasts; empty at first.

    The pool keeps `info` when the transaction and its connection are gone, so the two are
    told apart.
    """
    known, kept = connection.info.get(name, (None, {}))
    current = connection.get_transaction()
    if current is None or known is None or known() is not current:
        kept = {}
        connection.info[name] = (ref(current) if current else None, kept)
    found: dict[int, Any] = kept
    return found


def _options(connection: Connection) -> dict[str, Any]:
    return dict(connection.get_execution_options())


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling neither begins before DDL nor takes the write
    # lock first; `_begin_sqlite` does both.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def _write_ahead(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA journal_mode = WAL")


def _write_ahead_if_it_may(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    """A backup that may only be read stays in the mode that `VACUUM INTO` gave it."""
    try:
        _write_ahead(connection, entry)
    except sqlite3.OperationalError as error:
        if not is_unwritable(error):
            raise


def _prepare_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.execute(_KEEPALIVES)
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    if is_writing(connection):
        _take_turn(connection, _options(connection).get("patience"))
    else:
        connection.exec_driver_sql("BEGIN")


def _take_turn(connection: Connection, patience: float | None) -> None:
    """Wait for other writers for `patience` seconds, or for the `timeout` of the connection.

    In slices: while SQLite itself waits, Python handles no signal.
    """
    driver: Any = connection.connection.dbapi_connection
    (whole,) = driver.execute("PRAGMA busy_timeout").fetchone()  # milliseconds
    until = time.monotonic() + (whole / 1000 if patience is None else patience)
    try:
        while True:
            left = max(until - time.monotonic(), 0.0)
            driver.execute(f"PRAGMA busy_timeout = {min(left, _SLICE_SECONDS) * 1000:.0f}")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except DBAPIError as error:
                if left <= _SLICE_SECONDS or not is_passing(error):
                    raise
    finally:
        driver.execute(f"PRAGMA busy_timeout = {whole}")
