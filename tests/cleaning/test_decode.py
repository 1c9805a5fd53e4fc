# ruff: noqa: E501 - invented texts, one on one line
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


LEGACY = {
    "de": "Der Stadtrat hat das alte Stellwerk für eine Krone gekauft und macht daraus einen Saal.",
    "fr": "La mairie a acheté la vieille cabine et en fera une salle où l'on lit, près de l'école.",
    "es": "El ayuntamiento compró la vieja caseta y la convertirá en una sala para los niños.",
    "pt": "A câmara comprou a antiga cabine e vai transformá-la numa sala para as crianças, não é.",
    "it": "Il comune ha comprato la vecchia cabina e ne farà una sala perché i bambini leggano.",
    "sv": "Kommunen har köpt det gamla ställverket för en krona och gör om det till en sal på ön.",
    "pl": "Rada miasta kupiła starą nastawnię za jedną koronę i zamieni ją w czytelnię dla dzieci.",
    "cs": "Město koupilo starou věž za jednu korunu a přemění ji v čítárnu pro děti, řekla Marta.",
    "hu": "A város egy koronáért megvette a régi őrházat, és a gyermekek olvasótermévé alakítja.",
    "hr": "Vijeće je kupilo staru kućicu za jednu krunu i pretvorit će je u čitaonicu za djecu.",
    "tr": "Belediye eski kulübeyi bir krona satın aldı ve onu çocuklar için bir odaya dönüştürecek.",
    "lt": "Miesto taryba už vieną kroną nupirko seną namelį ir pavers jį skaitykla vaikams.",
    "ru": "Городской совет купил старую будку за одну крону и превратит её в читальню для детей.",
    "el": "Το δημοτικό συμβούλιο αγόρασε το παλιό φυλάκιο και θα το κάνει αναγνωστήριο για παιδιά.",
    "ar": "اشترى مجلس المدينة كوخ الإشارات القديم بكرونة واحدة وسيحوله إلى غرفة قراءة للأطفال.",
    "he": "מועצת העיר קנתה את ביתן האיתות הישן בכתר אחד ותהפוך אותו לחדר קריאה לילדים.",
    "th": "สภาเมืองซื้อหอสัญญาณเก่าในราคาหนึ่งโครนและจะเปลี่ยนเป็นห้องอ่านหนังสือสำหรับเด็ก",
    "zh": "市议会以一元买下旧信号所，将改为儿童阅览室。市长办公室星期二说，工程五月开始。",
    "ja": "町議会は古い信号所を買い取り、子どものための読書室に改める。工事は五月に始まる。",
    "ko": "시의회는 낡은 신호소를 사들여 어린이 독서실로 바꾸기로 했다. 공사는 오월에 시작된다.",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *((code, "cp1252") for code in ("de", "fr", "es", "pt", "it", "sv")),
        *((code, name) for code in ("pl", "cs", "hu", "hr") for name in ("cp1250", "iso8859-2")),
        *(("tr", "cp1254"), ("lt", "cp1257"), ("ru", "cp1251"), ("ru", "koi8-r")),
        *(("el", "iso8859-7"), ("ar", "cp1256"), ("he", "cp1255"), ("th", "cp874")),
        *(("zh", "gb18030"), ("ja", "shift_jis"), ("ja", "euc-jp"), ("ja", "iso2022_jp")),
        *(("ko", "cp949"), ("zh", "gbk")),
    ],
)
def test_an_undeclared_legacy_encoding_is_told_by_the_text(language: str, encoding: str) -> None:
    """A page that declares no encoding is read in the one that its language needs."""
    text = LEGACY[language]
    page = f"<html><body><table><tr><td>{text}<p>{text[:40]}</table></body></html>"
    assert text in decode(page.encode(encoding))
