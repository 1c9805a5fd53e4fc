"""Bytes to text: byte order mark, declared charset, then the content itself.

The order follows the WHATWG encoding sniffing algorithm, but for one thing: bytes that are
valid UTF-8 are UTF-8 whatever the page declares, for wrong declarations are far commoner
than eight-bit text that is valid UTF-8 by chance.
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels that browsers read as a wider encoding (https://encoding.spec.whatwg.org/#names).
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
_JAPANESE = re.compile(rb"\x1b\$[@B]")
"""The sequence that shifts ISO-2022-JP to its two-byte set (RFC 1468)."""
_META_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_SNIFF_BYTES = 8192
_DAMAGE_ALLOWED = 0.01
"""A declared charset stands although up to this share of its characters is broken."""
_BINARY_SHARE = 0.1
_CONTROL_BYTES = bytes([*range(9), *range(14, 27), *range(28, 32)])
"""What no text holds; escape (27) stands in ISO-2022-JP."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_ASCII_CONTROL = bytes(sign for sign in range(128) if _CONTROL.match(chr(sign)))
_SURROGATE_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")


def decode(payload: bytes | str, charset: str | None = None) -> str:
    """The text of a payload, without NUL, control characters and lone surrogates.

    `charset` is what the transport said (HTTP header). Never raises; bytes that fit no
    encoding become U+FFFD.
    """
    text = payload if isinstance(payload, str) else _decode_bytes(payload, charset)
    return repair(text.removeprefix("\ufeff"))


def repair(text: str) -> str:
    """`text` with surrogate pairs joined; lone ones become U+FFFD, control characters a blank.

    A lone surrogate or a NUL makes libxml2 end the document at that place.
    """
    if not _may_need_repair(text) or not _CONTROL.search(text):
        return text
    joined = _SURROGATE_PAIR.sub(_join_pair, text)
    return _CONTROL.sub(lambda m: "\ufffd" if m[0] >= "\ud800" else " ", joined)


def _may_need_repair(text: str) -> bool:
    """A quick test: False if no byte of `text` in UTF-8 can belong to what `repair` mends."""
    try:
        told = text.encode()
    except UnicodeEncodeError:
        return True
    return b"\xef\xbf" in told or len(told.translate(None, _ASCII_CONTROL)) < len(told)


def looks_binary(payload: bytes) -> bool:
    """True if the head of `payload` holds more control bytes than any text does."""
    if payload.startswith(tuple(bom for bom, _ in _BOMS)):
        return False
    head = payload[:4096]
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if not controls or controls / len(head) <= _BINARY_SHARE:
        return False
    return _utf16_without_bom(head) is None


def _join_pair(match: re.Match[str]) -> str:
    return match[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _decode_bytes(payload: bytes, charset: str | None) -> str:
    for bom, name in _BOMS:
        if payload.startswith(bom):
            return payload[len(bom) :].decode(name, "replace")
    declared = [_codec(charset), _codec(_meta_charset(payload))]
    if _JAPANESE.search(payload):
        declared.insert(0, "iso2022_jp")
    if not any(name and name.startswith("iso2022") for name in declared):
        try:
            return payload.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for label in declared:
        sound = _decode_if_sound(payload, label) if label else None
        if sound is not None:
            return sound
    return _decode_by_content(payload)


def _meta_charset(payload: bytes) -> str | None:
    found = _META_CHARSET.search(payload[:_SNIFF_BYTES])
    return found[1].decode("ascii", "replace") if found else None


def _codec(label: str | None) -> str | None:
    """Python's name of a text encoding label, widened as browsers do; None if unknown."""
    if not label:
        return None
    try:
        info = codecs.lookup(label.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    # bytes-to-bytes codecs (base64, zlib) are found by name too, and are no charsets
    if not getattr(info, "_is_text_encoding", True):
        return None
    return _WIDER.get(info.name, info.name)


def _decode_if_sound(payload: bytes, name: str) -> str | None:
    """The text, or None when more than a little of it does not fit the encoding."""
    try:
        text = payload.decode(name, "replace")
    except (LookupError, ValueError, UnicodeError):
        return None
    foreign = sum(1 for _ in re.finditer(r"[^\x00-\x7f]", text))
    broken = text.count("\ufffd")
    return text if broken <= max(1, _DAMAGE_ALLOWED * foreign) else None


def _utf16_without_bom(head: bytes) -> str | None:
    """Text of mostly Latin script in UTF-16 has a NUL in every second byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 8 and odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if half >= 8 and even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _decode_by_content(payload: bytes) -> str:
    wide = _utf16_without_bom(payload[:4096])
    if wide:
        return payload.decode(wide, "replace")
    mended = payload.decode("utf-8", "replace")
    foreign = sum(1 for _ in re.finditer(r"[^\x00-\x7f]", mended))
    if mended.count("\ufffd") <= 0.05 * foreign:
        return mended
    from aggregator.cleaning.legacy import encoding_by_content

    return payload.decode(_codec(encoding_by_content(payload)) or "cp1252", "replace")
