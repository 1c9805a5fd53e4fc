"""Texts as arrays: tokens, shingles, and the fingerprint that carries both.

A token is a uint32: the upper 29 bits are a hash of the word, `UNIT_BITS` say how many
such tokens make one word of length (1, 2 or 4, see `aggregator.core.text.unit`), and
`DIGIT_BIT` says that the word holds a digit. So evidence can count words and compare
numbers without the text.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from aggregator.core.text import unit

Tokens = NDArray[np.uint32]
"""A text's tokens in order, shape (n,)."""
Hashes = NDArray[np.uint64]
"""64-bit hashes, shape (n,)."""

DIGIT_BIT: Final = 1
UNIT_BITS: Final = 6
"""Mask of the two bits that hold log2 of the unit."""
HASH_BITS: Final = 0xFFFFFFF8

HASH: Final = "blake2b-29"
"""Name of the hash of a word."""

SHINGLE_WORDS: Final = 3
"""Words in a shingle; in unspaced scripts as many characters as make these words."""
SHINGLING: Final = "shingles-3w-1"
"""Name of the shingling below; changes with any change of its result."""

_NO_LINES: Final[Tokens] = np.empty(0, dtype=np.uint32)
_Integer = TypeVar("_Integer", bound=np.integer[Any])
_MAX_KNOWN_WORDS: Final = 500_000
_DIGIT: Final = re.compile(r"\d")
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)  # odd: the multiplier of splitmix64 (Steele 2014)


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What the store keeps of a text to find and to verify its copies.

    `digest`: 16 bytes, blake2b of the normalised words joined by spaces; equal digests are
    the relation ``exact``. `word_count`: length in words (see `word_count`). `tokens`: shape
    (n,), uint32. `signature`: shape (num_perm,), uint64, datasketch MinHash hash values.
    `lines`: tokens in each line of the text that was fingerprinted, shape (lines,), uint32; no
    part of the fingerprint of its words. `keys`: those of the candidate index that follow from
    tokens and signature (`aggregator.candidates`), shape (n,), uint64; None when not made.
    """

    digest: bytes
    word_count: int
    tokens: Tokens
    signature: Hashes
    lines: Tokens = field(default_factory=lambda: _NO_LINES)
    keys: Hashes | None = None

    @property
    def is_purged(self) -> bool:
        """Whether the text was purged: its digest stands in the place of the tokens."""
        return self.tokens.tobytes() == self.digest

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process as bytes, at a fraction of what it costs to send arrays."""
        arrays = (self.tokens, self.signature, self.lines, self.keys)
        raw = [each if each is None else each.tobytes() for each in arrays]
        return _received, (self.digest, self.word_count, *raw)


def _received(digest: bytes, words: int, *raw: bytes | None) -> Fingerprint:
    kinds = (np.uint32, np.uint64, np.uint32, np.uint64)
    sent = zip(raw, kinds, strict=True)
    arrays: list[Any] = [each if each is None else np.frombuffer(each, k) for each, k in sent]
    return Fingerprint(digest, words, *arrays)


def packed(tokens: Tokens) -> bytes:
    """Tokens or counts as the store keeps them: little-endian uint32."""
    return tokens.astype("<u4").tobytes()


def unpacked(stored: bytes | None) -> Tokens:
    """What `packed` made bytes of; empty for None."""
    return np.frombuffer(stored or b"", dtype="<u4").astype(np.uint32, copy=False)


def purged_tokens(digest: bytes) -> Tokens:
    """What stands in the place of a purged text's tokens.

    Equal for equal texts; other texts share nothing with it.
    """
    return np.frombuffer(digest, dtype="<u4").astype(np.uint32)


class _TokenOfWord(dict[bytes, int]):
    """Each distinct word is hashed once; bounded, so that a long run keeps flat memory."""

    def __missing__(self, word: bytes) -> int:
        if len(self) >= _MAX_KNOWN_WORDS:
            self.clear()
        value = self[word] = _token(word)
        return value


def _token(word: bytes) -> int:
    digest = hashlib.blake2b(word, digest_size=4).digest()
    # Of bytes, only letters of ASCII are alphabetic: no digits, and of a spaced script.
    flags = 0 if word.isalpha() else _flags(word.decode("utf-8", "surrogatepass"))
    return int.from_bytes(digest, "big") & HASH_BITS | flags


def _flags(word: str) -> int:
    return (unit(word).bit_length() - 1) << 1 | (_DIGIT.search(word) is not None)


_TOKENS: Final = _TokenOfWord()


def tokenise(words: Iterable[str]) -> Tokens:
    """Turn normalised words (`aggregator.core.text.words`) into tokens, in their order."""
    return tokenise_encoded(word.encode("utf-8", "surrogatepass") for word in words)


def tokenise_encoded(words: Iterable[bytes]) -> Tokens:
    """As `tokenise`, of words in UTF-8."""
    return np.fromiter(map(_TOKENS.__getitem__, words), dtype=np.uint32)


def units(tokens: Tokens) -> NDArray[np.uint32]:
    """How many tokens of its kind make one word, for each token: 1, 2 or 4."""
    shift = (tokens & np.uint32(UNIT_BITS)) >> np.uint32(1)
    return np.asarray(np.left_shift(np.uint32(1), shift), dtype=np.uint32)


def is_spaced(tokens: Tokens) -> bool:
    """Whether each token makes one word: those of other scripts are parts of words."""
    return not (tokens & np.uint32(UNIT_BITS)).any()


def word_count(tokens: Tokens) -> int:
    """Length in words: tokens of spaced scripts, and the others by their unit, rounded up."""
    return math.ceil(float((1.0 / units(tokens)).sum()))


def grams(tokens: Tokens, words: int) -> Hashes:
    """Hash the run of `words` words that starts at each token, shape (n,).

    A run is as many tokens as make `words` words of the kind of its first token (`sizes`). The
    last positions, where no whole run starts, repeat the last whole one; a text shorter than a
    run has one gram, of all its tokens.
    """
    if len(tokens) == 0:
        return np.empty(0, dtype=np.uint64)
    kinds = tokens & np.uint32(UNIT_BITS)
    if not kinds.any():
        return _fixed_grams(tokens, words)
    out = np.zeros(len(tokens), dtype=np.uint64)
    for log_unit in range(3):
        chosen = kinds == log_unit << 1
        if chosen.any():
            out[chosen] = _fixed_grams(tokens, words << log_unit)[chosen]
    return out


def _fixed_grams(tokens: Tokens, size: int) -> Hashes:
    """A polynomial over the tokens modulo 2**64; MinHash mixes it (fmix64) before use."""
    size = min(size, len(tokens))
    wide = tokens.astype(np.uint64)
    whole = len(tokens) - size + 1
    hashes = wide[:whole].copy()
    for step in range(1, size):
        hashes *= _BASE
        hashes += wide[step : step + whole]
    return np.concatenate([hashes, np.repeat(hashes[-1:], size - 1)])


def distinct(values: NDArray[_Integer]) -> NDArray[_Integer]:
    """Sort and drop repeats: `np.unique`, which takes 15 times as long on a text's hashes."""
    ordered = np.sort(values)
    return ordered[first_of_equal(ordered)]


def first_of_equal(*columns: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which rows, given as columns of one length, differ from the row before; the first does."""
    found = np.ones(len(columns[0]), dtype=np.bool_)
    np.not_equal(columns[0][1:], columns[0][:-1], out=found[1:])
    for column in columns[1:]:
        found[1:] |= column[1:] != column[:-1]
    return found


def cut(values: NDArray[_Integer], places: NDArray[np.intp]) -> list[NDArray[_Integer]]:
    """`values` cut at these places: `np.split`, which takes several times as long."""
    return [values[a:b] for a, b in pairwise([0, *places.tolist(), len(values)])]


def rank_among_equal(ordered: NDArray[np.integer]) -> NDArray[np.intp]:
    """The place of each value among those equal to it, from 0, in a sorted array."""
    starts = np.flatnonzero(first_of_equal(ordered))
    return np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))


def member(values: NDArray[np.integer], ordered: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which of `values` stand in `ordered`, a sorted array."""
    if len(ordered) == 0:
        return np.zeros(len(values), dtype=np.bool_)
    places = np.searchsorted(ordered, values)
    places[places == len(ordered)] = 0
    return np.asarray(ordered[places] == values)


def mixed(values: Hashes) -> Hashes:
    """MurmurHash3's 64-bit finaliser (Appleby 2011): every bit of a value changes all others."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


def shingles(tokens: Tokens) -> Hashes:
    """The set of a text's shingles as a sorted array without repeats, shape (n,)."""
    return distinct(grams(tokens, SHINGLE_WORDS))
