"""What a site repeats: lines that many of its stories carry take no part in comparisons.

A *passage* is a line of a body, on one site and in one calendar month (UTC, of the published
time, else the record's). It is boilerplate when, of the `SAMPLE` texts of lowest id that carry
it, enough tell different stories. That is a function of the set of texts alone, so order does
not matter, and an arrival changes it only if it is among those few. Counting stories and not
texts keeps a story that one site carries in many versions: its versions count as one.

Sources: the definition by absolute counts is DESIGN section 4; that two texts are versions of
one story is estimated from their MinHash values (Broder 1997).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.tokens import SHINGLE_WORDS, Hashes, Tokens, distinct, grams, units

METHOD: Final = "lines-1"
"""Name of the definition; changes with any change of what is left out."""
SAMPLE: Final = 24
"""Texts of a passage that are looked at: those of lowest id."""
ONE_STORY: Final = 0.5
"""Estimated resemblance from which two texts count as one story."""
LEAST_LEFT: Final = 10
"""A text keeps all its lines if fewer words than these would be left of it."""

Lines = NDArray[np.uint32]
"""Tokens in each line of a body, in order, shape (lines,); empty when unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where a text stood and how it was cut into lines, by its earliest article.

    `place` names the site and month, 0 when the site is unknown.
    """

    place: int
    lines: Lines

    def same(self, other: Layout) -> bool:
        """Whether the passages of a text are the same in both."""
        return self.place == other.place and np.array_equal(self.lines, other.lines)


NOWHERE: Final = Layout(0, np.empty(0, dtype=np.uint32))
"""Of a text that has no passages."""


def place(site: str | None, moment: str | None) -> int:
    """The site and month of an article, as a signed 64-bit hash; 0 without a site.

    `moment` is a time as the store keeps it; articles without one have a month of their own.
    """
    return _hash(f"{site}\n{(moment or '')[:7]}".encode()) if site else 0


def line_keys(tokens: Tokens, layout: Layout) -> list[int | None]:
    """The key (signed 64-bit) of each line's passage; None for a line shorter than a shingle.

    No lines at all when the site is unknown, or the lines are not those of the text.
    """
    if not layout.place or int(layout.lines.sum()) != len(tokens):
        return []
    salt = layout.place.to_bytes(8, "little", signed=True)
    return [
        _hash(salt + line.astype("<u4").tobytes()) if _words(line) >= SHINGLE_WORDS else None
        for line in _split(tokens, layout.lines)
    ]


def passages(tokens: Tokens, layout: Layout) -> set[int]:
    """The keys of a text's passages."""
    return {key for key in line_keys(tokens, layout) if key is not None}


def is_repeated(signatures: Sequence[Hashes], stories: int) -> bool:
    """Whether texts with these signatures, in the order of their ids, tell enough stories.

    Each text counts that resembles none that was counted before it.
    """
    counted: list[Hashes] = []
    for signature in signatures:
        if all(float((signature == other).mean()) < ONE_STORY for other in counted):
            counted.append(signature)
            if len(counted) >= stories:
                return True
    return False


def lines_left_out(tokens: Tokens, layout: Layout, repeated: Collection[int]) -> Lines:
    """Numbers of a text's lines whose passages are boilerplate, ascending.

    None if less than a sentence would be left: such a text is what the others repeat.
    """
    nothing = np.empty(0, dtype=np.uint32)
    if not repeated:
        return nothing
    keys = line_keys(tokens, layout)
    chosen = [number for number, key in enumerate(keys) if key in repeated]
    lengths = [_words(line) for line in _split(tokens, layout.lines)]
    left = sum(lengths) - sum(lengths[number] for number in chosen)
    return np.array(chosen, dtype=np.uint32) if chosen and left >= LEAST_LEFT else nothing


def shingles_left_out(tokens: Tokens, lines: Lines, chosen: Lines) -> Hashes:
    """The shingles that stand wholly inside the chosen lines, sorted, shape (n,)."""
    if not len(chosen):
        return np.empty(0, dtype=np.uint64)
    ends = np.cumsum(lines, dtype=np.intp)
    of_line = np.repeat(np.arange(len(lines)), lines)
    sizes = units(tokens).astype(np.intp) * SHINGLE_WORDS
    inside = np.arange(len(tokens)) + sizes <= ends[of_line]
    return distinct(grams(tokens, SHINGLE_WORDS)[inside & np.isin(of_line, chosen)])


def _split(tokens: Tokens, lines: Lines) -> list[Tokens]:
    return np.split(tokens, np.cumsum(lines, dtype=np.intp)[:-1])


def _words(line: Tokens) -> float:
    return float((1.0 / units(line)).sum())


def _hash(value: bytes) -> int:
    digest = hashlib.blake2b(value, digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
