"""The permutations of datasketch's MinHash, made as datasketch 2 makes them.

They are drawn from numpy's `RandomState`, whose streams are frozen (NumPy Enhancement Proposal
19). Importing datasketch itself loads scipy, for the optimiser of an index that is not used here:
it would keep every new process waiting for a second or more. Tests hold these values, and the
signatures made with them, to datasketch's own.
"""

from __future__ import annotations

import numpy as np

from aggregator.core.tokens import Hashes


def permutations(number: int, seed: int) -> tuple[Hashes, Hashes]:
    """Odd multipliers and increments, shape (number,) each.

    Equal to ``datasketch.MinHash(number, seed=seed, scheme="affine64").permutations``.
    """
    random = np.random.RandomState(seed)
    halves = random.randint(0, 1 << 63, number, dtype=np.uint64)
    increments = random.randint(0, 1 << 64, number, dtype=np.uint64)
    return halves * np.uint64(2) + np.uint64(1), increments
