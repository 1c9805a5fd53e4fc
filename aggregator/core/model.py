"""The values that travel from stage to stage (DESIGN section 3).

``read`` yields `Record`, `Rejection` or `Ignored`; ``clean`` and ``split`` turn a record
into a `Page` of `ExtractedArticle`; everything behind them works on those values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any


class Role(StrEnum):
    """Where an article's text stood."""

    MAIN = "main"
    EMBEDDED = "embedded"


class Kind(StrEnum):
    """What a record's payload is."""

    HTML = "html"
    TEXT = "text"
    FIELDS = "fields"
    """Text and metadata already extracted by the producer (JSONL with a text field)."""


class Reason(StrEnum):
    """Why a record could not become an article (``rejected_records.reason``)."""

    EMPTY = "empty"
    BINARY = "binary"
    NO_TEXT = "no_text"
    BAD_JSON = "bad_json"
    BAD_RECORD = "bad_record"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TIMEOUT = "timeout"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    CLEANING_FAILED = "cleaning_failed"


class Sent:
    """A dataclass whose values go to another process and back: pickled as its fields in order.

    What `dataclasses` pickles instead looks up the fields of each value, both there and here.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        return kind, _values_of(kind)(self)


@cache
def _values_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*kind.__match_args__)


@dataclass(frozen=True, slots=True)
class Declared(Sent):
    """What the dump itself says of a record, before the page is looked at.

    Times are the dump's own strings (parsed in cleaning, where a bad one becomes a warning).
    """

    title: str | None = None
    author: str | None = None
    outlet: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Record(Sent):
    """One raw item of a dump.

    `payload` is the document: bytes as delivered (``charset`` is what the transport said of
    them), or a str where the container already decoded it (JSONL). `locator` says where it
    stood: ``line 12``, ``byte 3456``, ``file``. `record_time` is when the dump says that it
    was captured (aware, UTC), never a file's mtime. `fallback` is what the user says of
    dumps that say nothing (``ingest --outlet --date``): it counts only where neither
    `declared` nor the page tells. `feed_item` marks an item of a feed, which is never a
    revision of a fuller text at its address. `warnings` are things the reader repaired or
    noticed (a lone surrogate replaced, a page cut off by the crawler).
    """

    locator: str
    payload: bytes | str
    kind: Kind
    url: str | None = None
    charset: str | None = None
    record_time: datetime | None = None
    declared: Declared = field(default_factory=Declared)
    fallback: Declared = field(default_factory=Declared)
    feed_item: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection(Sent):
    """A record that could not become an article: kept, counted, never silent."""

    locator: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """An entry of a container that is no record (WARC request, image, non-200 answer)."""

    locator: str
    detail: str


@dataclass(frozen=True, slots=True)
class ExtractedArticle(Sent):
    """One article of a page, cleaned.

    `text` is the body: paragraphs joined by a newline, without title, byline, captions and
    page furniture; a standfirst is body. Times are aware datetimes in UTC with whole
    seconds; midnight +00:00 has day precision. `link` is an embedded article's own link
    (absolute, http or https). What the page does not tell is None, never a guess.
    """

    role: Role
    text: str
    title: str | None = None
    author: str | None = None
    outlet: str | None = None
    link: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A record's document, cleaned and split.

    `own_url` is the page's og:url or canonical link (evidence, and its address only when the
    record has no URL); `site_name` is who carries the page. `warnings` are things stored
    differently from what the page said (a date in the year 0), for the log and the store.
    """

    main: ExtractedArticle | None
    embedded: tuple[ExtractedArticle, ...] = ()
    own_url: str | None = None
    canonical_url: str | None = None
    site_name: str | None = None
    warnings: tuple[str, ...] = ()
    time_dependent: bool = False
    """The record's own time shaped the result (an age resolved, a date refused as too late)."""
