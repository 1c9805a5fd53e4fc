"""What the failures of a database mean: whether they pass by themselves, and what to do.

Codes: https://www.sqlite.org/rescode.html and the PostgreSQL manual, appendix A.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The store cannot be used; the message is for the user."""


class StoreUnreachable(StoreError):
    """The store cannot be reached now; it may be there a little later."""


_PRIMARY_CODE = 0xFF
"""The part of an extended SQLite code that says which kind of failure it is."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A kind of failure; `passing` = the same transaction may succeed when it is tried again."""

    passing: bool
    advice: str


_LOCKED = Failure(True, "another program holds the lock of the database: end it, or wait for it")
_LOST = Failure(True, "see that the database server runs and can be reached")
_CROWDED = Failure(True, "raise max_connections of the server, or run fewer processes")
_MEANWHILE = Failure(True, "other transactions came in between: run the command again")
_TIMED_OUT = Failure(
    True, "raise the statement_timeout or lock_timeout of this user, or lower batch_records"
)
_FULL = Failure(False, "make room, and run the command again: what was stored is sound")
_READ_ONLY = Failure(False, "the database and its folder must be writable for this user")
_DENIED = Failure(False, "check the user, the password and the rights of the database URL")
_BROKEN = Failure(False, "check the disk, then `aggregator db check`; restore the last backup")
_UNKNOWN = Failure(False, "")

_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_IOERR: Failure(False, "check the disk: it may be full, limited or broken"),
    sqlite3.SQLITE_CORRUPT: _BROKEN,
}
_POSTGRESQL = {
    "08": _LOST,
    "57P": _LOST,  # shut down, crashed, or not yet started
    "25P03": _LOST,  # idle_in_transaction_session_timeout
    "53300": _CROWDED,
    "40": _MEANWHILE,  # serialization failure, deadlock
    "55P03": _TIMED_OUT,
    "57014": _TIMED_OUT,
    "53100": _FULL,
    "25006": _READ_ONLY,
    "28": _DENIED,
    "42501": _DENIED,
    "XX": _BROKEN,
}
"""By the first letters of the SQLSTATE; the longest that fits counts."""
_REFUSED = re.compile(
    r"password|authentication|does not exist|pg_hba|certificate|permission denied|"
    r"translate host name|does not support SSL|no SSL encryption",
    re.IGNORECASE,
)
"""A connection that fails has no SQLSTATE: these words say that waiting will not help."""


def is_passing(error: BaseException) -> bool:
    """Whether the transaction that failed so may succeed when it is tried again."""
    return isinstance(error, SQLAlchemyError) and failure(error).passing


def is_unwritable(error: sqlite3.Error) -> bool:
    """Whether SQLite failed as the file or its folder cannot be written."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and _SQLITE.get(code & _PRIMARY_CODE) is _READ_ONLY


def failure(error: SQLAlchemyError) -> Failure:
    """The kind of failure that the database's error is."""
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return _UNKNOWN if code is None else _SQLITE.get(code & _PRIMARY_CODE, _UNKNOWN)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        fitting = [start for start in _POSTGRESQL if state.startswith(start)]
        return _POSTGRESQL[max(fitting, key=len)] if fitting else _UNKNOWN
    # psycopg has a kind of it for a server that does not answer in time.
    operational = any(each.__name__ == "OperationalError" for each in type(cause).__mro__)
    if not isinstance(error, DBAPIError) or not operational:
        return _UNKNOWN
    return _DENIED if _REFUSED.search(str(cause)) else _LOST


def reason(error: SQLAlchemyError) -> str:
    """What the database said, in one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def told(url: URL | str, error: SQLAlchemyError) -> str:
    """What happened to which store, and what to do, in one line without a password."""
    advice = failure(error).advice
    return f"{store_name(url)}: {reason(error)}" + (f"; {advice}" if advice else "")


def store_name(url: URL | str) -> str:
    """How a store is called in messages: the path of its file, or its URL without passwords.

    The URL of an engine is given as users write it, without the name of the driver.
    """
    parsed = url if isinstance(url, URL) else _parsed(url)
    if parsed is None:
        return "(not a database URL)"
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return str(parsed.database)
    return _masked(parsed.set(drivername=backend) if isinstance(url, URL) else parsed)


def masked(url: str) -> str:
    """The URL with its passwords hidden, also those among its parameters."""
    parsed = _parsed(url)
    return "(not a database URL)" if parsed is None else _masked(parsed)


def _parsed(url: str) -> URL | None:
    try:
        return make_url(url)
    except ArgumentError:
        return None


def _masked(url: URL) -> str:
    if "@" in (url.host or "") + (url.database or "") and url.get_backend_name() != "sqlite":
        return "(a database URL with a second @)"
    hidden: dict[str, Any] = {name: "***" for name in url.query if name.endswith("password")}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)
