"""Files that are one page, and their encodings."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest

from aggregator.core.model import Declared, Kind, Record
from tests.readers import dumps
from tests.readers.conftest import Read

RecordOf = Callable[..., Record]

RUSSIAN = (
    "Паром на острова снова ходит после шторма. Жители посёлка ждали лодку неделю и встретили"
    " её на причале с хлебом и солью. Капитан сказал, что ветер стих только к утру."
)
FRENCH = (
    "Le bac était resté à quai après la tempête. « Ça va mieux », a déclaré la préfète à Évian."
)
JAPANESE = "嵐のあと、島への渡し船が再び動き始めた。住民は一週間も船を待っていたという。"
KOREAN = (
    "폭풍이 지나간 뒤 섬으로 가는 배가 다시 다니기 시작했다. 주민들은 일주일 동안 배를 기다렸다."
)
CHINESE = "风暴过后,前往各岛的渡轮恢复运行。居民们已经等了一个星期,码头上有人送来了热汤。"


def test_a_text_file_is_one_page_without_an_address(record: RecordOf) -> None:
    entry = record(b"A headline\n\nA text.\n", "page.txt")
    assert entry == Record("file", "A headline\n\nA text.\n", Kind.TEXT)


def test_an_html_file_is_one_page_of_bytes(record: RecordOf) -> None:
    assert record(dumps.page(1), "page.html") == Record("file", dumps.page(1), Kind.HTML)


@pytest.mark.parametrize(
    "start",
    [
        b"<!doctype HTML>",
        b"\xef\xbb\xbf  <html>",
        b"<!-- saved --><!-- twice -->\n<html>",
        b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x' 'y'><html>",
        b"<p class=lead>",
        b"<div>",
    ],
)
def test_html_is_told_by_its_content(record: RecordOf, start: bytes) -> None:
    assert record(start + b"<p>A text of a page.</p>", "page.txt").kind is Kind.HTML


@pytest.mark.parametrize(
    "text", ["{curly} beginnings", "[Updated] The ferry runs.", "< 5 % voted.", "1,2;3\n4,5;6\n"]
)
def test_text_that_starts_like_another_format_is_text(record: RecordOf, text: str) -> None:
    entry = record(text.encode())
    assert (entry.kind, entry.payload) == (Kind.TEXT, text)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-8-sig"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-32"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (FRENCH, "cp1252"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "euc_kr"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
    ],
)
def test_the_encoding_of_text_is_found(record: RecordOf, text: str, encoding: str) -> None:
    assert record(text.encode(encoding), "page.txt").payload == text


def test_big_endian_text_with_a_mark_is_found(record: RecordOf) -> None:
    data = codecs.BOM_UTF16_BE + RUSSIAN.encode("utf-16-be")
    assert record(data).payload == RUSSIAN


def test_utf8_goes_before_a_wrong_label(record: RecordOf) -> None:
    block = dumps.answer(FRENCH.encode(), Content_Type="text/plain; charset=iso-8859-1")
    assert record(dumps.warc_record("response", 1, block)).payload == FRENCH


def test_a_right_label_goes_before_a_guess(record: RecordOf) -> None:
    text = "Čas žní"  # too short to tell by its content
    block = dumps.answer(text.encode("cp1250"), Content_Type="text/plain; charset=windows-1250")
    assert record(dumps.warc_record("response", 1, block)).payload == text


def test_a_nul_in_text_is_replaced_and_told(record: RecordOf) -> None:
    entry = record(b"The ferry\0 runs again after the storm.")
    assert entry.payload == "The ferry\ufffd runs again after the storm."
    assert entry.warnings == ("lone surrogates or NUL characters were replaced",)


@pytest.mark.parametrize("name", ["page.txt", "page.html"])
def test_what_the_user_says_stays_behind_what_the_page_says(read: Read, name: str) -> None:
    says = Declared(outlet="The Herald", published="2024-05-01")
    data = dumps.page(1) if name.endswith("html") else b"A text."
    (entry,) = read(data, name, defaults=says, default_url="https://herald.example/a")
    assert isinstance(entry, Record)
    assert (entry.declared, entry.fallback) == (Declared(), says)
    assert entry.url == "https://herald.example/a"


def test_html_with_a_byte_order_mark_names_its_charset(record: RecordOf) -> None:
    assert record(dumps.page(1).decode().encode("utf-16"), "a.html").charset == "utf-16"
