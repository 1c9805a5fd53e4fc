"""Times as the store keeps them: text that sorts as time does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.times import (
    UNKNOWN_KEY,
    from_order_key,
    from_text,
    has_day_precision,
    order_key,
    to_text,
)

offsets = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
    lambda delta: timezone(timedelta(minutes=delta // timedelta(minutes=1)))
)
moments = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 the strategy adds the zone
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=offsets,
)


@given(moments)
def test_what_is_written_can_be_read(moment: datetime) -> None:
    """Writing and reading keeps the moment, in UTC and whole seconds."""
    text = to_text(moment)
    assert from_text(text) == moment.astimezone(UTC).replace(microsecond=0)
    assert len(text) == 20
    assert to_text(from_text(text)) == text


@given(moments, moments)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    """For any years and zones, also before the year 1000."""
    earlier, later = sorted(each.replace(microsecond=0) for each in (one, other))
    assert to_text(earlier) <= to_text(later)


def test_one_form() -> None:
    """RFC 3339 in UTC."""
    zone = timezone(timedelta(hours=2))
    assert to_text(datetime(2025, 7, 13, 12, 0, 5, 999, zone)) == "2025-07-13T10:00:05Z"
    assert to_text(datetime(987, 1, 2, tzinfo=UTC)) == "0987-01-02T00:00:00Z"


def test_no_time_stays_none() -> None:
    """Unknown is unknown, in all directions."""
    assert to_text(None) is None
    assert from_text(None) is None
    assert from_order_key(order_key(None)) is None
    assert from_order_key(None) is None


def test_a_time_without_a_zone_is_refused() -> None:
    """A naive time is a mistake of the program, not a guess at UTC."""
    with pytest.raises(ValueError, match="without a zone"):
        to_text(datetime(2025, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-07-13",
        "2025-07-13T10:00:00+00:00",
        "2025-07-13 10:00:00Z",
        "2025-W07-1T10:00:00Z",
        "2025-07-13T10:00.00Z",
        "now",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    """What `to_text` did not write is not read."""
    with pytest.raises(ValueError, match=r"does not match|unconverted"):
        from_text(text)


def test_order_is_by_day_then_known_times_then_the_rest_of_the_day() -> None:
    """A day without a time comes behind all known times of that day; unknown comes last."""
    ordered = [
        "2026-03-01T00:00:01Z",
        "2026-03-01T23:59:59Z",
        "2026-03-01T00:00:00Z",
        "2026-03-02T00:00:01Z",
        "2026-03-02T00:00:00Z",
        None,
    ]
    assert sorted(ordered, key=order_key) == ordered


@given(st.one_of(st.none(), moments))
def test_an_order_key_keeps_its_time(moment: datetime | None) -> None:
    """The earliest key of a cluster gives its first published time back."""
    text = to_text(moment)
    assert from_order_key(order_key(text)) == text
    assert order_key(text) <= UNKNOWN_KEY


def test_midnight_is_a_day() -> None:
    """Midnight +00:00 is day precision, wherever it was midnight."""
    assert has_day_precision("2026-03-01T00:00:00Z")
    assert not has_day_precision("2026-03-01T00:00:01Z")
