"""Which pairs are worth a comparison: keys that likely copies share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from aggregator.candidates.keys import KEYS, KIND_BIT, batch_keys
from aggregator.core.postings import Postings
from aggregator.core.tokens import Fingerprint

__all__ = ["KEYS", "postings", "with_keys"]


def postings(prints: Mapping[int, Fingerprint], short: Collection[int]) -> Postings:
    """The index keys of distinct texts, given by node id; `short` are those too short to compare.

    Each node's first key is made of its digest, so that equal texts meet whatever their length;
    a short or a purged text has no other, as it matches only when equal. It weighs as much as a
    run key.
    """
    ids = np.fromiter(prints, dtype=np.int64, count=len(prints))
    digests = b"".join(each.digest[:8] for each in prints.values())
    equal = np.frombuffer(digests, dtype="<u8").astype(np.uint64) | KIND_BIT
    long = {n: each for n, each in prints.items() if n not in short and not each.is_purged}
    keys = [each.keys for each in with_keys(list(long.values())) if each.keys is not None]
    of_text = np.repeat(np.fromiter(long, np.int64, len(long)), list(map(len, keys)))
    return Postings(np.concatenate([equal, *keys]), np.concatenate([ids, of_text]))


def with_keys(prints: Sequence[Fingerprint]) -> list[Fingerprint]:
    """These fingerprints with their keys, made where they are missing."""
    missing = [place for place, each in enumerate(prints) if each.keys is None]
    if not missing:
        return list(prints)
    found = list(prints)
    keys = batch_keys([prints[place] for place in missing])
    for place, its in zip(missing, keys, strict=True):
        found[place] = replace(found[place], keys=its)
    return found
