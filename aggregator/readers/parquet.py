"""Parquet, streamed by row group; needs the extra ``parquet`` (pyarrow)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from aggregator.core.model import Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import CRAWL_MARKS, KNOWN_KEYS, Source, record_of
from aggregator.readers.stream import DumpStream, Oversized

_BATCH_ROWS = 64
_MAGIC = b"PAR1"
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
        except (OSError, ValueError, MemoryError, NotImplementedError) as error:
            yield Rejection("file", Reason.CORRUPT, f"no Parquet metadata: {error}")
            return
        yield from _groups(table, options, source)


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


def _groups(table: Any, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    columns = _columns(table.schema_arrow.names, source)
    first = 1
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        number = first
        try:
            for row in _rows(table, group, columns):
                yield _entry(row, f"row {number}", options, source)
                number += 1
        except (OSError, ValueError, MemoryError, NotImplementedError) as error:
            detail = f"row group {group}, to row {first + rows - 1}: {error}"
            yield Rejection(f"row {number}", Reason.CORRUPT, detail[:500])
        first += rows


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
        yield from batch.to_pylist()


def _entry(row: dict[str, Any], locator: str, options: ReadingOptions, source: Source) -> Entry:
    entry = record_of(row, locator, source)
    if isinstance(entry, Record) and len(entry.payload) > options.max_record_bytes:
        return too_large(locator, Oversized(len(entry.payload)), options.max_record_bytes)
    return entry
