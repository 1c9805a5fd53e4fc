"""Alarms are functions of figures, settings and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from aggregator.core.operation import AlarmOptions, SourceOptions
from aggregator.scheduler.alarms import Situation, alarms
from aggregator.scheduler.metrics import ALARMS

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)
SOURCE = SourceOptions(name="wire", path="/srv/in")


def day(back: int, read: int, rejected: int = 0) -> Any:
    """What the source brought on the day so many days ago."""
    name = (NOW.date() - timedelta(days=back)).isoformat()
    return SimpleNamespace(source="wire", day=name, read=read, rejected=rejected)


def state(**values: Any) -> Any:
    plain = {
        "error": None,
        "since": "2026-01-01T00:00:00Z",
        "last_record_at": "2026-05-11T11:00:00Z",
    }
    return SimpleNamespace(**{**plain, **values})


def raised(
    days: list[Any] | None = None,
    large: list[tuple[str, int]] | None = None,
    source: SourceOptions = SOURCE,
    options: AlarmOptions | None = None,
    **values: Any,
) -> list[tuple[str, str]]:
    situation = Situation(large or [], {"wire": state(**values)}, days or [])
    found = alarms(situation, options or AlarmOptions(), [source], NOW)
    assert {each.kind for each in found} <= set(ALARMS)
    return [(each.kind, each.message) for each in found]


def test_a_healthy_source_raises_no_alarm() -> None:
    assert raised([day(n, 100, 1) for n in range(9)]) == []


def test_a_source_is_silent_when_it_brought_nothing_new_for_long() -> None:
    """Old dumps that are read again break no silence; a source's own limit goes first."""
    assert raised(last_record_at="2026-05-09T13:00:00Z") == []
    assert raised(last_record_at="2026-05-09T11:00:00Z")[0][0] == "silent_source"
    assert raised(last_record_at=None)[0][0] == "silent_source"
    assert raised(last_record_at=None, source=SourceOptions("wire", "/in", silent_hours=0.0)) == []


def test_a_whole_day_far_under_the_usual_one_has_lost_records() -> None:
    """The last whole day is compared with the median of the week before it."""
    week = [day(n, 100) for n in range(2, 9)]
    assert raised([day(0, 0), day(1, 50), *week]) == []
    assert raised([day(0, 0), day(1, 49), *week]) == [
        ("lost_records", "49 records yesterday, less than 50% of the usual 100")
    ]
    assert raised(week)[0][0] == "lost_records"


@pytest.mark.parametrize("days", [[day(n, 10) for n in range(2, 9)], []])
def test_small_sources_vary_too_much_to_be_compared(days: list[Any]) -> None:
    assert raised(days) == []


def test_a_source_that_was_added_lately_has_no_usual_day() -> None:
    assert raised([day(2, 100)], since="2026-05-09T00:00:00Z") == []


def test_too_many_rejections_within_a_day_are_told() -> None:
    assert raised([day(0, 50, 5), day(1, 50, 5)]) == []
    assert raised([day(0, 50, 6), day(1, 50, 5)])[0] == (
        "rejection_rate",
        "11 of 100 records rejected since yesterday, more than 10%",
    )
    assert raised([day(0, 2, 2)]) == [], "two bad records are no rate"
    assert raised([day(0, 9, 9)], source=SourceOptions("wire", "/in", rejected_share=1.0)) == []


def test_a_cluster_over_the_limit_has_run_away() -> None:
    assert raised(large=[("c1", 1200)]) == [("runaway_cluster", "1,200 articles, more than 1,000")]


def test_a_failing_source_is_told_with_its_error() -> None:
    assert raised(error="no such folder") == [("failing_source", "no such folder")]


def test_every_alarm_can_be_turned_off() -> None:
    off = AlarmOptions(cluster_size=0, silent_hours=0, records_share=0, rejected_share=0)
    days = [day(0, 9, 9), *(day(n, 100) for n in range(2, 9))]
    assert raised(days, [("c1", 10**6)], options=off, last_record_at=None) == []
