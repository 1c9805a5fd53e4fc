"""What is damaged, cut off or hostile is told, and everything sound before it is delivered."""

from __future__ import annotations

import gzip
import lzma
from typing import Any

import pytest

from aggregator.core.model import Ignored, Reason, Record, Rejection
from aggregator.readers import Entry
from tests.readers import dumps
from tests.readers.conftest import Read

STREAMED = ["jsonl", "json", "csv", "warc", "arc"]


def _split(entries: list[Entry]) -> tuple[list[Record], list[Rejection]]:
    return (
        [entry for entry in entries if isinstance(entry, Record)],
        [entry for entry in entries if isinstance(entry, Rejection)],
    )


def test_what_only_begins_like_gzip_is_not_taken_for_compressed_twice(read: Read) -> None:
    (entry,) = read(b"\x1f\x8b and some text")
    assert isinstance(entry, Rejection)
    assert "no gzip file" in entry.detail


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
@pytest.mark.parametrize("name", STREAMED)
def test_cut_compressed_data_gives_what_stands_before_and_one_rejection(
    read: Read, name: str, packed: str
) -> None:
    whole = read(dumps.MAKERS[name](300))
    data = dumps.COMPRESSORS[packed](dumps.MAKERS[name](300))
    entries = read(data[: len(data) * 2 // 3])
    assert isinstance(entries[-1], Rejection)
    assert entries[-1].reason is Reason.TRUNCATED
    assert "end mark" in entries[-1].detail
    assert entries[:-1] == whole[: len(entries) - 1]
    if packed == "gz":  # the others need a whole block before they give anything
        assert len(entries) > 100


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
def test_data_cut_in_a_later_members_header_is_told(read: Read, packed: str) -> None:
    member = dumps.COMPRESSORS[packed](dumps.jsonl(2))
    for kept in (1, 2, 3):
        records, rejections = _split(read(member + member[:kept]))
        assert len(records) == 2
        assert [(r.locator, r.reason) for r in rejections] == [("line 3", Reason.TRUNCATED)]


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
def test_a_damaged_second_member_is_told_and_the_first_is_delivered(
    read: Read, packed: str
) -> None:
    member = dumps.COMPRESSORS[packed](dumps.jsonl(40))
    broken = bytearray(member)
    broken[len(broken) // 2] ^= 0xFF
    records, rejections = _split(read(member + bytes(broken)))
    assert len(records) >= 40
    assert [r.reason for r in rejections] == [Reason.CORRUPT]


def test_a_wrong_checksum_is_told(read: Read) -> None:
    data = bytearray(gzip.compress(dumps.jsonl(3), mtime=0))
    data[-6] ^= 1
    assert read(bytes(data))[-1].reason is Reason.CORRUPT  # type: ignore[union-attr]


def test_every_sound_member_is_read_between_several_damaged_ones(read: Read) -> None:
    parts = [bytearray(gzip.compress(part, mtime=0)) for part in dumps.warc_parts(9)]
    for number in (1, 3, 6):
        parts[number][-6] ^= 1
        parts[number][40] ^= 0xFF
    records, rejections = _split(read(b"".join(parts)))
    assert {dumps.url(n) for n in (1, 3, 5, 6, 8, 9)} <= {record.url for record in records}
    assert len(rejections) == len({rejection.locator for rejection in rejections}) >= 3


@pytest.mark.parametrize("packed", ["xz", "zst"])
def test_data_that_takes_too_much_memory_to_unpack_is_told_what_to_do(
    read: Read, packed: str
) -> None:
    if packed == "xz":
        filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 300 << 20}]
        data = lzma.compress(dumps.jsonl(1), filters=filters)
    else:
        parameter = dumps.zstd.CompressionParameter.window_log
        made = dumps.zstd.ZstdCompressor(options={parameter: 30})
        data = made.compress(dumps.jsonl(1)) + made.flush()
    (entry,) = read(data)
    assert isinstance(entry, Rejection)
    assert entry.reason is Reason.TOO_LARGE
    assert "smaller window" in entry.detail


def test_what_follows_compressed_data_is_told(read: Read) -> None:
    records, rejections = _split(
        read(gzip.compress(dumps.jsonl(3), mtime=0) + b"some trailing text")
    )
    assert len(records) == 3
    assert [r.reason for r in rejections] == [Reason.CORRUPT]


@pytest.mark.parametrize("name", ["warc", "arc", "json"])
def test_a_dump_cut_in_the_middle_of_a_record_ends_in_a_rejection_for_it(
    read: Read, name: str
) -> None:
    data = dumps.MAKERS[name](5)
    entries = read(data[:-90])
    records, rejections = _split(entries)
    assert [record.url for record in records] == [dumps.url(n) for n in range(1, 5)]
    assert [r.reason for r in rejections] == [Reason.TRUNCATED]
    assert entries[-1] is rejections[0]


def test_a_page_file_that_is_cut_off_is_no_page(read: Read) -> None:
    data = gzip.compress(dumps.page(1) * 50)
    assert [type(entry) for entry in read(data[:-20])] == [Rejection]


@pytest.mark.parametrize("packed", ["", *dumps.COMPRESSORS])
def test_an_empty_dump_is_one_rejection(read: Read, packed: str) -> None:
    data = dumps.COMPRESSORS[packed](b"") if packed else b""
    assert read(data) == [Rejection("file", Reason.EMPTY, "no bytes")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01\x02\x03" * 50, Reason.BINARY),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1", Reason.BINARY),
        (b"PK\x03\x04" + b"\0" * 40, Reason.UNSUPPORTED),
        (b"%PDF-1.7\n1 0 obj", Reason.UNSUPPORTED),
        (gzip.compress(gzip.compress(b"A text.", mtime=0), mtime=0), Reason.UNSUPPORTED),
        (b"a.txt".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 250, Reason.UNSUPPORTED),
        (b" \n\t ", Reason.EMPTY),
        (b"<html>" + b"\x00\x01\x02\x03" * 50, Reason.BINARY),
        (b"PAR1" + b"\x00" * 50, Reason.TRUNCATED),
        (b"PAR1" + b"\x15" * 50 + b"PAR1", Reason.CORRUPT),
    ],
)
def test_what_is_no_text_is_one_rejection_with_its_reason(
    read: Read, data: bytes, reason: Reason
) -> None:
    (entry,) = read(data)
    assert isinstance(entry, Rejection)
    assert (entry.locator, entry.reason) == ("file", reason)


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
@pytest.mark.parametrize("filler", [b" ", b"\n", b'{"a": "%s"}\n' % (b"b" * 500), b"x"])
def test_a_decompression_bomb_is_refused(read: Read, packed: str, filler: bytes) -> None:
    bomb = dumps.COMPRESSORS[packed](dumps.jsonl(1) + filler * (600_000 // len(filler)))
    limits: dict[str, Any] = {"expansion_floor_bytes": 100_000, "max_record_bytes": 50_000}
    records, rejections = _split(read(bomb, "bomb.jsonl", **limits))
    assert len(records) == 1
    assert rejections[-1].reason is Reason.TOO_LARGE
    assert "bomb" in rejections[-1].detail


@pytest.mark.parametrize("name", STREAMED)
def test_a_record_over_the_limit_costs_itself_alone(read: Read, name: str) -> None:
    limits = {"max_record_bytes": 2_000}
    data = dumps.MAKERS[name](5)
    large = dumps.text(3).encode() + b" and so on" * 1_000
    if name in ("warc", "arc"):
        data = data.replace(dumps.page(3), dumps.page(3).replace(dumps.text(3).encode(), large))
        before, after = len(dumps.answer(dumps.page(3))), 10_000 + len(dumps.answer(dumps.page(3)))
        at = data.index(b"page-3")
        data = data[:at] + data[at:].replace(b"%d" % before, b"%d" % after, 1)
    else:
        data = data.replace(dumps.text(3).encode(), large)
    entries = [entry for entry in read(data, **limits) if not isinstance(entry, Ignored)]
    assert [type(entry) for entry in entries] == [Record, Record, Rejection, Record, Record]
    assert entries[2].reason is Reason.TOO_LARGE  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["page.txt", "page.html", "feed.rss"])
def test_a_file_of_one_record_over_the_limit_is_too_large(read: Read, name: str) -> None:
    start = b"<rss><channel>" if name == "feed.rss" else b""
    (entry,) = read(start + b"word " * 5_000, name, max_record_bytes=1_000)
    assert isinstance(entry, Rejection)
    assert entry.reason is Reason.TOO_LARGE
    assert "the limit is 1000" in entry.detail


def test_an_input_output_error_in_the_middle_is_told(read: Read, monkeypatch: Any) -> None:
    """A disk that fails behind the first bytes gives those records and an unreadable one."""
    from aggregator.readers import stream

    class FailingDisk:
        def __init__(self) -> None:
            self.parts = [dumps.jsonl(3)]

        def read(self, _size: int) -> bytes:
            if not self.parts:
                raise OSError(5, "Input/output error")
            return self.parts.pop()

        def close(self) -> None:
            pass

    monkeypatch.setattr(stream, "_open", lambda _location: FailingDisk())
    records, rejections = _split(read(b"", "dump.jsonl"))
    assert len(records) == 3
    assert [(r.locator, r.reason) for r in rejections] == [("line 4", Reason.UNREADABLE)]
    assert "Input/output error" in rejections[0].detail
