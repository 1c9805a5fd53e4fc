"""Parquet beyond what all formats share."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from aggregator.core.model import Declared, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.parquet_pages import MOST_HELD, Needs
from aggregator.readers.thrift import I32, Compact
from tests.readers import dumps
from tests.readers.conftest import Read
from tests.running import PROJECT


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


def _file(**columns: pyarrow.Array) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


TEXTS = pyarrow.array(["A text.", "B text."])


def test_a_text_that_is_not_utf_8_costs_no_other(read: Read) -> None:
    told = pyarrow.array([b"A \xff text.", b"B text."], pyarrow.binary())
    texts = pyarrow.Array.from_buffers(pyarrow.string(), 2, told.buffers())
    entries = read(_file(text=texts))
    assert [getattr(entry, "payload", None) for entry in entries] == ["A \ufffd text.", "B text."]


@pytest.mark.parametrize(
    ("kind", "ticks", "told"),
    [
        (pyarrow.timestamp("ms"), 2**60, f"{2**60} timestamp[ms]"),
        (pyarrow.timestamp("s", "Mars/Olympus"), 1_714_557_600, "2024-05-01T10:00:00+00:00"),
        (pyarrow.timestamp("ns"), 1_714_557_600_000_000_001, "2024-05-01T10:00:00"),
        (pyarrow.timestamp("us", "UTC"), None, None),
        (pyarrow.date32(), 2**31 - 1, f"{2**31 - 1} date32[day]"),
    ],
)
def test_a_time_that_python_has_no_form_for_is_told_as_it_is(
    read: Read, kind: pyarrow.DataType, ticks: int | None, told: str | None
) -> None:
    entries = read(_file(text=TEXTS, published=pyarrow.array([ticks, 0], kind)))
    assert [type(entry) for entry in entries] == [Record, Record]
    assert entries[0].declared.published == told  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS.cast(pyarrow.large_string()),
        TEXTS.cast(pyarrow.string_view()),
        TEXTS.cast(pyarrow.binary()),
        TEXTS.dictionary_encode(),
        pyarrow.array([["A text."], ["B text."]]),
    ],
    ids=str,
)
def test_texts_are_read_from_all_kinds_of_columns(read: Read, texts: pyarrow.Array) -> None:
    entries = read(_file(text=texts))
    assert [getattr(entry, "payload", None) for entry in entries] == ["A text.", "B text."]


def test_a_file_without_rows_is_one_rejection(read: Read) -> None:
    (entry,) = read(_file(text=TEXTS.slice(0, 0)))
    assert isinstance(entry, Rejection)
    assert entry.reason is Reason.EMPTY


def test_a_row_group_that_grows_like_a_bomb_is_not_unpacked(read: Read) -> None:
    file = io.BytesIO()
    table = pyarrow.table({"text": ["a text " * 100_000, "B text."]})
    pyarrow.parquet.write_table(table, file, row_group_size=1, compression="zstd")
    first, second = read(file.getvalue(), expansion_floor_bytes=100_000)
    assert isinstance(first, Rejection)
    assert (first.locator, first.reason) == ("row 1", Reason.TOO_LARGE)
    assert "bomb" in first.detail
    assert isinstance(second, Record)


NOISE = random.Random(1).randbytes(200_000).hex()


def test_a_bomb_is_told_by_its_own_pages_whatever_stands_beside_it(read: Read) -> None:
    """Neither another row group nor another page of its own allows a page to grow further."""
    text = pyarrow.array(["B text.", NOISE, "a" * 8_000_000])
    file = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"text": text.take(pyarrow.array([0, 1, 2, 0, 1]))}),
        file,
        row_group_size=2,
        compression="zstd",
        use_dictionary=False,
    )
    entries = read(file.getvalue(), expansion_floor_bytes=500_000)
    first, second, third, last = entries
    assert isinstance(third, Rejection)
    assert (third.locator, third.reason) == ("row 3", Reason.TOO_LARGE)
    assert third.detail.startswith("row group 1, to row 4: decompression bomb: ")
    assert [type(entry) for entry in (first, second, last)] == [Record] * 3


def test_one_page_that_grows_like_a_bomb_is_told_among_sound_ones(read: Read) -> None:
    file = io.BytesIO()
    told = {"compression": "zstd", "use_dictionary": False, "write_batch_size": 1}
    table = pyarrow.table({"text": [NOISE, "a" * 8_000_000]})
    pyarrow.parquet.write_table(table, file, data_page_size=1, **told)
    (entry,) = read(file.getvalue(), expansion_floor_bytes=500_000)
    assert isinstance(entry, Rejection)
    assert entry.reason is Reason.TOO_LARGE
    assert "grow to 80000" in entry.detail


def test_a_large_row_group_of_texts_that_pack_well_is_read(read: Read) -> None:
    """Texts that pack 20 to 100 times are no bomb, in a row group far over the floor."""
    told = "The ferry of pier {} sailed to the island of Mossel with all of its lanterns lit. "
    texts = ["".join(told.format(n * 30 + m) for m in range(30)) for n in range(3_000)]
    file = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"text": texts}), file, compression="zstd", use_dictionary=False
    )
    assert len(file.getvalue()) < sum(map(len, texts)) / 20
    entries = read(file.getvalue(), expansion_floor_bytes=1_000_000)
    assert [type(entry) for entry in entries] == [Record] * 3_000


def test_a_page_that_tells_its_longest_text_in_its_header_is_read(read: Read) -> None:
    texts = [f"{n} " + "word " * 700 for n in range(20)]
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"text": texts}), file, data_page_size=1)
    assert [type(entry) for entry in read(file.getvalue())] == [Record] * 20


def test_pages_that_take_too_much_at_one_time_are_told_with_the_limit() -> None:
    why = Needs(packed=10**9, size=10**9, held=MOST_HELD + 1).too_much(ReadingOptions())
    assert why == f"its pages take {MOST_HELD + 1} bytes of memory at one time; limit {MOST_HELD}"
    assert Needs(packed=10**9, size=10**9, held=MOST_HELD).too_much(ReadingOptions()) is None


@pytest.mark.parametrize(
    "told",
    [
        b"\x15\x02\x05\x02\x04\x00",
        b"\x16\x02\x00",
        b"\x15",
        b"\x15" + b"\xff" * 20,
        b"\x2c" * 99,
        b"\x29\x99" * 99,
        b"\x2d\x00",
    ],
    ids=["twice", "another type", "cut", "endless", "deep", "deep lists", "no type"],
)
def test_a_struct_that_two_readers_could_take_differently_is_refused(told: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Compact(told).struct({1: (I32, Compact.integer)})


def test_a_damaged_end_never_ends_the_process(tmp_path: Path) -> None:
    """Whatever byte of a file's metadata is another, each row is told once or the file is told.

    Some of these end the process inside pyarrow when a column's sizes are asked for, so a process
    of its own reads them.
    """
    file = io.BytesIO()
    table = pyarrow.table({"text": ["The ferry sails again."]})
    pyarrow.parquet.write_table(table, file, compression="none", store_schema=False)
    path = tmp_path / "dump.parquet"
    path.write_bytes(file.getvalue())
    code = [sys.executable, "-c", _EACH_BYTE, str(path)]
    ran = subprocess.run(code, capture_output=True, text=True, cwd=PROJECT, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert int(ran.stdout) > 300


_EACH_BYTE = """
import sys
from aggregator.core.options import ReadingOptions
from aggregator.readers import find_dumps, read_dump
path = sys.argv[1]
whole = open(path, "rb").read()
end = len(whole) - 8
begin = end - int.from_bytes(whole[end : end + 4], "little")
count = 0
for at in range(begin, end):
    for byte in (0x00, 0x26):
        open(path, "wb").write(whole[:at] + bytes([byte]) + whole[at + 1 :])
        (dump,) = find_dumps([path], ReadingOptions())
        entries = list(read_dump(dump, ReadingOptions()))
        assert entries
        count += 1
print(count)
"""
