"""Memory does not grow with the dump."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from aggregator.core.model import Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers import find_dumps, read_dump
from tests.readers import dumps

BOUND = 6_000_000
"""Bytes; buffers take about one million, a record at its limit another two."""


def _peak(path: Path, options: ReadingOptions) -> tuple[int, int]:
    """Entries read, and the most bytes that Python held meanwhile."""
    tracemalloc.start()
    try:
        (dump,) = find_dumps([str(path)], options)
        count = sum(1 for _ in read_dump(dump, options))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _json_array(count: int) -> bytes:
    return b"[" + b",".join(dumps.jsonl(count).strip().split(b"\n")) + b"]"


@pytest.mark.parametrize(
    "make", [dumps.jsonl, _json_array, dumps.csv_table, dumps.warc, dumps.arc]
)
def test_eight_times_the_records_take_no_more_memory(
    tmp_path: Path, make: Callable[[int], bytes]
) -> None:
    peaks = []
    for count in (500, 4_000):
        path = tmp_path / "dump.gz"
        path.write_bytes(gzip.compress(make(count), 1))
        read, peak = _peak(path, ReadingOptions())
        assert read >= count
        peaks.append(peak)
    assert peaks[1] < peaks[0] + 300_000


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [("line.jsonl", b'{"text": "', b'"}\n'), ("array.json", b'[{"text": "', b'"}]')],
)
def test_a_line_of_fifty_megabytes_is_not_held(
    tmp_path: Path, name: str, start: bytes, end: bytes
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(start)
        for _ in range(50):
            file.write(b"word " * 200_000)
        file.write(end)
    read, peak = _peak(path, ReadingOptions(max_record_bytes=1_000_000))
    assert read == 1
    assert peak < BOUND


def test_a_packed_answer_in_a_warc_is_not_unpacked_beyond_the_limit(tmp_path: Path) -> None:
    body = gzip.compress(b"<html>" + b" " * 60_000_000, 1)
    block = dumps.answer(body, Content_Encoding="gzip")
    path = tmp_path / "bomb.warc"
    path.write_bytes(dumps.warc_record("response", 1, block))
    read, peak = _peak(path, ReadingOptions(max_record_bytes=1_000_000))
    assert read == 1
    assert peak < BOUND


def test_rows_of_parquet_are_read_in_batches(tmp_path: Path) -> None:
    peaks = []
    for count in (500, 4_000):
        path = tmp_path / "dump.parquet"
        path.write_bytes(dumps.parquet(count, group=count))
        read, peak = _peak(path, ReadingOptions())
        assert read == count
        peaks.append(peak)
    assert peaks[1] < peaks[0] + 300_000


def test_a_text_over_the_limit_in_parquet_becomes_no_text_of_pythons(tmp_path: Path) -> None:
    """The row is told with its size, and the rows beside it are read."""
    table = pyarrow.table({"text": ["A text.", "word " * 6_000_000, "B text."]})
    path = tmp_path / "dump.parquet"
    options = ReadingOptions(max_record_bytes=1_000_000)
    for dictionary in (False, True):
        pyarrow.parquet.write_table(table, path, use_dictionary=dictionary)
        read, peak = _peak(path, options)
        assert read == 3
        assert peak < BOUND
        (dump,) = find_dumps([str(path)], options)
        _first, large, _last = read_dump(dump, options)
        assert isinstance(large, Rejection)
        assert (large.locator, large.detail) == ("row 2", "30000000 bytes; the limit is 1000000")
