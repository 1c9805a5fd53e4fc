# ruff: noqa: E501 - tables of times
"""Ages and dates as pages write them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import babel
import pytest

from aggregator.cleaning import cldr
from aggregator.cleaning.ages import find_age_at_end, parse_age
from aggregator.cleaning.dates import address_date, parse_time, parse_written
from tests.running import PROJECT

THREE_HOURS = [
    "3 hours ago", "3h", "3 hrs ago", "vor 3 Stunden", "vor 3 Std.", "il y a 3 heures", "hace 3 horas",
    "há 3 horas", "3 ore fa", "3 uur geleden", "för 3 timmar sedan", "for 3 timer siden", "3 tuntia sitten",
    "3 godziny temu", "před 3 hodinami", "3 часа назад", "3 години тому", "преди 3 часа", "пре 3 сата",
    "prije 3 sata", "acum 3 ore", "3 órával ezelőtt", "πριν από 3 ώρες", "3 saat önce", "قبل 3 ساعات",
    "منذ 3 ساعات", "۳ ساعت پیش", "לפני 3 שעות", "3 घंटे पहले", "৩ ঘণ্টা আগে", "3 jam yang lalu",
    "3 giờ trước", "3 ชั่วโมงที่ผ่านมา", "3小时前", "3 小時前", "3時間前", "3시간 전",
]  # fmt: skip
ONE_HOUR = ["an hour ago", "vor einer Stunde", "il y a une heure", "hace una hora", "час назад", "godzinę temu", "un'ora fa", "acum o oră"]  # fmt: skip


@pytest.mark.skipif(
    f"Babel {babel.__version__})" not in str(cldr.__doc__), reason="the tables of another Babel"
)
def test_the_tables_of_months_and_ages_are_those_of_babel() -> None:
    script = PROJECT / "scripts" / "cldr_tables.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", THREE_HOURS)
def test_an_age_is_read_in_its_language(text: str) -> None:
    age = parse_age(text)
    assert age is not None
    assert age.delta == timedelta(hours=3)


@pytest.mark.parametrize("text", ONE_HOUR)
def test_one_may_be_a_word(text: str) -> None:
    age = parse_age(text)
    assert age is not None
    assert age.delta == timedelta(hours=1)


@pytest.mark.parametrize(
    "text", ["hours", "3 days", "He left 3 hours ago", "an hour", "3", "", "ago", "2025"]
)
def test_what_states_no_age_gives_none(text: str) -> None:
    assert parse_age(text) is None


@pytest.mark.parametrize(
    ("text", "outlet", "hours"),
    [
        ("Tidewater Gazette11 hours ago", "Tidewater Gazette", 11),
        ("Tidewater Gazettean hour ago", "Tidewater Gazette", 1),
        ("Channel 73 hours ago", "Channel 7", 3),
        ("El Estuariohace 2 horas", "El Estuario", 2),
        ("Вестник2 часа назад", "Вестник", 2),
        ("河口新聞3時間前", "河口新聞", 3),
        ("Bote · 5h", "Bote", 5),
    ],
)
def test_an_outlet_and_an_age_are_told_apart_though_glued(
    text: str, outlet: str, hours: int
) -> None:
    found = find_age_at_end(text)
    assert found is not None
    assert (found[0].strip(), found[1].delta) == (outlet, timedelta(hours=hours))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04T10:35:07.5+02:00", datetime(2026, 3, 4, 8, 35, 7, tzinfo=UTC)),
        ("2026-03-04T10:35Z", datetime(2026, 3, 4, 10, 35, tzinfo=UTC)),
        ("2026-03-04 10:35", datetime(2026, 3, 4, 10, 35, tzinfo=UTC)),
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)),
        ("20260304", datetime(2026, 3, 4, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 10:35:00 GMT", datetime(2026, 3, 4, 10, 35, tzinfo=UTC)),
        ("1772620500", datetime(2026, 3, 4, 10, 35, tzinfo=UTC)),
        ("2026-03-04T10:35:00+14:00", datetime(2026, 3, 3, 20, 35, tzinfo=UTC)),
        ("2026-03-04T10:35:00+25:00", None),
        ("2026-03-04T10:35:00-14:01", None),
        ("0000-01-01", None),
        ("2026-02-30", None),
        ("soon", None),
    ],
)
def test_machine_times_are_read(text: str, moment: datetime | None) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("4. März 2026, 10:35 Uhr", datetime(2026, 3, 4, 10, 35, tzinfo=UTC)),
        ("March 4, 2026 at 3:05 p.m. EST", datetime(2026, 3, 4, 20, 5, tzinfo=UTC)),
        ("4 mars 2026", datetime(2026, 3, 4, tzinfo=UTC)),
        ("4 de marzo de 2026", datetime(2026, 3, 4, tzinfo=UTC)),
        ("4 марта 2026", datetime(2026, 3, 4, tzinfo=UTC)),
        ("2026年3月4日 10:35", datetime(2026, 3, 4, 10, 35, tzinfo=UTC)),
        ("04.03.2026", datetime(2026, 3, 4, tzinfo=UTC)),
        ("13/3/2026", datetime(2026, 3, 13, tzinfo=UTC)),
        ("3/4/2026", None),
        ("Chapter 4, 2026", None),
    ],
)
def test_written_dates_are_read_and_ambiguous_ones_are_not(
    text: str, moment: datetime | None
) -> None:
    assert parse_written(text) == moment


def test_an_address_may_tell_the_day() -> None:
    assert address_date("https://a.example/2026/03/04/seals") == datetime(2026, 3, 4, tzinfo=UTC)
    assert address_date("https://a.example/2026/33/04/seals") is None
