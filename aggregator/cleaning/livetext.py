"""Entries of live blogs in plain text: clock times on lines of their own, or ages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from aggregator.cleaning.lines import Line, is_clock
from aggregator.cleaning.pieces import Piece, body_of, trim_end
from aggregator.cleaning.script import size

FULL_STORY = 80
"""Words; an entry with a title and as many is an article of its own."""
_SEVERAL = 3
_TITLE_FROM = 3


def take_clocked(lines: Sequence[Line]) -> tuple[list[Line], list[Piece]]:
    """`lines` of a main text without the times of its entries, and those that are stories.

    Several times of day on lines of their own, in order, make entries of what follows them.
    """
    clocks = [n for n, line in enumerate(lines) if not line.paragraph and is_clock(line.text)]
    if len(clocks) < _SEVERAL or not _in_order([_minutes(lines[n].text) for n in clocks]):
        return list(lines), []
    kept, stories = list(lines[: clocks[0]]), []
    for at, end in pairwise([*clocks, len(lines)]):
        entry = lines[at + 1 : end]
        story = _story(entry)
        if story is None:
            kept += entry
        else:
            stories.append(story)
    return kept, stories


def part_aged(pieces: Sequence[Piece]) -> tuple[list[str], list[Piece]]:
    """The lines of entries that stay in the main text, and the entries that are stories.

    `pieces` stand without any heading over them; without outlets, and with their ages in order,
    they are entries of the page's own, else all of them are stories.
    """
    ages = [piece.when.age for piece in pieces if piece.when and piece.when.age]
    named = any(piece.outlet or piece.link for piece in pieces)
    ordered = _in_order([int(age.delta.total_seconds()) for age in ages])
    if named or len(ages) < max(_SEVERAL, len(pieces)) or not ordered:
        return [], list(pieces)
    stories = [piece for piece in pieces if piece.title and _words(piece.body) >= FULL_STORY]
    rest = [piece for piece in pieces if not any(piece is story for story in stories)]
    return [text for p in rest for text in (*([p.title] if p.title else []), *p.body)], stories


def _story(entry: Sequence[Line]) -> Piece | None:
    if not entry or entry[0].paragraph or size(entry[0].text) < _TITLE_FROM:
        return None
    kept, _ = trim_end(list(entry[1:]))
    piece = Piece(title=entry[0].text, link=entry[0].link, body=body_of(kept, entry[0].text))
    return piece if _words(piece.body) >= FULL_STORY else None


def _words(texts: Sequence[str]) -> int:
    return sum(map(size, texts))


def _minutes(clock: str) -> int:
    """Minutes since midnight of a clock time's first numbers; only their order counts."""
    digits = "".join(sign if sign.isdigit() else " " for sign in clock).split()
    late = "p" in clock.lower() and int(digits[0]) < 12
    return 60 * int(digits[0]) + int(digits[1]) + 720 * late


def _in_order(numbers: list[int]) -> bool:
    rising = all(left <= right for left, right in pairwise(numbers))
    return rising or all(left >= right for left, right in pairwise(numbers))
