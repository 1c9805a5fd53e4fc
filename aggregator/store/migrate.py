"""The schema's version: bringing a store up to date, and refusing one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

from aggregator.store.engine import StoreError, is_sqlite
from aggregator.store.failures import store_name

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0011"
"""The schema version that this program works with."""

_LOCK = 0x6167677265676174
"""Key of the PostgreSQL advisory lock for changes of the schema."""


def migrations_folder() -> Path:
    """Where the Alembic scripts are: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    folders = (package / "migrations", package.parent / "migrations")
    for folder in folders:
        if (folder / "env.py").is_file():
            return folder
    raise StoreError(f"the migrations are missing from this installation (looked in {folders})")


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file; env.py takes the connection from it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def version(connection: Connection) -> str | None:
    """The store's schema version; None for an empty database.

    Raises StoreError for a database that has tables but no version: it is somebody else's.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables:
            name = store_name(connection.engine.url)
            raise StoreError(
                f"{name}: this database holds other tables; it is no aggregator store"
            )
        return None
    return stored_version(connection)


def stored_version(connection: Connection) -> str | None:
    """The schema version of a database that is a store."""
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the schema to this program's version; returns the version before and after.

    Raises StoreError for a newer store, and for one where a reference would lead nowhere.
    """
    with (
        engine.connect().execution_options(writes=True) as connection,
        _unreferenced(connection),
        connection.begin(),
    ):
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = version(connection)
        if before is not None and before > HEAD:
            raise StoreError(_newer(engine, before))
        if before != HEAD:
            _migrate(connection)
        return before, HEAD


def _migrate(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), HEAD)
    if is_sqlite(connection):
        for table, row, to, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            name = store_name(connection.engine.url)
            raise StoreError(
                f"{name}: not upgraded: row {row} of table {table} refers to nothing in {to}"
            )


@contextmanager
def _unreferenced(connection: Connection) -> Iterator[None]:
    """Have SQLite look at no foreign keys, as its documentation asks for where tables are rebuilt.

    Otherwise rows of somebody's own table that refer to ours would go with the former table.
    """
    if not is_sqlite(connection):
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def require_current(engine: Engine) -> None:
    """Raise StoreError unless the store has this program's schema version."""
    with engine.connect() as connection:
        require_version(engine, version(connection))


def require_version(engine: Engine, found: str | None) -> None:
    """Raise StoreError unless a store with this schema version can be used."""
    name = store_name(engine.url)
    if found is None:
        raise StoreError(
            f"{name}: this database is empty; `aggregator ingest` or `db upgrade` fills it"
        )
    if found > HEAD:
        raise StoreError(_newer(engine, found))
    if found < HEAD:
        raise StoreError(
            f"{name}: the store has version {found}, not {HEAD}: run `aggregator db upgrade`"
        )


def _newer(engine: Engine, found: str) -> str:
    return (
        f"{store_name(engine.url)}: the store has version {found}, newer than this program's "
        f"{HEAD}: install the newer aggregator"
    )
