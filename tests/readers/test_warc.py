"""WARC and ARC as crawlers write them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import brotli
import pytest

from aggregator.core.model import Ignored, Kind, Reason, Record, Rejection
from tests.readers import dumps
from tests.readers.conftest import Read
from tests.readers.dumps import answer, page, warc_record

RecordOf = Callable[..., Record]


def test_a_response_gives_address_time_charset_and_the_bytes(record: RecordOf) -> None:
    entry = record(
        warc_record("response", 7, answer(page(7)), WARC_Target_URI=f"<{dumps.url(7)}>")
    )
    assert entry == Record(
        "<urn:uuid:00000000-0000-4000-8000-000000000007>",
        page(7),
        Kind.HTML,
        url=dumps.url(7),
        charset="utf-8",
        record_time=datetime(2024, 5, 1, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize("kind", ["resource", "conversion"])
def test_resources_and_conversions_are_records(record: RecordOf, kind: str) -> None:
    html = warc_record(kind, 1, page(1), Content_Type="text/html")
    assert record(html).kind is Kind.HTML
    text = warc_record(
        kind, 1, "Élan".encode(), Content_Type="text/plain", WARC_Identified_Content_Language="fra"
    )
    entry = record(text)
    assert (entry.kind, entry.payload, entry.declared.language) == (Kind.TEXT, "Élan", "fra")


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (warc_record("request", 1, b"GET / HTTP/1.1\r\n\r\n"), "WARC request"),
        (warc_record("warcinfo", 1, b"software: x\r\n"), "WARC warcinfo"),
        (warc_record("metadata", 1, b"a: b"), "WARC metadata"),
        (warc_record("revisit", 1, answer(b"")), "WARC revisit"),
        (warc_record("response", 1, answer(page(1), "404 Not Found")), "HTTP status 404"),
        (warc_record("response", 1, answer(b"", "301 Moved")), "HTTP status 301"),
        (
            warc_record("response", 1, answer(b"GIF89a\0", Content_Type="image/gif")),
            "media type image/gif",
        ),
        (
            warc_record("response", 1, answer(b"{}", Content_Type="application/json")),
            "media type application/json",
        ),
        (
            warc_record(
                "response", 1, b"1.2.3.4", Content_Type="text/dns", WARC_Target_URI="dns:x"
            ),
            "no document of the web",
        ),
        (
            warc_record("response", 1, answer(dumps.rss(1), Content_Type="text/html")),
            "XML that is no HTML",
        ),
    ],
)
def test_entries_that_are_no_pages_are_ignored(read: Read, data: bytes, detail: str) -> None:
    (entry,) = read(data)
    assert isinstance(entry, Ignored)
    assert entry.detail == detail


def test_a_page_without_a_media_type_is_told_by_its_content(record: RecordOf) -> None:
    assert record(warc_record("response", 1, answer(page(1), Content_Type=""))).kind is Kind.HTML


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (answer(b""), Reason.EMPTY),
        (answer(b"\x89PNG\0\1\2\3\4\5\6\7"), Reason.BINARY),
        (answer(b"\x1f\x8b\x08" + b"\xff" * 40, Content_Encoding="gzip"), Reason.CORRUPT),
    ],
)
def test_an_answer_that_says_html_and_holds_none_is_rejected(
    read: Read, data: bytes, reason: Reason
) -> None:
    (entry,) = read(warc_record("response", 1, data))
    assert isinstance(entry, Rejection)
    assert entry.reason is reason


def _zstd(data: bytes) -> bytes:
    return dumps.COMPRESSORS["zst"](data)


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("br", brotli.compress),
        ("zstd", _zstd),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
        ("identity", bytes),
        ("gzip", bytes),  # stored decoded, the header kept
        ("br", bytes),
    ],
)
def test_content_encodings_are_undone(
    record: RecordOf, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    block = answer(encode(page(1)), Content_Encoding=encoding)
    assert record(warc_record("response", 1, block)).payload == page(1)


@pytest.mark.parametrize(
    "body",
    [
        b"%x\r\n%b\r\n%x;name=value\r\n%b\r\n0\r\n\r\n"
        % (20, page(1)[:20], len(page(1)) - 20, page(1)[20:]),
        b"%x\r\n%b\r\n" % (len(page(1)), page(1)),
        page(1),
    ],
    ids=["chunked", "without the last chunk", "stored joined"],
)
def test_chunks_are_joined(record: RecordOf, body: bytes) -> None:
    block = answer(body, Transfer_Encoding="chunked", Content_Length="3")
    assert record(warc_record("response", 1, block)).payload == page(1)


def test_a_page_that_the_crawler_cut_off_is_a_record_with_a_warning(record: RecordOf) -> None:
    entry = record(warc_record("response", 1, answer(page(1)[:-20]), WARC_Truncated="length"))
    assert entry.warnings == ("cut off by the crawler: length",)


@pytest.mark.parametrize("length", ["10", "400", "99999999", "99999999999"])
def test_a_wrong_content_length_swallows_no_neighbour(read: Read, length: str) -> None:
    parts = dumps.warc_parts(3)
    parts[1] = warc_record("response", 2, answer(page(2)), Content_Length=length)
    entries = read(b"".join(parts))
    assert [getattr(entry, "payload", None) for entry in entries] == [page(1), page(2), page(3)]
    assert isinstance(entries[1], Record)
    assert entries[1].warnings == ("the Content-Length of the WARC record was wrong",)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda part: part.replace(b"Content-Length: ", b"Content-Length: x"), "Content-Length"),
        (lambda part: part.replace(b"Content-Length: ", b"Content-Len: "), "Content-Length"),
        (lambda part: b"XARC" + part[4:], "no WARC record"),
        (lambda part: part[:60] + b"\r\n", "starts inside its header"),
    ],
)
def test_a_damaged_record_costs_itself_alone(
    read: Read, damage: Callable[[bytes], bytes], why: str
) -> None:
    parts = dumps.warc_parts(3)
    parts[1] = damage(parts[1])
    first, second, third = read(b"".join(parts))
    assert isinstance(second, Rejection)
    assert second.reason is Reason.BAD_RECORD
    assert why in second.detail
    assert [e.url for e in (first, third) if isinstance(e, Record)] == [dumps.url(1), dumps.url(3)]


def test_garbage_before_the_first_record_is_told(read: Read) -> None:
    entries = read(b"garbage\n" * 5 + dumps.warc(2), "dump.warc")
    assert [type(entry) for entry in entries] == [Rejection, Record, Record]


def test_a_record_without_an_id_is_found_by_its_offset(read: Read) -> None:
    first, second = dumps.warc_parts(2)
    second = second.replace(b"WARC-Record-ID", b"X-Record-ID")
    assert [entry.locator for entry in read(first + second)][1] == f"byte {len(first)}"


def test_a_bad_date_of_a_record_is_a_warning(record: RecordOf) -> None:
    entry = record(warc_record("response", 1, answer(page(1)), WARC_Date="0000-13-45T99:00:00Z"))
    assert entry.record_time is None
    assert "record time not understood" in entry.warnings[0]


def test_a_large_film_is_ignored_and_a_large_page_rejected(read: Read) -> None:
    film = answer(b"\0\n" * 5_000, Content_Type="video/mp4")
    large = answer(b"<p>text</p>\n" * 1_000)
    data = warc_record("response", 1, film) + warc_record("response", 2, large) + dumps.warc(1)
    entries = read(data, max_record_bytes=5_000)
    assert [type(entry) for entry in entries] == [Ignored, Rejection, Record]


def test_arc_records_carry_address_and_time(read: Read) -> None:
    info, entry = read(dumps.arc(1))
    assert isinstance(info, Ignored)
    assert isinstance(entry, Record)
    assert (entry.url, entry.payload) == (dumps.url(1), page(1))
    assert entry.record_time == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_a_damaged_arc_record_costs_itself_alone(read: Read) -> None:
    data = dumps.arc(3).replace(b"/page-2 192.0.2.1 2024", b"/page-2 192.0.2.1 xxxx")
    entries = read(data)
    assert [type(entry) for entry in entries] == [Ignored, Record, Rejection, Record]


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
def test_a_damaged_member_costs_its_own_record_alone(read: Read, packed: str) -> None:
    members = [dumps.COMPRESSORS[packed](part) for part in dumps.warc_parts(40)]
    broken = bytearray(members[4])
    for at in range(12, 40):
        broken[at] ^= 0xA5
    members[4] = bytes(broken)
    entries = read(b"".join(members))
    (rejected,) = [entry for entry in entries if isinstance(entry, Rejection)]
    assert rejected.reason is Reason.CORRUPT
    assert [entry.url for entry in entries if isinstance(entry, Record)] == [
        dumps.url(n) for n in range(1, 41) if n != 5
    ]


def test_offsets_behind_a_damaged_member_count_from_the_dumps_start(read: Read) -> None:
    parts = [part.replace(b"WARC-Record-ID", b"X-Record-ID") for part in dumps.warc_parts(6)]
    members = [gzip.compress(part) for part in parts]
    members[2] = members[2][:40] + bytes(16) + members[2][56:]
    offsets = [int(entry.locator.removeprefix("byte ")) for entry in read(b"".join(members))]
    assert offsets == sorted(set(offsets))
    assert len(offsets) == 6
