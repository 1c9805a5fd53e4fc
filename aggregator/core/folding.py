"""Many texts at once as bytes: folded as `aggregator.core.text` folds one, and cut into words.

The words of all texts stand in one buffer, so that what is done with each of them is array work.
A word's token comes from a table with one place for each of many words; a word that is not in its
place is hashed as `aggregator.core.tokens` hashes it, and takes the place. So the table is a cache
that never grows, and no token depends on what it holds: words are compared by all their bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.text import ASCII, fold_apart, normalise, without_typography
from aggregator.core.tokens import Tokens, cut, tokenise_encoded

Places = NDArray[np.intp]
_Bytes = NDArray[np.uint8]
_Wide = NDArray[np.uint64]

_BLANK: Final = 32
_END: Final = 10
"""Stands behind each text; folded texts hold no byte below the blank."""
_LINE_END: Final = 1
"""Stands behind each line but the last until the lines are counted."""
_HELD: Final = 16
"""Bytes of a word that the table compares; longer ones are looked up one by one."""
_PLACES_BITS: Final = 18
_SPREAD: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Odd multipliers (Steele 2014; xxHash's second prime): multiplicative hashing, Knuth 6.4."""

_ASCII: Final = ASCII | {ord("\n"): chr(_LINE_END)}
_FOLDED: Final = bytes(ord(_ASCII[n]) if len(_ASCII[n]) == 1 else _BLANK for n in range(128))
_DROPPED: Final = bytes(n for n in range(128) if not ASCII[n])
_MOST_PIECES: Final = 200_000
_LONGEST_PIECE: Final = 40
_FIRST_BYTES: Final = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype="<u8")
"""Masks that keep the first n bytes of eight."""


@dataclass(frozen=True, slots=True, eq=False)
class FoldedTexts:
    """Folded texts end to end, and where the words are.

    `texts` are `normalise`'s results in UTF-8; word `i` is `data[starts[i] : ends[i]]`, and
    `line_ends[i]` line ends stand before it; the words of text `t` are those from `first[t]` up to
    `first[t + 1]`.
    """

    texts: list[bytes]
    data: bytes
    starts: Places
    ends: Places
    first: Places
    line_ends: Places


def fold_texts(texts: Sequence[str]) -> FoldedTexts:
    """Fold many texts, each as `aggregator.core.text.normalise` does."""
    raw = np.frombuffer(bytearray(b"\n").join([*map(_folded, texts), b""]), dtype=np.uint8)
    line_ends = np.flatnonzero(raw == _LINE_END)
    raw[line_ends] = _BLANK
    blank = raw <= _BLANK
    behind = np.empty_like(blank)  # whether a blank, or nothing, stands before
    behind[:1], behind[1:] = True, blank[:-1]
    line_ends = np.searchsorted(line_ends, np.flatnonzero(behind & ~blank))
    kept = raw[np.flatnonzero(~(blank & behind) | (raw == _END))]
    data = kept.tobytes()
    blank = kept <= _BLANK
    edges = np.flatnonzero(np.diff(blank, prepend=True, append=True))
    starts, ends = edges[::2], edges[1::2]
    first = np.searchsorted(starts, np.flatnonzero(kept == _END))
    folded = [line.rstrip(b" ") for line in data.split(b"\n")[:-1]]
    return FoldedTexts(folded, data, starts, ends, np.concatenate([[0], first]), line_ends)


class _FoldedPieces(dict[str, bytes]):
    """Pieces of text without blanks, folded; bounded, and none that is long is kept."""

    def __missing__(self, piece: str) -> bytes:
        return normalise(piece).encode("utf-8", "surrogatepass")

    def of(self, pieces: list[str]) -> Iterable[bytes]:
        """The pieces folded, to be used before any others: a line may have more than are kept."""
        most = _MOST_PIECES // 4
        if len(pieces) > most:
            parts = (pieces[n : n + most] for n in range(0, len(pieces), most))
            return [each for part in parts for each in self.of(part)]
        self._learn(pieces)
        return map(self.__getitem__, pieces)

    def _learn(self, pieces: list[str]) -> None:
        """Fold those that are new, all at once: each alone takes several times as long."""
        new = [each for each in set(pieces) if each not in self and len(each) <= _LONGEST_PIECE]
        if new:
            if len(self) + len(new) > _MOST_PIECES:
                self.clear()
            folded = "\n".join(fold_apart(new)).encode("utf-8", "surrogatepass")
            self.update(zip(new, folded.split(b"\n"), strict=True))


_PIECES: Final = _FoldedPieces()


def _folded(text: str) -> bytes:
    """A text as `normalise` folds it, but for the number of blanks.

    Nothing acts across a blank, so that pieces between blanks can be folded alone, and each
    once. Text that is ASCII but for quotes and dashes costs a fraction even of that.
    """
    plain = text if text.isascii() else without_typography(text)
    if not plain.isascii():
        return bytes([_LINE_END]).join(map(_folded_line, text.split("\n")))
    return plain.encode().translate(_TRANSLATION, _DROPPED)


def _folded_line(line: str) -> bytes:
    if line.isascii():
        return line.encode().translate(_TRANSLATION, _DROPPED)
    return b" ".join(_PIECES.of(line.split()))


_TRANSLATION: Final = _FOLDED + bytes(128)


class WordTable:
    """Tokens of words of up to `_HELD` bytes, each at one of `2**bits` places, by its bytes."""

    def __init__(self, bits: int = _PLACES_BITS) -> None:
        # A row holds a word's sixteen bytes as two numbers, and its token; a word is never empty.
        self._rows = np.zeros((1 << bits, 3), dtype=np.uint64)
        self._shift = np.uint64(64 - bits)
        self._lock = threading.Lock()

    def tokens(self, folded: FoldedTexts) -> Tokens:
        """The token of each word."""
        low, high = _leading_bytes(folded)
        places = (low * _SPREAD[0] ^ high * _SPREAD[1]) >> self._shift
        places = places.astype(np.intp)
        fits = folded.ends - folded.starts <= _HELD
        with self._lock:
            rows = self._rows.take(places, axis=0)
            known = (rows[:, 0] == low) & (rows[:, 1] == high) & fits
            tokens = rows[:, 2].astype(np.uint32)
            unknown = np.flatnonzero(~known)
            if len(unknown):
                tokens[unknown] = _one_by_one(folded, unknown)
                held = unknown[fits[unknown]]
                self._rows[places[held]] = np.column_stack([low[held], high[held], tokens[held]])
        return tokens


def _leading_bytes(folded: FoldedTexts) -> tuple[_Wide, _Wide]:
    """The first eight bytes of each word, and the eight behind them, as numbers."""
    padded = folded.data + bytes(_HELD)
    at = np.ndarray((len(padded) - 7,), dtype="<u8", buffer=padded, strides=(1,))
    lengths = folded.ends - folded.starts
    low = at[folded.starts] & _FIRST_BYTES[np.minimum(lengths, 8)]
    high = np.zeros(len(low), dtype=np.uint64)
    longer = np.flatnonzero(lengths > 8)
    high[longer] = at[folded.starts[longer] + 8] & _FIRST_BYTES[np.minimum(lengths[longer] - 8, 8)]
    return low, high


def _one_by_one(folded: FoldedTexts, chosen: Places) -> Tokens:
    bounds = zip(folded.starts[chosen].tolist(), folded.ends[chosen].tolist(), strict=True)
    return tokenise_encoded([folded.data[start:end] for start, end in bounds])


_WORDS: Final = WordTable()


def tokenise_texts(folded: FoldedTexts) -> list[Tokens]:
    """The tokens of each text, as `tokenise` of its words gives them."""
    return cut(_WORDS.tokens(folded), folded.first[1:-1]) if folded.texts else []


def line_lengths(folded: FoldedTexts) -> list[Tokens]:
    """The words in each line that has any, for each text, shape (lines,) each."""
    if not folded.texts:
        return []
    count = len(folded.starts)
    begins = np.diff(folded.line_ends, prepend=-1) > 0
    begins[folded.first[folded.first < count]] = True
    heads = np.flatnonzero(begins)
    lengths = np.diff(heads, append=count).astype(np.uint32)
    return cut(lengths, np.searchsorted(heads, folded.first[1:-1]))
