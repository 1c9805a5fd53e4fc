"""What a page's JSON-LD (schema.org) says of its article."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aggregator.cleaning.decode import repair
from aggregator.cleaning.script import key

_ARTICLE = re.compile(
    r"(?:News|Reportage|Analysis|Opinion|Background|Review|Satirical|Scholarly|Tech|Report|"
    r"AskPublicNews|Medical\w*|Liveblog)?Article|(?:Live)?Blog(?:Posting)?|LiveBlogPosting|Report|"
    r"SocialMediaPosting|DiscussionForumPosting"
)
_CONTROLS = re.compile(r"[\x00-\x1f]")
_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a live blog as schema.org's ``liveBlogUpdate`` states it."""

    published: str | None = None
    url: str | None = None


@dataclass(slots=True)
class Linked:
    """The fields of one schema.org article; strings as they stand on the page."""

    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    publisher: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    section: str | None = None
    url: str | None = None
    body: str | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    """The entries of a live blog by the `key` of their headlines."""


def read_linked(scripts: list[str], shown: str = "") -> Linked:
    """The page's article in its ``application/ld+json`` texts; broken JSON is passed over.

    Of several it is the one whose headline stands in `shown` (the `key` of what the page shows as
    its title and headings), then the one that tells most.
    """
    graph = [item for script in scripts for item in _objects(_load(script))]
    named = {str(item["@id"]): item for item in graph if "@id" in item}
    articles = [item for item in graph if _is_article(item)]
    if not articles:
        return Linked(publisher=_site_name(graph))
    best = max(articles, key=lambda item: (_is_shown(item, shown), _telling(item)))
    return _linked(best, named, graph)


def _is_shown(item: dict[str, Any], shown: str) -> bool:
    headline = key(_text(item.get("headline")) or "")
    return bool(headline) and headline in shown


def _telling(item: dict[str, Any]) -> int:
    return sum(name in item for name in _TELLING)


_TELLING = ("headline", "datePublished", "articleBody", "publisher", "author")


def _load(script: str) -> Any:
    text = _WRAPPERS.sub("", script.strip()).strip()
    for attempt in (text, _CONTROLS.sub(" ", text), text.rstrip("; \n")):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        for item in data:
            yield from _objects(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        for name in (
            "@graph",
            "mainEntity",
            "mainEntityOfPage",
            "itemListElement",
            "item",
            "hasPart",
        ):
            if isinstance(data.get(name), dict | list):
                yield from _objects(data[name], depth + 1)


def _is_article(item: dict[str, Any]) -> bool:
    kinds = item.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(
        isinstance(kind, str) and _ARTICLE.fullmatch(kind.rpartition("/")[2]) for kind in kinds
    )


def _linked(item: dict[str, Any], named: dict[str, Any], graph: list[dict[str, Any]]) -> Linked:
    section = item.get("articleSection")
    return Linked(
        headline=_text(item.get("headline")) or _text(item.get("name")),
        authors=_names(item.get("author"), named),
        publisher=next(iter(_names(item.get("publisher"), named)), None) or _site_name(graph),
        published=_text(item.get("datePublished")),
        modified=_text(item.get("dateModified")),
        language=_text(item.get("inLanguage")) or _text(_part(item.get("inLanguage"), "name")),
        section=_text(section[0] if isinstance(section, list) and section else section),
        url=_text(item.get("url")) or _text(_part(item.get("mainEntityOfPage"), "@id")),
        body=_text(item.get("articleBody")),
        entries=_entries(item.get("liveBlogUpdate")),
    )


def _entries(updates: Any) -> dict[str, Entry]:
    """The entries that have a headline."""
    found: dict[str, Entry] = {}
    for update in updates if isinstance(updates, list) else []:
        headline = _text(_part(update, "headline"))
        if headline:
            entry = Entry(_text(_part(update, "datePublished")), _text(_part(update, "url")))
            found.setdefault(key(headline), entry)
    return found


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _names(value: Any, named: dict[str, Any], depth: int = 0) -> list[str]:
    if depth > 3:
        return []
    if isinstance(value, str):
        text = _text(value)
        return [text] if text and not text.startswith(("http:", "https:", "#")) else []
    if isinstance(value, list):
        return [name for item in value for name in _names(item, named, depth + 1)]
    if isinstance(value, dict):
        name = _text(value.get("name"))
        if name:
            return [name]
        known = named.get(str(value.get("@id")))
        return _names(known.get("name"), named, depth + 1) if isinstance(known, dict) else []
    return []


def _site_name(graph: list[dict[str, Any]]) -> str | None:
    for kind in ("WebSite", "NewsMediaOrganization"):
        for item in graph:
            if item.get("@type") == kind and _text(item.get("name")):
                return _text(item["name"])
    return None


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    # JSON can write what no text holds: controls and halves of a pair
    return repair(html.unescape(value)).strip() or None
