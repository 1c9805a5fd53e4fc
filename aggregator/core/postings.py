"""Postings of an index as arrays: sorted, cut into chunks, searched and filtered.

A posting says that a node has a key. Their order is by key, then by node, so that the nodes of
lowest id stand first. The index (`aggregator.store.index`) keeps them in *segments*, sorted arrays
that never grow, as log-structured merge trees do (O'Neil and others 1996). A segment is stored
as *chunks* of a few hundred postings, with the first posting of each (its *fence*) and a filter
(Bloom 1970) that tells most of the keys that it has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.tokens import Hashes, first_of_equal, rank_among_equal

CHUNK: Final = 250
"""Postings in a chunk; with 16 bytes each they fit into one page of SQLite (4096 bytes)."""
PAGE_BITS: Final = 1 << 15
"""Bits in one page of a filter: filters grow by whole pages of 4 KiB."""
KEY_BITS: Final = 16
"""Bits of filter a posting; with `PROBES` about 1 in 400 keys is let through by mistake."""
PROBES: Final = 4
"""Bits that one key sets."""

Ids = NDArray[np.int64]
"""Node ids, shape (n,)."""
Places = NDArray[np.intp]
"""Positions in an array, shape (n,)."""

_ROW: Final = np.dtype([("key", "<u8"), ("node", "<i8")])
POSTING_BYTES: Final = _ROW.itemsize
_PAGE_MIX: Final = np.uint64(0x9E3779B97F4A7C15)  # two odd multipliers: splitmix64's increment
_BIT_MIX: Final = np.uint64(0x94D049BB133111EB)  # and its second multiplier (Steele 2014)
_LOW: Final = np.uint64(PAGE_BITS - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Some postings: `keys` and `nodes`, both of shape (n,)."""

    keys: Hashes
    nodes: Ids

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, chosen: Any) -> Postings:
        return Postings(self.keys[chosen], self.nodes[chosen])

    def ordered(self) -> Postings:
        """The same postings by key, then node."""
        found = self[np.argsort(self.keys, kind="stable")]
        same = found.keys[1:] == found.keys[:-1]
        if same.any():
            # Few keys have several nodes: only those are brought into order by node.
            several = np.flatnonzero(np.append(same, False) | np.append(False, same))
            part = found[several]
            found.nodes[several] = part.nodes[np.lexsort((part.nodes, part.keys))]
        return found

    def distinct(self) -> Postings:
        """The same postings ordered, each once."""
        found = self.ordered()
        return found[first_of_equal(found.keys, found.nodes)]

    def lowest(self, most: int) -> Postings:
        """Of ordered postings, those of the `most` first nodes of each key."""
        return self[rank_among_equal(self.keys) < most]

    def rows(self) -> list[tuple[int, int]]:
        """The postings as (key, node)."""
        return list(zip(self.keys.tolist(), self.nodes.tolist(), strict=True))

    def to_bytes(self) -> bytes:
        """16 bytes a posting, little-endian."""
        rows = np.empty(len(self), dtype=_ROW)
        rows["key"], rows["node"] = self.keys, self.nodes
        return rows.tobytes()


def from_bytes(data: bytes) -> Postings:
    """The postings that `Postings.to_bytes` wrote."""
    rows = np.frombuffer(data, dtype=_ROW)
    return Postings(rows["key"].astype(np.uint64), rows["node"].astype(np.int64))


def joined(parts: Sequence[Postings]) -> Postings:
    """All of these postings, one part after the other."""
    keys = np.concatenate([np.empty(0, dtype=np.uint64), *(part.keys for part in parts)])
    return Postings(keys, np.concatenate([np.empty(0, dtype=np.int64), *(p.nodes for p in parts)]))


def by_key(postings: Postings) -> dict[int, list[int]]:
    """The nodes of each key, in their order."""
    found: dict[int, list[int]] = {}
    for key, node in postings.rows():
        found.setdefault(key, []).append(node)
    return found


def in_chunks(postings: Postings) -> Iterator[Postings]:
    """Ordered postings in chunks."""
    for start in range(0, len(postings), CHUNK):
        yield postings[start : start + CHUNK]


def fences(postings: Postings) -> Postings:
    """The first posting of each chunk of ordered postings."""
    return postings[::CHUNK]


def search(within: Postings, low: Places, high: Places, wanted: Postings) -> Places:
    """For each wanted posting, the first place in its own stretch that is not before it.

    The stretch of wanted[i] is within[low[i]:high[i]], which is ordered; `high` where all of it is
    before. One binary search for all of them at once.
    """
    low, high = low.copy(), high.copy()
    active = np.flatnonzero(low < high)
    while len(active):
        middle = (low[active] + high[active]) >> 1
        keys, sought = within.keys[middle], wanted.keys[active]
        before = (keys < sought) | (
            (keys == sought) & (within.nodes[middle] < wanted.nodes[active])
        )
        low[active[before]] = middle[before] + 1
        high[active[~before]] = middle[~before]
        active = active[low[active] < high[active]]
    return low


def filter_of(keys: Hashes) -> bytes:
    """The filter of a segment's keys: whole pages, `KEY_BITS` a posting or a little more."""
    pages = max(1, -(-len(keys) * KEY_BITS // PAGE_BITS))
    marked = np.zeros(pages * PAGE_BITS, dtype=np.bool_)
    page = page_of(keys, np.full(len(keys), pages)) * PAGE_BITS
    for number in range(PROBES):
        marked[page + probe(keys, number)] = True
    return np.packbits(marked, bitorder="little").tobytes()


def page_of(keys: Hashes, pages: Places) -> Places:
    """The page of a filter that each key is in, when the filter has so many pages."""
    high = (keys * _PAGE_MIX) >> np.uint64(32)
    found: Places = ((high * pages.astype(np.uint64)) >> np.uint64(32)).astype(np.intp)
    return found


def probe(keys: Hashes, number: int) -> Places:
    """The bit within its page that each key sets, the `number`-th of `PROBES`."""
    mixed = (keys ^ (keys >> np.uint64(32))) * _BIT_MIX
    bits = (mixed >> np.uint64(4 + 15 * number)) & _LOW
    return bits.astype(np.intp)
