"""Segments of the indexes as rows.

A segment never grows. Its chunks may lose postings (`rewrite`); its fences and its filter stay
as they were, and then let through a little more than they must. So what a process remembers of
these is right as long as the segment exists, whoever else writes. A number drawn at random
(`nonce`) tells a segment from one that was taken back; its lower half is drawn anew when the
segment loses postings, so that the whole number tells what exactly it holds.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from aggregator.core.postings import (
    POSTING_BYTES,
    Places,
    Postings,
    fences,
    filter_of,
    from_bytes,
    in_chunks,
    joined,
)
from aggregator.store.engine import of_transaction
from aggregator.store.schema import chunk_rows, heads, segments
from aggregator.store.sql import as_parameter, integers

MOST_POSTINGS: Final = 1 << 20
"""Postings in one segment; more are written as several."""

_NUMBER_BITS: Final = 16
_VERSION_BITS: Final = 31
"""Bits of a nonce that change when the segment loses postings."""
_MANIFEST: Final = "aggregator.segments"
"""What a connection remembers: a transaction, and the segments that it sees."""


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

    @property
    def identity(self) -> tuple[int, int]:
        """What stays when the segment loses postings; one chance in 2**31 that another has it.

        That other one would have to get the id of a segment that was taken back.
        """
        return self.segment_id, self.nonce >> _VERSION_BITS

    def redrawn(self) -> int:
        """A nonce for the same segment with other postings."""
        return self.nonce >> _VERSION_BITS << _VERSION_BITS | secrets.randbits(_VERSION_BITS)


def manifest(connection: Connection, index: int) -> list[Segment]:
    """All segments of an index, in a fixed order.

    They are read once in a transaction, unless it changes them.
    """
    found = of_transaction(connection, _MANIFEST)
    if not found:
        for row in connection.execute(select(segments).order_by(segments.c.segment_id)).all():
            identifier, nonce, number, depth, prefix, postings = row
            segment = Segment(identifier, nonce, Part(number, depth, prefix), postings)
            found.setdefault(number, []).append(segment)
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
        "nonce": secrets.randbits(2 * _VERSION_BITS),
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


def segment_ids(chunk_ids: Places) -> Places:
    """The segments that these chunks are of."""
    return chunk_ids >> _NUMBER_BITS


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


def rewrite(
    connection: Connection, left: Mapping[int, Postings], gone: Mapping[Segment, int]
) -> dict[Segment, int]:
    """Replace the postings of these chunks by those `left`; so many are `gone` of each segment.

    Returns the new nonces of the segments.
    """
    rows = [{"id": chunk, "bytes": postings.to_bytes()} for chunk, postings in left.items()]
    statement = update(chunk_rows).where(chunk_rows.c.chunk_id == bindparam("id"))
    connection.execute(statement.values(data=bindparam("bytes")), rows)
    nonces = {each: each.redrawn() for each in gone}
    values = [
        {"id": each.segment_id, "left": each.postings - count, "drawn": nonces[each]}
        for each, count in gone.items()
    ]
    statement = update(segments).where(segments.c.segment_id == bindparam("id"))
    statement = statement.values(postings=bindparam("left"), nonce=bindparam("drawn"))
    connection.execute(statement, values)
    _changed(connection)
    return nonces


def drop_empty(connection: Connection) -> None:
    """Remove the segments that have no posting left."""
    empty = select(segments.c.segment_id).where(segments.c.postings == 0)
    drop(connection, connection.scalars(empty).all())
