"""Keys of a text: two texts that may be copies share some of them.

Band keys are MinHash LSH with one value a band (Broder 1997; Indyk and Motwani 1998): each
is shared with a chance equal to the resemblance. Run keys are the k-grams that winnowing
selects (Schleimer, Wilkerson, Aiken 2003, "Winnowing: local algorithms for document
fingerprinting"): two texts that share a run of `RUN_WORDS` words share at least one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from aggregator.core.tokens import Fingerprint, Hashes, Tokens, distinct, grams, units

RUN_WORDS: Final = 8
"""A shared run of so many words is sure to share a run key."""
GRAM_WORDS: Final = 5
"""Words in a run key's gram (k of winnowing)."""
MAX_RUN_KEYS: Final = 1500
"""A longer text keeps its run keys of lowest hash, so long ones share what they share."""
KIND_BIT: Final = np.uint64(1)
"""Lowest bit of a key: 1 for a run key, 0 for a band key."""

_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)  # splitmix64 (Steele, Lea, Flood 2014)


def keys(fingerprint: Fingerprint) -> Hashes:
    """The distinct keys of a text, sorted, shape (n,); none for a text without words."""
    if len(fingerprint.tokens) == 0:
        return np.empty(0, dtype=np.uint64)
    both = np.concatenate([band_keys(fingerprint.signature), run_keys(fingerprint.tokens)])
    return distinct(both)


def band_keys(signature: Hashes) -> Hashes:
    """One key a signature value; the band's number is mixed in, so bands never meet."""
    bands = np.arange(len(signature), dtype=np.uint64)
    return _mixed(signature + bands * _MIX) & ~KIND_BIT


def run_keys(tokens: Tokens) -> Hashes:
    """The hashes of the grams that winnowing selects, at most `MAX_RUN_KEYS` of lowest hash.

    The window is as long as the guarantee allows: gram and window together span a run of
    `RUN_WORDS` words. In unspaced scripts gram, window and run count characters by their
    unit; where kinds mix, the run must hold as many tokens as its largest unit asks.
    """
    hashes = _mixed(grams(tokens, GRAM_WORDS))
    chosen = distinct(hashes[_winnow(hashes, units(tokens))])[:MAX_RUN_KEYS]
    return chosen | KIND_BIT


def _winnow(hashes: Hashes, units_: Tokens) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Positions of the lowest hash of every window; a window starts at every token."""
    picked = []
    for unit in np.unique(units_):
        size = int(unit) * (RUN_WORDS - GRAM_WORDS) + 1
        windows = sliding_window_view(_padded(hashes, size), size)
        starts = np.flatnonzero(units_ == unit)
        picked.append(starts + windows[starts].argmin(axis=1))
    return np.unique(np.concatenate(picked))


def _padded(hashes: Hashes, size: int) -> Hashes:
    return np.concatenate([hashes, np.full(size - 1, ~np.uint64(0))])


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(31))) * _MIX
    return values ^ (values >> np.uint64(29))
