"""Finding postings in the segments of an index.

Keys are looked up together. The postings of a segment that memory holds are searched there; of
each other one that may have the keys the filter is asked, then the fences say which chunk, then
only such chunks are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, Engine

from aggregator.core.postings import Places, Postings, joined, search
from aggregator.core.tokens import Hashes, distinct
from aggregator.store import segments
from aggregator.store.engine import is_writing, of_transaction
from aggregator.store.memory import Memory
from aggregator.store.segments import Segment, chunk_ids, manifest, read_chunks

FAN_BITS: Final = 2
"""Leading bits of a key that tell the parts of one part of the index from each other."""
ALL: Final = 1 << 62
"""More postings than a key can have."""

_CHUNKS_AT_ONCE: Final = 4096
_LEAST, _MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max

_MEMORIES: Final = "aggregator.memories"
"""What a connection remembers: a transaction that reads, and its memories by index."""

_memories: WeakKeyDictionary[Engine, dict[int, Memory]] = WeakKeyDictionary()


def _memory_of(connection: Connection, index: int) -> Memory:
    """What is remembered of an index for a transaction: writers, which take turns, share it."""
    if is_writing(connection):
        of_index = _memories.setdefault(connection.engine, {})
    else:
        of_index = of_transaction(connection, _MEMORIES)
    if index not in of_index:
        of_index[index] = Memory()
    return of_index[index]


@dataclass(frozen=True, slots=True)
class Asked:
    """Some keys or postings, each asked of the chunk of a segment, and what the chunks hold.

    `which` says which of those wanted, `chunk` which of the distinct chunks (`ids`) is asked;
    the postings of chunk i are within[bounds[i]:bounds[i + 1]].
    """

    which: Places
    chunk: Places
    ids: Places
    within: Postings
    bounds: Places

    @property
    def low(self) -> Places:
        """Where the chunk of each begins."""
        found: Places = self.bounds[self.chunk]
        return found

    @property
    def high(self) -> Places:
        """Where the chunk of each ends."""
        found: Places = self.bounds[self.chunk + 1]
        return found


class View:
    """The segments of an index as a transaction sees them."""

    def __init__(self, connection: Connection, index: int) -> None:
        self.connection = connection
        self.segments = manifest(connection, index)
        self.memory = _memory_of(connection, index)
        self.memory.follow(connection, self.segments)
        fences = [self.memory.heads[each.identity].fences for each in self.segments]
        self.fences = joined(fences)
        self.ids = np.array([each.segment_id for each in self.segments], dtype=np.int64)
        self.bounds = np.cumsum([0, *map(len, fences)])

    def find(self, keys: Hashes, most: int = ALL) -> Iterator[Postings]:
        """The stored postings of these keys (ascending), in parts.

        Of each key a segment gives its lowest nodes: `most` or a few more.
        """
        first, behind = self.stretches_of(keys)
        for number, whole in self.held(behind - first).items():
            yield whole[_of_keys(whole, keys[first[number] : behind[number]], most)]
            behind[number] = first[number]
        wanted = Postings(keys, np.full(len(keys), _LEAST))
        which, segment = self.holders(keys, first, behind)
        place = self.place(wanted[which], segment)
        place = np.maximum(place - 1, self.bounds[segment])
        while len(which):
            onward = []
            for asked, part in self.read(which, segment, place):
                low = search(asked.within, asked.low, asked.high, wanted[asked.which])
                after = Postings(keys[asked.which], np.full(len(part), _MOST))
                end = search(asked.within, low, asked.high, after)
                yield asked.within[stretches(low, np.minimum(end, low + most))]
                unfinished = (end == asked.high) & (end - low < most)
                onward.append(part[unfinished])
            rest = np.concatenate(onward)
            which, segment, place = which[rest], segment[rest], place[rest] + 1
            inside = place < self.bounds[segment + 1]
            inside[inside] = self.fences.keys[place[inside]] <= keys[which[inside]]
            which, segment, place = which[inside], segment[inside], place[inside]

    def locate(self, wanted: Postings) -> Iterator[tuple[Asked, Places]]:
        """Where these postings are stored: chunks, and places in them (`ALL` = not there)."""
        order = np.argsort(wanted.keys, kind="stable")
        keys = wanted.keys[order]
        which, segment = self.holders(keys, *self.stretches_of(keys))
        which = order[which]
        place = self.place(wanted[which], segment)
        inside = place < self.bounds[segment + 1]
        exact = np.zeros(len(place), dtype=np.bool_)
        exact[inside] = _equal(self.fences[place[inside]], wanted[which[inside]])
        place = np.where(exact, place, np.maximum(place - 1, self.bounds[segment]))
        for asked, _part in self.read(which, segment, place):
            found = search(asked.within, asked.low, asked.high, wanted[asked.which])
            inside = found < asked.high
            inside[inside] = _equal(asked.within[found[inside]], wanted[asked.which[inside]])
            yield asked, np.where(inside, found, ALL)

    def stretches_of(self, keys: Hashes) -> tuple[Places, Places]:
        """Which keys (ascending) each segment is asked for: from where, and up to where."""
        spans = np.array([span(each) for each in self.segments], dtype=np.uint64).reshape(-1, 2)
        first = np.searchsorted(keys, spans[:, 0], "left")
        return first, np.searchsorted(keys, spans[:, 1], "right")

    def held(self, counts: Places) -> dict[int, Postings]:
        """The segments that are held in memory, by place, when so many keys are asked of each."""
        found = {}
        for place in np.flatnonzero(counts).tolist():
            segment, count = self.segments[place], int(counts[place])
            postings = self.memory.hold(self.connection, segment, count)
            if postings is not None:
                found[place] = postings
        return found

    def holders(self, keys: Hashes, first: Places, behind: Places) -> tuple[Places, Places]:
        """The segments that may have a key: places in `keys` (ascending) and of segments.

        Each segment is asked for the keys from `first` on, those from `behind` on left out.
        """
        for place in np.flatnonzero(behind > first):
            count = int(behind[place] - first[place])
            self.memory.ask(self.connection, self.segments[place], count)
        which = stretches(first, behind)
        segment = np.repeat(np.arange(len(self.segments)), behind - first)
        passing = self.memory.passing(self.segments, segment, keys[which])
        return which[passing], segment[passing]

    def place(self, wanted: Postings, segment: Places) -> Places:
        """The first fence of its segment that is not before each of the wanted."""
        return search(self.fences, self.bounds[segment], self.bounds[segment + 1], wanted)

    def read(
        self, which: Places, segment: Places, place: Places
    ) -> Iterator[tuple[Asked, Places]]:
        """Read the chunks at these fences, some at a time; with the places that are concerned."""
        ids = chunk_ids(self.ids[segment], place - self.bounds[segment])
        every, chunk = np.unique(ids, return_inverse=True)
        order = np.argsort(chunk, kind="stable")
        for start in range(0, len(every), _CHUNKS_AT_ONCE):
            some = every[start : start + _CHUNKS_AT_ONCE]
            ends = np.searchsorted(chunk[order], (start, start + len(some)))
            part = order[ends[0] : ends[1]]
            within, bounds = read_chunks(self.connection, some)
            yield Asked(which[part], chunk[part] - start, some, within, bounds), part

    def rewrite(self, left: Mapping[int, Postings], lost: list[tuple[Places, Postings]]) -> None:
        """Store what is left of these chunks; `lost` are segments and postings, side by side."""
        ids = np.concatenate([part for part, _postings in lost])
        postings = joined([part for _ids, part in lost])
        those = {each.segment_id: each for each in self.segments}
        gone = {those[i]: postings[ids == i].ordered() for i in distinct(ids).tolist()}
        counts = {segment: len(its) for segment, its in gone.items()}
        nonces = segments.rewrite(self.connection, left, counts)
        for segment, its in gone.items():
            self.memory.lose(segment, nonces[segment], its)


def span(segment: Segment) -> tuple[int, int]:
    """The lowest and the highest key that a segment may have."""
    part = segment.part
    free = 64 - FAN_BITS * part.depth
    return part.prefix << free, (part.prefix + 1 << free) - 1


def stretches(starts: Places, ends: Places) -> Places:
    """All places from each start up to its end, one stretch after the other."""
    counts = ends - starts
    offsets = np.cumsum(counts) - counts
    return np.repeat(starts - offsets, counts) + np.arange(counts.sum())


def _of_keys(postings: Postings, keys: Hashes, most: int) -> Places:
    """The places of these keys' postings among ordered ones; of each key its `most` lowest."""
    low = np.searchsorted(postings.keys, keys, "left")
    # Few of the keys are there: only for those the end is looked for.
    there = low < len(postings)
    there[there] = postings.keys[low[there]] == keys[there]
    low, high = low[there], np.searchsorted(postings.keys, keys[there], "right")
    return stretches(low, np.minimum(high, low + most))


def _equal(one: Postings, other: Postings) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (one.keys == other.keys) & (
        one.nodes == other.nodes
    )
    return found
