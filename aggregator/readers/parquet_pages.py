"""What reading a Parquet file would hold in memory, told by its pages before any is unpacked.

Names and numbers of fields: Parquet's `parquet.thrift`. pyarrow unpacks a page into as many bytes
as its header says, and holds one page of each column at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from aggregator.core.options import ReadingOptions
from aggregator.readers.thrift import I32, I64, LIST, STRUCT, Compact, Cut, Fields

MOST_HELD = 400_000_000
"""Bytes that the pages of a row group's used columns may take at one time.

Reading takes up to four times as many: packed pages, unpacked ones, and the values gathered.
"""
_MOST_STRUCTS = 500_000
"""Structs in a file's metadata, of up to 2 kB in memory each; a column of a row group has ten."""
_HEADER_READS = (1 << 10, 1 << 16, 1 << 24)
"""Bytes read for a page's header: it may hold the least and the greatest text of its page."""
_VALUE_BYTES = 8
"""Bytes that a value takes beside its own in a page; `_LISTED_BYTES` one in a list."""
_LISTED_BYTES = 16
_DICTIONARY_PAGE = 2
_COUNTS = {0: 5, _DICTIONARY_PAGE: 7, 3: 8}
"""By the kind of a page the field that has its count of values; an index page has none."""
_PADDING = 100
"""Bytes by which old writers told a column too short (PARQUET-816)."""

_NUMBER32, _NUMBER64 = (I32, Compact.integer), (I64, Compact.integer)
_COLUMN: Fields = {5: _NUMBER64, 7: _NUMBER64, 9: _NUMBER64, 11: _NUMBER64}
_CHUNK: Fields = {3: (STRUCT, lambda data: data.struct(_COLUMN))}
_GROUP: Fields = {1: (LIST, lambda data: data.structs(_CHUNK))}
_FILE: Fields = {4: (LIST, lambda data: data.structs(_GROUP))}
_COUNTED: Fields = {1: _NUMBER32}
_COUNT = (STRUCT, lambda data: data.struct(_COUNTED))
_PAGE: Fields = {1: _NUMBER32, 2: _NUMBER32, 3: _NUMBER32, 5: _COUNT, 7: _COUNT, 8: _COUNT}


class Chunk(NamedTuple):
    """A column's part of a row group: where its pages lie in the file, and its count of values."""

    start: int
    end: int
    values: int


class _Page(NamedTuple):
    packed: int
    size: int
    values: int
    is_dictionary: bool


@dataclass(slots=True)
class Needs:
    """What the pages of a row group's used columns take, in bytes."""

    packed: int = 0
    """As they stand in the file."""
    size: int = 0
    """Unpacked, all of them."""
    held: int = 0
    """The most that is held at one time: of each column its dictionary and its largest page."""
    bomb: tuple[int, int] | None = None
    """The packed and the unpacked size of a page that grows as only a bomb does."""

    def too_much(self, options: ReadingOptions) -> str | None:
        """Why the row group is not to be unpacked, or None."""
        grown = self.bomb
        if _is_bomb(self.packed, self.size, options):
            grown = (self.packed, self.size)
        if grown is not None:
            return f"decompression bomb: {grown[0]} bytes that grow to {grown[1]}"
        if self.held > MOST_HELD:
            return f"its pages take {self.held} bytes of memory at one time; limit {MOST_HELD}"
        return None


def _is_bomb(packed: int, size: int, options: ReadingOptions) -> bool:
    return size > max(options.expansion_floor_bytes, options.max_expansion * packed)


def chunks_of(file: IO[bytes]) -> list[list[Chunk]]:
    """The columns' chunks of each row group, in the order of the file's metadata.

    Raises ValueError when the metadata is none.
    """
    end = file.seek(0, 2) - 8
    file.seek(end)
    length, mark = int.from_bytes(file.read(4), "little"), file.read()
    if mark == b"PARE":
        raise ValueError("it is encrypted")
    if not 0 < length <= end:
        raise ValueError(f"metadata of {length} bytes in a file of {end + 8}")
    file.seek(end - length)
    told = Compact(file.read(length), most_structs=_MOST_STRUCTS).struct(_FILE)
    return [[_chunk(chunk.get(3, {})) for chunk in group.get(1, ())] for group in told.get(4, ())]


def _chunk(column: dict[int, int]) -> Chunk:
    values, packed, start, dictionary = (column.get(number, 0) for number in (5, 7, 9, 11))
    if 0 < dictionary < start:
        start = dictionary
    return Chunk(start, start + packed, values)


def needs_of(file: IO[bytes], columns: list[tuple[Chunk, bool]], options: ReadingOptions) -> Needs:
    """What the pages of `columns` need; True stands beside the chunk of one that holds lists.

    Raises ValueError when a page's header is none.
    """
    needs = Needs()
    for chunk, is_list in columns:
        largest = dictionary = 0
        for page in _pages(file, chunk):
            needs.packed += page.packed
            needs.size += page.size
            if _is_bomb(page.packed, page.size, options):
                needs.bomb = (page.packed, page.size)
            room = max(page.packed, page.size) + _VALUE_BYTES * page.values
            if page.is_dictionary:
                dictionary = 2 * room  # pyarrow copies a dictionary out of its page
            else:
                largest = max(largest, room)
        needs.held += largest + dictionary + (_LISTED_BYTES * chunk.values if is_list else 0)
    return needs


def _pages(file: IO[bytes], chunk: Chunk) -> Iterator[_Page]:
    """A chunk's pages up to the one with its last value, as pyarrow reads them."""
    at, seen = chunk.start, 0
    while seen < chunk.values and at < chunk.end:
        told, at = _header(file, at)
        kind, size, packed = (told.get(number, -1) for number in (1, 2, 3))
        values = told.get(_COUNTS.get(kind, 0), {}).get(1, 0)
        if min(kind, size, packed, values) < 0 or at + packed > chunk.end + _PADDING:
            raise ValueError("a page that is not inside its column")
        at += packed
        is_dictionary = kind == _DICTIONARY_PAGE
        seen += 0 if is_dictionary else values
        yield _Page(packed, size, values, is_dictionary)


def _header(file: IO[bytes], at: int) -> tuple[dict[int, Any], int]:
    """The fields of the page header at byte `at`, and the byte behind it."""
    for most in _HEADER_READS:
        file.seek(at)
        data = Compact(file.read(most))
        try:
            return data.struct(_PAGE), at + data.at
        except Cut:
            continue
    raise ValueError("a page without a header")
