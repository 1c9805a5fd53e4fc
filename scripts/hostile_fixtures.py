"""The hostile files of ``fixtures/hostile``: small, broken in one way each, made by the byte.

`build_fixtures.py` writes them; what each must lead to stands in ``fixtures/expected.json``.
Large ones (a line of 50 MB, a page of 20 MB) are made in the tests that need them.
"""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections.abc import Callable
from itertools import pairwise

import zstandard

PROSE = (
    "The night watchman of the Gundvik salt store heard the roof give way at twenty past two"
    " and walked, rather than ran, to the door, because running on salt is how he had broken"
    " his hip in 2011. Behind him eleven tonnes of snow came down on the spot where his chair"
    " had been. He went back at daybreak for the kettle, found it whole, and made tea for the"
    " firemen. The store will be closed until the beams have been replaced with steel."
)
OTHER = (
    "Three brothers from Upper Marl have finished a dictionary of whistles on which their"
    " father began work in 1958. It lists 640 signals that shepherds used between one ridge"
    " and the next, from a plain good morning to the news that somebody's trousers are on"
    " fire. Each entry gives the tune, the meaning and the name of the last person who was"
    " heard to use it. Forty of them are marked as rude, and those have been learnt first by"
    " the pupils of the village school."
)
THIRD = (
    "A heron has been fined by the angling club of Brackwater for taking fish without a"
    " licence. The summons, printed on waterproof card, was nailed to its favourite post on"
    " Thursday, and by Friday the bird had moved to the next post along. Secretary Nina"
    " Havelock admits that the club does not expect to see the money. The point, she says, is"
    " that members had begun to ask why they pay at all when others do not, and a rule is a"
    " rule even for those who cannot read it."
)
RUSSIAN = (
    "Почтальон из Озёрного Аким Лодыгин вышел на пенсию и в последний день разнёс письма,"
    " которые сорок лет писал жителям посёлка сам, но не решался опустить в ящики. В каждом"
    " было по одной фразе: за что он благодарен этому дому. Некоторые адресаты давно"
    " переехали, и соседи перечитывали чужие строки вслух. Ответов пришло столько, что новому"
    " почтальону понадобились санки."
)


def _html(body: str, head: str = "") -> bytes:
    page = f"<!DOCTYPE html>\n<html><head>{head}</head>\n<body>\n{body}\n</body></html>\n"
    return page.encode()


def _story_html(text: str, title: str, head: str = "", extra: str = "") -> bytes:
    return _html(
        f"{extra}<article><h1>{title}</h1><p>{text}</p></article>", f"<title>{title}</title>{head}"
    )


def _row(name: str, text: str, **more: object) -> bytes:
    row = {"url": f"https://hostile.example/{name}", "title": name.title(), "text": text, **more}
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _noise(length: int) -> bytes:
    """Bytes without a pattern that a compressor or a decoder could use (xorshift32)."""
    state, out = 2463534242, bytearray()
    while len(out) < length:
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        out += state.to_bytes(4, "little")
    return bytes(out[:length])


def _cut_gzip(kept: bytes, cut: bytes) -> bytes:
    """A gzip member that ends in the middle of `cut`; `kept` can be read in full."""
    packer = zlib.compressobj(wbits=31)
    head = packer.compress(kept) + packer.flush(zlib.Z_SYNC_FLUSH)
    tail = packer.compress(cut) + packer.flush()
    return head + tail[: len(tail) // 2]


def _warc_response(number: int, page: bytes, length: int | None = None) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    size = len(http) if length is None else length
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2026-11-10T04:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
        f"WARC-Target-URI: https://hostile.example/warc/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def _cut_warc() -> bytes:
    whole = _warc_response(1, _story_html(PROSE, "Roof falls at salt store"))
    last = _warc_response(2, _story_html(OTHER, "A dictionary of whistles"))
    return whole + last[: len(last) - 300]


def _cut_warc_gz() -> bytes:
    whole = _warc_response(1, _story_html(PROSE, "Roof falls at salt store"))
    last = gzip.compress(_warc_response(2, _story_html(OTHER, "Whistles")), mtime=0)
    return gzip.compress(whole, mtime=0) + last[: len(last) // 2]


def _bad_length_warc() -> bytes:
    broken = _warc_response(1, _story_html(PROSE, "Roof falls at salt store"), length=-5)
    return broken + _warc_response(2, _story_html(OTHER, "A dictionary of whistles"))


def _broken_lines() -> bytes:
    good = _row("first", PROSE)
    cut_off = b'{"url": "https://hostile.example/cut", "text": "The line ends here\n'
    return b"".join(
        [
            good,
            cut_off,
            b'["a list", "is no record"]\n',
            b"42\n",
            b"\n",
            _row("latin", THIRD).replace(b"heron", b"h\xe9ron\xff", 1),
            _row("surrogate", OTHER).replace(b"Three", b"\\ud83d Three", 1),
            _row("nul-escape", RUSSIAN).replace("Почтальон".encode(), b"\\u0000", 1),
            b"\x00\x00\x00\n",
            b'{"url": "https://hostile.example/nothing"}\n',
            _row("last", "Good to the end. " + PROSE.replace("Gundvik", "Norrick")),
        ]
    ).rstrip(b"\n")


def _odd_dates() -> bytes:
    stamps = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "the day before yesterday"]
    texts = [PROSE, OTHER, THIRD]
    return b"".join(
        _row(f"date-{number}", text, published_at=stamp)
        for number, (stamp, text) in enumerate(zip(stamps, texts, strict=True), 1)
    )


def _no_text_rows() -> bytes:
    rows: list[dict[str, object]] = [
        {"url": "https://hostile.example/a", "title": "Only a title"},
        {"url": "https://hostile.example/b", "text": ""},
        {"url": "https://hostile.example/c", "text": " \n\t\u00a0\u200b "},
        {"url": "https://hostile.example/d", "text": None},
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _entity_bomb() -> bytes:
    names = "abcdefghij"
    lines = [f'<!ENTITY {names[0]} "salt salt salt salt salt salt salt salt">'] + [
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in pairwise(names)
    ]
    page = (
        '<?xml version="1.0"?>\n<!DOCTYPE html [\n' + "\n".join(lines) + "\n]>\n"
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Roof falls</title></head>\n'
        f"<body><h1>Roof falls</h1><p>{PROSE}</p><p>&j;</p></body></html>\n"
    )
    return page.encode()


def _deep_json() -> bytes:
    return b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}\n" + _row("after", PROSE)


def _corrupt_xz() -> bytes:
    data = bytearray(lzma.compress(_noise(3000).hex().encode()))
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    return bytes(data)


def _mixed_charset(declared: str, actual: str) -> bytes:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">'
    page = _story_html(RUSSIAN, "Последние письма почтальона", head=meta)
    return page.decode().encode(actual)


FURNITURE_TEXT = (
    "Home   Sections   Log in\nShare\nPrint\nSave\n0 comments\nBe the first to comment\n"
    "Subscribe to our newsletter\nCookie settings\nDownload the app\nAll rights reserved\n"
)
FURNITURE_HTML = (
    '<nav><a href="/">Home</a> <a href="/a">Sections</a> <a href="/b">Log in</a></nav>'
    '<div class="cookie-banner"><button>Accept all cookies</button></div>'
    '<ul class="share"><li><a href="#">Share</a></li><li><a href="#">Print</a></li></ul>'
    "<footer><a href='/t'>Terms</a> <a href='/p'>Privacy</a></footer>"
)

HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty.txt": lambda: b"",
    "empty.html.gz": lambda: gzip.compress(b"", mtime=0),
    "binary.bin": lambda: b"\x89BIN\r\n\x1a\n\x00\x00" + _noise(4000),
    "bomb.txt.zst": lambda: zstandard.ZstdCompressor(level=3).compress(b"boom " * 12_000_000),
    "truncated.txt.gz": lambda: _cut_gzip(PROSE.encode(), OTHER.encode()),
    "truncated.jsonl.gz": lambda: _cut_gzip(
        _row("one", PROSE) + _row("two", OTHER), _row("three", THIRD)
    ),
    "corrupt.txt.xz": _corrupt_xz,
    "cut.warc": _cut_warc,
    "cut.warc.gz": _cut_warc_gz,
    "bad-length.warc": _bad_length_warc,
    "broken-lines.jsonl": _broken_lines,
    "no-text.jsonl": _no_text_rows,
    "dates.jsonl": _odd_dates,
    "deep.jsonl": _deep_json,
    "deep.html": lambda: _html("<div>" * 5000 + f"<p>{PROSE}</p>" + "</div>" * 5000),
    "furniture.txt": FURNITURE_TEXT.encode,
    "furniture.html": lambda: _html(FURNITURE_HTML, "<title>Welcome</title>"),
    "script-only.html": lambda: _html(
        '<div id="root"></div><script>window.__STATE__={"headline":"Nothing here"};</script>'
        "<noscript>Please turn on JavaScript.</noscript>",
        "<title>Loading</title>",
    ),
    "entities.html": _entity_bomb,
    "huge-attribute.html": lambda: _story_html(
        PROSE, "Roof falls", extra=f'<div data-state="{"x" * 150_000}"></div>'
    ),
    "declared-utf-8-is-1251.html": lambda: _mixed_charset("utf-8", "cp1251"),
    "declared-latin-is-utf-8.html": lambda: _mixed_charset("iso-8859-1", "utf-8"),
    "no-gzip.txt.gz": lambda: b"Roof falls at salt store\n\n" + PROSE.encode() + b"\n",
    "page.jsonl": lambda: _story_html(OTHER, "A dictionary of whistles"),
}
