"""CSV and its kin."""

from __future__ import annotations

import pytest

from aggregator.core.model import Reason, Record, Rejection
from tests.readers import dumps
from tests.readers.conftest import Read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_by_the_header(read: Read, delimiter: str) -> None:
    data = delimiter.join(["url", "title", "text"]) + "\n"
    data += delimiter.join(["https://a.example/1", "T", '"One, two;\tthree|four"']) + "\n"
    (entry,) = read(data.encode(), "dump.tsv")
    assert isinstance(entry, Record)
    assert (entry.payload, entry.declared.title) == ("One, two;\tthree|four", "T")
    assert entry.locator == "row 1"


def test_quoted_fields_hold_line_breaks_and_quotes(read: Read) -> None:
    (entry,) = read(b'title,text\r\nT,"One ""two""\r\nthree"\r\n')
    assert isinstance(entry, Record)
    assert entry.payload == 'One "two"\r\nthree'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_the_encoding_is_found(read: Read, encoding: str) -> None:
    text = "Паром на острова снова ходит после шторма, жители ждали его неделю."
    (entry,) = read(f'title,text\n"Паром","{text}"\n'.encode(encoding), "dump.csv")
    assert isinstance(entry, Record)
    assert entry.payload == text


def test_a_row_of_another_width_costs_itself_alone(read: Read) -> None:
    first, second, third = read(b"title,text\na,b\na,b,c\nd,e\n")
    assert isinstance(first, Record)
    assert second == Rejection("row 2", Reason.BAD_RECORD, "3 columns where the header has 2")
    assert isinstance(third, Record)


def test_a_quotation_mark_that_is_never_closed_does_not_take_all_the_rest(read: Read) -> None:
    data = dumps.csv_table(60).replace(b'week."\r\nhttps://news.example/page-6,', b"week.\r\nx,")
    entries = read(data)
    rejected = [entry for entry in entries if isinstance(entry, Rejection)]
    assert [(entry.locator, entry.reason) for entry in rejected] == [("row 5", Reason.BAD_RECORD)]
    assert [entry.url for entry in entries if isinstance(entry, Record)] == [
        dumps.url(n) for n in range(1, 61) if n not in (5, 6)
    ]


def test_bytes_that_are_not_utf8_are_replaced_and_told(read: Read) -> None:
    rows = "".join(f"t,é{n} {'x' * 90}\n" for n in range(2_000))  # the head is UTF-8
    *_, last = read(f"title,text\n{rows}".encode() + b"t,caf\xe9\n")
    assert isinstance(last, Record)
    assert last.payload == "caf\ufffd"
    assert last.warnings


def test_a_header_alone_is_empty(read: Read) -> None:
    assert read(b"title,text\n", "a.csv") == [Rejection("file", Reason.EMPTY, "not one record")]
