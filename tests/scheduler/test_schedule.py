"""Schedules: intervals, cron expressions, time zones and their changes, and missed runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.scheduler.schedule import ScheduleError, first_run, parse_schedule, parse_zone

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")


def times(schedule: str, start: datetime, end: datetime, zone: ZoneInfo = BERLIN) -> list[str]:
    """When a schedule is due between two times, in UTC."""
    trigger = parse_schedule(schedule, zone)
    found, last = [], None
    while (due := trigger.get_next_fire_time(last, last or start)) is not None and due <= end:
        found.append(due.astimezone(UTC).strftime("%a %H:%M"))
        last = due
    return found


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("2h", 7200), ("1 d", 86400)]
)
def test_an_interval_counts_from_the_last_run(text: str, seconds: int) -> None:
    """An interval is due so long after the run before it."""
    trigger = parse_schedule(text, UTC_ZONE)
    last = datetime(2026, 5, 4, tzinfo=UTC)
    assert trigger.get_next_fire_time(last, last) == last + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", "Sun"),
        ("7", "Sun"),
        ("1", "Mon"),
        ("1-5", "Mon Tue Wed Thu Fri"),
        ("5-7", "Fri Sat Sun"),
        ("0-6/3", "Sun Wed Sat"),
        ("mon-fri", "Mon Tue Wed Thu Fri"),
        ("0,6", "Sun Sat"),
    ],
)
def test_weekdays_are_numbered_as_in_crontab(field: str, days: str) -> None:
    """0 and 7 are Sunday, whatever the library calls them."""
    start = datetime(2026, 5, 3, tzinfo=UTC)
    found = times(f"0 6 * * {field}", start, start + timedelta(days=7), UTC_ZONE)
    assert {day.split()[0] for day in found} == set(days.split())


def test_a_time_that_the_spring_change_leaves_out_is_run_once_after_it() -> None:
    """02:30 does not exist on that night in Berlin; the run is at 03:30, which is 01:30 UTC."""
    start = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert times("30 2 * * *", start, start + timedelta(days=2)) == ["Sun 01:30", "Mon 00:30"]


def test_a_time_that_the_autumn_change_repeats_is_run_both_times() -> None:
    """02:30 comes twice on that night; the second look finds nothing that was not read."""
    start = datetime(2026, 10, 24, 12, tzinfo=UTC)
    found = times("30 2 * * *", start, start + timedelta(days=2))
    assert found == ["Sun 00:30", "Sun 01:30", "Mon 01:30"]


@pytest.mark.parametrize("start", ["2027-03-27T23:00Z", "2026-10-24T22:00Z"])
def test_an_hourly_schedule_neither_halts_nor_doubles_at_a_change(start: str) -> None:
    """Every hour of real time has its run, in both directions of the change."""
    first = datetime.fromisoformat(start)
    found = times("0 * * * *", first, first + timedelta(hours=6))
    assert found == [(first + timedelta(hours=n)).strftime("%a %H:%M") for n in range(7)]


def test_an_interval_takes_no_notice_of_daylight_saving() -> None:
    """Half hours stay half hours through the night of the change."""
    start = datetime(2027, 3, 27, 23, tzinfo=UTC)
    trigger = parse_schedule("30m", BERLIN)
    due = [start]
    for _ in range(8):
        due.append(trigger.get_next_fire_time(due[-1], due[-1]))
    assert {b - a for a, b in pairwise(due)} == {timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no interval"),
        ("5 minutes", "no interval"),
        ("0s", "more than 0"),
        ("99999999999d", "more than 0"),
        ("400d", "at most 366 days"),
        ("61 * * * *", "61"),
        ("* * * *", "no interval"),
        ("0 0 1 * 1", "not both"),
        ("0 0 * * 8", "8"),
        ("0 0 * * 5-1", "backwards"),
        ("0 0 * * 1/2", "a step needs a range"),
        ("0 0 31 2 *", "no day that ever comes"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(ScheduleError, match=why):
        parse_schedule(text, UTC_ZONE)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ScheduleError, match="no time zone such as"):
        parse_zone(name)


def test_however_many_runs_were_missed_one_catches_them_up() -> None:
    """A source that should have run three times while we were away is due now."""
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    daily = parse_schedule("0 3 * * *", UTC_ZONE)
    assert first_run(daily, now - timedelta(days=3), now) == now
    assert first_run(parse_schedule("1h", UTC_ZONE), now - timedelta(days=3), now) == now


def test_what_was_not_missed_waits_for_its_time() -> None:
    """A new start does not run what ran since it was last due."""
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    daily, hourly = parse_schedule("0 3 * * *", UTC_ZONE), parse_schedule("1h", UTC_ZONE)
    assert first_run(daily, now - timedelta(hours=8), now) == datetime(2026, 5, 5, 3, tzinfo=UTC)
    assert first_run(hourly, now - timedelta(minutes=20), now) == now + timedelta(minutes=40)


def test_a_new_source_is_looked_at_now_by_interval_and_in_time_by_cron() -> None:
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert first_run(parse_schedule("1d", UTC_ZONE), None, now) == now
    due = first_run(parse_schedule("0 3 * * *", UTC_ZONE), None, now)
    assert due == datetime(2026, 5, 5, 3, tzinfo=UTC)


@given(
    schedule=st.sampled_from(["10s", "7m", "3h", "*/5 * * * *", "30 2 * * *", "0 0 1 * *"]),
    back=st.integers(-(10**7), 10**7),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"]),
)
def test_a_run_is_never_due_before_now_nor_lost_to_a_clock_set_back(
    schedule: str, back: int, zone: str
) -> None:
    """Whatever the last run's time says, also one in the future, the next is now or later and
    no more than one period away."""
    now = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    trigger = parse_schedule(schedule, ZoneInfo(zone))
    due = first_run(trigger, now - timedelta(seconds=back), now)
    assert due is not None
    assert now <= due <= now + timedelta(days=32)
