"""The lines above a plain text's first paragraph: headline, outlet, time, author, standfirst.

Bare headlines of other stories, trails of links and notices stand there too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from aggregator.cleaning import furniture, notices
from aggregator.cleaning.headings import is_related_heading
from aggregator.cleaning.lines import Line, When, same
from aggregator.cleaning.names import looks_like_press, may_be_person
from aggregator.cleaning.pieces import Piece, is_furniture
from aggregator.cleaning.script import key, size

_TITLE_FROM = 3
_STANDFIRST_FROM = 6
_OUTLET_SIZE = 5
_SITE_SIZE = 3
_SITE_MARKS = (" | ", " - ", " – ", " — ", " · ", " :: ")


def read_header(header: Sequence[Line], piece: Piece) -> list[Line]:
    """Fill `piece` with what the lines above the body tell; the standfirst is returned."""
    lines = _without_lists(header)
    plain = [line for line in lines if not _tells(line, piece)]
    at = _title_index(plain)
    if at is None:
        return []
    title = plain[at]
    piece.title = _without_site(title.text, plain)
    piece.link = piece.link or title.link
    if piece.outlet is None:
        piece.outlet = _outlet_beside(lines, piece.title)
    counts = Counter(key(line.text) for line in plain)
    return [
        line
        for line in plain[at + 1 :]
        if size(line.text) >= _STANDFIRST_FROM
        and counts[key(line.text)] == 1
        and not _repeats_title(line.text, piece.title)
        and not furniture.is_editor_credit(line.text)
    ]


def _tells(line: Line, piece: Piece) -> bool:
    """True for a line that is no headline; what it tells of time and names goes to `piece`."""
    if line.when:
        piece.outlet = piece.outlet or line.when.outlet
        piece.author = piece.author or line.when.author
        piece.when = _better(piece.when, line.when)
        return True
    author = furniture.author_of(line.text)
    if author is not None:
        piece.author = piece.author or author
        piece.outlet = piece.outlet or furniture.outlet_of_byline(line.text)
        return True
    source = notices.source_named(line.text)
    if source is not None:
        piece.outlet = piece.outlet or source
        return True
    return is_furniture(line) or notices.is_trail(line.text) or notices.is_consent(line.text)


def _better(left: When | None, right: When) -> When:
    """The earlier of two dates (a later one is an update), and a date before a relative age."""
    if left is None or (left.moment is None and right.moment is not None):
        return right
    if left.moment is None or right.moment is None:
        return left
    return right if right.moment < left.moment else left


def _without_lists(header: Sequence[Line]) -> list[Line]:
    """`header` without a related heading and the bare headlines of other stories below it."""
    heads = [n for n, line in enumerate(header) if is_related_heading(line.text)]
    if not heads:
        return list(header)
    rest = list(header[heads[-1] + 1 :])
    start = _headline_behind(rest)
    return [*header[: heads[0]], *rest[start:]] if start is not None else list(header)


def _headline_behind(rest: Sequence[Line]) -> int | None:
    """Where the page's own header begins behind a list of headlines; None if nothing tells.

    A line told twice is its headline, else the first of the last group that a blank line sets
    apart, else the last headline before the byline or time.
    """
    named = [n for n, line in enumerate(rest) if _may_be_headline(line)]
    if not named:
        return None
    counts = Counter(key(rest[n].text) for n in named)
    repeated = [n for n in named if counts[key(rest[n].text)] > 1]
    if repeated:
        return repeated[0]
    top = [n for n in named if rest[n].level == 1]
    if top:
        return top[0]
    opened = [n for n in named if rest[n].gap and n > 0]
    if opened and len(opened) < len(named) - 1:
        return opened[-1]
    signed = [n for n, line in enumerate(rest) if line.when or furniture.author_of(line.text)]
    before = [n for n in named if signed and n < signed[0]]
    return before[-1] if before else named[-1]


def _may_be_headline(line: Line) -> bool:
    if line.when or size(line.text) < _TITLE_FROM or furniture.author_of(line.text):
        return False
    return not is_furniture(line) and not furniture.is_section_label(line.text)


def _title_index(plain: Sequence[Line]) -> int | None:
    """Which header line is the headline: the first told twice, else the first long enough."""
    counts = Counter(key(line.text) for line in plain)
    for at, line in enumerate(plain):
        told = counts[key(line.text)] > 1 or any(
            _repeats_title(other.text, line.text) for other in plain
        )
        if told and size(line.text) >= _TITLE_FROM:
            return at
    marked = next((at for at, line in enumerate(plain) if line.level == 1), None)
    if marked is not None:
        return marked
    for least in (_TITLE_FROM + 1, 2):
        for at, line in enumerate(plain):
            if size(line.text) >= least and not furniture.is_section_label(line.text):
                return at
    return None


def _repeats_title(line: str, title: str) -> bool:
    """True if `line` is `title` with the site's name behind it."""
    return any(mark in line and same(line[: line.rindex(mark)], title) for mark in _SITE_MARKS)


def _without_site(title: str, plain: Sequence[Line]) -> str:
    """`title` without the site's name behind it, where the page or a bar shows that it is one."""
    for line in plain:
        if _repeats_title(title, line.text):
            return line.text
    head, bar, tail = title.rpartition(" | ")
    if bar and size(tail) <= _SITE_SIZE and size(head) > _TITLE_FROM:
        return head.strip()
    return title


def _outlet_beside(header: Sequence[Line], title: str) -> str | None:
    """A name on its own line beside a time, above the body.

    Right before a relative age stand outlets; elsewhere beside a time as often a writer, so there
    the name must look like an outlet's.
    """
    for before, line in pairwise(header):
        if line.when and line.when.age and _names_outlet(before, title):
            return before.text
    for left, right in pairwise(header):
        if right.when and _names_outlet(left, title) and looks_like_press(left.text):
            return left.text
        if left.when and _names_outlet(right, title) and looks_like_press(right.text):
            return right.text
        if left.when and left.when.age and _names_outlet(right, title):
            return None if may_be_person(right.text) else right.text
    return None


def _names_outlet(line: Line, title: str) -> bool:
    name = line.text
    if line.when or same(name, title) or is_furniture(line) or size(name) > _OUTLET_SIZE:
        return False
    return not furniture.is_section_label(name) and furniture.author_of(name) is None
