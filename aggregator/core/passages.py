"""What two texts share and where they differ, for people: passages side by side, and in words.

Shared is what stands in a shared shingle, as in `aggregator.core.evidence`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import count, groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.evidence import Text
from aggregator.core.text import unit, words
from aggregator.core.tokens import SHINGLE_WORDS, grams, member, tokenise, units

MOST_WORDS: Final = 20_000
"""Words of a text that `passages` looks at; aligning takes more than linear time."""
_MOSTLY: Final = 0.8
"""Share of the differing words at one end of a text from which they are said to be there."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch that both texts have (`shared`), or what each has in the other's place."""

    shared: bool
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class _Words:
    """A text's normalised words, each with where it ends in the text."""

    text: str
    ends: list[int]
    grams: list[int]
    sizes: list[int]
    """Words of the shingle that stands at each word."""
    starts: list[int]
    """Where that shingle starts: at the last words of a text stands its last whole one."""

    def piece(self, first: int, end: int) -> str:
        """The original text from one word up to another, without the space around it."""
        start = self.ends[first - 1] if first else 0
        stop = self.ends[end - 1] if end < len(self.ends) else len(self.text)
        return self.text[start:stop].strip() if end > first else ""


def passages(a: str, b: str) -> list[Passage]:
    """The two texts in stretches, in their order; of a text beyond `MOST_WORDS` words nothing."""
    one, other = _split(a), _split(b)
    found: list[Passage] = []
    at_a = at_b = 0
    for start_a, start_b, length in _shared(one, other):
        _add(found, False, one.piece(at_a, start_a), other.piece(at_b, start_b))
        at_a, at_b = start_a + length, start_b + length
        _add(found, True, one.piece(start_a, at_a), other.piece(start_b, at_b))
    _add(found, False, one.piece(at_a, len(one.ends)), other.piece(at_b, len(other.ends)))
    return found


def _add(found: list[Passage], shared: bool, a: str, b: str) -> None:
    if a or b:
        found.append(Passage(shared, a, b))


def _split(text: str) -> _Words:
    tokens: list[str] = []
    ends: list[int] = []
    for piece, end in _pieces(text):
        its_words = words(piece)
        tokens += its_words
        ends += [end] * len(its_words)
        if len(tokens) >= MOST_WORDS:
            text = text[:end]
            break
    hashed = tokenise(tokens)
    sizes = np.minimum(units(hashed).astype(np.intp) * SHINGLE_WORDS, len(hashed))
    starts = np.minimum(np.arange(len(hashed)), len(hashed) - sizes)
    its_grams = grams(hashed, SHINGLE_WORDS)
    return _Words(text, ends, its_grams.tolist(), sizes.tolist(), starts.tolist())


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """The smallest parts that can be told apart in the original, and where they end.

    They are runs without a space; in scripts without spaces, characters.
    """
    for run in re.finditer(r"\S+", text):
        end = run.start()
        for unspaced, letters in groupby(run.group(), key=lambda letter: unit(letter) > 1):
            run_of_kind = "".join(letters)
            for part in run_of_kind if unspaced else [run_of_kind]:
                end += len(part)
                yield part, end


def _shared(one: _Words, other: _Words) -> Iterator[tuple[int, int, int]]:
    """Stretches of words in both: where they start in each, and their length."""
    first_a = first_b = length = 0
    for block in SequenceMatcher(None, one.grams, other.grams).get_matching_blocks():
        for i, j in zip(range(block.a, block.a + block.size), count(block.b), strict=False):
            size = min(one.sizes[i], other.sizes[j])
            behind = (first_a + length - one.starts[i], first_b + length - other.starts[j])
            if max(behind) >= size:
                continue
            if length and behind[0] == behind[1] >= 0:
                length += size - behind[0]
                continue
            if length:
                yield first_a, first_b, length
            passed = max(0, *behind)
            first_a, first_b = one.starts[i] + passed, other.starts[j] + passed
            length = size - passed
    if length:
        yield first_a, first_b, length


def differences(copy: Text, canonical: Text) -> str:
    """How a copy differs from its canonical, in a few words; empty when the words are equal."""
    if np.array_equal(copy.tokens, canonical.tokens):
        return ""
    own, lacking = _outside(copy, canonical), _outside(canonical, copy)
    parts = [
        f"{word} {_amount(missing, text)}"
        for word, missing, text in (("adds", own, copy), ("lacks", lacking, canonical))
        if missing.any()
    ]
    return "; ".join(parts) or "the same passages in another order"


def _outside(text: Text, other: Text) -> NDArray[np.bool_]:
    """Which words of a text stand in no shared shingle."""
    found = np.flatnonzero(member(grams(text.tokens, SHINGLE_WORDS), other.shingles))
    ends = found + units(text.tokens)[found].astype(np.intp) * SHINGLE_WORDS
    steps = np.zeros(len(text.tokens) + 1, dtype=np.intp)
    np.add.at(steps, found, 1)
    np.add.at(steps, np.minimum(ends, len(text.tokens)), -1)
    return np.asarray(np.cumsum(steps[:-1]) == 0)


def _amount(differing: NDArray[np.bool_], text: Text) -> str:
    """How many words differ, and whether they stand at one end of the text."""
    lengths = 1.0 / units(text.tokens)
    total = float(lengths[differing].sum())
    count = max(1, round(total))
    inner = np.flatnonzero(~differing)
    first, last = (int(inner[0]), int(inner[-1])) if len(inner) else (len(differing), -1)
    place = ""
    if float(lengths[last + 1 :].sum()) >= _MOSTLY * total:
        place = " at the end"
    elif float(lengths[:first].sum()) >= _MOSTLY * total:
        place = " at the start"
    return f"{count} word{'' if count == 1 else 's'}{place if len(inner) else ', all'}"
