"""Times as the store keeps them: RFC 3339 in UTC, whole seconds, as text.

Text of one fixed form sorts bytewise as time does and is the same on every database.
Midnight +00:00 means day precision (DESIGN section 2).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import overload

_FORM = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z")
_MIDNIGHT = "T00:00:00Z"
UNKNOWN_KEY = "~"
"""Sorts behind every `order_key`: the key of an unknown time."""


@overload
def to_text(moment: datetime) -> str: ...
@overload
def to_text(moment: None) -> None: ...
@overload
def to_text(moment: datetime | None) -> str | None: ...
def to_text(moment: datetime | None) -> str | None:
    """Write an aware datetime as ``2025-07-13T10:00:00Z`` (RFC 3339); None stays None.

    Raises ValueError for a naive datetime: a time without a zone is no time.
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {moment!r}")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def from_text(text: str | None) -> datetime | None:
    """Read what `to_text` wrote; raises ValueError for any other form."""
    if text is None:
        return None
    if not _FORM.fullmatch(text):
        raise ValueError(f"{text!r} does not match {_FORM.pattern}")
    return datetime.fromisoformat(text)


def has_day_precision(text: str) -> bool:
    """Whether only the day of this time is known."""
    return text.endswith(_MIDNIGHT)


def order_key(text: str | None) -> str:
    """Key of a published time in "who was first": by day, then known times, unknown last."""
    if text is None:
        return UNKNOWN_KEY
    return f"{text[:10]}{1 if has_day_precision(text) else 0}{text[10:]}"


def from_order_key(key: str | None) -> str | None:
    """The time that `order_key` made this key of; None for an unknown time."""
    if key is None or key == UNKNOWN_KEY:
        return None
    return key[:10] + key[11:]


def era(moment: str | None, days: int) -> int | None:
    """The stretch of `days` days, counted from 1970, that a stored time lies in.

    None for an unknown time, and where `days` is 0: there are no eras then.
    """
    parsed = from_text(moment) if days else None
    return None if parsed is None else int(parsed.timestamp() // (days * 86_400))
