"""Times that pages and dumps state, as aware datetimes in UTC with whole seconds.

A date without a time is midnight +00:00 (day precision). A time without a zone counts as
UTC: most pages that leave it out store UTC, and any other choice would be made up too. A
year outside `_FIRST_YEAR` .. two days after the record's own time is no date but a warning:
nothing is ever guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from aggregator.cleaning import cldr
from aggregator.cleaning.ages import Age

_FIRST_YEAR = 1605
"""The first printed newspaper (Relation, Strasbourg): archives may go back that far."""
_LAST_YEAR = 2100
_FURTHEST = 14 * 60  # minutes: no zone is further from UTC
_UNSET = frozenset({datetime(1970, 1, 1, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)})
"""What software writes for a date that nobody set."""
_AHEAD = timedelta(days=2)
"""How far in the future of the record a page may date itself (embargoes, time zones)."""

_ISO = re.compile(
    r"(?P<y>\d{1,4})-?(?P<m>\d{2})-?(?P<d>\d{2})"
    r"(?:(?:[T ]|\s+)(?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.I,
)
_RFC = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(?P<d>\d{1,2})[ -]"
    r"(?P<b>[A-Za-z]{3})[a-z]*[ -](?P<y>\d{4})"
    r"(?:\s+(?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?\s*(?P<zone>[+-]\d{4}|[A-Z]{1,4})?)?"
    r"(?:\s*\([A-Za-z ]+\))?",
    re.I,
)
_ENGLISH_MONTHS = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
# Only zones that mean one offset everywhere (RFC 5322, section 4.3, and European usage).
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "CET": 60, "CEST": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "JST": 540, "KST": 540, "EST": -300, "EDT": -240, "CST": -360,
    "CDT": -300, "MDT": -360, "MST": -420, "PST": -480, "PDT": -420,
}  # fmt: skip
_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})\s?[-./年년]\s?(\d{1,2})\s?[-./月월]\s?(\d{1,2})(?:\s?[日일.])?(?!\d)"
)
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s?([./])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_WORDS = re.compile(
    r"(?<!\d)(?P<d1>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?"
    r"(?P<m1>[^\W\d_]{3,14})\.?,?\s+(?:de\s+|del\s+)?(?P<y1>\d{4})(?!\d)"
    r"|(?P<m2>[^\W\d_]{3,14})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{4})(?!\d)"
)
_CLOCK = re.compile(
    r"(?P<noon>上午|下午|晚上|午前|午後|오전|오후)?\s?"
    r"(?<!\d)(?P<H>\d{1,2})(?:[:.h時点點]|시\s?)(?P<M>\d{2})(?::(?P<S>\d{2}))?(?!\d)\s*(?P<half>[apAP]\.?\s?[mM]\b\.?)?\s*"
    r"(?P<zone>\(?(?:[A-Z]{2,4}|[+-]\d{2}:?\d{2})\b\)?)?"
)
_HALF = re.compile(r"p", re.I)
_NOON = {"上午": "a", "午前": "a", "오전": "a", "下午": "p", "晚上": "p", "午後": "p", "오후": "p"}
_AMERICAN = {"ET": -300, "CT": -360, "PT": -480}
"""Zones that follow the summer time of the United States; their offsets in winter (minutes)."""


_ASKED: ContextVar[set[str] | None] = ContextVar("asked", default=None)


@contextmanager
def watching_capture() -> Iterator[set[str]]:
    """Within the block, the set that it gives is filled once the record's own time matters."""
    asked: set[str] = set()
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def _note_capture() -> None:
    asked = _ASKED.get()
    if asked is not None:
        asked.add("capture")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which years a record may speak of: nothing after the record's own time plus two days."""

    record_time: datetime | None = None

    def hold(self, moment: datetime) -> bool:
        """True if `moment` may be a publisher's time of this record."""
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR or moment in _UNSET:
            return False
        if self.record_time is None or moment <= self.record_time:
            return True
        _note_capture()
        return moment <= self.record_time + _AHEAD


def parse_time(text: str) -> datetime | None:
    """A machine-readable time: ISO 8601, RFC 2822, epoch seconds or milliseconds.

    The year is not checked here (see `Bounds`). None if `text` is no such time.
    """
    bare = text.strip()
    if re.fullmatch(r"\d{10}(?:\d{3})?", bare):
        return datetime.fromtimestamp(int(bare[:10]), UTC)
    found = _ISO.match(bare) if len(bare) < 60 else None
    if found and len(found["y"]) == 4 and _plausible_rest(bare[found.end() :]):
        return _build(found["y"], found["m"], found["d"], found)
    found = _RFC.fullmatch(bare)
    if found and found["b"].lower() in _ENGLISH_MONTHS:
        month = str(_ENGLISH_MONTHS.index(found["b"].lower()) + 1)
        return _build(found["y"], month, found["d"], found)
    return None


def parse_written(text: str) -> datetime | None:
    """A date written for people ("12. Juli 2025, 10:35 Uhr", "2025年7月12日").

    Month names come from CLDR.
    ``1/2/2025`` tells no month and gives None; with dots the day stands first.
    """
    found = _date_parts(text)
    if found is None:
        return None
    (year, month, day), end = found
    clock = _CLOCK.search(text, end)
    if clock is None:
        clock = _CLOCK.search(text[: end - 6] if end > 6 else "")
    return _build(year, month, day, clock)


def resolve(age: Age, record_time: datetime | None) -> datetime | None:
    """The moment `age` before the record's own time; None without one."""
    _note_capture()
    if record_time is None:
        return None
    moment = record_time.astimezone(UTC).replace(microsecond=0) - age.delta
    return moment.replace(hour=0, minute=0, second=0) if age.day_precision else moment


def address_date(url: str) -> datetime | None:
    """The day in a URL's path (``/2025/07/12/``), which publishers put there themselves."""
    found = re.search(r"/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?:/|-|$)", url)
    return _build(found[1], found[2], found[3], None) if found else None


def _plausible_rest(rest: str) -> bool:
    return not rest or not (rest[0].isdigit() or rest[0].isalpha())


def _date_parts(text: str) -> tuple[tuple[str, str, str], int] | None:
    found = _YEAR_FIRST.search(text)
    if found:
        return (found[1], found[2], found[3]), found.end()
    found = _DAY_FIRST.search(text)
    if found:
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or first > 12 or first == second:
            return (found[4], found[3], found[1]), found.end()
        return ((found[4], found[1], found[3]), found.end()) if second > 12 else None
    for found in _WORDS.finditer(text):
        month = _months().get((found["m1"] or found["m2"]).casefold())
        if month:
            year, day = found["y1"] or found["y2"], found["d1"] or found["d2"]
            return (year, str(month), day), found.end()
    return None


def _build(year: str, month: str, day: str, clock: re.Match[str] | None) -> datetime | None:
    hour = minute = second = 0
    if clock and clock["H"]:
        hour, minute, second = int(clock["H"]), int(clock["M"]), int(clock["S"] or 0)
        half = clock.groupdict().get("half")
        half = half or _NOON.get(clock.groupdict().get("noon") or "")
        if half and hour <= 12:
            hour = hour % 12 + (12 if _HALF.match(half) else 0)
    try:
        zone = _zone(clock["zone"]) if clock and clock["H"] else UTC
        moment = datetime(
            int(year), int(month), int(day), hour, minute, min(second, 59), tzinfo=zone
        )
        if clock and clock["zone"] in _AMERICAN:
            moment -= timedelta(minutes=_AMERICAN[clock["zone"]] + 60 * _summer(moment))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None) -> timezone:
    """The zone of an offset or a known name; an unknown name counts as UTC.

    Raises ValueError for an offset that no clock has.
    """
    bare = (name or "").strip("()").upper().replace(":", "")
    if bare[:1] in ("+", "-"):
        minutes = int(bare[1:3]) * 60 + int(bare[3:5] or 0)
        if minutes > _FURTHEST:
            raise ValueError(name)
        return timezone(timedelta(minutes=minutes * (-1 if bare[0] == "-" else 1)))
    return timezone(timedelta(minutes=_ZONES.get(bare, 0)))


def _summer(moment: datetime) -> bool:
    """True in the summer time of the United States (Energy Policy Act of 2005), to the day."""
    first_of_march, first_of_november = (
        moment.replace(month=3, day=1),
        moment.replace(month=11, day=1),
    )
    starts = first_of_march + timedelta(days=(6 - first_of_march.weekday()) % 7 + 7)
    ends = first_of_november + timedelta(days=(6 - first_of_november.weekday()) % 7)
    return starts.date() <= moment.date() < ends.date()


@cache
def _months() -> dict[str, int]:
    """Month names of all languages, long and short, to 1..12; ambiguous ones left out."""
    return {name: number for number, names in cldr.MONTHS.items() for name in names.split("|")}
