"""Reading one dump: open, tell its format, hand it to that format's reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from aggregator.core.model import Declared, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.arc import read_arc
from aggregator.readers.csvfile import read_csv
from aggregator.readers.encoding import bom_encoding, detected_encoding
from aggregator.readers.entries import Entry, damage_of
from aggregator.readers.feed import read_feed
from aggregator.readers.fields import Source
from aggregator.readers.jsonfile import read_json
from aggregator.readers.jsonl import read_jsonl
from aggregator.readers.pages import LOCATOR, read_html, read_text
from aggregator.readers.parquet import read_parquet
from aggregator.readers.paths import Dump
from aggregator.readers.sniffing import Format, sniff, unread_kind
from aggregator.readers.stream import DumpStream, as_utf8, open_part, open_stream
from aggregator.readers.warc import read_warc

_Reader = Callable[[DumpStream, ReadingOptions, Source], Iterator[Entry]]

_READERS: dict[Format, _Reader] = {
    Format.TEXT: read_text,
    Format.HTML: read_html,
    Format.JSONL: read_jsonl,
    Format.JSON: read_json,
    Format.CSV: read_csv,
    Format.WARC: read_warc,
    Format.ARC: read_arc,
    Format.PARQUET: read_parquet,
    Format.FEED: read_feed,
}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAX_DETAIL = 500
_IN_MEMBERS = frozenset({Format.WARC, Format.ARC})
"""Where each record is a compressed member, reading goes on behind a damaged one."""
_LINES_OF_TEXT = frozenset({Format.JSONL, Format.JSON, Format.CSV})


def read_dump(
    dump: Dump,
    options: ReadingOptions,
    defaults: Declared | None = None,
    mapping: Mapping[str, str] | None = None,
    default_url: str | None = None,
) -> Iterator[Entry]:
    """The entries of a dump, one at a time: `Record`, `Rejection` or `Ignored`.

    `defaults` (outlet, date ...) and `default_url` are what the user says of dumps that say
    nothing; the URL is for dumps that are one page. `mapping` gives keys of the dump (dotted
    for nested ones) for `fields.FIELD_NAMES` and goes before the built-in tables.

    Never raises for content, and an I/O error in the middle is a rejection. Memory is
    bounded by `options.max_record_bytes`, not by the dump.
    """
    source = Source(dict(mapping or {}), defaults or Declared(), default_url)
    if dump.problem is not None:
        yield Rejection(LOCATOR, Reason.UNREADABLE, dump.problem)
        return
    try:
        if dump.part is not None:
            stream = open_part(dump.location, dump.part)
        else:
            stream = open_stream(dump.location, options)
    except OSError as error:
        yield Rejection(LOCATOR, Reason.UNREADABLE, (error.strerror or str(error)).lower())
        return
    empty = True
    with stream:
        for entry in _entries(stream, dump, options, source):
            empty = False
            yield _printable(entry)
        if empty:
            told = Rejection(LOCATOR, Reason.EMPTY, "not one record")
            yield damage_of(stream, LOCATOR) or told


def _printable(entry: Entry) -> Entry:
    """An entry whose locator, detail and address hold no control characters."""
    if isinstance(entry, Record):
        if _CONTROL.search(f"{entry.locator}{entry.url or ''}") is None:
            return entry
        url = _CONTROL.sub("", entry.url) if entry.url else None
        return replace(entry, locator=_CONTROL.sub(" ", entry.locator).strip(), url=url)
    locator = _CONTROL.sub(" ", entry.locator).strip()
    return replace(entry, locator=locator, detail=_CONTROL.sub(" ", entry.detail)[:_MAX_DETAIL])


def _entries(
    stream: DumpStream, dump: Dump, options: ReadingOptions, source: Source
) -> Iterator[Entry]:
    head = stream.head()
    if not head:
        empty = Rejection(LOCATOR, Reason.EMPTY, "no bytes")
        yield damage_of(stream, LOCATOR) or empty
        return
    if (unread := unread_kind(head)) is not None:
        yield Rejection(LOCATOR, Reason.UNSUPPORTED, unread)
        return
    found = dump.format or sniff(head, dump.path)
    if found is None:
        yield Rejection(LOCATOR, Reason.BINARY, "no text and no format that is read")
        return
    if found in _LINES_OF_TEXT:
        stream = _in_utf8(stream, head, found)
    yield from _READERS[found](stream, options, source)
    while found in _IN_MEMBERS and (following := stream.resumed()) is not None:
        stream = following
        yield from _READERS[found](stream, options, source)


def _in_utf8(stream: DumpStream, head: bytes, found: Format) -> DumpStream:
    """JSON is UTF-8 unless a byte order mark says otherwise; CSV is what its head is."""
    encoding = bom_encoding(head) or ("utf-8" if found is not Format.CSV else None)
    encoding = encoding or detected_encoding(head)
    return stream if encoding == "utf-8" else as_utf8(stream, encoding)
