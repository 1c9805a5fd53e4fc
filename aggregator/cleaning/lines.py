"""The lines of a plain-text page, each with what it looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from aggregator.cleaning import ages, dates, furniture
from aggregator.cleaning.script import ends_as_sentence, is_paragraph, key, size, tidy

_BULLET = re.compile(r"^\s*[•·*–—\-‣▪■●○◦|>»]+\s+(?=\S)")
_DATE_LINE = 14
_OUTLET_SIZE = 7
_SEPARATORS = " \t|·•–—-,;:/()[]"
_TIME_WORDS = re.compile(
    r"^(?:time|date|clock|schedule|access_time|updated|published)[:\s]*$", re.I
)


@dataclass(frozen=True, slots=True)
class When:
    """A line that tells a time: its outlet, if glued to it, and the time or age."""

    outlet: str | None
    age: ages.Age | None
    moment: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its place, whether a blank line stood before it, and its looks."""

    text: str
    gap: bool
    bullet: bool
    paragraph: bool
    when: When | None


def read_lines(text: str) -> list[Line]:
    """The lines of `text` that hold a letter, a digit or a sign of their own."""
    lines: list[Line] = []
    gap = False
    for raw in _unwrapped(text):
        bullet = bool(_BULLET.match(raw))
        bare = tidy(_BULLET.sub("", raw) if bullet else raw)
        if not size(bare):
            gap = True
            continue
        when = None if size(bare) > _DATE_LINE else read_when(bare)
        lines.append(Line(bare, gap, bullet, when is None and is_paragraph(bare), when))
        gap = False
    return lines


def read_when(line: str) -> When | None:
    """The time that a short line tells, alone or beside an outlet; None if it tells none."""
    if ends_as_sentence(line) and ages.parse_age(line) is None:
        return None
    age = ages.parse_age(line)
    if age:
        return When(None, age, None)
    at_end = ages.find_age_at_end(line)
    if at_end:
        return _with_outlet(at_end[0], at_end[1])
    at_start = ages.find_age_at_start(line)
    if at_start and size(at_start[1]) <= _OUTLET_SIZE:
        return _with_outlet(at_start[1], at_start[0])
    return _absolute(line)


def _with_outlet(name: str, age: ages.Age) -> When | None:
    bare = name.strip(_SEPARATORS)
    if not bare or _TIME_WORDS.match(bare) or furniture.is_date_label(bare):
        return When(None, age, None)
    if size(bare) > _OUTLET_SIZE or ends_as_sentence(bare) or furniture.author_of(bare):
        return None if size(bare) > _OUTLET_SIZE else When(None, age, None)
    return When(bare, age, None)


def _absolute(line: str) -> When | None:
    """A line that is a date and little else ("Updated 12 July 2025, 10:35 CEST")."""
    if not any(sign.isdigit() for sign in line):
        return None
    moment = dates.parse_time(line) or dates.parse_written(line)
    if moment is None:
        return None
    letters = [w for w in re.findall(r"[^\W\d_]{2,}", line) if not furniture.is_date_label(w)]
    return When(None, None, moment) if len(letters) <= 6 else None


def _unwrapped(text: str) -> list[str]:
    """The lines of `text`; paragraphs that were broken at a fixed width are joined again."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    raw = [part for line in raw for part in re.split("[\u2028\u2029\x85]", line)]
    if not _hard_wrapped(raw):
        return raw
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
_WRAP_TO = 100


def _hard_wrapped(raw: list[str]) -> bool:
    """True if most lines break amid a sentence at one width, as old wires and mails do."""
    full = [line.strip() for line in raw if line.strip()]
    if len(full) < 6 or max(map(len, full)) > _WRAP_TO:
        return False
    broken = [line for line in full if len(line) >= _WRAP_FROM and not ends_as_sentence(line)]
    return len(broken) > 0.5 * len(full)


def same(left: str, right: str) -> bool:
    """True if two short lines say the same, signs and case aside."""
    return bool(key(left)) and key(left) == key(right)
