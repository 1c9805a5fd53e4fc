"""RSS and Atom files, by feedparser on their bytes."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aggregator.core.model import Declared, Kind, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.encoding import Text, decode, storable
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import Source, filled
from aggregator.readers.markup import is_markup, plain_text
from aggregator.readers.stream import DumpStream, Oversized, whole

_OPEN = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_CLOSE = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]*>", re.I)
_DECLARED = re.compile(rb"\s*<\?xml\b[^<>]*?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.I)
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]+)|0*(\d+));?")
_PAGE_WORDS = 100
"""From this many words on, an item's HTML is cleaned as a page; less is taken as its text."""
_MAX_HEAD = 20_000
"""Characters of a feed's own description that are read where its items are read one by one."""
_ROOT_NAME = r"(?:\w+:)?(?:rss|feed|rdf)"
_ROOT = re.compile(rf"<{_ROOT_NAME}\b[^<>]*>", re.I)
_ROOT_START = re.compile(rf"<{_ROOT_NAME}\b", re.I)
_ROOT_END = re.compile(rf"</{_ROOT_NAME}\s*>|<{_ROOT_NAME}\b[^<>]*/>", re.I)
_MAX_FIELD_CHARS = 2_000


def read_feed(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """One entry an item, at ``item N`` from 1; its record is marked as a feed item.

    A feed is read whole, so the limit on a record is one on the file. When it is cut off,
    the items before the cut are delivered.
    """
    data = whole(stream, options.max_record_bytes)
    if isinstance(data, Oversized):
        yield damage_of(stream, "file") or too_large("file", data, options.max_record_bytes)
        return
    text = _well_encoded(data)
    complete = len(_CLOSE.findall(text.text))
    cut = len(_OPEN.findall(text.text)) > complete or stream.damage is not None
    try:
        parsed = _parse(text.text)
    except _ParserFailed as failure:
        if not complete:
            yield damage_of(stream, "file") or Rejection("file", Reason.CORRUPT, str(failure))
            return
        entries: Iterable[Entry] = _items_alone(text.text, source)
    else:
        entries = _items(parsed, source, complete if cut else None)
    told = 0
    for entry in entries:
        told += 1
        if isinstance(entry, Record) and "\ufffd" in str(entry.payload):
            yield replace(entry, warnings=(*text.warnings, *entry.warnings))
        else:
            yield entry
    if not cut and _ROOT_START.search(text.text) and not _ROOT_END.search(text.text):
        locator = f"item {told + 1}" if told else "file"
        yield Rejection(locator, Reason.TRUNCATED, "the feed ends before it is closed")
    if cut:
        locator = f"item {told + 1}"
        cut_off = Rejection(locator, Reason.TRUNCATED, "the file ends inside an item")
        yield damage_of(stream, locator) or cut_off


def _items(parsed: Mapping[str, Any], source: Source, most: int | None = None) -> list[Entry]:
    feed = parsed.get("feed", {})
    numbered = enumerate(parsed.get("entries", [])[:most], start=1)
    return [_entry(item, feed, f"item {number}", source) for number, item in numbered]


def _items_alone(text: str, source: Source) -> Iterator[Entry]:
    """The items of a feed that the parser gave up on, each read as the only one of a feed."""
    opened = _OPEN.search(text)
    head = text[: opened.start()] if opened and opened.start() <= _MAX_HEAD else ""
    feed, start = _feed_of(head), len(head)
    root = _ROOT.search(head)
    for number, close in enumerate(_CLOSE.finditer(text), start=1):
        locator, item = f"item {number}", (root[0] if root else "") + text[start : close.end()]
        start = close.end()
        try:
            alone = _items({**_parse(item), "feed": feed}, source, 1)
        except _ParserFailed:
            alone = []
        broken = Rejection(locator, Reason.CORRUPT, "an item that cannot be taken apart")
        yield replace(alone[0], locator=locator) if alone else broken


def _feed_of(head: str) -> Mapping[str, Any]:
    """What a feed says of itself before its items; nothing where that cannot be taken apart."""
    try:
        feed: Mapping[str, Any] = _parse(head).get("feed", {})
    except _ParserFailed:
        return {}
    return feed


class _ParserFailed(Exception):
    """The parser gave up on the whole feed; the message says why."""


def _well_encoded(data: bytes) -> Text:
    """A feed's text, with no declared encoding and no reference to what is no character.

    feedparser takes any codec of Python's for an encoding, and fails on such references.
    """
    declared = _DECLARED.match(data)
    text = decode(data, declared[1].decode("ascii") if declared else None)
    bare = _DECLARATION.sub("", text.text, count=1) if _DECLARATION.match(text.text) else text.text
    return replace(text, text=_REFERENCE.sub(_character_meant, bare))


def _character_meant(reference: re.Match[str]) -> str:
    """A reference as it is, or U+FFFD for one that names no character (XML 1.0, section 2.2)."""
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    code = int(digits, base) if len(digits) < 9 else 0
    sound = 0x20 <= code < 0xD800 or 0xE000 <= code < 0x110000 or code in (9, 10, 13)
    return reference[0] if sound else "\ufffd"


def _parse(text: str) -> Mapping[str, Any]:
    import feedparser  # type: ignore[import-untyped]

    try:
        # a file object: feedparser opens a str or bytes as a path or a URL
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(text.encode()), sanitize_html=False, response_headers={}
        )
    except Exception as failure:  # what is no XML it takes apart by hand, as best it can
        told = f"a feed that cannot be taken apart: {type(failure).__name__}: {failure}"
        raise _ParserFailed(told) from failure
    return parsed


def _entry(
    item: Mapping[str, Any], feed: Mapping[str, Any], locator: str, source: Source
) -> Record | Rejection:
    body = max((_contents(item)), key=len, default="")
    text = plain_text(body) if is_markup(body) or "<" in body or "&" in body else body.strip()
    if not text:
        return Rejection(locator, Reason.NO_TEXT, "an item without a text")
    as_page = is_markup(body) and len(text.split()) >= _PAGE_WORDS
    payload = storable(body if as_page else text)
    declared = _declared(item, feed)
    return Record(
        locator=locator,
        payload=payload.text,
        kind=Kind.HTML if as_page else Kind.FIELDS,
        url=_link(item),
        declared=declared if as_page else filled(declared, source.fallback),
        fallback=source.fallback,
        feed_item=True,
        warnings=payload.warnings,
    )


def _contents(item: Mapping[str, Any]) -> list[str]:
    contents = [content.get("value") for content in item.get("content", [])]
    return [text for text in (*contents, item.get("summary")) if isinstance(text, str)]


def _link(item: Mapping[str, Any]) -> str | None:
    for key in ("feedburner_origlink", "link", "id"):
        link = item.get(key)
        if isinstance(link, str) and link.strip().lower().startswith(("http://", "https://")):
            return storable(link.strip()).text
    return None


def _declared(item: Mapping[str, Any], feed: Mapping[str, Any]) -> Declared:
    """What the item says; a channel's title names a channel, so it is no outlet."""
    publisher = (item.get("source") or {}).get("title") or item.get("publisher")
    tags = [tag.get("term") for tag in item.get("tags", [])]
    return Declared(
        title=_plain(item.get("title")),
        author=_plain(item.get("author")),
        outlet=_plain(publisher or feed.get("publisher")),
        published=_time(item, "published"),
        modified=_time(item, "updated"),
        language=_plain(item.get("language") or feed.get("language")),
        section=_plain(next((tag for tag in tags if tag), None)),
    )


def _plain(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return storable(" ".join(plain_text(value).split())).text[:_MAX_FIELD_CHARS] or None


def _time(item: Mapping[str, Any], name: str) -> str | None:
    """The time in ISO 8601 where feedparser understood it, else the item's own words."""
    if name not in item:  # feedparser answers a missing updated with published
        return None
    parts = item.get(f"{name}_parsed")
    if parts is None:
        return _plain(item.get(name))
    try:
        return datetime.fromtimestamp(calendar.timegm(parts), UTC).isoformat()
    except (ValueError, TypeError, OverflowError, OSError):
        return _plain(item.get(name))
