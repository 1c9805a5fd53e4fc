"""Mutators of dumps: from sound bytes to bytes as broken crawlers, disks and people make them.

Shared by `fuzz.py` and the suite's fuzz tests. Every function takes the bytes, a random number
generator and another seed's bytes, and is a function of these three alone.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import struct
import sys
from collections.abc import Callable
from random import Random

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Mutator = Callable[[bytes, Random, bytes], bytes]

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, 1, mtime=0),
    "bz2": lambda data: bz2.compress(data, 1),
    "xz": lambda data: lzma.compress(data, preset=0),
    "zst": lambda data: zstd.compress(data, 1),
}
"""Compressors by the file name's ending."""
MAX_BYTES = 400_000
"""A mutated input is cut to this size, so that one run tries many."""

_NUMBER = re.compile(rb"\d+")
_LENGTH = re.compile(rb"(?i)(content-length:[ \t]*)(\d+)|( )(\d+)(?=\r?\n)")
_CHARSET = re.compile(rb"(?i)(charset=[\"']?|encoding=[\"'])([\w:.-]+)")
_NUMBERS = (b"0", b"-1", b"1", b"00", b"4294967296", b"9223372036854775807", b"1e999", b"")
_NUMBERS += (b"9" * 18, b"9" * 30, b"9" * 5_000, b"0x10", b"-0", "٣".encode(), b"NaN", b" 7 ")
_CHARSETS = (b"utf-8", b"utf-16", b"utf-16le", b"utf-32", b"utf-7", b"shift_jis", b"gb18030")
_CHARSETS += (b"iso-2022-jp", b"iso-2022-kr", b"hz", b"big5", b"euc-kr", b"koi8-r", b"idna")
_CHARSETS += (
    b"punycode",
    b"base64",
    b"rot13",
    b"zlib",
    b"unicode_escape",
    b"undefined",
    b"x" * 99,
)
_CHARSETS += (b"mbcs", b"cp65001", b"cp037", b"replacement", b"x-user-defined", b"")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_SCRAPS = (b"\0", b"\xed\xa0\x80", b"\\ud800", b"\\udc00\\ud800", b"\\u0000", b"\xc0\x80", b"\xff")
_SCRAPS += ("\ufeff".encode(), "\u2028".encode(), b"\x1b$B", b"\x85", b"\r", b"\r\n\r\n", b"\t")
_SCRAPS += ("\U000e0001".encode(), "a\u0301".encode() * 50, "\u202e".encode(), b"\x1a", b"\x0c")
_SIGNS = tuple(bytes([sign]) for sign in b"[]{}(),:;\"'\\<>&=/|\t\n-!?#%.")
_NESTED = (b"[", b"{", b'{"a":', b'[{"b":', b"<div>", b"<b><p>", b"<table><tr><td>", b"<ul><li>")
_NESTED += (b"<blockquote>", b"<!--", b"<![CDATA[", b"<item>", b"<font><a>", b"<svg>", b"((")
_SOUP = b"""
<html> <head> <body> <article> <p> </p> <div> </div> <div class='related'> <h1> </h1> <h2>
<h2>Related</h2> <a href='//['> <a href='http://[::1'> <a href='javascript:'> </a> <li> <ul>
<table> <tr> <td> <br/> <img src=x alt='> <script> </script> <script
type='application/ld+json'> <style> </style> <title> </title> <textarea> <noscript> <template>
<iframe> <plaintext> <svg> <math> <select> <time datetime='9999-99-99'> <time
datetime='0000-00-00T99:99'> <meta charset='utf-7'> <base href='x:'> <meta property='og:url'
content='http://['> <link rel=canonical href='http://a b/'> <!-- --> <!--> <![ <![CDATA[ ]]>
<![if> <![x[ <!DOCTYPE> <!DOCTYPE html [ <!ENTITY a 'b'> ]> <?xml version='1.0'?> <? ?>
<!ELEMENT> </ < > </> <item> </item> <entry> </entry> <pubDate> </pubDate> <content:encoded>
<rss> <form> <input> <option> <frameset> <object> <o:p> <a:b:c> <p xmlns='x'> <time>
3\xc2\xa0hours\xc2\xa0ago {"@type":"NewsArticle","datePublished":"2020-13-45", "articleBody": [
"@graph": {"@id": }
"""
_TAGS = re.findall(rb"<[^<>]*>?|[^\s<]+", _SOUP)
_ENTITIES = b"""
&amp; &lt; &gt; &nbsp; &#0; &#xD800; &#x110000; &#99999999999999999999; &#x; &#; &; &amp;amp;
&lt;p&gt; &notanentity; &copy &acE; &#128; &#xFFFE; &#1; &a; %zz \\u0000 &zwj; &rlm;
""".split()
_BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
_DOCUMENT_BOMB = _BOMB + b"]>"
_WINDOWS = (0x00, 0x58, 0x88, 0xA8, 0xFF)


def _at(data: bytes, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _span(data: bytes, random: Random, most: int = 2_000) -> tuple[int, int]:
    at = _at(data, random)
    return at, min(len(data), at + random.randint(1, random.choice((4, 40, most))))


def _put(data: bytes, random: Random, piece: bytes) -> bytes:
    at = _at(data, random)
    return data[:at] + piece + data[at:]


def flip(data: bytes, random: Random, _other: bytes) -> bytes:
    """Flip bits, or set bytes to signs that formats are made of."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8, 64)) if data else 0):
        at = random.randrange(len(changed))
        odd = random.random() < 0.3
        changed[at] = random.choice(b'\0\xff\x80\n"<{[&;') if odd else changed[at] ^ 1 << at % 8
    return bytes(changed)


def delete(data: bytes, random: Random, _other: bytes) -> bytes:
    """Take a stretch out."""
    start, end = _span(data, random)
    return data[:start] + data[end:]


def insert(data: bytes, random: Random, _other: bytes) -> bytes:
    """Put random bytes in."""
    return _put(data, random, random.randbytes(random.choice((1, 4, 40, 400))))


def repeat(data: bytes, random: Random, _other: bytes) -> bytes:
    """Write a stretch twice, or a hundred times."""
    start, end = _span(data, random)
    return data[:end] + data[start:end] * random.choice((1, 1, 3, 100)) + data[end:]


def swap(data: bytes, random: Random, _other: bytes) -> bytes:
    """Let two neighbouring stretches change places."""
    start, middle, end = sorted(_at(data, random) for _ in range(3))
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def cut(data: bytes, random: Random, _other: bytes) -> bytes:
    """End the data early, more often near its end or its beginning."""
    near = random.choice((8, 100, len(data) + 1))
    at = min(len(data), random.randrange(near))
    return data[: len(data) - at] if random.random() < 0.7 else data[:at]


def behead(data: bytes, random: Random, _other: bytes) -> bytes:
    """Begin late."""
    return data[min(len(data), random.choice((1, 3, random.randrange(200)))) :]


def splice(data: bytes, random: Random, other: bytes) -> bytes:
    """The beginning of one seed and the end of another, or one inside the other."""
    if random.random() < 0.5:
        return data[: _at(data, random)] + other[_at(other, random) :]
    start, end = _span(other, random, 20_000)
    return _put(data, random, other[start:end])


def number(data: bytes, random: Random, _other: bytes) -> bytes:
    """Another number in the place of one."""
    return _replaced(data, random, _NUMBER, lambda _: random.choice(_NUMBERS))


def length(data: bytes, random: Random, _other: bytes) -> bytes:
    """A length that lies, as WARC, HTTP and ARC headers tell it."""

    def lied(found: re.Match[bytes]) -> bytes:
        told = found[2] or found[4]
        near = b"%d" % max(0, int(told[:9]) + random.randint(-30, 30))
        return (found[1] or found[3]) + random.choice((near, near, *_NUMBERS))

    return _replaced(data, random, _LENGTH, lied)


def sign(data: bytes, random: Random, _other: bytes) -> bytes:
    """A bracket, quotation mark or other sign too much, or one too few."""
    piece = random.choice(_SIGNS)
    if random.random() < 0.5 and (found := data.find(piece, _at(data, random))) >= 0:
        return data[:found] + data[found + 1 :]
    return _put(data, random, piece * random.choice((1, 1, 2, 300)))


def charset(data: bytes, random: Random, _other: bytes) -> bytes:
    """Declare another charset, set a byte order mark, or write in another encoding."""
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(_MARKS) + data
    if kind == 1:
        name = random.choice(("utf-16", "utf-16-be", "utf-32", "utf-7", "shift_jis", "cp1251"))
        return data.decode("utf-8", "replace").encode(name, "replace")
    lied = _replaced(data, random, _CHARSET, lambda found: found[1] + random.choice(_CHARSETS))
    if lied != data:
        return lied
    return b"<meta charset=" + random.choice(_CHARSETS) + b">" + data


def nest(data: bytes, random: Random, _other: bytes) -> bytes:
    """Nest deeply what formats nest."""
    return _put(data, random, random.choice(_NESTED) * random.choice((10, 300, 3_000, 20_000)))


def lengthen(data: bytes, random: Random, _other: bytes) -> bytes:
    """A very long line, word, attribute or header."""
    piece = random.choice((b"a", b"word ", b" ", b"\n", b"0", b"-", b"1.", b"a=b ", b"http://a/"))
    return _put(data, random, piece * random.choice((1_000, 20_000, 60_000)))


def scrap(data: bytes, random: Random, _other: bytes) -> bytes:
    """NUL, lone surrogates, byte order marks and control characters amid the text."""
    for _ in range(random.choice((1, 1, 5))):
        data = _put(data, random, random.choice(_SCRAPS) * random.choice((1, 1, 3)))
    return data


def tags(data: bytes, random: Random, _other: bytes) -> bytes:
    """Tag soup."""
    return _put(data, random, b"".join(random.choices(_TAGS, k=random.choice((1, 3, 30, 300)))))


def entities(data: bytes, random: Random, _other: bytes) -> bytes:
    """Entity soup, or entities that grow."""
    if random.random() < 0.1:
        return _DOCUMENT_BOMB + b"<rss>&j;&j;</rss>" + data
    return _put(data, random, b"".join(random.choices(_ENTITIES, k=random.choice((1, 5, 500)))))


def line_ends(data: bytes, random: Random, _other: bytes) -> bytes:
    """Other line ends, or none."""
    return data.replace(b"\n", random.choice((b"\r", b"\r\n", b"", b"\n\n", b"\n\r", b"\0\n")))


def binary_length(data: bytes, random: Random, _other: bytes) -> bytes:
    """Another number in the bytes that frame a binary file: its first and last ones.

    There stand Parquet's footer length, gzip's flags and size, and the windows of zstd and xz.
    """
    changed = bytearray(data)
    if len(changed) < 16:
        return data
    at = random.choice((2, 3, 4, 5, 6, 8, len(data) - 8, len(data) - 8, len(data) - 4))
    if random.random() < 0.5:
        changed[at] = random.choice(_WINDOWS)
    else:
        size = random.choice((0, 1, 8, len(data), len(data) - 9, 2**31, 2**32 - 1))
        changed[at : at + 4] = struct.pack("<I", size)
    return bytes(changed)


def footer(data: bytes, random: Random, _other: bytes) -> bytes:
    """Damage near the end, where Parquet tells its columns and row groups."""
    told = struct.unpack("<I", data[-8:-4])[0] if data[-4:] == b"PAR1" and len(data) > 12 else 60
    start = max(0, len(data) - 8 - told)
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5)) if start < len(data) - 8 else 0):
        at = random.randrange(start, len(data) - 8)
        changed[at] = random.choice((changed[at] ^ 1 << at % 8, random.randrange(256)))
    return bytes(changed)


def _replaced(
    data: bytes,
    random: Random,
    pattern: re.Pattern[bytes],
    change: Callable[[re.Match[bytes]], bytes],
) -> bytes:
    found = pattern.search(data, _at(data, random)) or pattern.search(data)
    return data if found is None else data[: found.start()] + change(found) + data[found.end() :]


ANY: tuple[Mutator, ...] = (flip, delete, insert, repeat, swap, cut, behead, splice)
"""What happens to any bytes."""
WRITTEN: tuple[Mutator, ...] = (
    *(number, length, sign, charset, nest, lengthen, scrap, tags, entities, line_ends),
)
"""What happens to text and markup."""
FRAMED: tuple[Mutator, ...] = (binary_length, footer)
"""What happens to binary files."""


def mutated(data: bytes, random: Random, other: bytes, *, binary: bool) -> bytes:
    """`data` after one to four mutations; `binary` chooses those of binary files."""
    kinds = ANY + (FRAMED * 3 if binary else WRITTEN)
    for _ in range(random.choice((1, 1, 2, 4))):
        data = random.choice(kinds)(data, random, other)[:MAX_BYTES]
    return data


def packed(data: bytes, random: Random, packing: str) -> bytes:
    """`data` compressed, in one member or several, and in half the cases damaged behind that."""
    press = PACKINGS[packing]
    middle = _at(data, random)
    parts = [data] if random.random() < 0.6 else [data[:middle], data[middle:]]
    whole = random.choice((b"", b"", b"\0" * 9)).join(map(press, parts))
    if random.random() < 0.5:
        return whole
    kind = random.choice((flip, delete, insert, cut, cut, repeat, binary_length))
    return kind(whole, random, whole)
