"""Parquet beyond what all formats share."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime

import pyarrow
import pyarrow.parquet
import pytest

from aggregator.core.model import Declared, Reason, Record, Rejection
from tests.readers import dumps
from tests.readers.conftest import Read


def test_times_nested_fields_and_unused_columns(read: Read) -> None:
    row = {"text": "A text.", "publish_date": datetime(2024, 5, 1, 10, tzinfo=UTC)}
    row |= {"source": {"name": "The News"}, "authors": ["A", "B"], "embedding": [0.5] * 100}
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row]), file)
    (entry,) = read(file.getvalue())
    assert isinstance(entry, Record)
    assert entry.declared == Declared(None, "A, B", "The News", "2024-05-01T10:00:00+00:00")


def test_without_the_extra_a_clear_message(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    data = dumps.parquet(1)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (entry,) = read(data)
    assert isinstance(entry, Rejection)
    assert entry.reason is Reason.UNSUPPORTED
    assert "[parquet]" in entry.detail


def test_a_row_group_that_cannot_be_read_costs_itself_alone(read: Read) -> None:
    data = bytearray(dumps.parquet(6, group=2))
    metadata = pyarrow.parquet.ParquetFile(io.BytesIO(bytes(data))).metadata
    column = metadata.row_group(1).column(2)
    start = column.dictionary_page_offset or column.data_page_offset
    for at in range(start, start + column.total_compressed_size):
        data[at] ^= 0xFF
    entries = read(bytes(data))
    (rejected,) = [entry for entry in entries if isinstance(entry, Rejection)]
    assert (rejected.locator, rejected.reason) == ("row 3", Reason.CORRUPT)
    assert "to row 4" in rejected.detail
    records = [entry for entry in entries if isinstance(entry, Record)]
    assert [entry.locator for entry in records] == ["row 1", "row 2", "row 5", "row 6"]


def test_a_row_over_the_limit_costs_itself_alone(read: Read) -> None:
    rows = [{"text": "A text."}, {"text": "word " * 5_000}, {"text": "B text."}]
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file)
    entries = read(file.getvalue(), max_record_bytes=1_000)
    assert [type(entry) for entry in entries] == [Record, Rejection, Record]
