"""Fingerprints of texts: digest, tokens and MinHash signature, a batch at a time.

The signature is that of ``datasketch.MinHash(NUM_PERM, seed=SEED, scheme="affine64",
hashfunc=identity)`` over a text's shingle hashes, bit for bit: the permutations come from
datasketch, and the loop over values is one numpy pass over the whole batch.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from aggregator.core.text import NORMALISER, normalise
from aggregator.core.tokens import (
    HASH,
    SHINGLING,
    Fingerprint,
    Hashes,
    shingles,
    tokenise,
    word_count,
)

NUM_PERM: Final = 64
"""Values in a signature."""
SEED: Final = 1
"""Seed of datasketch's permutations."""
SCHEME: Final = f"{NORMALISER}/{SHINGLING}/{HASH}/minhash-affine64-{NUM_PERM}-seed{SEED}"
"""Everything that a signature's values depend on; unlike schemes are never compared."""

_BLOCK: Final = 4096  # shingles a pass: the working arrays stay in the second-level cache


def fingerprint(text: str) -> Fingerprint:
    """Fingerprint one text; `fingerprints` is faster for many."""
    return fingerprints([text])[0]


def fingerprints(texts: Iterable[str]) -> list[Fingerprint]:
    """Fingerprint many texts, in their order; a text without words has no tokens."""
    folded = [normalise(text) for text in texts]
    tokens = [tokenise(text.split()) for text in folded]
    signatures = sign([shingles(each) for each in tokens])
    return [
        Fingerprint(_digest(text), word_count(each), each, signature)
        for text, each, signature in zip(folded, tokens, signatures, strict=True)
    ]


def _digest(folded: str) -> bytes:
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@functools.cache
def _permutations() -> tuple[Hashes, Hashes]:
    # Here and not above: datasketch imports scipy, 1.5 s that no other command needs.
    from datasketch import MinHash

    multipliers, increments = MinHash(NUM_PERM, seed=SEED, scheme="affine64").permutations
    return np.asarray(multipliers, dtype=np.uint64), np.asarray(increments, dtype=np.uint64)


def _mix(values: Hashes) -> Hashes:
    """MurmurHash3's 64-bit finaliser, which datasketch applies before its permutations."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


def sign(sets: Sequence[Hashes]) -> list[Hashes]:
    """MinHash signatures, shape (NUM_PERM,) each, of sets of 64-bit hashes.

    An empty set has datasketch's empty signature (every value the maximum).
    """
    signatures = [np.full(NUM_PERM, ~np.uint64(0)) for _ in sets]
    for each, signature in zip(sets, signatures, strict=True):
        mixed = _mix(each)
        for start in range(0, len(mixed), _BLOCK):
            _lower(signature, mixed[start : start + _BLOCK])
    return signatures


def _lower(signature: Hashes, mixed: Hashes) -> None:
    multipliers, increments = _permutations()
    permuted = mixed[None, :] * multipliers[:, None]
    permuted += increments[:, None]
    np.minimum(signature, permuted.min(axis=1), out=signature)
