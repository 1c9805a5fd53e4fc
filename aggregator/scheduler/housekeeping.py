"""What is done every few seconds beside the rounds: figures, alarms, forgetting dead daemons."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.core.times import from_text
from aggregator.scheduler.alarms import Situation, alarms, oldest_day
from aggregator.scheduler.logs import log
from aggregator.scheduler.owner import is_alive
from aggregator.scheduler.workshop import Workshop
from aggregator.store import daemons, figures, sources
from aggregator.store.engine import noting, reading
from aggregator.store.figures import Alarm, Figures
from aggregator.store.sql import AnyRow

FORGET_DAYS = 7
"""A daemon that ended so long ago is forgotten."""


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
        new, gone = figures.set_alarms(connection, wanted, now.text)
        standing = figures.standing_alarms(connection)
        moment = daemons.moment(connection, now.wall)
        rows = daemons.all_daemons(connection)
        old = moment - timedelta(days=FORGET_DAYS)
        ended = [row for row in rows if not is_alive(row, moment)]
        daemons.forget(
            connection, [r.owner for r in ended if (from_text(r.reported_at) or moment) < old]
        )
    for alarm in new:
        what = {"kind": alarm.kind, "subject": alarm.subject}
        log(logging.WARNING, "alarm", **what, message=alarm.message)
    for alarm in gone:
        log(logging.INFO, "alarm is over", kind=alarm.kind, subject=alarm.subject)
    return Overview(counted, states, standing, days)
