"""A text that its page sets into several boxes of one class, joined before extraction.

Extraction takes the first box that is named as the body, and would lose the others.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from aggregator.cleaning.outline import HEADINGS
from aggregator.cleaning.script import size
from aggregator.cleaning.streams import speaks_of_comments

_NAMED = re.compile(r"body|content|article|story|text", re.I)
_SEVERAL = 2
_LEAST = 40
"""Words of paragraphs in each box."""
_MOST_OF_PAGE = 0.5
"""The share of the page's paragraphs that the boxes hold together."""


def join_chunks(tree: HtmlElement) -> None:
    """Move what stands in the later boxes of a parted text behind that in the first."""
    boxes: dict[tuple[str, str], list[HtmlElement]] = {}
    for paragraph in tree.iter("p"):
        box = paragraph.getparent()
        name = box.get("class") or "" if box is not None and box.tag in ("div", "section") else ""
        if name and _NAMED.search(name):
            group = boxes.setdefault((box.tag, name), [])
            if not group or group[-1] is not box:
                group.append(box)
    for (_, name), group in boxes.items():
        if len(group) >= _SEVERAL and not speaks_of_comments(name) and _are_one_text(group, tree):
            for box in group[1:]:
                group[0].extend(list(box))


def _are_one_text(group: list[HtmlElement], tree: HtmlElement) -> bool:
    """True if the boxes stand in one article, without headlines of their own, and are its text."""
    if len(set(group)) < len(group) or len({_article(box) for box in group}) > 1:
        return False
    words = [_words(box) for box in group]
    if min(words) < _LEAST or _headed(group, tree):
        return False
    return sum(words) >= _MOST_OF_PAGE * _words(tree)


def _words(box: HtmlElement) -> int:
    return sum(size(paragraph.text_content()) for paragraph in box.iter("p"))


def _article(box: HtmlElement) -> HtmlElement | None:
    return next(box.iterancestors("article"), None)


def _headed(group: list[HtmlElement], tree: HtmlElement) -> bool:
    """True if a box begins with a heading, or a heading or time stands between the boxes."""
    if any(len(box) and box[0].tag in HEADINGS for box in group):
        return True
    boxes = set(group)
    seen = False
    for element in tree.iter(group[0].tag, *HEADINGS, "time"):
        if element is group[-1]:
            return False
        if element in boxes:
            seen = True
        elif seen and element.tag != group[0].tag and boxes.isdisjoint(element.iterancestors()):
            return True
    return False
