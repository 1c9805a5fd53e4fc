"""JSON documents: an array of objects, objects one after another, or an object around a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from aggregator.core.model import Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import BODY_KEYS, Source
from aggregator.readers.jsonrows import object_entry
from aggregator.readers.jsonsplit import JsonSplitter
from aggregator.readers.stream import DumpStream, Oversized

_LISTS = frozenset(
    {"articles", "posts", "items", "results", "docs", "documents", "data", "stories", "news"}
    | {"entries", "hits", "records", "pages"}
)
_SIGNS = BODY_KEYS | {"_source"}
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"(\s*:\s*(?:\[\s*(?=[{\]]))?)?|[{}\[\]]', re.S)
_MAX_LIST_DEPTH = 2
_BLANK = " \t\r\n\xef\xbb\xbf"  # white space, and a byte order mark read byte by byte
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?://jsonfeed\.org/version/')


def list_start(text: str) -> int | None:
    """Where, in an object's text, the list of its records starts: behind the ``[``.

    Records stand under a usual name (articles, posts, items ...), at most two objects deep,
    and have a text of their own. None when the object is a record itself or has no such
    list. `text` may be cut off: then a list whose first record is not to be seen counts.
    """
    depth, found, found_depth = 0, None, 0
    for token in _TOKEN.finditer(text):
        key, behind = token.group(1), token.group(2)
        if key is None:
            depth += 1 if token.group() in "{[" else -1
            found = None if depth <= found_depth else found
            continue
        if behind is None:
            continue
        opens_list = behind.endswith("[") or behind.rstrip().endswith("[")
        if key in _SIGNS and found is not None and depth >= found_depth + 2:
            return found
        if key in BODY_KEYS and depth == 1 and not opens_list:
            return None
        if opens_list:
            if found is None and depth <= _MAX_LIST_DEPTH and key in _LISTS:
                found, found_depth = token.end(), depth
            depth += 1
    return found


def is_json_feed(text: str) -> bool:
    """Whether an object's beginning declares a JSON Feed (jsonfeed.org, version 1 and 1.1)."""
    return _JSON_FEED.search(text[:4_000]) is not None


def read_json(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """One entry a value, at ``item N`` from 1.

    The values of an array; or of the list of records that an object holds; else the objects
    that follow one another. The items of a JSON Feed are marked as such.
    """
    head = stream.head().decode("latin-1")
    in_feed = head.lstrip(_BLANK).startswith("{") and is_json_feed(head)
    in_array, enclosed = _enter(stream, head)
    splitter = JsonSplitter(stream, options.max_record_bytes, in_array)
    number = 0
    for number, value in enumerate(splitter, start=1):
        locator = f"item {number}"
        if isinstance(value, Oversized):
            yield too_large(locator, value, options.max_record_bytes)
            continue
        entry = object_entry(value, locator, source)
        yield replace(entry, feed_item=True) if in_feed and isinstance(entry, Record) else entry
    yield from _ending(stream, splitter, f"item {number + 1}", enclosed)


def _enter(stream: DumpStream, head: str) -> tuple[bool, bool]:
    """Read up to the values; whether they stand in an array, and that in an object.

    `head` has one character a byte.
    """
    blank = len(head) - len(head.lstrip(_BLANK))
    if head.startswith("[", blank):
        stream.read(blank + 1)
        return True, False
    behind = list_start(head[blank:]) if head.startswith("{", blank) else None
    stream.read(blank + (behind or 0))
    return behind is not None, behind is not None


def _ending(
    stream: DumpStream, splitter: JsonSplitter, locator: str, enclosed: bool
) -> Iterator[Rejection]:
    """What is wrong with the document's end, at most one rejection."""
    behind = splitter.trailing()
    damaged = damage_of(stream, locator)
    if damaged is not None:
        yield damaged
    elif splitter.unfinished:
        yield Rejection(locator, Reason.TRUNCATED, "the file ends inside a list or an object")
    elif behind and not enclosed:
        yield Rejection(locator, Reason.BAD_JSON, "something follows the end of the list")
