"""Which pairs are worth a comparison: keys that likely copies share."""

from __future__ import annotations

import numpy as np

from aggregator.candidates.keys import KIND_BIT, keys
from aggregator.core.tokens import Fingerprint


def node_keys(print_: Fingerprint, *, short: bool) -> list[int]:
    """The index keys of a distinct text, as signed 64-bit integers.

    The first is made of the digest, so that equal texts meet whatever their length; a short
    or a purged text has no other, as it matches only when equal. It weighs as much as a run key.
    """
    equal = np.frombuffer(print_.digest[:8], dtype="<u8") | KIND_BIT
    found = equal if short or print_.is_purged else np.concatenate([equal, keys(print_)])
    values: list[int] = found.astype(np.uint64).view(np.int64).tolist()
    return values
