"""What a dump is: told by its content first, and by its name where the content leaves it open."""

from __future__ import annotations

import re
from enum import StrEnum

from aggregator.readers.csvfile import looks_like_csv
from aggregator.readers.encoding import bom_encoding, is_binary
from aggregator.readers.fields import KNOWN_KEYS
from aggregator.readers.jsonfile import is_json_feed, list_start
from aggregator.readers.markup import is_document


class Format(StrEnum):
    """The formats that are read."""

    TEXT = "text"
    HTML = "html"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    WARC = "warc"
    ARC = "arc"
    PARQUET = "parquet"
    FEED = "feed"


_BY_SUFFIX = {
    "txt": Format.TEXT,
    "text": Format.TEXT,
    "html": Format.HTML,
    "htm": Format.HTML,
    "xhtml": Format.HTML,
    "jsonl": Format.JSONL,
    "ndjson": Format.JSONL,
    "jl": Format.JSONL,
    "json": Format.JSON,
    "csv": Format.CSV,
    "tsv": Format.CSV,
    "warc": Format.WARC,
    "wet": Format.WARC,
    "arc": Format.ARC,
    "parquet": Format.PARQUET,
    "rss": Format.FEED,
    "atom": Format.FEED,
}
_COMPRESSION_SUFFIXES = frozenset({"gz", "gzip", "bz2", "xz", "zst", "zstd"})
_UNREAD = (
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a rar archive; unpack it first"),
    (b"\x1f\x8b\x08", "compressed twice; decompress it first"),
    (b"\x1f\x8b", "no gzip file, though it begins like one"),
    (b"\x28\xb5\x2f\xfd", "compressed twice; decompress it first"),
    (b"\xfd7zXZ", "compressed twice; decompress it first"),
    (b"BZh", "compressed twice; decompress it first"),
    (b"%PDF-", "a PDF document; extract its text first"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"From: <Saved by", "a saved page archive (MHTML); save the page as HTML first"),
)
_FEED_ROOT = re.compile(r"<(?:rss|(?:\w+:)?feed|(?:rdf:)?rdf)\b[^<]*>", re.I)
_XML_SKIP = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?[^>]*>)+", re.S)
_IN_ROWS = frozenset({Format.JSONL, Format.JSON, Format.CSV})
_DAMAGED_SHARE = 0.1
"""Up to this share of control characters, a name of rows means damaged rows, not binary."""
_TAR_MAGIC = slice(257, 262)


def unread_kind(head: bytes) -> str | None:
    """What a dump is that is not read although its content is known, or None."""
    if head[_TAR_MAGIC] == b"ustar":
        return "a tar archive; unpack it first"
    return next((what for magic, what in _UNREAD if head.startswith(magic)), None)


def suffix_format(name: str) -> Format | None:
    """The format that a file name tells, compression suffixes aside; None when it does not."""
    parts = name.lower().rsplit("/", 1)[-1].split(".")[1:]
    while parts and parts[-1] in _COMPRESSION_SUFFIXES:
        parts.pop()
    return _BY_SUFFIX.get(parts[-1]) if parts else None


def sniff(head: bytes, name: str) -> Format | None:
    """The format of a dump from its first bytes (decompressed) and its name.

    None when it is binary of no known kind.
    """
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.lstrip(b"\r\n").startswith(b"WARC/"):
        return Format.WARC
    if head.startswith(b"filedesc://"):
        return Format.ARC
    named = suffix_format(name)
    if is_binary(head):
        in_rows = named in _IN_ROWS and not is_binary(head, _DAMAGED_SHARE)
        return named if in_rows or named in (Format.WARC, Format.ARC) else None
    text = head.decode(bom_encoding(head) or "utf-8", "replace").removeprefix("\ufeff").lstrip()
    return _by_text(text, named) or named or Format.TEXT


def _by_text(text: str, named: Format | None) -> Format | None:
    if text.startswith("<"):
        return _markup_format(text)
    if text.startswith("{") and re.match(r'\{\s*["}]', text):
        return _object_format(text, named)
    if re.match(r"\[\s*[{\]]", text):
        return Format.JSON
    if named in (None, Format.CSV) and looks_like_csv(text, KNOWN_KEYS):
        return Format.CSV
    return None


def _markup_format(text: str) -> Format | None:
    root = _XML_SKIP.match(text)
    if _FEED_ROOT.match(text, root.end() if root else 0):
        return Format.FEED
    return Format.HTML if is_document(text) or text.startswith("<?xml") else None


def _object_format(text: str, named: Format | None) -> Format:
    if named is Format.JSONL:
        return Format.JSONL
    if is_json_feed(text) or list_start(text) is not None:
        return Format.JSON
    first_line = text.partition("\n")[0].rstrip()
    whole = first_line.endswith("}")
    return Format.JSON if named is Format.JSON or (not whole and "\n" in text) else Format.JSONL
