"""RSS and Atom files, by feedparser on their bytes."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from aggregator.core.model import Declared, Kind, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.encoding import storable
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import Source, filled
from aggregator.readers.markup import is_markup, plain_text
from aggregator.readers.stream import DumpStream, Oversized, whole

_OPEN = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_CLOSE = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")
_PAGE_WORDS = 100
"""From this many words on, an item's HTML is cleaned as a page; less is taken as its text."""
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
    complete = len(_CLOSE.findall(data))
    cut = len(_OPEN.findall(data)) > complete or stream.damage is not None
    parsed = _parse(data)
    entries = parsed.get("entries", [])
    if cut:
        entries = entries[:complete]
    for number, item in enumerate(entries, start=1):
        yield _entry(item, parsed.get("feed", {}), f"item {number}", source)
    if cut:
        locator = f"item {len(entries) + 1}"
        told = Rejection(locator, Reason.TRUNCATED, "the file ends inside an item")
        yield damage_of(stream, locator) or told


def _parse(data: bytes) -> Mapping[str, Any]:
    import feedparser  # type: ignore[import-untyped]

    # a file object: feedparser opens a str or bytes as a path or a URL
    parsed: Mapping[str, Any] = feedparser.parse(
        io.BytesIO(data), sanitize_html=False, response_headers={}
    )
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
