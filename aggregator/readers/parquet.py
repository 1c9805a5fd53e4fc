"""Parquet, streamed by row group; needs the extra ``parquet`` (pyarrow)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

from aggregator.core.model import Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import CRAWL_MARKS, KNOWN_KEYS, Source, record_of
from aggregator.readers.parquet_pages import MOST_HELD, Chunk, Needs, chunks_of, needs_of
from aggregator.readers.stream import DumpStream, Oversized

_BATCH_ROWS = 8
"""Rows held at a time, fewer of large pages: a text that many rows repeat takes its room in each
of them."""
_MAGIC = b"PAR1"
_TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FAILURES = (
    *(OSError, ValueError, TypeError, LookupError),
    *(ArithmeticError, MemoryError, NotImplementedError),
)
"""What pyarrow raises on damaged data, and Python on values that it has no form for."""
_MISSING = "Parquet needs pyarrow: install the extra, pip install 'news-story-aggregator[parquet]'"


def read_parquet(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """One entry a row, at ``row N`` from 1; only the columns that are used are read.

    A row group that cannot be read is one rejection at its first unread row, and the next
    one is read. A compressed dump or standard input goes through a temporary file, for
    Parquet begins at its end.
    """
    try:
        import pyarrow.parquet as arrow
    except ImportError:
        yield Rejection("file", Reason.UNSUPPORTED, _MISSING)
        return
    with _seekable(stream) as file:
        if stream.damage is not None:
            yield damage_of(stream, "file")  # type: ignore[misc]
            return
        if not _is_whole(file):
            yield Rejection("file", Reason.TRUNCATED, "the Parquet file has no end mark")
            return
        try:
            chunks = chunks_of(file)
            table = arrow.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
        except _FAILURES as error:
            yield Rejection("file", Reason.CORRUPT, f"no Parquet metadata: {error}")
            return
        yield from _groups(_Opened(file, table, chunks), options, source)


class _Opened(NamedTuple):
    """A file, what pyarrow knows of it, and where the columns of its row groups lie."""

    file: IO[bytes]
    table: Any
    chunks: list[list[Chunk]]

    def needs(self, group: int, columns: list[str], options: ReadingOptions) -> Needs:
        """What the pages of `columns` need; ValueError when they cannot be told."""
        schema = self.table.schema
        leaves = [schema.column(at) for at in range(len(schema))]
        used = [
            (chunk, leaf.max_repetition_level > 0)
            for chunk, leaf in zip(self.chunks[group], leaves, strict=True)
            if any(f"{leaf.path}.".startswith(f"{name}.") for name in columns)
        ]
        return needs_of(self.file, used, options)


def _seekable(stream: DumpStream) -> IO[bytes]:
    if stream.location is not None:
        return Path(stream.location).open("rb")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(stream, file)
    file.seek(0)
    return file


def _is_whole(file: IO[bytes]) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - len(_MAGIC)))
    end = file.read()
    file.seek(0)
    return size > 2 * len(_MAGIC) and end in (_MAGIC, b"PARE")


def _groups(opened: _Opened, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    table = opened.table
    columns = _columns(table.schema_arrow.names, source)
    first = 1
    for group in range(table.num_row_groups):
        rows, number = table.metadata.row_group(group).num_rows, first
        told = f"row group {group}, to row {first + rows - 1}"
        first += rows
        try:
            needs = opened.needs(group, columns, options)
            if (why := needs.too_much(options)) is not None:
                yield Rejection(f"row {number}", Reason.TOO_LARGE, f"{told}: {why}")
                continue
            for row in _rows(table, group, columns, _Batch.of(needs, options)):
                yield _entry(row, f"row {number}", options, source)
                number += 1
        except _FAILURES as error:
            yield Rejection(f"row {number}", Reason.CORRUPT, f"{told}: {error}")


class _Batch(NamedTuple):
    """How many rows are held at a time, and how large a row's value may be (bytes)."""

    rows: int
    most: int

    @classmethod
    def of(cls, needs: Needs, options: ReadingOptions) -> _Batch:
        """As many rows as are no more than the pages may be, were each as large as its page."""
        rows = MOST_HELD // max(1, needs.held)
        return cls(max(1, min(_BATCH_ROWS, rows)), options.max_record_bytes)


def _columns(names: list[str], source: Source) -> list[str]:
    """The columns that the tables or the mapping can use; all when none of them is known."""
    wanted = {
        key.partition(".")[0] for key in (*KNOWN_KEYS, *CRAWL_MARKS, *source.mapping.values())
    }
    wanted |= set(source.mapping.values())
    return [name for name in names if name in wanted] or names


def _rows(
    table: Any, group: int, columns: list[str], batch_of: _Batch
) -> Iterator[dict[str, Any]]:
    for batch in table.iter_batches(
        batch_size=batch_of.rows, row_groups=[group], columns=columns, use_threads=False
    ):
        columns_read = [_values(column, batch_of.most) for column in batch.columns]
        for cells in zip(*columns_read, strict=True):
            yield dict(zip(batch.schema.names, cells, strict=True))


def _values(column: Any, most: int) -> list[Any]:
    """A column's values; one that Python has no form for costs itself alone.

    One of more than `most` bytes is `Oversized`, and does not become a value of Python's.
    """
    if hasattr(column.type, "unit") and str(column.type).startswith("timestamp"):
        return [_moment(cell, column.type) for cell in column]
    if column.nbytes > most:
        parts = [column.slice(at, 1) for at in range(len(column))]
        sizes = [_size(part) for part in parts]
        return [
            Oversized(size) if size > most else _value(part[0])
            for part, size in zip(parts, sizes, strict=True)
        ]
    try:
        values: list[Any] = column.to_pylist()
    except _FAILURES:
        return [_value(cell) for cell in column]
    return values


def _size(single: Any) -> int:
    """Bytes of the one value of an array; of a text that stands in a dictionary, its own."""
    cell = single[0]
    if hasattr(cell, "dictionary"):
        cell = cell.value
    if not hasattr(cell, "as_buffer"):
        return int(single.nbytes)
    told = cell.as_buffer()
    return 0 if told is None else int(told.size)


def _moment(cell: Any, kind: Any) -> datetime | str | None:
    """A time in UTC; text that tells what it is when it is in no year that Python knows.

    pyarrow's own way fails on zones that the system does not know, and needs pandas for times
    in nanoseconds.
    """
    if cell.value is None:
        return None
    start = datetime(1970, 1, 1, tzinfo=UTC if kind.tz else None)
    try:
        return start + timedelta(microseconds=cell.value * 1_000_000 // _TICKS[kind.unit])
    except OverflowError:
        return f"{cell.value} {kind}"


def _value(cell: Any) -> Any:
    """A value, its bytes as text where they are not UTF-8, else text that tells what it is."""
    try:
        return cell.as_py()
    except _FAILURES:
        pass
    if hasattr(cell, "as_buffer"):
        return cell.as_buffer().to_pybytes().decode("utf-8", "replace")
    return f"{getattr(cell, 'value', 'a value')} {cell.type}"


def _entry(row: dict[str, Any], locator: str, options: ReadingOptions, source: Source) -> Entry:
    large = [value for value in row.values() if isinstance(value, Oversized)]
    if large:
        return too_large(locator, large[0], options.max_record_bytes)
    entry = record_of(row, locator, source)
    if isinstance(entry, Record) and len(entry.payload) > options.max_record_bytes:
        return too_large(locator, Oversized(len(entry.payload)), options.max_record_bytes)
    return entry
