"""Entries of live blogs in HTML pages: what carries a story of its own, and what stays.

The page marks them (schema.org LiveBlogPosting), or they show themselves by form: siblings of
one tag and class, each with a time and a headline that leads to no other page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lxml.html import HtmlElement

from aggregator.cleaning import dates
from aggregator.cleaning.addresses import absolute
from aggregator.cleaning.cards import Found, card_article
from aggregator.cleaning.jsonld import Entry
from aggregator.cleaning.lines import When, is_clock, read_when
from aggregator.cleaning.outline import HEADINGS, text_lines
from aggregator.cleaning.script import is_paragraph, key, size
from aggregator.cleaning.streams import leads_elsewhere, speaks_of_comments

FULL_STORY = 80
"""Words; an entry with a title and as many is an article of its own."""
_SEVERAL = 3
_TITLE_FROM = 3
_HEAD_LINES = 3
_SHORT_LINE = 8
_BOXES = ("article", "section", "div", "li")
_CLOCKS = re.compile(r">\s*\d{1,2}[:.h]\d{2}\b")


def take_entries(
    tree: HtmlElement, source: str, url: str | None, stated: Mapping[str, Entry]
) -> list[Found]:
    """Cut the live entries that are stories of their own out of `tree`, and return them.

    The other entries become plain boxes of the main text, without their times. `source` is the
    page as text (a quick look at it spares most pages the search), `url` its address, `stated`
    what its JSON-LD says of its entries, by the key of their headlines.
    """
    if not stated and "liveBlogUpdate" not in source and not _may_hold(source):
        return []
    entries = _marked(tree) or _alike(tree, url)
    found: list[Found] = []
    for entry in entries:
        story = _story(entry, url, stated)
        if story is not None and len(entries) > 1:
            found.append(story)
            entry.drop_tree()
        else:
            _settle(entry)
    return found


def _may_hold(source: str) -> bool:
    if source.count("<time") >= _SEVERAL:
        return True
    return sum(1 for _ in _CLOCKS.finditer(source)) >= _SEVERAL


def _marked(tree: HtmlElement) -> list[HtmlElement]:
    """The entries that microdata marks."""
    return list(tree.iterfind(".//*[@itemprop='liveBlogUpdate']"))


def _alike(tree: HtmlElement, url: str | None) -> list[HtmlElement]:
    """The first several siblings of one form that are all entries."""
    heads: dict[HtmlElement, int] = {}
    for heading in tree.iter("h2", "h3", "h4", "h5"):
        for box in heading.iterancestors(*_BOXES):
            parent = box.getparent()
            if parent is not None:
                heads[parent] = heads.get(parent, 0) + 1
    for parent in [e for e, count in heads.items() if count >= _SEVERAL]:
        forms: dict[tuple[str, str], list[HtmlElement]] = {}
        for child in parent.iterchildren(*_BOXES):
            forms.setdefault((child.tag, child.get("class") or ""), []).append(child)
        for group in forms.values():
            if len(group) >= _SEVERAL and all(_is_entry(box, url) for box in group):
                return group
    return []


def _is_entry(box: HtmlElement, url: str | None) -> bool:
    """True for a time and one headline of this very page above some text."""
    titles = list(box.iter(*HEADINGS))
    if not titles or size(titles[0].text_content()) < _TITLE_FROM or _of_readers(box):
        return False
    if leads_elsewhere(titles[0], url):
        return False
    lines = [line.text for line in text_lines(box)]
    timed = any(_is_time(text) for text in lines[:_HEAD_LINES])
    timed = timed or next(box.iter("time"), None) is not None
    return timed and any(map(is_paragraph, lines))


def _of_readers(box: HtmlElement) -> bool:
    around = (box, *box.iterancestors())
    return any(speaks_of_comments(f"{e.get('class') or ''} {e.get('id') or ''}") for e in around)


def _is_time(text: str) -> bool:
    return size(text) <= _SHORT_LINE and (is_clock(text) or read_when(text) is not None)


def _story(entry: HtmlElement, url: str | None, stated: Mapping[str, Entry]) -> Found | None:
    """The article that an entry is; None without a title of its own or with little text."""
    title = next(entry.iter(*HEADINGS), None)
    if title is None or size(title.text_content()) < _TITLE_FROM:
        return None
    article = next(iter(card_article(entry, title, url)), None)
    if article is None:
        return None
    body = [text for text in article.piece.body if not _is_time(text)]
    if sum(map(size, body)) < FULL_STORY:
        return None
    said = stated.get(key(title.text_content()), Entry())
    article.piece.body = body
    article.piece.when = _moment(entry, said) or article.piece.when
    return replace(article, link=_link(entry, title, said, url))


def _moment(entry: HtmlElement, said: Entry) -> When | None:
    marked = (e.get("content") or e.get("datetime") for e in _dated(entry))
    for text in (*marked, said.published):
        moment = dates.parse_time(text) if text else None
        if moment is not None:
            return When(None, None, moment)
    return None


def _dated(entry: HtmlElement) -> list[HtmlElement]:
    return [e for e in entry.iter() if e.get("itemprop") == "datePublished" or e.tag == "time"]


def _link(entry: HtmlElement, title: HtmlElement, said: Entry, url: str | None) -> str | None:
    anchors = [a.get("href") for a in (*title.iter("a"), *title.iterancestors("a"))]
    own = next((absolute(href, url) for href in anchors if href), None)
    named = f"#{entry.get('id')}" if entry.get("id") and url else None
    return absolute(said.url, url) or own or absolute(named, url)


def _settle(entry: HtmlElement) -> None:
    """Make a plain box of an entry that stays in the main text, without its time."""
    times = [line.element for line in text_lines(entry)[:_HEAD_LINES] if _is_time(line.text)]
    for element in [*times, *entry.iter("time")]:
        if element is not entry and element.getparent() is not None and not _holds_text(element):
            element.drop_tree()
    entry.tag = "div"
    # names that would make an article's body of the one entry
    entry.attrib.pop("class", None)
    for element in entry.iter():
        element.attrib.pop("itemprop", None)
    parent = entry.getparent()
    if parent is not None and parent.tag in ("ul", "ol"):
        parent.tag = "div"


def _holds_text(element: HtmlElement) -> bool:
    return size(element.text_content()) > _SHORT_LINE
