"""Which process this is, and whether another one still lives."""

from __future__ import annotations

import os
import platform
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.core.times import from_text, to_text
from aggregator.store import daemons
from aggregator.store.daemons import STOPPED, Identity
from aggregator.store.engine import Connection
from aggregator.store.sql import AnyRow

FORGET_DAYS = 7
"""A process that died so long ago is forgotten; one that said goodbye, after a day."""
_START_FIELD = 19
"""Of /proc/PID/stat behind the name in parentheses: when the process started (proc(5), 22)."""


def this_process() -> Identity:
    """The identity of this process."""
    pid = os.getpid()
    owner = f"{platform.node() or 'host'}:{pid}:{uuid.uuid4().hex[:8]}"
    return Identity(owner, _machine(), pid, _process(pid) or "")


def _machine() -> str:
    """What two processes have in common that see each other's pids."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def _process(pid: int) -> str | None:
    """What tells a process from others that had its pid; None when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _exists(pid)
    return None if stat[0] in "ZX" else stat[_START_FIELD]


def _exists(pid: int) -> str | None:
    """The same without /proc, or where it hides other users' processes: empty if there is one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return "" if not Path("/proc/self/stat").exists() else None


def is_alive(row: AnyRow, now: datetime) -> bool:
    """Whether a process that is entered in the store still lives.

    On this machine the system knows, if it lets us see; elsewhere, one that did not report
    within its lease (`now` is the time of the store) is dead.
    """
    if row.state == STOPPED:
        return False
    if row.machine == _machine():
        found = _process(int(row.pid))
        if found is None or found == str(row.process):
            return found is not None
        if found:
            return False  # a later process with its pid
    reported = from_text(row.reported_at)
    return reported is not None and now - reported <= timedelta(seconds=row.lease_seconds)


def dead_owners(rows: Iterable[AnyRow], now: datetime) -> list[str]:
    """Those of these processes that are dead without having said goodbye."""
    return [row.owner for row in _dead(rows, now)]


def _dead(rows: Iterable[AnyRow], now: datetime) -> list[AnyRow]:
    return [row for row in rows if row.state != STOPPED and not is_alive(row, now)]


def forget_ended(connection: Connection, rows: Iterable[AnyRow], now: datetime) -> None:
    """Forget those of these processes that died long ago, and all but the last that stopped.

    Never one that lives, whatever the clock says: what it claimed would be free.
    """
    old = now - timedelta(days=FORGET_DAYS)
    dead = _dead(rows, now)
    daemons.forget(
        connection, [each.owner for each in dead if (from_text(each.reported_at) or now) < old]
    )
    daemons.forget_stopped(connection, to_text(now - timedelta(days=1)))
