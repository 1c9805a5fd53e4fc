"""Files that are one page: plain text and HTML."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.core.model import Kind, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.encoding import bom_encoding, decode, is_binary
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import Source
from aggregator.readers.stream import DumpStream, Oversized, whole

LOCATOR = "file"


def read_text(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """The one record of a plain text file; its payload is the decoded text."""
    data = _page_bytes(stream, options)
    if isinstance(data, Rejection):
        yield data
        return
    decoded = decode(data)
    if not decoded.text.strip():
        yield Rejection(LOCATOR, Reason.EMPTY, "nothing but white space")
        return
    yield Record(
        LOCATOR,
        decoded.text,
        Kind.TEXT,
        url=source.fallback_url,
        fallback=source.fallback,
        warnings=decoded.warnings,
    )


def read_html(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """The one record of an HTML file; its payload is the bytes as they are."""
    data = _page_bytes(stream, options)
    if isinstance(data, Rejection):
        yield data
        return
    yield Record(
        LOCATOR,
        data,
        Kind.HTML,
        url=source.fallback_url,
        charset=bom_encoding(data),
        fallback=source.fallback,
    )


def _page_bytes(stream: DumpStream, options: ReadingOptions) -> bytes | Rejection:
    data = whole(stream, options.max_record_bytes)
    damaged = damage_of(stream, LOCATOR)
    if damaged is not None:  # part of a page is not the page
        return damaged
    if isinstance(data, Oversized):
        return too_large(LOCATOR, data, options.max_record_bytes)
    if not data.strip():
        return Rejection(LOCATOR, Reason.EMPTY, "no bytes" if not data else "only white space")
    if is_binary(data):
        return Rejection(LOCATOR, Reason.BINARY, "control characters: not text")
    return data
