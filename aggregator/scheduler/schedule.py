"""When a source is looked at: intervals and cron expressions as APScheduler triggers."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

_INTERVAL = re.compile(r"(\d+)\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=366)
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBERED = re.compile(r"([0-7])(?:-([0-7]))?(?:/([1-9]))?")
_CRON_FIELDS = 5


class Trigger(BaseTrigger):  # type: ignore[misc]
    """An interval or a cron expression, whose missed times are passed over.

    The library counts all of them up before it runs the last one: with an interval of a second,
    a clock that was set forward by years would take its memory.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    @property
    def is_interval(self) -> bool:
        """Whether it counts from the last run."""
        return isinstance(self.inner, IntervalTrigger)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The first time after the `previous` run and not before `now`, but for the very next."""
        found: datetime | None = self.inner.get_next_fire_time(previous, now)
        if found is None or previous is None or found >= now:
            return found
        if self.is_interval:
            step: timedelta = self.inner.interval
            found = previous + step * math.ceil((now - previous) / step)
        else:
            found = self.inner.get_next_fire_time(now, now)
        return found


class ScheduleError(ValueError):
    """A schedule cannot be used; the message says why."""


def parse_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; raises ScheduleError for anything else."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(
            f"{name!r} is no time zone such as Europe/Berlin (IANA name)"
        ) from None


def parse_schedule(text: str, zone: ZoneInfo) -> Trigger:
    """The trigger of an interval (``5m``) or of a cron expression in its zone.

    Intervals count in UTC: a change to daylight saving time does not move them. Raises
    ScheduleError for anything else.
    """
    interval = _INTERVAL.fullmatch(text.strip())
    if interval:
        return _interval(int(interval[1]), _UNITS[interval[2]])
    parts = text.split()
    if len(parts) != _CRON_FIELDS:
        raise ScheduleError(f"{text!r} is no interval such as 5m, and no cron expression")
    minute, hour, day, month, weekday = parts
    if day != "*" and weekday != "*":
        raise ScheduleError("give a day of the month or a day of the week, not both")
    try:
        cron = CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=_weekdays(weekday),
            timezone=zone,
        )
    except ValueError as error:
        raise ScheduleError(str(error)) from None
    if cron.get_next_fire_time(None, datetime.now(UTC)) is None:
        raise ScheduleError(f"{text!r} names no day that ever comes")
    return Trigger(cron)


def _interval(number: int, unit: str) -> Trigger:
    if not 0 < number < 10**9 or not timedelta() < timedelta(**{unit: number}) <= _LONGEST:
        raise ScheduleError("an interval must be more than 0 and at most 366 days")
    return Trigger(IntervalTrigger(**{unit: number}, timezone=UTC))


def _weekdays(text: str) -> str:
    """Numbered weekdays by name: in crontab 0 and 7 are Sunday, in APScheduler 0 is Monday."""
    return ",".join(_named(part) for part in text.split(","))


def _named(part: str) -> str:
    numbered = _NUMBERED.fullmatch(part)
    if not numbered:
        return part
    first, last, step = numbered.groups()
    if last is None and step is not None:
        raise ScheduleError(f"{part!r}: a step needs a range of days, or *")
    numbers = range(int(first), int(last or first) + 1, int(step or 1))
    if not numbers:
        raise ScheduleError(f"{part!r}: the days run backwards")
    return ",".join(_WEEKDAYS[number] for number in numbers)


def first_run(trigger: Trigger, last: datetime | None, now: datetime) -> datetime | None:
    """When a source is due next that was looked at `last`: now, if a run was missed since.

    However many runs were missed, one catches them up. A source that was never looked at is
    due now by an interval, and at its next time by a cron expression. None = never.
    """
    if last is None or last > now:
        if trigger.is_interval:
            return now
        found = trigger.get_next_fire_time(None, now)
    else:
        found = trigger.get_next_fire_time(last, last)
    if found is None:
        return None
    due: datetime = max(found, now)
    return due
