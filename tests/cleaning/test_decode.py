"""Bytes are read in the encoding they are in, whatever was declared."""

from __future__ import annotations

import codecs

import pytest

from aggregator.cleaning import registered_domain
from aggregator.cleaning.decode import decode

RUSSIAN = "Тюлени заняли причал гребного клуба, и уходить они пока не собираются. " * 3
FRENCH = "Les phoques ont occupé le ponton à côté de l'école, où ils dorment l'été. " * 3


@pytest.mark.parametrize(
    ("payload", "charset", "text"),
    [
        (RUSSIAN.encode("cp1251"), "windows-1251", RUSSIAN),
        (RUSSIAN.encode("cp1251"), None, RUSSIAN),
        (RUSSIAN.encode("cp1251"), "utf-8", RUSSIAN),
        (RUSSIAN.encode(), "iso-8859-1", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN),
        (FRENCH.encode("latin-1"), "iso-8859-1", FRENCH),
        (FRENCH.encode("utf-16"), None, FRENCH),
        (FRENCH.encode("utf-16-le"), None, FRENCH),
        (codecs.BOM_UTF8 + FRENCH.encode(), "cp1251", FRENCH),
        ("海豹占据浮桥".encode("gb18030"), "gb2312", "海豹占据浮桥"),
        ("アザラシ".encode("shift_jis"), "Shift_JIS", "アザラシ"),
        ("アザラシ".encode("iso2022_jp"), "iso-2022-jp", "アザラシ"),
        (b"plain", "no-such-charset", "plain"),
        (b"plain", "base64", "plain"),
    ],
)
def test_text_is_decoded(payload: bytes, charset: str | None, text: str) -> None:
    assert decode(payload, charset) == text


def test_a_meta_element_declares_the_charset() -> None:
    page = b'<meta charset="iso-8859-2"><p>' + "žluťoučký kůň".encode("iso-8859-2")
    assert decode(page).endswith("žluťoučký kůň")


def test_one_broken_byte_does_not_change_the_encoding() -> None:
    assert decode(RUSSIAN.encode() + b"\xff", "utf-8") == RUSSIAN + "\ufffd"


def test_broken_characters_are_repaired() -> None:
    assert decode("a\x00b\ud83d\ude00c\ud800d") == "a b😀c\ufffdd"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.tidewater.co.uk/a?b#c", "tidewater.co.uk"),
        ("http://tidewater.com.au:8080/", "tidewater.com.au"),
        ("https://127.0.0.1/a", None),
        ("http://localhost/a", None),
        ("http://[::1/a", None),
        ("ftp://tidewater.com/a", None),
        ("tidewater.com/a", None),
        ("", None),
    ],
)
def test_the_registered_domain_of_an_address(url: str, domain: str | None) -> None:
    assert registered_domain(url) == domain
