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
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.postings import Places, Postings
from aggregator.core.tokens import (
    SHINGLE_WORDS,
    Hashes,
    Tokens,
    cut,
    distinct,
    grams,
    is_spaced,
    member,
    mixed,
    units,
)

METHOD: Final = "lines-2"
"""Name of the definition; changes with any change of what is left out."""
SAMPLE: Final = 24
"""Texts of a passage that are looked at: those of lowest id."""
ONE_STORY: Final = 0.5
"""Estimated resemblance from which two texts count as one story."""
LEAST_LEFT: Final = 10
"""A text keeps all its lines if fewer words than these would be left of it."""

_BLOCK: Final = 32_768  # tokens at a time: the working arrays stay in the second-level cache

Lines = NDArray[np.uint32]
"""Tokens in each line of a body, in order, shape (lines,); empty when unknown."""
Sizes = NDArray[np.float64]
"""Lengths in words, shape (n,)."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """The passages of some texts, and how long these are.

    The i-th passage has the key keys[i], shape (n,), and is line lines[i] of text texts[i], with
    words[i] words; ordered by text and line. `lengths` are the words of each text, shape (texts,).
    """

    keys: Hashes
    texts: Places
    lines: Lines
    words: Sizes
    lengths: Sizes

    def postings(self, nodes: Sequence[int]) -> Postings:
        """Which node has which passage, once each; `nodes` are those of the texts."""
        return Postings(self.keys, np.array(nodes, dtype=np.int64)[self.texts]).distinct()


def passages(texts: Sequence[tuple[Tokens, Layout]]) -> Passages:
    """The passages of texts; a line shorter than a shingle is none.

    A text has no passages when its site is unknown, or the lines are not those of the text.
    """
    known = [i for i, (tokens, layout) in enumerate(texts) if _has_lines(tokens, layout)]
    if not known:
        nothing = np.empty(0, dtype=np.intp)
        empty = np.empty(0, dtype=np.uint32)
        return Passages(empty.astype(np.uint64), nothing, empty, np.empty(0), np.zeros(len(texts)))
    tokens = np.concatenate([texts[i][0] for i in known])
    counts = [texts[i][1].lines for i in known]
    sizes = np.concatenate(counts).astype(np.intp)
    number = np.concatenate([np.arange(len(each), dtype=np.uint32) for each in counts])
    of_text = np.repeat(known, list(map(len, counts)))
    full = sizes > 0
    sizes, number, of_text = sizes[full], number[full], of_text[full]
    starts = np.cumsum(sizes) - sizes
    words = _line_words(tokens, starts, sizes)
    lengths = np.bincount(of_text, words, len(texts)).astype(np.float64)
    places = np.array([layout.place for _tokens, layout in texts], dtype=np.int64).view(np.uint64)
    keys = mixed(_line_hashes(tokens, starts, sizes) ^ places[of_text])
    long = words >= SHINGLE_WORDS
    return Passages(keys[long], of_text[long], number[long], words[long], lengths)


def _line_words(tokens: Tokens, starts: Places, sizes: Places) -> Sizes:
    """The words of each line, by the units of its tokens."""
    if is_spaced(tokens):
        return sizes.astype(np.float64)
    return np.asarray(np.add.reduceat(1.0 / units(tokens), starts))


def _has_lines(tokens: Tokens, layout: Layout) -> bool:
    return bool(len(tokens) and layout.place and int(layout.lines.sum()) == len(tokens))


def _line_hashes(tokens: Tokens, starts: Places, sizes: Places) -> Hashes:
    """A hash of each line: the sum of a hash of each token with its place in the line."""
    blocks = distinct(np.searchsorted(starts, np.arange(0, len(tokens), _BLOCK)))
    bounds = np.append(blocks[blocks < len(starts)], len(starts))
    hashes = np.empty(len(starts), dtype=np.uint64)
    for first, end in pairwise(bounds.tolist()):
        begin, its = starts[first], sizes[first:end]
        its_starts = starts[first:end] - begin
        each = np.arange(its.sum(), dtype=np.uint64)
        each -= np.repeat(its_starts.astype(np.uint64), its)
        each <<= np.uint64(32)
        each |= tokens[begin : begin + len(each)]
        hashes[first:end] = np.add.reduceat(mixed(each), its_starts)
    return hashes


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


def lines_left_out(found: Passages, repeated: Hashes) -> list[Lines]:
    """Numbers of each text's lines whose passages are boilerplate (keys, sorted), ascending.

    None if less than a sentence would be left: such a text is what the others repeat.
    """
    chosen = member(found.keys, repeated)
    count = len(found.lengths)
    left = found.lengths - np.bincount(found.texts[chosen], found.words[chosen], count)
    chosen &= left[found.texts] >= LEAST_LEFT
    ends = np.searchsorted(found.texts[chosen], np.arange(1, count))
    return cut(found.lines[chosen], ends) if count else []


def shingles_left_out(tokens: Tokens, lines: Lines, chosen: Lines) -> Hashes:
    """The shingles that stand wholly inside the chosen lines, sorted, shape (n,)."""
    if not len(chosen):
        return np.empty(0, dtype=np.uint64)
    ends = np.cumsum(lines, dtype=np.intp)
    of_line = np.repeat(np.arange(len(lines)), lines)
    sizes = units(tokens).astype(np.intp) * SHINGLE_WORDS
    inside = np.arange(len(tokens)) + sizes <= ends[of_line]
    return distinct(grams(tokens, SHINGLE_WORDS)[inside & member(of_line, chosen)])


def _hash(value: bytes) -> int:
    digest = hashlib.blake2b(value, digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
