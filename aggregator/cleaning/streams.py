"""Further articles below the main one that no heading announces.

They show themselves by form: boxes like the main one's behind it (a page that scrolls on), or
several boxes of one form, each with a linked title and a time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, takewhile

from lxml.html import HtmlElement

from aggregator.cleaning.addresses import absolute
from aggregator.cleaning.lines import read_when
from aggregator.cleaning.outline import HEADINGS, Outline, text_lines, text_of
from aggregator.cleaning.script import key, size

_BOXES = ("div", "section", "li", "article", "main")
_READERS = re.compile(r"(?<![a-z])(?:comments?|replies|reply|disqus|discussions?)(?![a-z])", re.I)
_HOME = re.compile(r"(?:https?://[^/?#]+)?/?(?:index\.\w{3,5})?", re.I)
_NUMBER = re.compile(r"\d+")
_NEAR = 12
_SHORT_LINE = 12
_HEAD_LINES = 3
_SEVERAL = 2
_ARCHIVE = 3
"""Posts that make a page a list of posts."""
_WHOLE = 0.8
"""The share of the page's body text that they hold together."""


def further_boxes(page: Outline, title: str | None, url: str | None) -> list[HtmlElement]:
    """The boxes of further articles, in page order; none holds the page's own headline."""
    own = key(title or "")
    found = _like_main(page, own, url)
    if found:
        return found
    groups = _headed_groups(page)
    for posts in groups:
        if len(posts) >= _ARCHIVE and _are_the_page(posts, page):
            # a page without a headline of its own is a list, with times or without
            timed = page.heading is not None and not leads_home(page.heading)
            told = (e for e in posts if page.body_words(e))
            group = [e for e in told if _is_item(e, own, url, timed)]
            if len(group) >= _ARCHIVE and _are_the_page(group, page):
                return group
    for boxes in groups:
        group = [e for e in boxes if page.past_main(e) and _is_item(e, own, url)]
        if group and _of_readers(group[0]):
            continue
        if len(group) >= _SEVERAL:
            return group
    return []


def _are_the_page(group: list[HtmlElement], page: Outline) -> bool:
    """True for a list of posts: they hold the page's text, and its headline is none of theirs."""
    if sum(map(page.body_words, group)) < _WHOLE * page.total:
        return False
    return not _of_readers(group[0]) and not any(e in _around(page.heading) for e in group)


def _around(heading: HtmlElement | None) -> list[HtmlElement]:
    return [] if heading is None else [heading, *heading.iterancestors()]


def speaks_of_comments(name: str) -> bool:
    """True if a class, an id or an address holds a word for readers' comments."""
    return _READERS.search(name) is not None


def _of_readers(box: HtmlElement) -> bool:
    """True if the class or id of a box, or of one around or in it, speaks of comments."""
    inside = [box, *list(box.iter("div", "article", "footer", "a"))[:_NEAR]]
    return any(
        speaks_of_comments(f"{e.get('class') or ''} {e.get('id') or ''} {e.get('href') or ''}")
        for e in (*box.iterancestors(), *inside)
    )


def _like_main(page: Outline, own: str, url: str | None) -> list[HtmlElement]:
    """The following siblings of the headline's box that have its tag and class, and a headline.

    A plain heading of a lower level is one inside the text.
    """
    heading = page.heading
    if heading is None:
        return []
    for box in heading.iterancestors(*_BOXES):
        if not box.get("class"):
            continue
        behind = [
            e
            for e in box.itersiblings(box.tag)
            if e.get("class") == box.get("class") and page.body_words(e) and page.past_main(e)
        ]
        titles = [_leading_title(e, own) for e in behind]
        if behind and all(t is not None and _is_headline(t, url) for t in titles):
            return behind
    return []


def _is_headline(title: HtmlElement, url: str | None) -> bool:
    return title.tag == "h1" or leads_elsewhere(title, url)


def _headed_groups(page: Outline) -> list[list[HtmlElement]]:
    """The boxes with a heading that share parent, tag and class, outer ones first.

    Of a class its first name counts, without numbers: systems add the post's own ones.
    """
    groups: dict[tuple[HtmlElement, str, str], list[HtmlElement]] = {}
    for heading in page.root.iter(*HEADINGS):
        boxes = takewhile(lambda e: e is not page.root, heading.iterancestors())
        for box in reversed(list(boxes)):
            if box.tag in _BOXES:
                form = (box.getparent(), box.tag, _form(box.get("class") or ""))
                group = groups.setdefault(form, [])
                if not group or group[-1] is not box:
                    group.append(box)
    return [group for group in groups.values() if len(group) >= _SEVERAL]


@lru_cache(maxsize=4096)
def _form(name: str) -> str:
    return _NUMBER.sub("", name.partition(" ")[0])


def _is_item(box: HtmlElement, own: str, url: str | None, timed: bool = True) -> bool:
    """True for a box with one linked headline near its top, and (if `timed`) a time."""
    title = _leading_title(box, own)
    if title is None or not leads_elsewhere(title, url):
        return False
    return (
        not timed
        or next(box.iter("time"), None) is not None
        or any(read_when(line.text) for line in text_lines(box) if size(line.text) <= _SHORT_LINE)
    )


def _leading_title(box: HtmlElement, own: str) -> HtmlElement | None:
    """The heading among the first lines of `box`, if it is not the page's own."""
    heading = next(box.iter(*HEADINGS), None)
    if heading is None or size(text_of(heading)) < _SEVERAL:
        return None
    name = key(text_of(heading))
    first = [key(line.text) for line in text_lines(box)[: _HEAD_LINES + 1]]
    return heading if name in first and name != own else None


def leads_home(heading: HtmlElement) -> bool:
    """True for a heading that links to the site's first page: its name, no headline."""
    links = [*heading.iter("a"), *islice(heading.iterancestors("a"), 1)]
    return any(_HOME.fullmatch(href) for link in links if (href := link.get("href")))


def leads_elsewhere(title: HtmlElement, url: str | None) -> bool:
    """True if `title` holds, or stands in, a link to another page than `url`."""
    for anchor in (*title.iter("a"), *list(title.iterancestors("a"))[:1]):
        href = anchor.get("href") or ""
        if href.startswith(("#", "javascript:")) or speaks_of_comments(href):
            continue
        target = absolute(href, url)
        if not url or target is None or target.partition("#")[0] != url.partition("#")[0]:
            return bool(href)
    return False


def flat_stream(page: Outline, title: str | None, url: str | None) -> HtmlElement | None:
    """A new box around linked headings with a time below each and the texts behind them.

    They stand as siblings behind the main text; None if there are not several.
    """
    own = key(title or "")
    by_parent: dict[HtmlElement, list[HtmlElement]] = {}
    for heading in page.root.iter("h2", "h3", "h4", "h5"):
        parent = heading.getparent()
        if parent is None or not page.past_main(heading) or key(text_of(heading)) == own:
            continue
        if leads_elsewhere(heading, url) and _timed(heading):
            by_parent.setdefault(parent, []).append(heading)
    for parent, headings in by_parent.items():
        if len(headings) >= _SEVERAL:
            box = parent.makeelement("div")
            members = [headings[0], *headings[0].itersiblings()]
            headings[0].addprevious(box)
            for element in members:
                box.append(element)
            return box
    return None


def _timed(heading: HtmlElement) -> bool:
    """True if the element behind `heading` tells a time."""
    behind = heading.getnext()
    if behind is None or not isinstance(behind.tag, str):
        return False
    text = text_of(behind)
    return size(text) <= _SHORT_LINE and read_when(" ".join(text.split())) is not None
