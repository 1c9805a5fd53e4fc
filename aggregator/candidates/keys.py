"""Keys of a text: two texts that may be copies share some of them.

Band keys are MinHash LSH with one value a band (Broder 1997; Indyk and Motwani 1998): each
is shared with a chance equal to the resemblance. Run keys are the k-grams that winnowing
selects (Schleimer, Wilkerson, Aiken 2003, "Winnowing: local algorithms for document
fingerprinting"): two texts that share a run of `RUN_WORDS` words share at least one.

Everything is array work over the tokens of many texts, laid end to end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.tokens import (
    Fingerprint,
    Hashes,
    Tokens,
    cut,
    distinct,
    is_spaced,
    units,
)

BANDS: Final = 24
"""Signature values that are keys; the run keys find what they miss."""
RUN_WORDS: Final = 12
"""A shared run of so many words is sure to share a run key."""
GRAM_WORDS: Final = 5
"""Words in a run key's gram (k of winnowing)."""
MAX_RUN_KEYS: Final = 500
"""A longer text keeps its run keys of lowest hash, so long ones share what they share."""
KIND_BIT: Final = np.uint64(1)
"""Lowest bit of a key: 1 for a run key, 0 for a band key."""
KEYS: Final = f"bands{BANDS}-runs{RUN_WORDS}w{GRAM_WORDS}-most{MAX_RUN_KEYS}-1"
"""Name of the keys that a text has; changes with any change of them."""

_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)  # splitmix64 (Steele, Lea, Flood 2014)
_GRAM: Final = np.uint64(0x9E3779B97F4A7C15)  # its odd increment, here a multiplier
_LARGEST_UNIT: Final = 4


def batch_keys(fingerprints: Sequence[Fingerprint]) -> list[Hashes]:
    """The keys of each text, sorted and distinct; one without words has none."""
    found = [np.empty(0, dtype=np.uint64)] * len(fingerprints)
    for group in _groups(fingerprints):
        bands = band_keys(np.stack([fingerprints[place].signature for place in group]))
        runs = run_keys([fingerprints[place].tokens for place in group])
        for place, *parts in zip(group, bands, runs, strict=True):
            found[place] = distinct(np.concatenate(parts))
    return found


def _groups(fingerprints: Sequence[Fingerprint]) -> Iterator[list[int]]:
    """The places of texts that can be worked on together.

    Words of spaced scripts ask for one size of gram and window, mixed scripts for several.
    Texts that may be shorter than a gram of theirs are looked at one by one.
    """
    spaced, mixed = [], []
    for place, each in enumerate(fingerprints):
        length = len(each.tokens)
        if length >= GRAM_WORDS and is_spaced(each.tokens):
            spaced.append(place)
        elif length >= GRAM_WORDS * _LARGEST_UNIT:
            mixed.append(place)
        elif length:
            yield [place]
    yield from filter(None, (spaced, mixed))


def band_keys(signatures: Hashes) -> Hashes:
    """A key for each of a signature's first values, shape (..., bands), of shape (..., values).

    The band's number is mixed in, so bands never meet.
    """
    chosen: Hashes = signatures[..., :BANDS]
    bands = np.arange(chosen.shape[-1], dtype=np.uint64)
    return _mixed(chosen + bands * _MIX) & ~KIND_BIT


def run_keys(texts: Sequence[Tokens]) -> list[Hashes]:
    """The hashes of the grams that winnowing selects in each text, sorted and distinct.

    At most `MAX_RUN_KEYS` of lowest hash a text. The window is as long as the guarantee allows:
    gram and window together span a run of `RUN_WORDS` words. In unspaced scripts gram, window
    and run count characters by their unit; where kinds mix, the run must hold as many tokens as
    its largest unit asks. No text is empty; of several, none is shorter than a gram.
    """
    lengths = np.array([len(each) for each in texts])
    tokens = np.concatenate(texts)
    units_ = units(tokens)
    hashes = np.empty(len(tokens), dtype=np.uint64)
    kinds = {int(unit): units_ == unit for unit in distinct(units_)}
    for unit, own in kinds.items():
        hashes[own] = _mixed(_grams(tokens, lengths, unit * GRAM_WORDS)[own])
    chosen = np.empty(len(tokens), dtype=np.uint64)
    for unit, own in kinds.items():
        chosen[own] = _lowest(hashes, lengths, unit * (RUN_WORDS - GRAM_WORDS) + 1)[own]
    of_texts = cut(chosen | KIND_BIT, np.cumsum(lengths)[:-1])
    return [distinct(its)[:MAX_RUN_KEYS] for its in of_texts]


def _grams(tokens: Tokens, lengths: NDArray[np.int64], size: int) -> Hashes:
    """The hash of the gram that starts at each token; a text's last whole one is repeated."""
    size = min(size, int(lengths.min()))
    wide = np.concatenate([tokens, np.zeros(size - 1, dtype=np.uint32)]).astype(np.uint64)
    hashes = wide[: len(tokens)].copy()
    for step in range(1, size):
        hashes *= _GRAM
        hashes += wide[step : step + len(tokens)]
    last = np.repeat(np.cumsum(lengths) - size, lengths)
    whole: Hashes = hashes[np.minimum(np.arange(len(tokens)), last)]
    return whole


def _lowest(hashes: Hashes, lengths: NDArray[np.int64], size: int) -> Hashes:
    """The lowest hash in the window that starts at each token, within its text."""
    text = np.repeat(np.arange(len(lengths)), lengths)
    places = np.arange(len(hashes)) + text * (size - 1)
    padded = np.full(len(hashes) + len(lengths) * (size - 1), ~np.uint64(0))
    padded[places] = hashes
    lowest, width = padded, 1
    while width < size:  # the minimum of two windows that overlap is that of both
        step = min(width, size - width)
        lowest = np.minimum(lowest[:-step], lowest[step:])
        width += step
    found: Hashes = lowest[places]
    return found


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(31))) * _MIX
    return values ^ (values >> np.uint64(29))
