"""Late, missed and overlapping runs of APScheduler, set up as we do, by a fake clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers import base
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from aggregator.scheduler.sources import Source
from aggregator.scheduler.timetable import Timetable

START = datetime.now(UTC).replace(microsecond=0)


class Stepped(BackgroundScheduler):  # type: ignore[misc]
    """The library's scheduler, whose thread is not started: the test makes its steps."""

    def _main_loop(self) -> None:
        return

    def step(self) -> None:
        self._process_jobs()


class FakeDatetime(datetime):
    """What the library asks for the time."""

    moment = START

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return cls.moment.astimezone(tz)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Sets the library's clock to so many seconds after the start."""
    monkeypatch.setattr(base, "datetime", FakeDatetime)

    def set_clock(seconds: float) -> None:
        FakeDatetime.moment = START + timedelta(seconds=seconds)

    set_clock(0)
    yield set_clock
    FakeDatetime.moment = START


def stepped(work: Callable[[str], None], executor: Any) -> tuple[Timetable, Stepped]:
    scheduler = Stepped(executors={"default": executor}, timezone=UTC)
    table = Timetable(work, 1, scheduler)
    table.start()
    return table, scheduler


def test_missed_runs_are_made_once_however_late(
    at: Callable[[float], None], source: Callable[..., Source]
) -> None:
    """After an hour without a step, a source of one minute runs once and goes on from there."""
    runs: list[str] = []
    table, scheduler = stepped(runs.append, DebugExecutor())
    table.set(source(schedule="1m"), None, START)
    scheduler.step()
    assert runs == ["wire"]
    at(3600)
    scheduler.step()
    assert runs == ["wire"] * 2
    due = table.due_times()["wire"]
    assert due == START + timedelta(seconds=3660)
    table.stop()


def test_however_long_the_clock_was_away_missed_times_are_not_counted_up(
    at: Callable[[float], None], source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was set forward by 50 years asks for the next time a few times, not for each
    of the thousand million seconds that were missed; the phase of the interval stays."""
    asked: list[object] = []
    for kind in (IntervalTrigger, CronTrigger):
        real = kind.get_next_fire_time

        def counting(*args: Any, real: Any = real) -> Any:
            asked.append(args)
            return real(*args)

        monkeypatch.setattr(kind, "get_next_fire_time", counting)
    runs: list[str] = []
    table, scheduler = stepped(runs.append, DebugExecutor())
    table.set(source(schedule="7s"), START, START)
    table.set(source(name="cron", schedule="*/5 * * * *"), START, START)
    at(50 * 365 * 86_400 + 0.5)
    scheduler.step()
    assert sorted(runs) == ["cron", "wire"]
    assert len(asked) < 20
    due = table.due_times()["wire"]
    assert due is not None
    assert (due - START).total_seconds() % 7 == 0
    assert due - FakeDatetime.moment <= timedelta(seconds=7)
    table.stop()


@pytest.mark.parametrize(
    ("day", "runs"),
    [
        (datetime(2027, 3, 27, 23, tzinfo=UTC), ["01:30"]),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), ["00:30", "01:30"]),
    ],
)
def test_the_night_of_a_time_change_by_the_fake_clock(
    at: Callable[[float], None],
    source: Callable[..., Source],
    day: datetime,
    runs: list[str],
) -> None:
    """02:30 in Berlin through both nights, a step a minute: once in spring, an hour later by the
    clock; both times in autumn. A night that was slept through is caught up by one run."""
    for step in (60, 6 * 3600):
        made: list[str] = []
        table, scheduler = stepped(
            lambda _name, made=made: made.append(f"{FakeDatetime.moment:%H:%M}"), DebugExecutor()
        )
        at((day - START).total_seconds())
        table.set(source(schedule="30 2 * * *", time_zone="Europe/Berlin"), day, day)
        for seconds in range(0, 6 * 3600 + 1, step):
            at((day - START).total_seconds() + seconds)
            scheduler.step()
        assert made == (runs if step == 60 else [f"{day + timedelta(hours=6):%H:%M}"])
        table.stop()


def test_a_run_that_comes_in_the_middle_of_another_follows_it_once(
    at: Callable[[float], None], source: Callable[..., Source]
) -> None:
    """Runs never overlap; however many came too soon, one is made at once after the end."""
    begun, may_end = threading.Semaphore(0), threading.Semaphore(0)
    together: list[int] = []
    running = 0

    def work(_name: str) -> None:
        nonlocal running
        running += 1
        together.append(running)
        begun.release()
        assert may_end.acquire(timeout=120)
        running -= 1

    executor = ThreadPoolExecutor(4)
    table, scheduler = stepped(work, executor)
    table.set(source(schedule="1m"), None, START)
    scheduler.step()
    assert begun.acquire(timeout=120)
    for seconds in (60, 120, 180):
        at(seconds)
        scheduler.step()
    ended = threading.Event()
    scheduler.add_listener(lambda _event: ended.set(), base.EVENT_JOB_MODIFIED)
    may_end.release()
    assert ended.wait(timeout=120)
    at(600)  # the follow-up is due by the true clock
    scheduler.step()
    assert begun.acquire(timeout=120)
    may_end.release()
    executor.shutdown()
    assert together == [1, 1]
    table.stop()


def test_a_run_that_fails_does_not_end_the_schedule(
    at: Callable[[float], None], source: Callable[..., Source]
) -> None:
    """An exception in a round leaves the next one in its place."""
    runs: list[str] = []

    def work(name: str) -> None:
        runs.append(name)
        raise RuntimeError("broken")

    table, scheduler = stepped(work, DebugExecutor())
    table.set(source(schedule="1m"), None, START)
    for seconds in (0, 60, 120):
        at(seconds)
        scheduler.step()
    assert len(runs) == 3
    table.stop()


def test_a_source_that_is_taken_off_is_not_run(
    at: Callable[[float], None], source: Callable[..., Source]
) -> None:
    runs: list[str] = []
    table, scheduler = stepped(runs.append, DebugExecutor())
    table.set(source(schedule="1m"), None, START)
    table.remove(["wire", "never there"])
    at(600)
    scheduler.step()
    assert runs == []
    table.stop()


def test_changed_times_take_the_place_of_the_old_ones(
    at: Callable[[float], None], source: Callable[..., Source]
) -> None:
    """A source that is set again has one place on the timetable, the new one."""
    table, _scheduler = stepped(lambda _name: None, DebugExecutor())
    table.set(source(schedule="1m"), START, START)
    table.set(source(schedule="1h"), START, START)
    assert table.due_times() == {"wire": START + timedelta(hours=1)}
    table.stop()


def test_a_source_can_be_looked_at_sooner_but_not_later(
    at: Callable[[float], None], source: Callable[..., Source]
) -> None:
    """A dump that settles need not wait a day for the next look."""
    table, _scheduler = stepped(lambda _name: None, DebugExecutor())
    table.set(source(schedule="1d"), START, START)
    for seconds, expected in ((60, 60), (90, 60), (30, 30)):
        table.soon("wire", START + timedelta(seconds=seconds))
        assert table.due_times() == {"wire": START + timedelta(seconds=expected)}
    table.soon("never there", START)
    table.stop()
