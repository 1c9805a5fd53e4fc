"""When to warn: pure functions of figures, settings and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from aggregator.core.operation import AlarmOptions, SourceOptions
from aggregator.core.times import from_text
from aggregator.core.wording import counted
from aggregator.store.figures import Alarm
from aggregator.store.sql import AnyRow

USUAL_DAYS = 7
"""Days before the last whole one whose median is a source's usual day."""
_FEWEST_DAYS = 3
_FEWEST_RECORDS = 20
"""A source that usually brings fewer records a day varies too much to be compared."""
_FEWEST_REJECTED = 3


@dataclass(frozen=True, slots=True)
class Situation:
    """What alarms are raised for."""

    large_clusters: Sequence[tuple[str, int]]
    states: Mapping[str, AnyRow]
    """How each source is, by name."""
    days: Sequence[AnyRow]
    """What sources brought on each day, from `oldest_day` on."""


def oldest_day(now: datetime) -> str:
    """The first day whose counts the alarms look at."""
    return (now.date() - timedelta(days=USUAL_DAYS + 1)).isoformat()


def alarms(
    situation: Situation,
    options: AlarmOptions,
    sources: Iterable[SourceOptions],
    now: datetime,
) -> list[Alarm]:
    """The warnings that must stand, in the order of kind and subject."""
    found = [
        Alarm(
            "runaway_cluster",
            cluster,
            f"{counted(size, 'article')}, more than {options.cluster_size:,}",
        )
        for cluster, size in situation.large_clusters
        if options.cluster_size
    ]
    for source in sources:
        state = situation.states.get(source.name)
        days = [row for row in situation.days if row.source == source.name]
        found += _of_source(source, options, state, days, now)
    return sorted(found, key=lambda alarm: (alarm.kind, alarm.subject))


def _of_source(
    source: SourceOptions,
    options: AlarmOptions,
    state: AnyRow | None,
    days: Sequence[AnyRow],
    now: datetime,
) -> Iterator[Alarm]:
    if state is None:
        return
    if state.error is not None:
        yield Alarm("failing_source", source.name, state.error)
    hours = options.silent_hours if source.silent_hours is None else source.silent_hours
    since = from_text(state.last_record_at or state.since)
    if hours and since is not None and now - since > timedelta(hours=hours):
        yield Alarm("silent_source", source.name, f"no new record for more than {hours:g} h")
    share = options.rejected_share if source.rejected_share is None else source.rejected_share
    yield from _rejections(source.name, share, days, now.date())
    yield from _losses(source.name, options.records_share, state, days, now.date())


def _rejections(name: str, share: float, days: Sequence[AnyRow], today: date) -> Iterator[Alarm]:
    """Too many rejected records, today and yesterday together."""
    recent = [row for row in days if row.day >= (today - timedelta(days=1)).isoformat()]
    read = sum(row.read for row in recent)
    rejected = sum(row.rejected for row in recent)
    if share and rejected >= _FEWEST_REJECTED and rejected > share * read:
        records = counted(read, "record")
        words = f"{rejected:,} of {records} rejected since yesterday, more than {share:.0%}"
        yield Alarm("rejection_rate", name, words)


def _losses(
    name: str, share: float, state: AnyRow, days: Sequence[AnyRow], today: date
) -> Iterator[Alarm]:
    """Yesterday, the last whole day, brought much less than the days before it."""
    read = {row.day: row.read for row in days}
    first = str(state.since)[:10]
    before = [(today - timedelta(days=n)).isoformat() for n in range(2, USUAL_DAYS + 2)]
    counts = [read.get(day, 0) for day in before if day >= first]
    if not share or len(counts) < _FEWEST_DAYS:
        return
    usual = median(counts)
    last = read.get((today - timedelta(days=1)).isoformat(), 0)
    if usual >= _FEWEST_RECORDS and last < share * usual:
        records = counted(last, "record")
        words = f"{records} yesterday, less than {share:.0%} of the usual {usual:,.0f}"
        yield Alarm("lost_records", name, words)
