"""The lines of a plain-text page, each with what it looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from aggregator.cleaning import ages, dates, furniture
from aggregator.cleaning.markup import Unmarked, address_alone, is_marked_up, unmarked
from aggregator.cleaning.names import looks_like_press, may_be_employer, may_be_person
from aggregator.cleaning.script import ends_as_sentence, is_paragraph, key, size, tidy

BULLETS = "•·*–—-‣▪■●○◦|>»"
_BULLET = re.compile(rf"^\s*[{re.escape(BULLETS)}]+\s+(?=\S)")
_SPEECH = re.compile(r"^\s*[–—]\s")
_DATE_LINE = 14
_OUTLET_SIZE = 7
_TEASER_FROM = 14
_BROKEN_OFF = ("...", "…", "[…]", "[...]", "(...)")
"""A line of some words that breaks off is a teaser, no headline."""
_SEPARATORS = " \t|·•–—-,;:/()[]"
_PARTS = re.compile(r"\s*[|·•–—]\s*|\s+-\s+|\s*[()\[\]]\s*|,\s+")
_STRONG_PARTS = re.compile(r"\s*[|·•–—]\s*|\s+-\s+|,\s+(?=\S+\s+\S*\d)")
_LONGEST_CLOCK = 20
_CLOCK = re.compile(
    r"[\[(]?(?:[0-2]?\d)\s?[:.h]\s?[0-5]\d(?::[0-5]\d)?\s?(?:[ap]\.?m\.?)?\s?"
    r"(?:[A-Z]{2,4}|uhr|uur|h|ч)?[\])]?",
    re.I,
)
_TIME_WORDS = re.compile(
    r"^(?:time|date|clock|schedule|access_time|updated|published)[:\s]*$", re.I
)


@dataclass(frozen=True, slots=True)
class When:
    """A line that tells a time: its outlet, if glued to it, and the time or age."""

    outlet: str | None
    age: ages.Age | None
    moment: datetime | None
    author: str | None = None


class Line(NamedTuple):
    """One line with its place, whether a blank line stood before it, and its looks."""

    text: str
    gap: bool
    bullet: bool
    paragraph: bool
    when: When | None
    link: str | None = None
    """The address that the line states; a line that is nothing else has it as its text."""
    level: int = 0
    """The level of a heading in Markdown; 0 elsewhere."""


def read_lines(text: str) -> list[Line]:
    """The lines of `text` that hold a letter, a digit or a sign of their own."""
    lines: list[Line] = []
    gap = False
    for raw in _source_lines(text):
        line = _read_line(raw, gap)
        gap = line is None
        if line is not None:
            lines.append(line)
    return lines


def _source_lines(text: str) -> list[Unmarked]:
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    raw = [part for line in raw for part in re.split("[\u2028\u2029\x85]", line)]
    if is_marked_up(raw):
        return [unmarked(line) for line in raw]
    return [Unmarked(line) for line in (_joined(raw) if _hard_wrapped(raw) else raw)]


def _read_line(raw: Unmarked, gap: bool) -> Line | None:
    """One line as it looks; None if nothing is written on it."""
    bullet = bool(_BULLET.match(raw.text))
    bare = tidy(without_bullet(raw.text) if bullet else raw.text)
    words = size(bare)
    if not words:
        return None
    address = address_alone(bare) if "://" in bare else None
    if address:
        return Line(address, gap, bullet, False, None, address)
    when = None if words > _DATE_LINE else read_when(bare)
    told = is_paragraph(bare) or (words >= _TEASER_FROM and bare.endswith(_BROKEN_OFF))
    paragraph = told and when is None and not raw.level
    if paragraph and _SPEECH.match(raw.text):
        bare = tidy(raw.text)
    return Line(bare, gap, bullet, paragraph, when, raw.link, raw.level)


def without_bullet(line: str) -> str:
    """`line` without the signs of a list's item before it."""
    return _BULLET.sub("", line)


@lru_cache(maxsize=2048)
def read_when(line: str) -> When | None:
    """The time that a short line tells, alone or beside an outlet; None if it tells none."""
    if ends_as_sentence(line) and ages.parse_age(line) is None:
        return None
    if furniture.is_reading_time(line):
        return None
    age = ages.parse_age(line)
    if age:
        return When(None, age, None)
    at_end = ages.find_age_at_end(line)
    if at_end:
        return _with_source(at_end[0], at_end[1])
    at_start = ages.find_age_at_start(line)
    if at_start and size(at_start[1]) <= _OUTLET_SIZE:
        return _with_source(at_start[1], at_start[0])
    return _day_behind(line) or _absolute(line)


def is_clock(line: str) -> bool:
    """True for a line that is a time of day and nothing else ("17:40", "5.40 pm GMT")."""
    return len(line) <= _LONGEST_CLOCK and _CLOCK.fullmatch(line) is not None


def _day_behind(line: str) -> When | None:
    """The day behind an outlet's name, without a sign between ("Name yesterday")."""
    name, _, day = line.rpartition(" ")
    age = ages.parse_age(day) if name and size(name) <= _OUTLET_SIZE else None
    if age is None or any(sign.isdigit() for sign in day) or not looks_like_press(name):
        return None
    return When(_with_labels_off(name.strip(_SEPARATORS)), age, None)


def _with_source(text: str, age: ages.Age) -> When | None:
    """An age with the names that stand beside it; None if so much stands there that it is text."""
    bare = text.strip(_SEPARATORS)
    author = furniture.author_of(bare)
    if author is None and (size(bare) > _OUTLET_SIZE or ends_as_sentence(bare)):
        return None if size(bare) > _OUTLET_SIZE else When(None, age, None)
    parts = [part for part in _PARTS.split(bare) if part and not _is_stamp(part)]
    if author is not None:
        named = [part for part in parts if furniture.author_of(part) is None]
        outlet = next((part for part in named if may_be_employer(part)), None)
        return When(outlet, age, None, author)
    if len(parts) > 1:
        outlets = [part for part in parts if not may_be_person(part)]
        return When(_with_labels_off(outlets[0]) if len(outlets) == 1 else bare, age, None)
    return When(_with_labels_off(parts[0]) if parts else None, age, None)


def _is_stamp(part: str) -> bool:
    """True for what stands beside a time and names nobody: "Updated", "5 min read"."""
    return (
        bool(_TIME_WORDS.match(part))
        or furniture.is_date_label(part)
        or (furniture.is_reading_time(part) or furniture.is_label(part))
    )


def _with_labels_off(name: str) -> str | None:
    """A name without a date's label glued behind or before it ("Name Updated")."""
    words = name.split()
    while len(words) > 1 and furniture.is_date_label(words[-1]):
        words.pop()
    return " ".join(words) or None


def _absolute(line: str) -> When | None:
    """A line that is a date and little else ("Updated 12 July 2025, 10:35 CEST")."""
    if not any(sign.isdigit() for sign in line):
        return None
    moment = dates.parse_time(line) or dates.parse_written(line)
    if moment is None:
        return None
    outlet, author = _named_beside(line)
    told = f"{outlet or ''} {author or ''}".split()
    letters = [w for w in re.findall(r"[^\W\d_]{2,}", line) if not furniture.is_date_label(w)]
    return When(outlet, None, moment, author) if len(letters) - len(told) <= 6 else None


def _named_beside(line: str) -> tuple[str | None, str | None]:
    """The outlet and author on a line with a full date; a name must look like an outlet's."""
    parts = [part.strip(_SEPARATORS) for part in _STRONG_PARTS.split(line)]
    authors = [author for part in parts if (author := furniture.author_of(part))]
    names = [part for part in parts if part and not any(sign.isdigit() for sign in part)]
    outlets = [
        part
        for part in names
        if size(part) <= _OUTLET_SIZE
        and (may_be_employer(part) if authors else looks_like_press(part))
        and not furniture.author_of(part)
        and not furniture.is_section_label(part)
        and not _is_stamp(part)
    ]
    return (outlets[0] if outlets else None), (authors[0] if authors else None)


def _joined(raw: list[str]) -> list[str]:
    """`raw` with paragraphs that were broken at a fixed width joined again."""
    joined: list[str] = []
    open_line = False
    for line in raw:
        if open_line and line.strip() and not _BULLET.match(line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        open_line = len(line.strip()) >= _WRAP_FROM
    return joined


_WRAP_FROM = 50
WRAPPED_TO = 100
WRAPPED_LINES = 6
"""A text with fewer lines, or a longer one, is not broken at a fixed width."""


def _hard_wrapped(raw: list[str]) -> bool:
    """True if most lines break amid a sentence at one width, as old wires and mails do."""
    full = [line.strip() for line in raw if line.strip()]
    if len(full) < WRAPPED_LINES or max(map(len, full)) > WRAPPED_TO:
        return False
    broken = [line for line in full if len(line) >= _WRAP_FROM and not ends_as_sentence(line)]
    return len(broken) > 0.5 * len(full)


def same(left: str, right: str) -> bool:
    """True if two short lines say the same, signs and case aside."""
    return bool(key(left)) and key(left) == key(right)
