"""WARC and ARC: what crawlers write.

``response``, ``resource`` and ``conversion`` records with HTML or plain text are records;
requests, revisits, metadata, other media and other answers than 200 are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.core.model import Declared, Ignored, Kind, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.answers import Answer, charset_of, document, media_type, parse_answer
from aggregator.readers.encoding import decode, is_binary
from aggregator.readers.entries import Entry, too_large
from aggregator.readers.fields import Source
from aggregator.readers.markup import is_document
from aggregator.readers.moments import instant
from aggregator.readers.stream import HEAD_BYTES, DumpStream, Oversized
from aggregator.readers.warc_frames import Frame, warc_frames

_RECORD_TYPES = frozenset({"response", "resource", "conversion"})
_HTML = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
_TEXT = frozenset({"text/plain"})
_UNTOLD = frozenset({"", "application/octet-stream", "unk", "no-type", "application/unknown"})
_FEED_OR_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<\?xml|\s*<(?:rss|feed|rdf:rdf)\b", re.I)


@dataclass(frozen=True, slots=True)
class Capture:
    """One captured document, from a WARC or an ARC: where, of what, when, and the answer."""

    locator: str
    url: str | None
    time: str | None
    answer: Answer
    language: str | None = None
    oversized: Oversized | None = None
    warnings: tuple[str, ...] = ()


def read_warc(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """One entry a WARC record; the locator is the record's id, else ``byte N``."""
    for frame in warc_frames(stream, options.max_record_bytes):
        if isinstance(frame, Rejection):
            yield frame
            continue
        kind = frame.headers.get("warc-type", "").strip().lower()
        if kind not in _RECORD_TYPES:
            yield Ignored(frame.locator, f"WARC {kind or 'record without a type'}")
        else:
            yield entry_of(_capture(frame), options, source)


def _capture(frame: Frame) -> Capture:
    headers = frame.headers
    content_type = headers.get("content-type")
    if media_type(content_type) == "application/http" or frame.block.startswith(b"HTTP/"):
        answer = parse_answer(frame.block)
    else:
        answer = Answer(None, {"content-type": content_type or ""}, frame.block)
    if not answer.media_type and (told := headers.get("warc-identified-payload-type")):
        answer = Answer(answer.status, {**answer.headers, "content-type": told}, answer.body)
    cut = headers.get("warc-truncated")
    warnings = (*frame.warnings, *((f"cut off by the crawler: {cut[:40]}",) if cut else ()))
    language = headers.get("warc-identified-content-language", "").partition(",")[0].strip()
    return Capture(
        locator=frame.locator,
        url=headers.get("warc-target-uri", "").strip().strip("<>").strip() or None,
        time=headers.get("warc-date"),
        answer=answer,
        language=language or None,
        oversized=frame.oversized,
        warnings=warnings,
    )


def entry_of(capture: Capture, options: ReadingOptions, source: Source) -> Entry:
    """The record, rejection or ignored entry that a captured document is."""
    answer, locator = capture.answer, capture.locator
    if answer.status not in (None, 200):
        return Ignored(locator, f"HTTP status {answer.status}")
    if (capture.url or "").lower().startswith(("dns:", "whois:", "filedesc:")):
        return Ignored(locator, "no document of the web")
    kind = _kind(answer)
    if kind is None:
        return Ignored(locator, f"media type {answer.media_type[:80] or 'not said'}")
    if capture.oversized is not None:
        return too_large(locator, capture.oversized, options.max_record_bytes)
    try:
        body = document(answer, options.max_record_bytes)
    except ValueError as error:
        return Rejection(locator, Reason.CORRUPT, str(error))
    if isinstance(body, Oversized):
        return too_large(locator, body, options.max_record_bytes)
    return _page(capture, kind, body, source)


def _kind(answer: Answer) -> Kind | None:
    told = answer.media_type
    if told in _HTML:
        return Kind.HTML
    head = answer.body[:HEAD_BYTES]
    if told in _TEXT:
        return Kind.HTML if is_document(head.decode("latin-1")) else Kind.TEXT
    if told in _UNTOLD and is_document(head.decode("latin-1")):
        return Kind.HTML
    return None


def _page(capture: Capture, kind: Kind, body: bytes, source: Source) -> Entry:
    if not body.strip():
        return Rejection(capture.locator, Reason.EMPTY, "the document has no bytes")
    if is_binary(body[:HEAD_BYTES]):
        return Rejection(capture.locator, Reason.BINARY, "control characters: not text")
    if _FEED_OR_XML.match(body) and b"<html" not in body[:HEAD_BYTES].lower():
        return Ignored(capture.locator, "XML that is no HTML")
    charset = charset_of(capture.answer.headers.get("content-type"))
    payload: bytes | str = body
    warnings = capture.warnings
    if kind is Kind.TEXT:
        decoded = decode(body, charset)
        payload, warnings = decoded.text, (*warnings, *decoded.warnings)
    moment, warning = instant(capture.time)
    return Record(
        locator=capture.locator,
        payload=payload,
        kind=kind,
        url=capture.url or source.fallback_url,
        charset=charset if kind is Kind.HTML else None,
        record_time=moment,
        declared=Declared(language=capture.language),
        fallback=source.fallback,
        warnings=(*warnings, *((warning,) if warning else ())),
    )
