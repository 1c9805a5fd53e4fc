"""JSON Lines, arrays, objects around lists, and what is wrong in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aggregator.core.model import Reason, Record, Rejection
from tests.readers import dumps
from tests.readers.conftest import Read

GOOD = b'{"text": "The ferry runs again."}'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "The ferry', Reason.BAD_JSON),
        (b"not JSON at all", Reason.BAD_JSON),
        (b"[1, 2]", Reason.BAD_JSON),
        (b"null", Reason.BAD_JSON),
        (b'{"text": "caf\xe9"}', Reason.BAD_JSON),
        (b"[" * 100_000, Reason.TOO_DEEP),
        (b'{"text": ' + b"9" * 5_000 + b"}", Reason.NO_TEXT),
        (b"\x00\x01\x02", Reason.BAD_JSON),
    ],
)
def test_a_broken_line_costs_itself_alone(read: Read, line: bytes, reason: Reason) -> None:
    first, second, third = read(GOOD + b"\n" + line + b"\n" + GOOD + b"\n", "dump.jsonl")
    assert isinstance(second, Rejection)
    assert (second.locator, second.reason) == ("line 2", reason)
    assert isinstance(first, Record)
    assert isinstance(third, Record)
    assert third.locator == "line 3"


@pytest.mark.parametrize(
    ("line", "payload", "warned"),
    [
        (b'{"text": "a \\ud800 b"}', "a \ufffd b", True),
        (b'{"text": "a \\ud83d\\ude00 b"}', "a \U0001f600 b", False),
        (b'{"text": "a \\u0000 b"}', "a \ufffd b", True),
        (b'{"text": "a \x00 b"}', "a \ufffd b", True),
        (b'{"text": "a \t b"}', "a \t b", False),
        (b'{"text": "a", "score": NaN}', "a", False),
        (b'{"text": "a", "score": ' + b"9" * 5_000 + b"}", "a", False),
        (b'\xef\xbb\xbf{"text": "a"}', "a", False),
        (b'{"text": "a"}\r', "a", False),
    ],
)
def test_what_can_be_repaired_safely_is_a_record(
    read: Read, line: bytes, payload: str, warned: bool
) -> None:
    (entry,) = read(line + b"\n", "dump.jsonl")
    assert isinstance(entry, Record)
    assert (entry.payload, bool(entry.warnings)) == (payload, warned)


def test_blank_lines_are_nothing_and_keep_their_numbers(read: Read) -> None:
    entries = read(b"\n" + GOOD + b"\n\n  \n" + GOOD)
    assert [entry.locator for entry in entries] == ["line 2", "line 5"]


def test_lines_in_utf_16_are_read(read: Read) -> None:
    entries = read(dumps.jsonl(3).decode().encode("utf-16"), "dump.jsonl")
    assert [getattr(entry, "payload", None) for entry in entries] == [
        dumps.text(n) for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    "around",
    [
        lambda rows: {"status": "ok", "totalResults": 3, "articles": rows},
        lambda rows: {"response": {"status": "ok", "results": rows}},
        lambda rows: {"posts": rows, "moreResultsAvailable": 0},
        lambda rows: {"took": 5, "hits": {"hits": [{"_id": "1", "_source": row} for row in rows]}},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_list_inside_an_object_is_read(read: Read, around: Any, indent: int | None) -> None:
    entries = read(json.dumps(around(dumps.rows(3)), indent=indent).encode())
    assert [getattr(entry, "url", None) for entry in entries] == [dumps.url(n) for n in (1, 2, 3)]
    assert [entry.locator for entry in entries] == ["item 1", "item 2", "item 3"]


def test_a_record_with_lists_of_its_own_is_one_record(read: Read) -> None:
    row = {"id": 1, "entries": [{"name": "x"}, {"name": "y"}], "text": "The ferry runs."}
    assert [type(entry) for entry in read(json.dumps(row).encode())] == [Record]


@pytest.mark.parametrize("between", [b"", b"\n", b",\n"])
def test_objects_that_follow_one_another_are_records(read: Read, between: bytes) -> None:
    rows = [json.dumps(row, indent=2).encode() for row in dumps.rows(3)]
    assert [type(entry) for entry in read(between.join(rows))] == [Record] * 3


def test_brackets_and_quotes_in_strings_end_nothing(read: Read) -> None:
    texts = ['a "quoted" ] } { [ \\ text \\' * 40, "\\", '"]', "plain"] * 800
    data = json.dumps([{"text": text} for text in texts]).encode()
    assert [getattr(entry, "payload", None) for entry in read(data)] == texts


def test_a_bad_item_costs_itself_alone(read: Read) -> None:
    entries = read(b'[{"text": "a"}, {"text": bad}, 5, {"text": "b"}]')
    assert [type(entry) for entry in entries] == [Record, Rejection, Rejection, Record]
    assert [entry.locator for entry in entries] == [f"item {n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'[{"text": "a"}] and more', Reason.BAD_JSON),
        (b'[{"text": "a"}', Reason.TRUNCATED),
        (b'[{"text": "a"}, {"text": "b', Reason.TRUNCATED),
    ],
)
def test_a_wrong_end_of_a_list_is_told(read: Read, data: bytes, reason: Reason) -> None:
    first, last = read(data)
    assert isinstance(first, Record)
    assert isinstance(last, Rejection)
    assert (last.locator, last.reason) == ("item 2", reason)


def test_a_list_without_items_is_empty(read: Read) -> None:
    assert [entry.reason for entry in read(b"[]")] == [Reason.EMPTY]  # type: ignore[union-attr]
