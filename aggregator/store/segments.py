"""Segments of the indexes as rows, and what a process remembers of them.

A segment never grows. Its chunks may lose postings (`rewrite`); its fences and its filter stay
as they were, and then let through a little more than they must. So what a process remembers of
a segment is right as long as the segment exists, whoever else writes; a number drawn at random
(`nonce`) tells it from one that was taken back.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from weakref import ref

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, bindparam, delete, insert, select, text, update

from aggregator.core.postings import (
    KEY_BITS,
    PAGE_BITS,
    POSTING_BYTES,
    PROBES,
    Places,
    Postings,
    fences,
    filter_of,
    from_bytes,
    in_chunks,
    joined,
    page_of,
    probe,
)
from aggregator.core.tokens import Hashes
from aggregator.store.schema import IndexChunk, IndexHead, IndexSegment
from aggregator.store.sql import as_parameter, chunks, integers

FILTER_BYTES: Final = 256 << 20
"""Memory for the filters of an index; segments whose filter has no room are read without it."""
MOST_POSTINGS: Final = 1 << 20
"""Postings in one segment; more are written as several."""
ASKED: Final = 64
"""Keys that a segment has been asked for before its filter is worth reading."""

_NUMBER_BITS: Final = 16
_PAGE_BYTES: Final = PAGE_BITS // 8
_MANIFEST: Final = "aggregator.segments"
"""What a connection remembers: a transaction, and the segments that it sees."""

segments: Table = IndexSegment.__table__  # type: ignore[assignment]
heads: Table = IndexHead.__table__  # type: ignore[assignment]
chunk_rows: Table = IndexChunk.__table__  # type: ignore[assignment]

_CHUNKS: Final = """
SELECT c.chunk_id, c.data FROM {ids} JOIN index_chunks c ON c.chunk_id = k.value
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the tree of an index: the keys that begin with `prefix`, as `depth` says."""

    index: int
    depth: int
    prefix: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A row of `index_segments`."""

    segment_id: int
    nonce: int
    part: Part
    postings: int


def manifest(connection: Connection, index: int) -> list[Segment]:
    """All segments of an index, in a fixed order.

    They are read once in a transaction, unless it changes them.
    """
    known, found = connection.info.get(_MANIFEST, (None, {}))
    current = connection.get_transaction()
    if current is None or known is None or known() is not current:
        found = {}
        for row in connection.execute(select(segments).order_by(segments.c.segment_id)).all():
            identifier, nonce, number, depth, prefix, postings = row
            segment = Segment(identifier, nonce, Part(number, depth, prefix), postings)
            found.setdefault(number, []).append(segment)
        # The pool keeps `info` when the transaction and its connection are gone.
        connection.info[_MANIFEST] = (ref(connection.get_transaction()), found)
    return list(found.get(index, ()))


def _changed(connection: Connection) -> None:
    """Have the segments read again."""
    connection.info.pop(_MANIFEST, None)


def write(connection: Connection, part: Part, postings: Postings) -> None:
    """Store ordered postings as new segments of this part of an index."""
    for start in range(0, len(postings), MOST_POSTINGS):
        _write(connection, part, postings[start : start + MOST_POSTINGS])


def _write(connection: Connection, part: Part, postings: Postings) -> None:
    values = {
        "nonce": secrets.randbits(62),
        "index_number": part.index,
        "depth": part.depth,
        "prefix": part.prefix,
        "postings": len(postings),
    }
    _changed(connection)
    (identifier,) = connection.execute(insert(segments), values).inserted_primary_key or (0,)
    head = {
        "segment_id": identifier,
        "fences": fences(postings).to_bytes(),
        "filter": filter_of(postings.keys),
    }
    connection.execute(insert(heads), head)
    rows = [
        {"chunk_id": identifier << _NUMBER_BITS | number, "data": chunk.to_bytes()}
        for number, chunk in enumerate(in_chunks(postings))
    ]
    connection.execute(insert(chunk_rows), rows)


def read(connection: Connection, these: Collection[Segment]) -> Postings:
    """All postings of these segments, one after the other, each in order."""
    found = []
    for each in these:
        low, high = (each.segment_id + i << _NUMBER_BITS for i in (0, 1))
        own = (chunk_rows.c.chunk_id >= low, chunk_rows.c.chunk_id < high)
        rows = connection.scalars(
            select(chunk_rows.c.data).where(*own).order_by(chunk_rows.c.chunk_id)
        )
        found.append(from_bytes(b"".join(rows)))
    return joined(found)


def drop(connection: Connection, these: Iterable[int]) -> None:
    """Remove the segments with these ids."""
    _changed(connection)
    for each in these:
        low, high = (each + i << _NUMBER_BITS for i in (0, 1))
        own = (chunk_rows.c.chunk_id >= low, chunk_rows.c.chunk_id < high)
        connection.execute(delete(chunk_rows).where(*own))
        for table in (heads, segments):
            connection.execute(delete(table).where(table.c.segment_id == each))


def clear(connection: Connection) -> None:
    """Remove all segments."""
    _changed(connection)
    for table in (chunk_rows, heads, segments):
        connection.execute(delete(table))


def chunk_ids(segment_ids: Places, numbers: Places) -> Places:
    """The ids of chunks, by their segment and their number in it."""
    return (segment_ids << _NUMBER_BITS) | numbers


def read_chunks(connection: Connection, ids: Places) -> tuple[Postings, Places]:
    """The postings of these chunks, one after the other; where each begins, and the last ends."""
    statement = text(_CHUNKS.format(ids=integers(connection, "ids", "k")))
    values = {"ids": as_parameter(connection, ids.tolist())}
    data = dict(map(tuple, connection.execute(statement, values).all()))
    contents = [data[each] for each in ids.tolist()]
    bounds = np.cumsum([0, *map(len, contents)]) // POSTING_BYTES
    return from_bytes(b"".join(contents)), bounds


def rewrite(connection: Connection, left: Mapping[int, Postings], gone: Mapping[int, int]) -> None:
    """Replace the postings of these chunks by those `left`; so many are `gone` of each."""
    rows = [{"id": chunk, "bytes": postings.to_bytes()} for chunk, postings in left.items()]
    statement = update(chunk_rows).where(chunk_rows.c.chunk_id == bindparam("id"))
    connection.execute(statement.values(data=bindparam("bytes")), rows)
    lost = Counter[int]()
    for chunk, count in gone.items():
        lost[chunk >> _NUMBER_BITS] += count
    statement = update(segments).where(segments.c.segment_id == bindparam("id"))
    fewer = {"postings": segments.c.postings - bindparam("count")}
    counts = [{"id": segment, "count": count} for segment, count in lost.items()]
    connection.execute(statement.values(fewer), counts)
    _changed(connection)


def drop_empty(connection: Connection) -> None:
    """Remove the segments that have no posting left."""
    empty = select(segments.c.segment_id).where(segments.c.postings == 0)
    drop(connection, connection.scalars(empty).all())


@dataclass(slots=True)
class _Head:
    """What is remembered of a segment: its fences, and the slots that hold its filter."""

    fences: Postings
    asked: int = 0
    slots: Places | None = None


@dataclass(slots=True)
class Memory:
    """What a process remembers of a store's segments; the filters are pages in one array."""

    heads: dict[int, _Head] = field(default_factory=dict)
    pages: NDArray[np.uint8] = field(
        # Zeroed memory takes room only where it is written.
        default_factory=lambda: np.zeros((FILTER_BYTES // _PAGE_BYTES, _PAGE_BYTES), np.uint8)
    )
    used: int = 0
    free: list[int] = field(default_factory=list)

    def follow(self, connection: Connection, present: Sequence[Segment]) -> None:
        """Know the fences of these segments, and forget all others."""
        nonces = {each.nonce for each in present}
        for nonce in self.heads.keys() - nonces:
            head = self.heads.pop(nonce)
            if head.slots is not None:
                self.free.extend(head.slots.tolist())
        missing = {each.segment_id: each.nonce for each in present if each.nonce not in self.heads}
        for chunk in chunks(missing):
            own = heads.c.segment_id.in_(chunk)
            rows = connection.execute(select(heads.c.segment_id, heads.c.fences).where(own)).all()
            for identifier, data in rows:
                self.heads[missing[identifier]] = _Head(from_bytes(data))

    def ask(self, connection: Connection, segment: Segment, keys: int) -> None:
        """Note that a segment is asked for so many keys; read its filter when that pays."""
        head = self.heads[segment.nonce]
        head.asked += keys
        if head.slots is None and head.asked >= ASKED:
            self._read_filter(connection, segment, head)

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
        slots = [self.heads[each.nonce].slots for each in present]
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
