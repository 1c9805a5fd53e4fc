"""Embedded articles of a plain-text page: blocks of title, outlet, age and text.

Below a heading over related stories each block is a run of short lines (the header) with
paragraphs behind it. The lines of a header may stand in any order; what repeats, what
stands beside the age and what is longest tells them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from aggregator.cleaning import furniture, notices
from aggregator.cleaning.lines import Line
from aggregator.cleaning.names import looks_like_press
from aggregator.cleaning.pieces import (
    Piece,
    body_of,
    is_furniture,
    trim_end,
    without_pitches,
)
from aggregator.cleaning.script import ends_with_stop, key, size

_OUTLET_SIZE = 7
_TITLE_SIZE = 30
_ASKING_SIZE = 20


@dataclass(slots=True)
class Segment:
    """A run of short lines, and the paragraphs behind it."""

    header: list[Line] = field(default_factory=list)
    paragraphs: list[Line] = field(default_factory=list)
    link: str | None = None

    @property
    def dated(self) -> bool:
        """True if the header tells a time."""
        return any(line.when for line in self.header)

    @property
    def marked(self) -> bool:
        """True if the header shows that an article begins: a time, or a line told twice."""
        return self.dated or bool(_repeated(self.header))


def segments_of(lines: Sequence[Line]) -> list[Segment]:
    """`lines` cut before each run of short lines; furniture is left out."""
    found = [Segment()]
    for line in _asking_titles(without_pitches(lines)):
        if line.link == line.text:
            found[-1].link = found[-1].link or line.link
        if notices.source_named(line.text) is None and is_furniture(line, at_end=True):
            continue
        if line.paragraph:
            found[-1].paragraphs.append(line)
            continue
        if found[-1].paragraphs:
            found.append(Segment())
        found[-1].header.append(line)
    return [segment for segment in found if segment.header or segment.paragraphs]


def _asking_titles(lines: list[Line]) -> list[Line]:
    """`lines` in which a short question that opens a block is a headline, no text."""
    found = list(lines)
    for at, line in enumerate(lines):
        text = line.text
        if not line.paragraph or ends_with_stop(text) or size(text) > _ASKING_SIZE:
            continue
        opens = line.gap or at == 0
        if opens and any(near.when for near in lines[at + 1 : at + 3]):
            found[at] = line._replace(paragraph=False)
    return found


def pieces_of(lines: Sequence[Line]) -> list[Piece]:
    """The embedded articles in the lines below one related heading."""
    segments = _merged(_times_in_front(segments_of(lines)))
    outlets = _outlets_seen(segments)
    title_first = _title_first(segments)
    pieces = [_piece(segment, outlets, title_first) for segment in segments if segment.paragraphs]
    return [
        piece for piece in pieces if piece.body and (piece.title or piece.outlet or piece.when)
    ]


def _times_in_front(segments: list[Segment]) -> list[Segment]:
    """Layout "title, text, outlet, age": the times move from behind a text into its header."""
    if len(segments) < 2 or segments[0].dated or segments[-1].paragraphs or not segments[-1].dated:
        return segments
    for before, after in pairwise(segments):
        last = max((n for n, line in enumerate(after.header) if line.when), default=-1)
        before.header += after.header[: last + 1]
        after.header = after.header[last + 1 :]
    return [segment for segment in segments if segment.paragraphs]


def _merged(segments: list[Segment]) -> list[Segment]:
    """Subheadings inside an embedded text joined to it: they carry no mark of a new article."""
    if not any(segment.dated for segment in segments):
        return segments
    single = all(len(s.paragraphs) <= 1 for s in segments)
    merged: list[Segment] = []
    for segment in segments:
        if merged and not segment.marked and not single and len(segment.header) == 1:
            merged[-1].paragraphs += segment.header + segment.paragraphs
        else:
            merged.append(segment)
    return merged


def _piece(segment: Segment, outlets: frozenset[str], title_first: bool) -> Piece:
    header = _last_item(segment.header)
    piece = Piece(when=next((line.when for line in header if line.when), None))
    piece.outlet = _stated_outlet(header, outlets)
    names = [line for line in header if line.when is None and not notices.source_named(line.text)]
    piece.author = _author(header)
    rest = _distinct(
        line.text
        for line in names
        if not furniture.author_of(line.text)
        and (piece.outlet is None or key(line.text) != key(piece.outlet))
    )
    piece.title = _title(rest, _repeated(names), title_first)
    links = {key(line.text): line.link for line in header if line.link}
    piece.link = links.get(key(piece.title or "")) or segment.link
    if piece.outlet is None:
        piece.outlet = _beside_time(header, piece.title)
    paragraphs = segment.paragraphs
    if (
        segment.header
        and piece.title is None
        and len(paragraphs) > 1
        and size(paragraphs[0].text) <= _TITLE_SIZE
    ):
        piece.title, paragraphs = paragraphs[0].text, paragraphs[1:]
    kept, credited = trim_end(paragraphs)
    piece.outlet = piece.outlet or credited
    piece.body = body_of(kept, piece.title)
    return piece


def _author(header: list[Line]) -> str | None:
    """The first author that a header names, on a byline or beside the time."""
    for line in header:
        author = line.when.author if line.when else furniture.author_of(line.text)
        if author:
            return author
    return None


def _last_item(header: list[Line]) -> list[Line]:
    """The lines of the last article in a header that lists several (bare headlines first)."""
    times = [n for n, line in enumerate(header) if line.when]
    if len(times) < 2:
        return header
    behind = [line for line in header[times[-1] + 1 :] if not line.bullet]
    if not behind:
        return header[times[-2] + 1 :]
    before = header[times[-1] - 1 : times[-1]]
    return [*before, *header[times[-1] :]]


def _stated_outlet(header: list[Line], outlets: frozenset[str]) -> str | None:
    """The outlet that a header names beyond doubt: glued to the age, bulleted, or seen before."""
    for line in header:
        if line.when and line.when.outlet:
            return line.when.outlet
        named = notices.source_named(line.text) or (
            furniture.author_of(line.text) and furniture.outlet_of_byline(line.text)
        )
        if named and line.when is None:
            return named
    texts = [line.text for line in header if line.when is None]
    for line in header:
        if line.bullet and line.when is None and size(line.text) <= _OUTLET_SIZE:
            return line.text
    return next((text for text in texts if key(text) in outlets), None)


def _beside_time(header: list[Line], title: str | None) -> str | None:
    """The short line next to the age, where outlets stand; never a section's or a person's."""
    for at, line in enumerate(header):
        if not line.when:
            continue
        for near in (*header[max(0, at - 1) : at], *header[at + 1 : at + 2]):
            text = near.text
            if near.when or size(text) > _OUTLET_SIZE or furniture.is_section_label(text):
                continue
            # beside a full date stands as often a writer
            if line.when.age is None and not looks_like_press(text):
                continue
            if furniture.author_of(text) or (title and key(text) == key(title)):
                continue
            return text
    return None


def _title(rest: list[str], repeated: frozenset[str], title_first: bool) -> str | None:
    """A repeated line, else the first or last of the long ones as the page's layout has it."""
    twice = [text for text in rest if key(text) in repeated]
    if twice:
        return max(twice, key=size)
    named = [text for text in rest if not furniture.is_section_label(text)] or rest
    if not named:
        return None
    longest = max(map(size, named))
    long_ones = [text for text in named if size(text) >= 0.5 * longest]
    return long_ones[0] if title_first else long_ones[-1]


def _title_first(segments: list[Segment]) -> bool:
    """True if in this page's headers the longer lines stand before the age."""
    before = after = 0
    for segment in segments:
        times = [n for n, line in enumerate(segment.header) if line.when]
        if times:
            before += sum(size(line.text) for line in segment.header[: times[0]])
            after += sum(size(line.text) for line in segment.header[times[-1] + 1 :])
    return before > after


def _outlets_seen(segments: list[Segment]) -> frozenset[str]:
    """Keys of short lines that stand in several headers beside a time: outlets' names."""
    seen: Counter[str] = Counter()
    for segment in segments:
        if segment.dated:
            seen.update({key(n.text) for n in segment.header if not n.when and size(n.text) <= 5})
    sections = {name for name in seen if furniture.is_section_label(name)}
    return frozenset(name for name, count in seen.items() if count > 1) - sections


def _repeated(header: list[Line]) -> frozenset[str]:
    counts = Counter(
        key(line.text) for line in header if line.when is None and size(line.text) > 2
    )
    return frozenset(name for name, count in counts.items() if count > 1)


def _distinct(texts: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(key(text), text)
    return list(first.values())
