"""Times as producers write them into rows: text, numbers, and JSON's ways to wrap them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

_EPOCH_SECONDS: Final = (100_000_000, 10_000_000_000)
"""Since 1973: numbers below are dates in eight digits, and no seconds."""
_WRAPPED: Final = ("$date", "$numberLong", "@value")
"""Keys under which MongoDB's extended JSON and JSON-LD have the time itself."""
_LONGEST: Final = 40


def time_text(value: Any) -> str | None:
    """A time as text for those who understand times; None for what cannot be one.

    Text stays as it is; seconds or milliseconds since 1970 and fourteen digits become ISO 8601.
    """
    value = _unwrapped(value)
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_text(value)
    return None


def no_time(name: str, value: Any) -> str | None:
    """A warning when this value, said to be the record's `name`, cannot be a time.

    Nothing is said of `False` and what is empty: that is how producers write "none".
    """
    if not value or time_text(value) is not None:
        return None
    return f"{name} not understood: of type {type(value).__name__}"


def _unwrapped(value: Any) -> Any:
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    while isinstance(value, Mapping):
        key = next((key for key in _WRAPPED if key in value), None)
        value = value[key] if key else None
        if key == "$numberLong" and isinstance(value, str) and value.isdecimal():
            value = int(value[:_LONGEST])
    return value


def _number_text(value: Any) -> str:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    low, high = _EPOCH_SECONDS
    seconds = whole if abs(whole) < high else whole // 1000
    if low <= seconds < high:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    digits = str(whole)[:_LONGEST]
    if len(digits) == 14 and digits.isdecimal():
        day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
        return f"{day}T{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
    return digits


def instant(text: str | None) -> tuple[datetime | None, str | None]:
    """An aware UTC time from ISO 8601 or fourteen digits, and a warning when it is none.

    A time without a zone is taken as UTC, as crawlers write it.
    """
    if text is None:
        return None, None
    plain = text.strip()
    try:
        if plain.isdigit() and len(plain) == 14:
            moment = datetime.strptime(plain + "+0000", "%Y%m%d%H%M%S%z")
        else:
            moment = datetime.fromisoformat(plain)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, f"record time not understood: {plain[:40]!r}"
    if not 1990 <= moment.year <= 2100:
        return None, f"record time out of range: {plain[:40]!r}"
    return moment.replace(microsecond=0), None
