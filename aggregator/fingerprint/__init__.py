"""Fingerprints of texts: digest, tokens and MinHash signature, a batch at a time.

The signature is that of ``datasketch.MinHash(NUM_PERM, seed=SEED, scheme="affine64",
hashfunc=identity)`` over a text's shingle hashes, bit for bit: the permutations are
datasketch's, and the loop over values is one numpy pass over the whole batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from aggregator.core.folding import fold_texts, line_lengths, tokenise_texts
from aggregator.core.text import NORMALISER
from aggregator.core.tokens import (
    HASH,
    SHINGLE_WORDS,
    SHINGLING,
    Fingerprint,
    Hashes,
    Tokens,
    grams,
    mixed,
    shingles,
    word_count,
)
from aggregator.fingerprint.permutations import permutations

NUM_PERM: Final = 64
"""Values in a signature."""
SEED: Final = 1
"""Seed of datasketch's permutations."""
SCHEME: Final = f"{NORMALISER}/{SHINGLING}/{HASH}/minhash-affine64-{NUM_PERM}-seed{SEED}"
"""Everything that a signature's values depend on; unlike schemes are never compared."""

_PERMUTATIONS: Final = permutations(NUM_PERM, SEED)
_GROUP: Final = 100_000  # characters at a time; larger arrays are fetched from the system anew
_BLOCK: Final = 16_384  # shingles a pass: the working arrays stay in the second-level cache


def fingerprint(text: str) -> Fingerprint:
    """Fingerprint one text; `fingerprints` is faster for many."""
    return fingerprints([text])[0]


def fingerprints(texts: Iterable[str]) -> list[Fingerprint]:
    """Fingerprint many texts, in their order; a text without words has no tokens."""
    return [print_ for group in _groups(texts) for print_ in _of_group(group)]


def _groups(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts, as many at a time as give arrays of a good size."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size >= _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _of_group(texts: list[str]) -> list[Fingerprint]:
    folded = fold_texts(texts)
    tokens = tokenise_texts(folded)
    signatures = sign([grams(each, SHINGLE_WORDS) for each in tokens])
    return [
        Fingerprint(_digest(text), word_count(each), each, signature, lines)
        for text, each, signature, lines in zip(
            folded.texts, tokens, signatures, line_lengths(folded), strict=True
        )
    ]


def _digest(folded: bytes) -> bytes:
    return hashlib.blake2b(folded, digest_size=16).digest()


def sign(sets: Sequence[Hashes]) -> list[Hashes]:
    """MinHash signatures, shape (NUM_PERM,) each, of sets of 64-bit hashes; repeats do not matter.

    An empty set has datasketch's empty signature (every value the maximum).
    """
    signatures = np.full((len(sets), NUM_PERM), ~np.uint64(0))
    for group in _blocks(sets):
        places = [place for place, _piece in group]
        lowest = _lowest([piece for _place, piece in group])
        signatures[places] = np.minimum(signatures[places], lowest)
    return list(signatures)


def _blocks(sets: Sequence[Hashes]) -> Iterator[list[tuple[int, Hashes]]]:
    """The sets with their places, in groups of at most `_BLOCK` hashes; larger ones in pieces."""
    group: list[tuple[int, Hashes]] = []
    size = 0
    for place, each in enumerate(sets):
        for start in range(0, len(each), _BLOCK):
            piece = each[start : start + _BLOCK]
            if size + len(piece) > _BLOCK:
                yield group
                group, size = [], 0
            group.append((place, piece))
            size += len(piece)
    if group:
        yield group


def _lowest(pieces: Sequence[Hashes]) -> Hashes:
    """The lowest value of each permutation over each piece, shape (pieces, NUM_PERM)."""
    values = mixed(np.concatenate(pieces))  # as datasketch does before its permutations
    starts = np.cumsum([0, *map(len, pieces[:-1])])
    permuted = np.empty_like(values)
    lowest = np.empty((NUM_PERM, len(pieces)), dtype=np.uint64)
    for row, multiplier, increment in zip(lowest, *_PERMUTATIONS, strict=True):
        np.multiply(values, multiplier, out=permuted)
        permuted += increment
        np.minimum.reduceat(permuted, starts, out=row)
    return lowest.T


def signed_by_datasketch(tokens: Tokens) -> Hashes:
    """The signature that datasketch itself gives these tokens' shingles, shape (NUM_PERM,).

    For proving stored signatures: it takes as long as signing dozens of texts here.
    """
    # Here and not above: datasketch imports scipy, a second that no other command needs.
    from datasketch import MinHash

    sketch = MinHash(NUM_PERM, seed=SEED, scheme="affine64", hashfunc=int)
    sketch.update_batch(shingles(tokens).tolist())
    return np.asarray(sketch.hashvalues, dtype=np.uint64)
