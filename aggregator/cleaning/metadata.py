"""A page's own metadata: JSON-LD first, then meta elements, then the page itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, takewhile

from lxml import etree
from lxml.html import HtmlElement

from aggregator.cleaning import dates
from aggregator.cleaning.addresses import absolute
from aggregator.cleaning.jsonld import Entry, Linked, read_linked
from aggregator.cleaning.language import primary_language
from aggregator.cleaning.script import key, size, tidy
from aggregator.cleaning.streams import leads_home

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "date.published", "article:published", "published_time", "publishdate", "publish-date",
    "publish_date", "pubdate", "parsely-pub-date", "sailthru.date", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dc.date", "dcterms.date", "article.published",
    "article_date_original", "originalpublicationdate", "publication_date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "displaydate", "rnews:datepublished", "bt:pubdate", "timestamp",
    "date",
    "article.created", "dc.created", "ptime", "citation_publication_date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified",
    "article:modified", "lastmod", "last-modified", "dcterms.modified", "dc.date.modified",
    "modified_time", "article.updated", "utime", "updated_time", "revision_date",
)  # fmt: skip
_SITE = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "dc.publisher",
    "twitter:app:name:iphone",
)
_AUTHOR = (
    "author",
    "article:author",
    "dc.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dcterms.creator",
    "citation_author",
)
_SECTION = ("article:section", "section", "parsely-section", "category", "article.section")
_TITLE = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "headline",
    "title",
)
_PUBLISHERS = etree.XPath(".//*[@itemprop='publisher']")
_ITEM_NAMES = etree.XPath(".//*[@itemprop='name']")
_MARKED_TIMES = etree.XPath(
    ".//*[@itemprop='datePublished' or (self::time and @pubdate) or"
    " (@property and (contains(@property, 'datePublished') or @property = 'dc:date'"
    " or contains(@property, 'dc:created') or contains(@property, 'dc:issued'))) or"
    " (@class and (self::time or self::abbr or self::span) and (@title or @datetime) and"
    " (contains(concat(' ', @class, ' '), ' published ')"
    " or contains(concat(' ', @class, ' '), ' dt-published ')))]"
)
"""Microdata and RDFa (schema.org, Dublin Core), hAtom and microformats2."""
_MARKED_AUTHORS = etree.XPath(
    ".//a[@rel='author'] | .//*[@itemprop='author']//*[@itemprop='name']"
)
_APART = ("aside", "nav", "footer")
_TITLE_PARTS = re.compile(r"\s+(?:[|•·»«–—:]|-)\s+|\s*[|_]\s*")
_MONEY_NAMES = frozenset({"null", "none", "undefined", "admin", "false", "true", "unknown", "n/a"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself; times aware in UTC, addresses absolute."""

    title: str | None = None
    window: str | None = None
    """The text of the title element."""
    author: str | None = None
    outlet: str | None = None
    site_name: str | None = None
    own_url: str | None = None
    canonical_url: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None
    section: str | None = None
    body: str | None = None
    """The whole text, where JSON-LD states it."""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    """The entries of a live blog that JSON-LD states, by the `key` of their headlines."""
    warnings: tuple[str, ...] = ()


def read_metadata(tree: HtmlElement, url: str | None, bounds: dates.Bounds) -> Metadata:
    """The metadata of a parsed page; `url` is its address, `bounds` the dates that can be."""
    metas = _metas(tree)
    linked = read_linked([s.text for s in _scripts(tree) if s.text], _shown(tree))
    notes: list[str] = []
    own = absolute(metas.get("og:url"), url)
    site = _name(_first(metas, _SITE))
    publisher = _name(linked.publisher) or _item_publisher(tree)
    published = _time("published", [linked.published, *_all(metas, _PUBLISHED)], bounds, notes)
    return Metadata(
        title=_title(tree, metas, linked, site or publisher),
        window=_window(tree) or None,
        author=_author(tree, metas, linked),
        outlet=site or publisher,
        site_name=site or publisher,
        own_url=own or _canonical(tree, url) or absolute(linked.url, url),
        canonical_url=_canonical(tree, url),
        published=published or _page_time(tree, bounds) or _address_time(url or own, bounds),
        modified=_time("modified", [linked.modified, *_all(metas, _MODIFIED)], bounds, notes),
        language=_language(tree, metas, linked),
        section=_name(linked.section or _first(metas, _SECTION)),
        body=linked.body,
        entries=linked.entries,
        warnings=tuple(notes),
    )


def _shown(tree: HtmlElement) -> str:
    """The `key` of the page's title element and top headings."""
    titles = [*islice(tree.iter("title"), 1), *islice(tree.iter("h1"), 3)]
    return key(" ".join(element.text_content() for element in titles))


def _item_publisher(tree: HtmlElement) -> str | None:
    """The publisher in microdata (schema.org)."""
    for element in _PUBLISHERS(tree):
        named = _ITEM_NAMES(element)
        text = (named[0].get("content") or named[0].text_content()) if named else None
        name = _name(text or element.get("content"))
        if name:
            return name
    return None


def _scripts(tree: HtmlElement) -> list[HtmlElement]:
    return [s for s in tree.iter("script") if "ld+json" in (s.get("type") or "").lower()]


def _metas(tree: HtmlElement) -> dict[str, str]:
    """The first non-blank content of each meta element by its lower-cased name."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = meta.get(attribute)
            if name and content and not (attribute == "itemprop" and _of_a_part(meta)):
                found.setdefault(name.strip().lower(), content)
    return found


def _first(metas: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((metas[name] for name in names if name in metas), None)


def _all(metas: dict[str, str], names: tuple[str, ...]) -> list[str]:
    return [metas[name] for name in names if name in metas]


def _name(text: str | None) -> str | None:
    bare = tidy(text) if text else ""
    return bare if bare and bare.lower() not in _MONEY_NAMES and len(bare) <= 200 else None


def _time(
    field: str, candidates: list[str | None], bounds: dates.Bounds, notes: list[str]
) -> datetime | None:
    """The first candidate that can be a time of this page; one that cannot is noted."""
    for text in candidates:
        if not text:
            continue
        moment = dates.parse_time(text) or dates.parse_written(text)
        if moment is not None and bounds.hold(moment):
            return moment
        if any(sign.isdigit() for sign in text):
            notes.append(f"{field}: {tidy(text)[:60]!r} is no date that can be, left out")
    return None


def _page_time(tree: HtmlElement, bounds: dates.Bounds) -> datetime | None:
    """A time element that stands for the page's article: marked so, or alone by the headline."""
    marked = [element for element in _MARKED_TIMES(tree) if not _of_a_part(element)]
    heading = next(tree.iter("h1"), None)
    near = _times_by(heading) if heading is not None else []
    for element in [*marked, *near]:
        told = (element.get("datetime"), element.get("content"), element.get("title"))
        text = next((each for each in told if each), None) or element.text_content()
        moment = dates.parse_time(text) or dates.parse_written(tidy(text)[:80])
        if moment is not None and bounds.hold(moment):
            return moment
    return None


def _of_a_part(element: HtmlElement) -> bool:
    """True if microdata gives `element` to an item inside the article: a comment, an entry."""
    item = next((e for e in element.iterancestors() if e.get("itemscope") is not None), None)
    return item is not None and item.get("itemprop") not in (None, "mainEntity", "blogPost")


def _times_by(heading: HtmlElement) -> list[HtmlElement]:
    """The time elements in the smallest parts around the headline that hold any."""
    around = heading
    for _ in range(4):
        parent = around.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return []
        around = parent
        times = [
            time
            for time in around.iter("time")
            if (time.get("datetime") or time.text) and not _set_apart(time, around)
        ]
        if times:
            return times[:2] if len(times) <= 3 else []
    return []


def _set_apart(time: HtmlElement, around: HtmlElement) -> bool:
    """True if `time` stands in a margin of `around`: it is another story's."""
    between = takewhile(lambda element: element is not around, time.iterancestors())
    return any(element.tag in _APART for element in between)


def _address_time(url: str | None, bounds: dates.Bounds) -> datetime | None:
    moment = dates.address_date(url) if url else None
    return moment if moment is not None and bounds.hold(moment) else None


def _canonical(tree: HtmlElement, url: str | None) -> str | None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return absolute(link.get("href"), url)
    return None


def _title(
    tree: HtmlElement, metas: dict[str, str], linked: Linked, site: str | None
) -> str | None:
    """The headline: of JSON-LD or meta, checked by the page's h1, without the site's name."""
    headings = [tidy(h.text_content()) for h in tree.iter("h1") if not leads_home(h)]
    headings = [text for text in headings if text]
    whole = _window(tree)
    for text in (_first(metas, _TITLE), linked.headline):
        bare = tidy(text) if text else ""
        if not bare or (site and key(bare) == key(site)):
            continue
        heading = next((h for h in headings if key(h) and key(h) in key(bare)), None)
        if heading and size(heading) >= 3:
            return heading
        return _without_site(bare, site)
    if len(headings) == 1 or (headings and headings[0] in whole):
        return headings[0]
    return _without_site(whole, site) or (headings[0] if headings else None)


def _window(tree: HtmlElement) -> str:
    element = tree.find(".//title")
    return tidy(element.text_content()) if element is not None else ""


def _without_site(title: str, site: str | None) -> str | None:
    """`title` without the site's name behind or before a separator."""
    parts = [(m.start(), m.end()) for m in _TITLE_PARTS.finditer(title)]
    if parts and site:
        start, end = parts[-1]
        if key(title[end:]) and (key(title[end:]) in key(site) or key(site) in key(title[end:])):
            return _without_site(title[:start], site)
        start, end = parts[0]
        if key(title[:start]) == key(site):
            return title[end:] or None
    return title or None


def _author(tree: HtmlElement, metas: dict[str, str], linked: Linked) -> str | None:
    names = [name for name in linked.authors if _name(name)]
    if not names:
        meta = _name(_first(metas, _AUTHOR))
        names = [meta] if meta and not meta.startswith("http") else []
    if not names:
        found = _MARKED_AUTHORS(tree)
        texts = [tidy(element.text_content()) for element in found[:4]]
        names = [text for text in texts if 0 < size(text) <= 8]
    return ", ".join(dict.fromkeys(tidy(name) for name in names))[:300] or None


def _language(tree: HtmlElement, metas: dict[str, str], linked: Linked) -> str | None:
    root = tree if tree.tag == "html" else next(tree.iter("html"), tree)
    declared = (
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        metas.get("og:locale"),
        linked.language,
        metas.get("content-language"),
        metas.get("language"),
        metas.get("dc.language"),
    )
    return next((code for tag in declared if (code := primary_language(tag))), None)
