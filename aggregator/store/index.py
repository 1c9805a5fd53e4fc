"""The indexes of texts by keys: which nodes have which key, and which of them are lowest.

`CANDIDATES` has the keys of `aggregator.candidates`: each proposes its nodes together with its
`HUBS` nodes of lowest id. `PASSAGES` has the lines that sites may repeat (`core.boilerplate`).
Node ids are content hashes, so which nodes are lowest depends on the set of texts alone.

The postings are kept in segments (`store.segments`), because rows of one B-tree cost more and
more as it grows: keys are hashes, so that each batch of them changes most of its pages. The
segments form a tree over the leading bits of the keys. What arrives is one segment at its root;
a part of the tree that holds `FULL` postings hands them down, as one segment to each of its
parts. So a posting is written about once for each level, in long stretches, and each batch does
so for few parts. Where a posting is stored means nothing: results depend on which there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from aggregator.core.postings import Postings, joined
from aggregator.core.tokens import Hashes, distinct
from aggregator.store import segments
from aggregator.store.lookup import ALL, FAN_BITS, View, span
from aggregator.store.segments import MOST_POSTINGS, Part, Segment

HUBS: Final = 4
"""Nodes of a key that are proposed together with all others of the key."""

FULL: Final = 1 << 19
"""Postings at which a part of the tree hands down."""
MOST_SEGMENTS: Final = 6
"""Segments in a part of the tree before its smaller ones are merged."""
_DEEPEST: Final = 24
_EFFORT: Final = 6
"""Postings that a batch moves at most for each one that it brings (or those of one part)."""
_KEYS_AT_ONCE: Final = 20_000
_HOT_KEYS_AT_ONCE: Final = 16
_MANY: Final = 20_000
"""Postings that need not be more at once."""


@dataclass(frozen=True, slots=True)
class Index:
    """One of the indexes of a store; `number` tells its segments from the others'."""

    number: int

    def lowest(self, connection: Connection, keys: Hashes, most: int = ALL) -> Postings:
        """The stored postings of these keys, ordered; of each key those of its `most` lowest."""
        if not len(keys):
            return joined([])
        wanted = distinct(keys)
        view = View(connection, self.number)
        found = []
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            part = joined(list(view.find(wanted[start : start + _KEYS_AT_ONCE], most)))
            found.append(part.ordered().lowest(most))
        return joined(found)

    def members(self, connection: Connection, keys: Collection[int]) -> Iterator[Postings]:
        """All postings of these keys, ordered; some keys at a time."""
        if not keys:
            return
        view = View(connection, self.number)
        wanted = np.array(sorted(keys), dtype=np.uint64)
        start, size = 0, _HOT_KEYS_AT_ONCE
        while start < len(wanted):
            found = joined(list(view.find(wanted[start : start + size]))).ordered()
            yield found
            start += size
            # How hot keys are is seen only then.
            size = max(1, size * 2 if len(found) < _MANY else size // 2)

    def contains(self, connection: Connection, postings: Postings) -> NDArray[np.bool_]:
        """For each of these postings: whether it is stored."""
        found = np.zeros(len(postings), dtype=np.bool_)
        for asked, places in View(connection, self.number).locate(postings):
            found[asked.which[places < ALL]] = True
        return found

    def add(self, connection: Connection, postings: Postings) -> None:
        """Add postings, none of which is stored."""
        if len(postings):
            segments.write(connection, Part(self.number, 0, 0), postings.ordered())
            _tend(connection, self.number, max(FULL, _EFFORT * len(postings)))

    def remove(self, connection: Connection, postings: Postings) -> None:
        """Remove postings; those that are not stored are left out."""
        if not len(postings):
            return
        view = View(connection, self.number)
        left, lost = {}, []
        for asked, places in view.locate(postings):
            gone = distinct(places[places < ALL])
            kept = np.ones(len(asked.within), dtype=np.bool_)
            kept[gone] = False
            chunk = np.searchsorted(asked.bounds, gone, "right") - 1
            lost.append((segments.segment_ids(asked.ids[chunk]), asked.within[gone]))
            for each in distinct(chunk):
                low, high = asked.bounds[each], asked.bounds[each + 1]
                left[int(asked.ids[each])] = asked.within[low:high][kept[low:high]]
        if left:
            view.rewrite(left, lost)
        segments.drop_empty(connection)

    def everything(self, connection: Connection) -> Iterator[Postings]:
        """All stored postings, a segment at a time."""
        for each in segments.manifest(connection, self.number):
            yield segments.read(connection, [each])

    def damages(self, connection: Connection) -> Iterator[str]:
        """Segments that are not as their rows say."""
        for each in segments.manifest(connection, self.number):
            found = segments.read(connection, [each])
            sound = len(found) == each.postings and np.array_equal(
                np.lexsort((found.nodes, found.keys)), np.arange(len(found))
            )
            if not sound or not _within(each, found):
                yield f"segment {each.segment_id}: its postings are not the {each.postings} stored"

    def count(self, connection: Connection) -> int:
        """How many postings are stored, by what the segments say of themselves."""
        return sum(each.postings for each in segments.manifest(connection, self.number))


CANDIDATES: Final = Index(0)
PASSAGES: Final = Index(1)


def _within(segment: Segment, found: Postings) -> bool:
    low, high = span(segment)
    return not len(found) or (int(found.keys.min()) >= low and int(found.keys.max()) <= high)


def _tend(connection: Connection, number: int, effort: int) -> None:
    """Hand down from parts that are full and merge small segments, up to `effort` postings.

    What is left over is done at the next batch: until then there are more segments to search.
    """
    while effort > 0:
        parts = _parts(connection, number)
        full = {part: n for part, its in parts.items() if (n := _total(its)) >= FULL}
        full = {part: n for part, n in full.items() if part.depth < _DEEPEST}
        if full:
            part = max(full, key=full.__getitem__)
            effort -= full[part]
            _hand_down(connection, part, parts[part])
            continue
        mergeable = {part: small for part, its in parts.items() if (small := _small(its))}
        if not mergeable:
            return
        part, small = next(iter(mergeable.items()))
        effort -= _total(small)
        segments.write(connection, part, segments.read(connection, small).ordered())
        segments.drop(connection, (each.segment_id for each in small))


def _parts(connection: Connection, number: int) -> dict[Part, list[Segment]]:
    found: dict[Part, list[Segment]] = {}
    for each in segments.manifest(connection, number):
        found.setdefault(each.part, []).append(each)
    return found


def _total(its: Iterable[Segment]) -> int:
    return sum(each.postings for each in its)


def _small(its: list[Segment]) -> list[Segment]:
    """The smaller segments of a part that has too many, where they fit into one."""
    if len(its) <= MOST_SEGMENTS:
        return []
    small = sorted(its, key=lambda each: each.postings)[: len(its) // 2 + 1]
    return small if _total(small) <= MOST_POSTINGS else []


def _hand_down(connection: Connection, part: Part, its: list[Segment]) -> None:
    """Give a part's postings to its parts."""
    postings = segments.read(connection, its).ordered()
    segments.drop(connection, (each.segment_id for each in its))
    depth, prefix = part.depth + 1, part.prefix << FAN_BITS
    free = np.uint64(64 - FAN_BITS * depth)
    child = postings.keys >> free
    for number in range(1 << FAN_BITS):
        low, high = (
            np.searchsorted(child, np.uint64(prefix + number), "left"),
            np.searchsorted(child, np.uint64(prefix + number), "right"),
        )
        segments.write(connection, Part(part.index, depth, prefix + number), postings[low:high])
