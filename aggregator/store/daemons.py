"""The processes that work on sources: that they live, and what they did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, text, update

from aggregator.core.times import from_text, to_text
from aggregator.store.engine import is_sqlite
from aggregator.store.schema import daemons
from aggregator.store.sql import AnyRow, insert_new

STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which process it is, told apart from every other one, on any machine, at any time."""

    owner: str
    machine: str
    pid: int
    process: str


def begin(
    connection: Connection, identity: Identity, mode: str, now: str, lease_seconds: float
) -> None:
    """Enter a process that starts; `now` is our own clock as text.

    One that is entered already stays as it is: we may not have been told so.
    """
    moment = clock(connection, now)
    row = {
        **asdict(identity),
        "mode": mode,
        "state": "starting",
        "started_at": moment,
        "reported_at": moment,
        "lease_seconds": lease_seconds,
        "figures": "{}",
    }
    insert_new(connection, daemons, [row])


def report(
    connection: Connection, owner: str, state: str, now: str, figures: Mapping[str, Any]
) -> bool:
    """Say that a process lives, in which state, and what it did so far.

    Returns False when the process is not entered (any more).
    """
    values = {
        "state": state,
        "reported_at": clock(connection, now),
        "figures": json.dumps(figures, sort_keys=True),
    }
    statement = update(daemons).where(daemons.c.owner == owner).values(values)
    return connection.execute(statement).rowcount > 0


def present(connection: Connection) -> list[AnyRow]:
    """The processes that did not say goodbye, also dead ones, the latest first."""
    order = (daemons.c.started_at.desc(), daemons.c.owner)
    return list(
        connection.execute(select(daemons).where(daemons.c.state != STOPPED).order_by(*order))
    )


def last_stopped(connection: Connection, most: int = 1) -> list[AnyRow]:
    """The processes that ended last with a goodbye."""
    order = (daemons.c.reported_at.desc(), daemons.c.owner)
    statement = select(daemons).where(daemons.c.state == STOPPED).order_by(*order)
    return list(connection.execute(statement.limit(most)))


def some_daemons(connection: Connection, owners: Iterable[str]) -> list[AnyRow]:
    """Those of these processes that are remembered."""
    wanted = list(owners)
    if not wanted:
        return []
    return list(connection.execute(select(daemons).where(daemons.c.owner.in_(wanted))))


def forget(connection: Connection, owners: list[str]) -> None:
    """Remove processes that are of no interest any more."""
    if owners:
        connection.execute(delete(daemons).where(daemons.c.owner.in_(owners)))


def forget_stopped(connection: Connection, before: str) -> None:
    """Remove processes that ended with a goodbye before a time; the last one of all stays."""
    latest = [row.owner for row in last_stopped(connection)]
    those = (daemons.c.state == STOPPED, daemons.c.reported_at < before)
    connection.execute(delete(daemons).where(*those, daemons.c.owner.not_in(latest)))


def clock(connection: Connection, own: str) -> str:
    """The time that all processes of a store agree on: the server's, or the machine's own."""
    if is_sqlite(connection):
        return own
    statement = """SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return str(connection.scalar(text(statement)))


def moment(connection: Connection, own: datetime) -> datetime:
    """The same as a datetime."""
    return from_text(clock(connection, to_text(own))) or own
