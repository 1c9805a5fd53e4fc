"""What two texts share: exact shingle sets, no estimate.

Resemblance and containment are Broder's ("On the resemblance and containment of documents",
1997) over the shingles of `aggregator.core.tokens`. All figures but `equal` leave out the
shingles that the caller names, such as the passages that a site repeats.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.text import words
from aggregator.core.tokens import (
    DIGIT_BIT,
    SHINGLE_WORDS,
    Hashes,
    Tokens,
    distinct,
    grams,
    tokenise,
    units,
)

RUN_WORDS: Final = 8
"""A shared run of so many words is a passage, not a phrase."""
LEAD_WORDS: Final = 30
"""The opening that is looked for in the other text's first `2 * LEAD_WORDS` words."""
LEAST_TITLE: Final = 4
"""A shorter title counts as this long, or one common word would make titles agree."""
NOWHERE: Final = 1_000_000
"""`begins` of texts that share no run."""

_LEAST_SHARED: Final = RUN_WORDS - SHINGLE_WORDS + 1
_NO_HASHES: Final[Hashes] = np.empty(0, dtype=np.uint64)
_Found = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Text:
    """One side of a comparison: tokens, title, and sorted hashes of shingles to leave out."""

    tokens: Tokens
    title: str | None = None
    left_out: Hashes = field(default_factory=lambda: _NO_HASHES)

    @cached_property
    def grams(self) -> Hashes:
        """The shingles that are compared, in order, shape (n,)."""
        return grams(self.tokens, SHINGLE_WORDS)[self._compared]

    @cached_property
    def shingles(self) -> Hashes:
        """The set of `grams`, sorted."""
        return distinct(self.grams)

    @cached_property
    def starts(self) -> NDArray[np.float64]:
        """At which word of the compared text each of `grams` starts, in words."""
        lengths = 1.0 / units(self.tokens)[self._compared]
        return np.asarray(np.cumsum(lengths) - lengths)

    @cached_property
    def terms(self) -> Hashes:
        """The distinct words of the body (in unspaced scripts, runs as long as a word)."""
        return distinct(grams(self.tokens, 1))

    @cached_property
    def title_tokens(self) -> Tokens:
        """The title's tokens; none without a title."""
        return tokenise(words(self.title or ""))

    @cached_property
    def title_terms(self) -> Hashes:
        """The distinct words of the title, as `terms`."""
        return distinct(grams(self.title_tokens, 1))

    @cached_property
    def _compared(self) -> NDArray[np.intp]:
        """Positions of the whole shingles that are not left out."""
        if len(self.tokens) == 0:
            return np.empty(0, dtype=np.intp)
        sizes = units(self.tokens).astype(np.intp) * SHINGLE_WORDS
        last = max(0, len(self.tokens) - int(sizes[0]))
        whole = np.arange(len(self.tokens)) + sizes <= len(self.tokens)
        whole[0] |= last == 0
        if len(self.left_out):
            whole &= ~member(grams(self.tokens, SHINGLE_WORDS), self.left_out)
        return np.flatnonzero(whole)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The comparison of texts a and b. Swapping them swaps the two containments only.

    What follows `compared` has its default unless the texts share as many shingles as a run of
    `RUN_WORDS` words has.
    """

    equal: bool
    """Same words in the same order."""
    resemblance: float
    """Shared shingles over all shingles, 0..1."""
    containment_a_in_b: float
    containment_b_in_a: float
    """Shared shingles over those of one text, 0..1."""
    shared: int = 0
    """Shared shingles."""
    compared: int = 0
    """Shingles of the text that has fewer."""
    longest_run: int = 0
    """Words in the longest stretch all of whose shingles stand in the other text."""
    run_words: int = 0
    """Words in such stretches of at least `RUN_WORDS` words."""
    begins: int = NOWHERE
    """Words before the first such stretch, in the text where there are more."""
    lead: float = 0.0
    """Share of one text's opening that stands in the other's, 0..1, the higher of both ways."""
    title: float = 0.0
    """Shared words of the titles over those of the shorter, 0..1."""
    title_frame: float = 0.0
    """Share of the longer title that opens or closes both, 0..1."""
    title_numbers_differ: bool = False
    """Each title names a number that the other does not."""
    own_subject: float = 0.0
    """Of the words that a title has, its text tells and the other title lacks, the share that the
    other text does not tell either, 0..1, the lower of both."""
    own_words: int = 0
    """How many words these are, the fewer of both."""
    numbers: float = 1.0
    """Shared numbers of the bodies over the fewer, 0..1; 1 when one has none."""
    own_numbers: int = 0
    """Distinct numbers of one body that the other lacks, the fewer of both."""

    @property
    def containment(self) -> float:
        """Containment of the text with fewer shingles in the other."""
        return max(self.containment_a_in_b, self.containment_b_in_a)


def member(values: NDArray[np.integer], ordered: NDArray[np.integer]) -> _Found:
    """Which of `values` stand in `ordered`, a sorted array."""
    if len(ordered) == 0:
        return np.zeros(len(values), dtype=np.bool_)
    places = np.searchsorted(ordered, values)
    places[places == len(ordered)] = 0
    return np.asarray(ordered[places] == values)


def compare(a: Text, b: Text) -> Evidence:
    """Compare two texts exactly."""
    equal = np.array_equal(a.tokens, b.tokens)
    shared = int(member(a.shingles, b.shingles).sum())
    fewer = min(len(a.shingles), len(b.shingles))
    if not shared:
        return Evidence(equal, float(equal), float(equal), float(equal), compared=fewer)
    sets = Evidence(
        equal=equal,
        resemblance=shared / (len(a.shingles) + len(b.shingles) - shared),
        containment_a_in_b=shared / len(a.shingles),
        containment_b_in_a=shared / len(b.shingles),
        shared=shared,
        compared=fewer,
    )
    # Most pairs end here: fewer shingles than the shortest passage has.
    return sets if shared < _LEAST_SHARED else _passages(sets, a, b)


def _passages(sets: Evidence, a: Text, b: Text) -> Evidence:
    """Where the shared shingles stand, and whether titles and numbers agree."""
    in_b, in_a = member(a.grams, b.shingles), member(b.grams, a.shingles)
    runs_a, runs_b = _Runs(a, in_b), _Runs(b, in_a)
    (own_a, differing_a), (own_b, differing_b) = _own_words(a, b), _own_words(b, a)
    numbers_a, numbers_b = _numbers(a.tokens), _numbers(b.tokens)
    return replace(
        sets,
        longest_run=min(runs_a.longest, runs_b.longest),
        run_words=min(runs_a.words, runs_b.words),
        begins=max(runs_a.begins, runs_b.begins),
        lead=max(_lead(a, b), _lead(b, a)),
        title=_title(a, b),
        title_frame=_frame(a.title_tokens, b.title_tokens),
        title_numbers_differ=_both_differ(_numbers(a.title_tokens), _numbers(b.title_tokens)),
        own_subject=min(own_a / (differing_a or 1), own_b / (differing_b or 1)),
        own_words=min(own_a, own_b),
        numbers=_shared_part(numbers_a, numbers_b),
        own_numbers=min(_lacking(numbers_a, numbers_b), _lacking(numbers_b, numbers_a)),
    )


class _Runs:
    """The stretches of a text all of whose shingles stand in the other, measured in words."""

    def __init__(self, text: Text, found: _Found) -> None:
        edges = np.flatnonzero(np.diff(found, prepend=False, append=False))
        first, last = text.starts[edges[::2]], text.starts[edges[1::2] - 1]
        lengths = last - first + SHINGLE_WORDS
        passages = lengths >= RUN_WORDS
        self.longest = int(lengths.max(initial=0))
        self.words = int(lengths[passages].sum())
        self.begins = int(first[passages][0]) if passages.any() else NOWHERE


def _lead(one: Text, other: Text) -> float:
    opening = one.grams[one.starts < LEAD_WORDS]
    around = np.sort(other.grams[other.starts < 2 * LEAD_WORDS])
    return float(member(opening, around).mean())


def _title(a: Text, b: Text) -> float:
    shared = int(member(a.title_terms, b.title_terms).sum())
    return shared / max(LEAST_TITLE, min(len(a.title_terms), len(b.title_terms)))


def _frame(a: Tokens, b: Tokens) -> float:
    """Share of the longer title in the words that both begin or end with."""
    fewer = min(len(a), len(b))
    if not fewer:
        return 0.0
    head = int(np.append(a[:fewer] != b[:fewer], True).argmax())
    tail = int(np.append(a[::-1][: fewer - head] != b[::-1][: fewer - head], True).argmax())
    return (head + tail) / max(len(a), len(b))


def _own_words(one: Text, other: Text) -> tuple[int, int]:
    """Words of a title that its text tells and the other title lacks: untold there, and all."""
    told = one.title_terms[member(one.title_terms, one.terms)]
    differing = told[~member(told, other.title_terms)]
    return _lacking(differing, other.terms), len(differing)


def _numbers(tokens: Tokens) -> Tokens:
    return distinct(tokens[(tokens & np.uint32(DIGIT_BIT)) == DIGIT_BIT])


def _both_differ(a: Tokens, b: Tokens) -> bool:
    return bool(_lacking(a, b) and _lacking(b, a))


def _lacking(one: NDArray[np.integer], other: NDArray[np.integer]) -> int:
    """How many of one's values the other lacks."""
    return int((~member(one, other)).sum())


def _shared_part(a: Tokens, b: Tokens) -> float:
    fewer = min(len(a), len(b))
    return float(member(a, b).sum() / fewer) if fewer else 1.0
