"""From a producer's keys to ours: what JSONL, JSON, CSV and Parquet rows say of a page.

The tables hold the keys of the usual producers: trafilatura, news-please, newspaper,
Hugging Face's cc_news and FineWeb, C4 and its kin, OSCAR, RealNews, passim, webhose, Event
Registry, NewsAPI, schema.org's NewsArticle, and plain ``html`` or ``text``. A user's mapping
goes before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from aggregator.core.identity import address_warning
from aggregator.core.model import Declared, Kind, Reason, Record, Rejection
from aggregator.readers.encoding import storable
from aggregator.readers.markup import is_markup
from aggregator.readers.moments import instant, no_time, time_text

FIELD_NAMES = (
    "url",
    "title",
    "text",
    "html",
    "outlet",
    "published",
    "modified",
    "language",
    "author",
    "section",
    "record_time",
)
"""The names that a mapping may give keys for."""

_KEYS: dict[str, tuple[str, ...]] = {
    "url": (
        "url",
        "link",
        "article_url",
        "page_url",
        "web_url",
        "webUrl",
        "canonical_url",
        "external_url",
        "uri",
        "source-url",
        "warc_headers.warc-target-uri",
        "meta.warc_headers.warc-target-uri",
        "metadata.url",
        "meta.url",
        "thread.url",
        "mainEntityOfPage",
        "source",
        "id",
        "@id",
    ),
    "title": ("title", "headline", "webTitle", "title_page", "title_rss", "head_line"),
    "html": (
        "html",
        "raw_html",
        "page_html",
        "html_content",
        "content_html",
        "htmlContent",
        "article_html",
        "articleBodyHtml",
        "body_html",
    ),
    "text": (
        "text",
        "maintext",
        "articleBody",
        "article_text",
        "full_text",
        "fulltext",
        "plain_text",
        "content_text",
        "raw_content",
        "body_text",
        "bodyText",
        "fields.bodyText",
        "raw_text",
        "body",
        "article",
        "story",
        "content",
    ),
    "outlet": (
        "outlet",
        "publisher",
        "publication",
        "newspaper",
        "sitename",
        "site_name",
        "media_name",
        "series",
        "source-hostname",
        "source_name",
        "source.name",
        "source.title",
        "source_domain",
        "domain",
        "hostname",
        "site",
        "thread.site_full",
        "thread.site",
        "source",
    ),
    "published": (
        "published",
        "published_at",
        "publishedAt",
        "date_publish",
        "date_published",
        "datePublished",
        "publish_date",
        "published_date",
        "publication_date",
        "pub_date",
        "pubDate",
        "webPublicationDate",
        "dateTimePub",
        "dateTime",
        "date",
    ),
    "modified": (
        "modified",
        "modified_at",
        "date_modify",
        "date_modified",
        "dateModified",
        "updated",
        "updated_at",
        "lastmod",
    ),
    "language": ("language", "lang", "inLanguage", "meta_lang", "language_code"),
    "author": ("author", "authors", "byline", "creator"),
    "section": (
        "section",
        "articleSection",
        "sectionName",
        "category",
        "categories",
        "thread.site_section",
    ),
    "record_time": (
        "record_time",
        "crawled",
        "crawl_date",
        "date_download",
        "date_crawled",
        "warc_date",
        "warc_headers.warc-date",
        "timestamp",
        "retrieved_at",
        "fetched_at",
    ),
}
BODY_KEYS = frozenset(key for name in ("html", "text") for key in _KEYS[name])
"""The built-in keys under which a record's HTML or text stands."""
KNOWN_KEYS = frozenset(key for keys in _KEYS.values() for key in keys)
"""All built-in keys."""
CRAWL_MARKS = ("dump", "file_path", "warc_record_id", "token_count", "timestamp", "added")
"""Beside one of these a bare ``date`` is the crawl's, and ``source`` is a corpus, no outlet
(FineWeb, C4, Dolma and their kin)."""
_CRAWL_KEYS = {"published": "date", "outlet": "source"}
_AMBIGUOUS_URL_KEYS = frozenset(("uri", "source", "id", "@id"))
"""Keys under which some producers have an address, and many have something else."""
_NAME_KEYS = ("name", "title", "@id", "url", "uri")
_MAX_FIELD_CHARS = 2_000
_MAX_URL_CHARS = 8_000
_WEB = ("http://", "https://")
_TIMES = ("published", "modified", "record_time")
_DECLARED = tuple(each.name for each in fields(Declared))
_Keys = Mapping[str, tuple[str, ...]]
"""The keys to look at for each of `FIELD_NAMES`, in this order."""


@dataclass(frozen=True, slots=True)
class Source:
    """What reading a row needs beside the row: the user's mapping and what the user said."""

    mapping: Mapping[str, str]
    fallback: Declared
    fallback_url: str | None = None


def record_of(row: Mapping[str, Any], locator: str, source: Source) -> Record | Rejection:
    """The record that a row of keys and values is, by the mapping and the built-in tables.

    A row with HTML gives kind HTML, else its text gives kind FIELDS, with what the row says
    as `Declared`. A row without either is rejected as ``no_text``.
    """
    keys = _keys_in(row, source.mapping)
    body = _body(row, keys)
    if body is None:
        return Rejection(locator, Reason.NO_TEXT, _no_text_detail(row))
    payload = storable(body[1])
    said = {name: _value(row, keys[name]) for name in _TIMES}
    times = {name: _time(value) for name, value in said.items()}
    no_times = [no_time(name, said[name]) for name, time in times.items() if time is None]
    record_time, no_moment = instant(times.pop("record_time"))
    declared = _declared(row, keys, times)
    url, no_address = _url(row, keys["url"], mapped="url" in source.mapping)
    warnings = tuple(each for each in (no_moment, no_address, *no_times) if each)
    return Record(
        locator=locator,
        payload=payload.text,
        kind=body[0],
        url=url,
        record_time=record_time,
        declared=filled(declared, source.fallback) if body[0] is Kind.FIELDS else declared,
        fallback=source.fallback,
        warnings=payload.warnings + warnings,
    )


def filled(declared: Declared, fallback: Declared) -> Declared:
    """`declared`, with `fallback`'s values where it says nothing."""
    gaps = {
        name: said
        for name in _DECLARED
        if getattr(declared, name) is None and (said := getattr(fallback, name)) is not None
    }
    return replace(declared, **gaps) if gaps else declared


def _declared(row: Mapping[str, Any], keys: _Keys, times: Mapping[str, str | None]) -> Declared:
    names = ("title", "author", "outlet", "language", "section")
    said = {name: _short(_value(row, keys[name])) for name in names}
    if (said["outlet"] or "").startswith(_WEB):
        said["outlet"] = None  # an address is no name
    return Declared(**said, **times)


def _body(row: Mapping[str, Any], keys: _Keys) -> tuple[Kind, str] | None:
    for name in ("html", "text"):
        for key in keys[name]:
            text = _text(_at(row, key))
            if text is not None and text.strip():
                html = name == "html" or is_markup(text)
                return (Kind.HTML if html else Kind.FIELDS), text
    return None


def _no_text_detail(row: Mapping[str, Any]) -> str:
    present = [key for key in _KEYS["html"] + _KEYS["text"] if _at(row, key) is not None]
    if present:
        return f"no text in {', '.join(present)}"
    names = ", ".join(sorted(str(key)[:40] for key in row)[:12]) or "no key at all"
    return f"no field with text or HTML among: {storable(names).text}; a mapping can name it"


def _keys_in(row: Mapping[str, Any], mapping: Mapping[str, str]) -> _Keys:
    """For each field the keys that may give it in this row: most rows of a dump have the same."""
    chosen = tuple(mapping.items())
    return _keys_among(_looked_for(chosen).intersection(row), chosen)


@lru_cache(maxsize=64)
def _looked_for(mapping: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """All that tells of a row which keys to look at: keys, and what dotted ones begin with."""
    keys = KNOWN_KEYS.union(CRAWL_MARKS, dict(mapping).values())
    return keys.union(key.partition(".")[0] for key in keys)


@lru_cache(maxsize=512)
def _keys_among(present: frozenset[str], mapping: tuple[tuple[str, str], ...]) -> _Keys:
    crawled = not present.isdisjoint(CRAWL_MARKS)
    return {
        name: tuple(
            key
            for key in _keys(name, dict(mapping), crawled)
            if key in present or key.partition(".")[0] in present
        )
        for name in FIELD_NAMES
    }


def _keys(name: str, mapping: Mapping[str, str], crawled: bool) -> tuple[str, ...]:
    if name in mapping:
        return (mapping[name],)
    if crawled and name in _CRAWL_KEYS:
        return tuple(key for key in _KEYS[name] if key != _CRAWL_KEYS[name])
    if crawled and name == "record_time":
        return (*_KEYS[name], "date")
    return _KEYS[name]


def _value(row: Mapping[str, Any], keys: Iterable[str]) -> Any:
    for key in keys:
        value = _at(row, key)
        if value is not None and value != "" and value != []:
            return value
    return None


def _at(row: Mapping[str, Any], key: str) -> Any:
    """The value at a key, or at a dotted path of keys through nested objects."""
    if key in row:
        return row[key]
    if "." not in key:
        return None
    value: Any = row
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _url(
    row: Mapping[str, Any], keys: Iterable[str], *, mapped: bool
) -> tuple[str | None, str | None]:
    """The address; where there is none, a warning of what stands in its place."""
    warning = None
    for key in keys:
        value = _at(row, key)
        if not isinstance(value, str) and isinstance(value, Mapping):
            value = value.get("@id") or (value if any(value.values()) else None)
        url = storable(value.strip()).text if isinstance(value, str) else value
        if not url:
            continue
        too_long = isinstance(url, str) and len(url) > _MAX_URL_CHARS
        if isinstance(url, str) and not too_long and (mapped or url.lower().startswith(_WEB)):
            return url, None
        if mapped or key not in _AMBIGUOUS_URL_KEYS:
            said = "address too long" if too_long else address_warning(url)
            warning = warning or said
    return None, warning


def _text(value: Any) -> str | None:
    """A body as text: a string, or a list of paragraphs joined by newlines."""
    if isinstance(value, list):
        parts = [part for part in map(_text, value) if part]
        return "\n".join(parts) or None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def _short(value: Any) -> str | None:
    """A short field as text; lists joined by ", ", objects by their name."""
    if value is None:
        return None
    if not isinstance(value, str) and isinstance(value, Mapping):
        value = next((value[key] for key in _NAME_KEYS if value.get(key)), None)
    if isinstance(value, list | tuple):
        return ", ".join(_each(value))[:_MAX_FIELD_CHARS] or None
    if not isinstance(value, str) or not value.strip():
        return None
    return storable(value.strip()).text[:_MAX_FIELD_CHARS]


def _each(values: Iterable[Any]) -> list[str]:
    found = (_short(value) for value in values if not isinstance(value, list | tuple))
    return [value for value in found if value]


def _time(value: Any) -> str | None:
    text = time_text(value)
    return None if text is None else _short(text)
