"""Parquet, streamed by row group; needs the extra ``parquet`` (pyarrow)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from aggregator.core.model import Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import CRAWL_MARKS, KNOWN_KEYS, Source, record_of
from aggregator.readers.stream import DumpStream, Oversized

_BATCH_ROWS = 8
"""Rows held at a time: a large text that many rows repeat takes its room in each of them."""
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
            table = arrow.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
        except _FAILURES as error:
            yield Rejection("file", Reason.CORRUPT, f"no Parquet metadata: {error}")
            return
        size = file.seek(0, 2)
        yield from _groups(table, size, options, source)


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


def _groups(table: Any, packed: int, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """The rows of all groups; `packed` is the size of the file in bytes."""
    columns = _columns(table.schema_arrow.names, source)
    first = 1
    for group in range(table.num_row_groups):
        about = table.metadata.row_group(group)
        rows, number = about.num_rows, first
        told = f"row group {group}, to row {first + rows - 1}"
        first += rows
        if (bomb := _bomb(about.total_byte_size, packed, options)) is not None:
            yield Rejection(f"row {number}", Reason.TOO_LARGE, f"{told}: {bomb}")
            continue
        try:
            for row in _rows(table, group, columns):
                yield _entry(row, f"row {number}", options, source)
                number += 1
        except _FAILURES as error:
            yield Rejection(f"row {number}", Reason.CORRUPT, f"{told}: {error}")


def _bomb(size: int, packed: int, options: ReadingOptions) -> str | None:
    """Why a row group is not unpacked: it says that it grows as only a bomb does.

    Its columns could tell the packed size of the group alone; to ask a damaged file for them ends
    the process (pyarrow 26: an exception of C++ that nothing catches).
    """
    if size <= max(options.expansion_floor_bytes, options.max_expansion * packed):
        return None
    return f"decompression bomb: {packed} bytes that grow to {size}"


def _columns(names: list[str], source: Source) -> list[str]:
    """The columns that the tables or the mapping can use; all when none of them is known."""
    wanted = {
        key.partition(".")[0] for key in (*KNOWN_KEYS, *CRAWL_MARKS, *source.mapping.values())
    }
    wanted |= set(source.mapping.values())
    return [name for name in names if name in wanted] or names


def _rows(table: Any, group: int, columns: list[str]) -> Iterator[dict[str, Any]]:
    for batch in table.iter_batches(
        batch_size=_BATCH_ROWS, row_groups=[group], columns=columns, use_threads=False
    ):
        columns_read = [_values(column) for column in batch.columns]
        for cells in zip(*columns_read, strict=True):
            yield dict(zip(batch.schema.names, cells, strict=True))


def _values(column: Any) -> list[Any]:
    """A column's values; one that Python has no form for costs itself alone."""
    if hasattr(column.type, "unit") and str(column.type).startswith("timestamp"):
        return [_moment(cell, column.type) for cell in column]
    try:
        values: list[Any] = column.to_pylist()
    except _FAILURES:
        return [_value(cell) for cell in column]
    return values


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
    entry = record_of(row, locator, source)
    if isinstance(entry, Record) and len(entry.payload) > options.max_record_bytes:
        return too_large(locator, Oversized(len(entry.payload)), options.max_record_bytes)
    return entry
