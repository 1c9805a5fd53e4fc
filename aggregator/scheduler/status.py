"""What the daemons and the store are doing, as plain values for people and programs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aggregator.core.times import from_text, to_text
from aggregator.scheduler.owner import is_alive
from aggregator.settings import Settings
from aggregator.store import daemons, figures, sources
from aggregator.store.engine import Connection
from aggregator.store.sql import AnyRow

Values = dict[str, Any]
_COUNTS = ("dumps", "read", "stored", "known", "rejected", "revised", "ignored")


def status(connection: Connection, settings: Settings, now: datetime) -> Values:
    """Daemons, figures, sources and alarms; sources that are configured come first.

    Of the daemons that said goodbye, the last one is told.
    """
    states = sources.all_states(connection)
    names = [source.name for source in settings.sources]
    names += sorted(states.keys() - set(names))
    moment = daemons.moment(connection, now)
    counted = figures.figures(connection)
    shown = daemons.present(connection) or daemons.last_stopped(connection)
    return {
        "time": to_text(now),
        "daemons": [_daemon(row, moment) for row in shown],
        "articles": counted.articles,
        "clusters": counted.clusters,
        "largest_cluster": counted.largest_cluster,
        "dumps": counted.dumps,
        "records": counted.records,
        "rejected_by_reason": counted.rejected,
        "sources": [_source(name, states.get(name), now) for name in names],
        "alarms": [
            {"kind": a.kind, "subject": a.subject, "message": a.message, "since": a.since}
            for a in figures.standing_alarms(connection)
        ],
    }


def with_states(connection: Connection, log: list[Values], now: datetime) -> list[Values]:
    """Rows of the log of dumps, with ``state`` in place of the process that reads them.

    A reading is ``finished``, ``reading``, or ``interrupted`` when its process is gone.
    """
    open_ = {row["owner"] for row in log if row["finished_at"] is None and row["owner"]}
    moment = daemons.moment(connection, now)
    rows = daemons.some_daemons(connection, open_)
    living = {row.owner for row in rows if is_alive(row, moment)}

    def state(row: Values) -> str:
        if row["finished_at"] is not None:
            return "finished"
        return "reading" if row["owner"] in living else "interrupted"

    return [{**{k: v for k, v in row.items() if k != "owner"}, "state": state(row)} for row in log]


def _daemon(row: AnyRow, now: datetime) -> Values:
    """A daemon; ``dead`` = ended without a goodbye, ``stalled`` = there, but long silent."""
    done = json.loads(row.figures)
    reported = from_text(row.reported_at)
    silent = max(0.0, (now - reported).total_seconds()) if reported else None
    state = row.state
    if not is_alive(row, now):
        state = daemons.STOPPED if row.state == daemons.STOPPED else "dead"
    elif silent is not None and silent > row.lease_seconds:
        state = "stalled"
    elif state == "running":
        state = "working" if done.get("reading") else "idle"
    return {
        "owner": row.owner,
        "mode": row.mode,
        "state": state,
        "started_at": row.started_at,
        "reported_at": row.reported_at,
        "silent_seconds": silent,
        **done,
    }


def _source(name: str, state: AnyRow | None, now: datetime) -> Values:
    since = from_text(state.waiting_since) if state else None
    return {
        "source": name,
        "last_run_at": state.last_run_at if state else None,
        "last_success_at": state.last_success_at if state else None,
        "last_record_at": state.last_record_at if state else None,
        "waiting": state.waiting if state else 0,
        "lag_seconds": max(0, int((now - since).total_seconds())) if since else 0,
        **{count: getattr(state, count) if state else 0 for count in _COUNTS},
        "error": state.error if state else None,
    }
