"""Plain-text pages: the main text and the articles below it, told apart by general signs.

The signs are written down in docs/cleaning.md. Nothing here knows a site; sentences are
never dropped but for calls, credits and captions (`furniture`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from aggregator.cleaning import furniture, notices
from aggregator.cleaning.blocks import pieces_of, segments_of
from aggregator.cleaning.header import read_header
from aggregator.cleaning.headings import is_pointer, is_related_heading
from aggregator.cleaning.lines import Line, read_lines, same
from aggregator.cleaning.livetext import part_aged, take_clocked
from aggregator.cleaning.pieces import (
    Piece,
    body_of,
    is_furniture,
    tells_nothing,
    trim_end,
    without_foot,
    without_galleries,
    without_pitches,
    without_pointers,
)
from aggregator.cleaning.resuming import resumed_at
from aggregator.cleaning.script import ends_as_sentence, key, size

_LONGEST_TITLE = 35
_TITLE_FROM = 3
_SURE_MAIN = 80
"""Words after which a heading over comments or other stories ends the main text for sure."""


@dataclass(slots=True)
class SplitText:
    """A plain-text page taken apart."""

    main: Piece
    embedded: list[Piece] = field(default_factory=list)


def split_text(text: str) -> SplitText:
    """Take a page's text apart into its main article and the embedded ones."""
    lines = without_galleries(without_foot(read_lines(text)))
    start = _main_start(lines)
    end, zones = _zones(lines, start)
    body = list(lines[:end])
    embedded: list[Piece] = []
    for zone in zones:
        at = resumed_at(zone, body[start:])
        embedded += pieces_of(zone[:at])
        body += zone[at:] if at is not None else ()
    stay: list[str] = []
    if embedded and not any(is_related_heading(line.text) for line in lines[start:]):
        stay, embedded = part_aged(embedded)
    told, stories = take_clocked(body[start:])
    main = _read_main([*body[:start], *told], start)
    main.body += stay
    embedded = stories + embedded
    return SplitText(main, embedded)


def _main_start(lines: Sequence[Line]) -> int:
    """The index of the first line of body text; everything before it is the header."""
    for at, line in enumerate(lines):
        if not line.paragraph or is_furniture(line) or notices.is_consent(line.text):
            continue
        if at == 0 and not ends_as_sentence(line.text) and size(line.text) <= _LONGEST_TITLE:
            continue
        if _asking_title(lines, at):
            continue
        return at
    return len(lines)


def _asking_title(lines: Sequence[Line], at: int) -> bool:
    """True for a question that is a headline: told twice, or with an outlet or age behind it."""
    text = lines[at].text
    if size(text) > 20 or text.rstrip("\"'”’»")[-1:] not in "?!？！؟":
        return False
    behind = lines[at + 1 : at + 3]
    before = lines[max(0, at - 1) : at]
    return any(same(text, near.text) for near in (*behind, *before)) or any(
        near.when or furniture.author_of(near.text) for near in behind[:1]
    )


def _zones(lines: Sequence[Line], start: int) -> tuple[int, list[Sequence[Line]]]:
    """Where the main text ends, and the stretches of lines below related headings."""
    end = len(lines)
    marks: list[tuple[int, bool]] = []
    for at in range(start + 1, len(lines)):
        text = lines[at].text
        if lines[at].paragraph and ends_as_sentence(text):
            continue
        if is_related_heading(text) and _opens_zone(lines, start, at, bool(marks)):
            marks.append((at, True))
        elif _heads_no_text(text) and _ends_main(lines, start, at):
            marks.append((at, False))
    if not any(related for _, related in marks):
        implied = _implied_zone(lines, start, marks[0][0] if marks else end)
        marks = sorted([*marks, (implied - 1, True)]) if implied is not None else marks
    if marks:
        end = marks[0][0] if marks[0][0] >= start else start
    limits = [at for at, _ in marks] + [len(lines)]
    zones = [lines[at + 1 : limits[n + 1]] for n, (at, related) in enumerate(marks) if related]
    if marks and marks[0][1] and not is_related_heading(lines[marks[0][0]].text):
        end = marks[0][0] + 1
    return end, zones


def _heads_no_text(text: str) -> bool:
    """True for a heading over readers' comments or over words about the author."""
    return furniture.is_comment_furniture(text) or notices.is_author_box(text)


def _words(lines: Sequence[Line]) -> int:
    return sum(size(line.text) for line in lines if line.paragraph)


def _opens_zone(lines: Sequence[Line], start: int, at: int, after_zone: bool) -> bool:
    """True if other stories follow the heading at `at`, and not the rest of the main text."""
    if after_zone:
        return True
    segments = segments_of(lines[at + 1 :])
    if not any(segment.paragraphs for segment in segments):
        return True
    if any(segment.dated for segment in segments):
        return True
    if not segments[0].header:
        return False
    several = len(segments) > 1 and all(len(s.paragraphs) <= 1 for s in segments)
    if is_pointer(lines[at].text) or _words(lines[start:at]) < _SURE_MAIN:
        return several
    bare_list = len(segments) == 1 and len(segments[0].header) > 1
    return not (bare_list and len(segments[0].paragraphs) > 1)


def _ends_main(lines: Sequence[Line], start: int, at: int) -> bool:
    """True if readers' comments, or nothing, follow the line at `at`."""
    related = (n for n in range(at + 1, len(lines)) if is_related_heading(lines[n].text))
    behind = _words(lines[at + 1 : next(related, len(lines))])
    before = _words(lines[start:at])
    return before >= _SURE_MAIN or before >= behind


def _implied_zone(lines: Sequence[Line], start: int, end: int) -> int | None:
    """The first line of blocks that stand behind the main text without any heading.

    They show it by a relative age in a header that repeats a line, or by two such headers.
    """
    headers: list[tuple[int, int]] = []
    at = start + 1
    while at < end:
        if lines[at].paragraph:
            at += 1
            continue
        stop = at
        while stop < end and not lines[stop].paragraph:
            stop += 1
        headers.append((at, stop))
        at = stop
    found = [(a, b) for a, b in headers if b < end and _is_block_header(lines[a:b])]
    strong = [pair for pair in found if _repeats(lines[pair[0] : pair[1]])]
    if not strong and len(found) < 2:
        return None
    first = found[0]
    return first[0] + _header_offset(lines[first[0] : first[1]])


def _is_block_header(run: Sequence[Line]) -> bool:
    plain = [line for line in run if line.when is None and not is_furniture(line)]
    aged = any(line.when and line.when.age for line in run)
    return aged and any(size(line.text) >= _TITLE_FROM for line in plain)


def _repeats(run: Sequence[Line]) -> bool:
    counts = Counter(key(line.text) for line in run if line.when is None)
    return any(count > 1 for count in counts.values())


def _header_offset(run: Sequence[Line]) -> int:
    """Where in a run the block's own header begins (the main text's tail may stand before)."""
    counts = Counter(key(line.text) for line in run)
    for at, line in enumerate(run):
        if counts[key(line.text)] > 1:
            return at
    first = next(at for at, line in enumerate(run) if line.when)
    behind = any(size(line.text) >= _TITLE_FROM for line in run[first + 1 :])
    return max(0, first - (1 if behind else 2))


def _read_main(lines: Sequence[Line], start: int) -> Piece:
    start = min(start, len(lines))
    piece = Piece()
    standfirst = read_header(lines[:start], piece)
    body = _without_byline(list(lines[start:]), piece)
    body = without_pitches(without_pointers(_without_repeats(body)))
    kept, credited = trim_end(body) if body else ([], None)
    paragraphs = body_of([*standfirst, *kept], piece.title)
    piece.body = paragraphs[: notices.bio_start(paragraphs, piece.author)]
    piece.outlet = piece.outlet or credited
    if not piece.body:
        piece.title, piece.body = None, body_of(lines, None)
    if tells_nothing(piece.body, [line.text for line in lines]):
        piece.body = []
    return piece


def _without_byline(body: list[Line], piece: Piece) -> list[Line]:
    """A byline between standfirst and text goes to the author."""
    for at, line in enumerate(body[:4]):
        author = None if line.paragraph else furniture.author_of(line.text)
        if author:
            piece.author = piece.author or author
            return body[:at] + body[at + 1 :]
    return body


def _without_repeats(body: list[Line]) -> list[Line]:
    """Short lines that a page tells three times or more are controls, not text."""
    counts = Counter(line.text for line in body if not line.paragraph)
    return [line for line in body if line.paragraph or counts[line.text] < 3]
