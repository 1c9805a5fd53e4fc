"""What is done every few seconds beside the rounds: figures, alarms, forgetting dead daemons."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.scheduler.alarms import Situation, alarms, oldest_day
from aggregator.scheduler.logs import log
from aggregator.scheduler.owner import forget_ended, is_alive
from aggregator.scheduler.workshop import Workshop
from aggregator.store import daemons, figures, sources
from aggregator.store.engine import noting, reading
from aggregator.store.figures import Alarm, Figures
from aggregator.store.sql import AnyRow

KEEP_DAYS = 100
"""What a source brought on a single day is remembered for so long."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the store and of the sources at one time."""

    figures: Figures
    states: dict[str, AnyRow]
    alarms: list[Alarm]
    days: list[AnyRow] = field(default_factory=list)


def keep_house(shop: Workshop) -> Overview:
    """Take the figures, let the alarms that they call for stand, and say what changed.

    Raises what the store raises.
    """
    now = shop.clock.now()
    settings = shop.settings
    with reading(shop.engine) as connection:
        counted = figures.figures(connection)
        large = figures.large_clusters(connection, settings.alarms.cluster_size)
        states = sources.all_states(connection)
        days = sources.all_days(connection, oldest_day(now.wall))
    situation = Situation(large, states, days)
    wanted = alarms(situation, settings.alarms, settings.sources, now.wall)
    with noting(shop.engine) as connection:
        moment = daemons.moment(connection, now.wall)
        rows = daemons.present(connection)
        left = _of_others(shop, rows, moment)
        new, gone = figures.set_alarms(connection, wanted, now.text, left)
        standing = figures.standing_alarms(connection)
        forget_ended(connection, rows, moment)
        sources.forget_days(connection, (now.wall - timedelta(days=KEEP_DAYS)).date().isoformat())
    _tell(new, gone)
    return Overview(counted, states, standing, days)


def _of_others(shop: Workshop, rows: Iterable[AnyRow], moment: datetime) -> set[str]:
    """Sources that other living daemons work on and this one does not: they judge them."""
    own = {source.name for source in shop.settings.sources}
    others = [row for row in rows if row.owner != shop.identity.owner and is_alive(row, moment)]
    named = {str(name) for row in others for name in json.loads(row.figures).get("sources", ())}
    return named - own


def _tell(new: Iterable[Alarm], gone: Iterable[Alarm]) -> None:
    for alarm in new:
        what = {"kind": alarm.kind, "subject": alarm.subject}
        log(logging.WARNING, "alarm", **what, message=alarm.message)
    for alarm in gone:
        log(logging.INFO, "alarm is over", kind=alarm.kind, subject=alarm.subject)
