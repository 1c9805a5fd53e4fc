"""Reading SQLite files that cannot be written: on a read-only file system, or without permission.

A file in WAL mode needs two others beside it, which SQLite makes when the first connection comes.
Where it cannot, a file that nobody has open is read as one that does not change
(https://www.sqlite.org/uri.html, `immutable`), and it is made sure that it did not.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from aggregator.store.failures import StoreError, is_unwritable

_STANDING = "standing"
"""Where a connection keeps what the file was like when it came."""


def allow(engine: Engine) -> None:
    """Let the engine read such a file. Raises StoreError where that would miss stored changes."""

    def connect(
        dialect: Any, record: ConnectionPoolEntry, arguments: Any, options: dict[str, Any]
    ) -> sqlite3.Connection:
        connection: sqlite3.Connection = dialect.connect(*arguments, **options)
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            path = Path(engine.url.database or "")
            if not is_unwritable(error) or not path.is_file():
                raise
            _refuse_changes(path)
            record.info[_STANDING] = _standing(path)
            where = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = dialect.connect(where, **{**options, "uri": True})
        return connection

    def prove(connection: Connection) -> None:
        path = Path(engine.url.database or "")
        # Of this connection: others may have come when the file was another one.
        standing = connection.info.get(_STANDING)
        if standing is not None and standing != _standing(path):
            raise StoreError(f"{path}: it was written while it was read; run the command again")

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "commit", prove)


def _refuse_changes(path: Path) -> None:
    for ending, what in (("wal", "not in the file yet"), ("journal", "to be taken back")):
        beside = path.with_name(f"{path.name}-{ending}")
        if beside.exists() and beside.stat().st_size:
            raise StoreError(
                f"{path}: it cannot be written, and {beside.name} beside it has changes that are "
                f"{what}: open it once where it can be written"
            )


def _standing(path: Path) -> tuple[int, int]:
    """What changes when somebody writes the file or begins to."""
    status, ahead = path.stat(), path.with_name(f"{path.name}-wal")
    return status.st_mtime_ns, ahead.stat().st_size if ahead.exists() else 0
