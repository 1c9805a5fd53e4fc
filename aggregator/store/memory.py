"""What a process remembers of the segments of an index, so as to read few of their chunks.

Of every segment its fences; of one that is asked for often its filter; and of the young ones, that
every batch asks for much of, all postings. All of it is right whoever else writes, as segments
say by their nonces what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from aggregator.core.postings import (
    KEY_BITS,
    PAGE_BITS,
    PROBES,
    Places,
    Postings,
    from_bytes,
    page_of,
    probe,
    search,
)
from aggregator.core.tokens import Hashes
from aggregator.store import segments
from aggregator.store.schema import heads
from aggregator.store.segments import Segment
from aggregator.store.sql import chunks

FILTER_BYTES: Final = 256 << 20
"""Memory for the filters of an index; segments whose filter has no room are read without it."""
ASKED: Final = 64
"""Keys that a segment has been asked for before its filter is worth reading."""
HELD: Final = 3 << 20
"""Postings of an index that are held in memory (16 bytes each)."""
WORTH: Final = 16
"""A segment is held when it was asked for a key for each so many postings."""

_PAGE_BYTES: Final = PAGE_BITS // 8


@dataclass(slots=True)
class _Head:
    """What is remembered of a segment: its fences, and the slots that hold its filter."""

    fences: Postings
    asked: int = 0
    slots: Places | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """All postings of a segment, as they were when it had this nonce."""

    nonce: int
    depth: int
    postings: Postings


@dataclass(slots=True)
class Memory:
    """What a process remembers of a store's segments; the filters are pages in one array."""

    heads: dict[tuple[int, int], _Head] = field(default_factory=dict)
    held: dict[tuple[int, int], _Held] = field(default_factory=dict)
    holding: int = 0
    """Postings that are held, together."""
    pages: NDArray[np.uint8] = field(
        # Zeroed memory takes room only where it is written.
        default_factory=lambda: np.zeros((FILTER_BYTES // _PAGE_BYTES, _PAGE_BYTES), np.uint8)
    )
    used: int = 0
    free: list[int] = field(default_factory=list)

    def follow(self, connection: Connection, present: Sequence[Segment]) -> None:
        """Know the fences of these segments, and forget all others."""
        those = {each.identity for each in present}
        for gone in self.heads.keys() - those:
            head = self.heads.pop(gone)
            self._let_go(gone)
            if head.slots is not None:
                self.free.extend(head.slots.tolist())
        missing = {
            each.segment_id: each.identity for each in present if each.identity not in self.heads
        }
        for chunk in chunks(missing):
            own = heads.c.segment_id.in_(chunk)
            rows = connection.execute(select(heads.c.segment_id, heads.c.fences).where(own)).all()
            for identifier, data in rows:
                self.heads[missing[identifier]] = _Head(from_bytes(data))

    def ask(self, connection: Connection, segment: Segment, keys: int) -> None:
        """Note that a segment is asked for so many keys; read its filter when that pays."""
        head = self.heads[segment.identity]
        head.asked += keys
        if head.slots is None and head.asked >= ASKED:
            self._read_filter(connection, segment, head)

    def hold(self, connection: Connection, segment: Segment, keys: int) -> Postings | None:
        """All postings of a segment that is asked for so many keys now, where they are held."""
        held, head = self.held.get(segment.identity), self.heads[segment.identity]
        if held is not None and held.nonce == segment.nonce:
            return held.postings
        self._let_go(segment.identity)
        if (head.asked + keys) * WORTH < segment.postings or not self._has_room(segment):
            return None
        head.asked = 0
        found = segments.read(connection, [segment])
        self._keep(segment, segment.nonce, found)
        return found

    def _keep(self, segment: Segment, nonce: int, postings: Postings) -> None:
        self._let_go(segment.identity)
        self.held[segment.identity] = _Held(nonce, segment.part.depth, postings)
        self.holding += len(postings)

    def _let_go(self, identity: tuple[int, int]) -> None:
        held = self.held.pop(identity, None)
        self.holding -= len(held.postings) if held else 0

    def _has_room(self, segment: Segment) -> bool:
        """Make room for a segment where that can be; older ones, which lie deeper, give way."""
        short = self.holding + segment.postings - HELD
        if short <= 0:
            return True
        deeper = [(e.depth, key) for key, e in self.held.items() if e.depth > segment.part.depth]
        if sum(len(self.held[key].postings) for _depth, key in deeper) < short:
            return False
        for _depth, key in sorted(deeper, reverse=True):
            if self.holding + segment.postings > HELD:
                self._let_go(key)
        return True

    def lose(self, segment: Segment, nonce: int, gone: Postings) -> None:
        """A segment loses these postings (ordered, all of it), and has this nonce then."""
        held = self.held.get(segment.identity)
        if held is None or held.nonce != segment.nonce:
            return
        low, high = np.zeros(len(gone), np.intp), np.full(len(gone), len(held.postings))
        kept = np.ones(len(held.postings), dtype=np.bool_)
        kept[search(held.postings, low, high, gone)] = False
        self._keep(segment, nonce, held.postings[kept])

    def _read_filter(self, connection: Connection, segment: Segment, head: _Head) -> None:
        if self.used - len(self.free) + segment.postings * KEY_BITS // PAGE_BITS > len(self.pages):
            return
        own = heads.c.segment_id == segment.segment_id
        data = connection.scalars(select(heads.c.filter).where(own)).one()
        rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, _PAGE_BYTES)
        slots = self._slots(len(rows))
        if slots is not None:
            self.pages[slots] = rows
            head.slots = slots

    def _slots(self, count: int) -> Places | None:
        fresh = max(0, count - len(self.free))
        if self.used + fresh > len(self.pages):
            return None
        reused = [self.free.pop() for _ in range(count - fresh)]
        found = np.array([*reused, *range(self.used, self.used + fresh)], dtype=np.intp)
        self.used += fresh
        return found

    def passing(self, present: Sequence[Segment], which: Places, keys: Hashes) -> Places:
        """The places where the filter of segment which[i] lets keys[i] through."""
        slots = [self.heads[each.identity].slots for each in present]
        counts = np.array([0 if each is None else len(each) for each in slots], dtype=np.intp)
        table = np.concatenate([np.empty(0, dtype=np.intp), *(s for s in slots if s is not None)])
        first = np.cumsum(counts) - counts
        unknown = np.flatnonzero(counts[which] == 0)
        left = np.flatnonzero(counts[which] > 0)
        pages = table[first[which[left]] + page_of(keys[left], counts[which[left]])]
        for number in range(PROBES):
            bit = probe(keys[left], number)
            is_set = (self.pages[pages, bit >> 3] >> (bit & 7).astype(np.uint8)) & np.uint8(1) > 0
            left, pages = left[is_set], pages[is_set]
        return np.sort(np.concatenate([unknown, left]))
