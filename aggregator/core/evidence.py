"""What two texts share: exact shingle sets, no estimate.

Resemblance and containment are Broder's ("On the resemblance and containment of documents",
1997) over the shingles of `aggregator.core.tokens`. All figures but `equal` leave out the
shingles that the caller names, such as the passages that a site repeats.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

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
    is_spaced,
    member,
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
_Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Text:
    """One side of a comparison: tokens, title, and sorted hashes of shingles to leave out."""

    tokens: Tokens
    title: str | None = None
    left_out: Hashes = field(default_factory=lambda: _NO_HASHES)

    @cached_property
    def grams(self) -> Hashes:
        """The shingles that are compared, in order, shape (n,)."""
        every = grams(self.tokens, SHINGLE_WORDS)
        return every[: 1 - SHINGLE_WORDS] if self.spaced else every[self._compared]

    @cached_property
    def shingles(self) -> Hashes:
        """The set of `grams`, sorted."""
        return distinct(self.grams)

    @cached_property
    def places(self) -> _Places:
        """Where in `shingles` each of `grams` stands; the first and last are in no set."""
        order = self.grams.argsort()
        ordered = self.grams[order]
        found = np.full(len(order) + 2, len(self.shingles), dtype=np.intp)
        found[order + 1] = np.cumsum(np.append(False, ordered[1:] != ordered[:-1]))
        return found

    @cached_property
    def starts(self) -> NDArray[np.float64]:
        """At which word of the compared text each of `grams` starts, in words."""
        if self.spaced:
            return np.arange(len(self.grams), dtype=np.float64)
        lengths = 1.0 / units(self.tokens)[self._compared]
        return np.asarray(np.cumsum(lengths) - lengths)

    @cached_property
    def opening(self) -> list[int]:
        """The shingles of the first `LEAD_WORDS` words, in order."""
        found: list[int] = self.grams[: np.searchsorted(self.starts, LEAD_WORDS)].tolist()
        return found

    @cached_property
    def around_opening(self) -> frozenset[int]:
        """The shingles of twice as many words."""
        return frozenset(self.grams[: np.searchsorted(self.starts, 2 * LEAD_WORDS)].tolist())

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The numbers of the body."""
        return _numbers(self.tokens)

    @cached_property
    def terms(self) -> Hashes:
        """The distinct words of the body (in unspaced scripts, runs as long as a word)."""
        return distinct(grams(self.tokens, 1))

    @cached_property
    def title_tokens(self) -> Tokens:
        """The title's tokens; none without a title."""
        return tokenise(words(self.title or ""))

    @cached_property
    def title_terms(self) -> frozenset[int]:
        """The words of the title, as `terms`."""
        return frozenset(grams(self.title_tokens, 1).tolist())

    @cached_property
    def told_terms(self) -> frozenset[int]:
        """The words of the title that the body tells."""
        return self.title_terms - _lacking(self.title_terms, self.terms)

    @cached_property
    def title_numbers(self) -> frozenset[int]:
        """The numbers of the title."""
        return _numbers(self.title_tokens)

    @cached_property
    def spaced(self) -> bool:
        """Whether all shingles have `SHINGLE_WORDS` tokens, and all are compared: most texts."""
        plain = len(self.tokens) >= SHINGLE_WORDS and not len(self.left_out)
        return plain and is_spaced(self.tokens)

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
    `RUN_WORDS` words has, and the one who asks wants to know.
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


def compare(
    a: Text,
    b: Text,
    worthwhile: Callable[[Evidence], bool] = lambda _sets: True,
    undecided: Callable[[Evidence], bool] = lambda _best: True,
) -> Evidence:
    """Compare two texts exactly.

    `worthwhile` is asked with the figures up to `compared`, and `undecided` with all figures, as
    if the texts shared a run without end from their first word on. Where one says no, the
    figures that were not worked out yet, which take most of the time, keep their defaults.
    """
    equal = same_tokens(a, b)
    in_b, in_a = _both(a.shingles, b.shingles)
    shared = len(in_b)
    fewer = min(len(a.shingles), len(b.shingles))
    if not shared:
        return Evidence(equal, float(equal), float(equal), float(equal), compared=fewer)
    figures: dict[str, Any] = {
        "equal": equal,
        "resemblance": shared / (len(a.shingles) + len(b.shingles) - shared),
        "containment_a_in_b": shared / len(a.shingles),
        "containment_b_in_a": shared / len(b.shingles),
        "shared": shared,
        "compared": fewer,
    }
    found = Evidence(**figures)
    # Most pairs end here: they share less than the shortest passage, or too little to matter.
    if shared < _LEAST_SHARED or not worthwhile(found):
        return found
    figures |= _agreement(a, b)
    if not undecided(Evidence(**figures, longest_run=NOWHERE, run_words=NOWHERE, begins=0)):
        return Evidence(**figures)
    return Evidence(**figures, **_passages(_Runs(a, in_b), _Runs(b, in_a)))


def same_tokens(a: Text, b: Text) -> bool:
    """Whether two texts have the same words in the same order."""
    return len(a.tokens) == len(b.tokens) and bool((a.tokens == b.tokens).all())


def _both(a: Hashes, b: Hashes) -> tuple[_Places, _Places]:
    """The places in two sets, sorted, of what both have.

    A stable sort merges the two in one pass, and puts equal values next to one another.
    """
    merged = np.concatenate([a, b])
    order = merged.argsort(kind="stable")
    merged = merged[order]
    twice = np.flatnonzero(merged[1:] == merged[:-1])
    return order[twice], order[twice + 1] - len(a)


def _passages(runs_a: _Runs, runs_b: _Runs) -> dict[str, Any]:
    """Where the shared shingles stand."""
    return {
        "longest_run": min(runs_a.longest, runs_b.longest),
        "run_words": min(runs_a.words, runs_b.words),
        "begins": max(runs_a.begins, runs_b.begins),
    }


def _agreement(a: Text, b: Text) -> dict[str, Any]:
    """Whether openings, titles and numbers agree.

    These are small sets: Python's own are many times as quick as arrays here.
    """
    (own_a, differing_a), (own_b, differing_b) = _own_words(a, b), _own_words(b, a)
    fewer_numbers = min(len(a.numbers), len(b.numbers))
    shared_numbers = len(a.numbers & b.numbers)
    return {
        "lead": max(_lead(a, b), _lead(b, a)),
        "title": _title(a, b),
        "title_frame": _frame(a.title_tokens.tolist(), b.title_tokens.tolist()),
        "title_numbers_differ": bool(
            a.title_numbers - b.title_numbers and b.title_numbers - a.title_numbers
        ),
        "own_subject": min(own_a / (differing_a or 1), own_b / (differing_b or 1)),
        "own_words": min(own_a, own_b),
        "numbers": shared_numbers / fewer_numbers if fewer_numbers else 1.0,
        "own_numbers": fewer_numbers - shared_numbers,
    }


class _Runs:
    """The stretches of a text all of whose shingles stand in the other, measured in words."""

    def __init__(self, text: Text, shared: _Places) -> None:
        """`shared` are the places in the set of shingles of those that stand in the other."""
        held = np.zeros(len(text.shingles) + 1, dtype=np.bool_)
        held[shared] = True
        found = held[text.places]
        edges = (found[1:] != found[:-1]).nonzero()[0]
        # There are a few runs at most: a loop over them is quicker than arrays.
        firsts, lasts = edges[::2], edges[1::2] - 1
        if not text.spaced:
            firsts, lasts = text.starts[firsts], text.starts[lasts]
        runs = [
            (first, last - first + SHINGLE_WORDS)
            for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)
        ]
        passages = [run for run in runs if run[1] >= RUN_WORDS]
        self.longest = int(max((length for _first, length in runs), default=0))
        self.words = int(sum(length for _first, length in passages))
        self.begins = int(passages[0][0]) if passages else NOWHERE


def _lead(one: Text, other: Text) -> float:
    return sum(map(other.around_opening.__contains__, one.opening)) / len(one.opening)


def _title(a: Text, b: Text) -> float:
    fewer = min(len(a.title_terms), len(b.title_terms))
    return len(a.title_terms & b.title_terms) / max(LEAST_TITLE, fewer)


def _frame(a: list[int], b: list[int]) -> float:
    """Share of the longer title in the words that both begin or end with."""
    fewer = min(len(a), len(b))
    if not fewer:
        return 0.0
    head = _agreeing(a, b)
    tail = min(_agreeing(a[::-1], b[::-1]), fewer - head)
    return (head + tail) / max(len(a), len(b))


def _agreeing(a: list[int], b: list[int]) -> int:
    """How many words two lists begin with that are the same in both."""
    pairs = zip(a, b, strict=False)
    return next((i for i, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _own_words(one: Text, other: Text) -> tuple[int, int]:
    """Words of a title that its text tells and the other title lacks: untold there, and all."""
    differing = one.told_terms - other.title_terms
    return len(_lacking(differing, other.terms)), len(differing)


def _lacking(few: Collection[int], ordered: Hashes) -> set[int]:
    """Which of a few values do not stand in a sorted array."""
    if not few:
        return set()
    values = np.array(list(few), dtype=np.uint64)
    return set(values[~member(values, ordered)].tolist())


def _numbers(tokens: Tokens) -> frozenset[int]:
    return frozenset(tokens[(tokens & np.uint32(DIGIT_BIT)) == DIGIT_BIT].tolist())
