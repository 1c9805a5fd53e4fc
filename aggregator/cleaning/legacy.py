"""The legacy encoding of bytes that declare none: told by the bytes, then by the language.

Encodings of Latin script share most bytes, and a detector by bytes takes one for another; which
letters of them a language needs is known, and its function words tell the language.
"""

from __future__ import annotations

import re

from aggregator.cleaning.language import detect_language

_ON_THE_WEB = (
    "cp1252", "iso8859_15", "cp1250", "iso8859_2", "cp1251", "koi8_r", "koi8_u", "iso8859_5",
    "cp866", "mac_cyrillic", "cp1253", "iso8859_7", "cp1254", "cp1255", "iso8859_8", "cp1256",
    "iso8859_6", "cp1257", "iso8859_13", "iso8859_4", "cp874", "cp1258", "gb18030", "big5hkscs",
    "cp932", "euc_jp", "iso2022_jp", "cp949",
)  # fmt: skip
"""The legacy encodings that browsers know (WHATWG Encoding Standard, section 4.2), which are those
that pages are in; detection among all that Python has takes German for a code page of DOS."""
_LATIN = {
    "cp1252": "en de fr es pt it nl sv da nb is fi ca gl af eu ga",
    "cp1250": "cs sk pl hu sl hr bs sr ro sq",
    "cp1254": "tr az",
    "cp1257": "lt lv et",
}
"""The languages of each encoding of Latin script (ISO 639-1), as the HTML standard has them in its
table of default encodings by locale (section 13.2.3.2); the wider form of each."""
_SAMPLE = 65536
_CONTEXT = 1024
_TAGS = re.compile(r"<(?:script|style).*?</(?:script|style)>|<[^>]*>", re.I | re.S)
_OF_WINDOWS = {"pl": b"\xb9\x9c\x9f", "": b"\x9a\x9d\x9e\x8a\x8e"}
_OF_ISO = {"pl": b"\xb1\xb6\xbc", "": b"\xb9\xbb\xbe\xa9\xae"}
"""The letters of Polish, and of the others, that the two encodings have at different places."""
_HIGH = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
_KANA_ROW = 0xA4
_KANA_SHARE = 0.2


def encoding_by_content(payload: bytes) -> str:
    """Python's name of the likeliest encoding of `payload`; windows-1252 if nothing tells."""
    from charset_normalizer import from_bytes

    sample = payload if len(payload) <= _SAMPLE else _dense_sample(payload)
    best = from_bytes(sample, steps=5, chunk_size=512, cp_isolation=list(_ON_THE_WEB)).best()
    name = best.encoding if best else "cp1252"
    if name in ("iso8859_15", "iso8859_2", "iso8859_4", "iso8859_13", "cp1258", *_LATIN):
        return _by_language(sample) or name
    if name in ("cp949", "gb18030", "big5hkscs") and _is_japanese(sample):
        return "euc_jp"
    return name


def _by_language(sample: bytes) -> str | None:
    """The encoding of Latin script in which the sample speaks most clearly a language of it."""
    found: list[tuple[float, str, str]] = []
    for name, languages in _LATIN.items():
        detected = detect_language(_TAGS.sub(" ", sample.decode(name, "replace")))
        if detected is not None and detected.code in languages.split():
            found.append((detected.score, name, detected.code))
    if not found:
        return None
    _, name, code = max(found)
    if name != "cp1250":
        return name
    windows, iso = (sum(map(sample.count, _each(table, code))) for table in (_OF_WINDOWS, _OF_ISO))
    return "iso8859_2" if iso > windows else name


def _each(table: dict[str, bytes], code: str) -> list[bytes]:
    letters = table.get(code, table[""])
    return [letters[at : at + 1] for at in range(len(letters))]


def _is_japanese(sample: bytes) -> bool:
    """True if hiragana of EUC-JP, rare signs in the Korean and Chinese sets, are much of it."""
    signs = _HIGH.findall(sample)
    kana = sum(1 for sign in signs if sign[0] == _KANA_ROW)
    return kana >= _KANA_SHARE * len(signs)


def _dense_sample(payload: bytes) -> bytes:
    """The 64 KB around the first eight-bit bytes: the ASCII head of a page tells nothing."""
    found = re.search(rb"[\x80-\xff]", payload)
    start = max(0, (found.start() if found else 0) - _CONTEXT)
    return payload[start : start + _SAMPLE]
