"""Readers' comments and boxes about the author in an HTML page, told by their headings."""

from __future__ import annotations

from lxml.html import HtmlElement

from aggregator.cleaning import notices
from aggregator.cleaning.headings import is_comment_heading
from aggregator.cleaning.outline import HEADINGS, Outline, text_of
from aggregator.cleaning.script import size
from aggregator.cleaning.streams import speaks_of_comments

_LONGEST_HEADING = 6
_LABELS = ("p", "div", "span", "strong", "b", "summary", "legend", "header")
_MAIN_SHARE = 0.35


def drop_comments(page: Outline) -> None:
    """Cut from the tree what stands under a heading over comments, or over words about the author.

    Only below the main text: above it such a word is a section's name.
    """
    _drop_thread(page)
    labels = [e for e in page.root.iter(*HEADINGS, *_LABELS) if page.past_main(e)]
    for heading in [e for e in labels if _heads_comments(e)]:
        if page.root not in heading.iterancestors():
            continue
        box = _box(heading, page)
        if box is not None:
            box.drop_tree()
        elif heading.tag in HEADINGS:
            _drop_below(heading)


def _drop_thread(page: Outline) -> None:
    """Cut what follows the first heading that links to a comment: the rest of a flat thread."""
    for heading in page.root.iter(*HEADINGS):
        links = [a.get("href") or "" for a in heading.iter("a")]
        if any(speaks_of_comments(href) for href in links) and page.past_main(heading):
            for element in [heading, *heading.itersiblings()]:
                element.drop_tree()
            return


def _heads_comments(element: HtmlElement) -> bool:
    if len(element) > (0 if element.tag == "div" else 3):
        return False
    text = text_of(element)
    if len(text) > 120 or not 0 < size(text) <= _LONGEST_HEADING:
        return False
    line = " ".join(text.split())
    return is_comment_heading(line) or notices.is_author_box(line)


def _box(heading: HtmlElement, page: Outline) -> HtmlElement | None:
    """The largest element that begins with `heading`, is more than it, and holds no main text."""
    box = None
    element = heading
    for parent in heading.iterancestors():
        if parent is page.root or not _leads(element, parent):
            break
        if next(parent.iter("h1"), None) is not None:
            break
        large = page.body_words(parent) > _MAIN_SHARE * page.total
        if large and heading.tag not in HEADINGS:
            break
        element = parent
        if size(text_of(parent)) > size(text_of(heading)):
            box = parent
    return box


def _leads(element: HtmlElement, parent: HtmlElement) -> bool:
    if size(parent.text or ""):
        return False
    return not any(
        size(text_of(before)) or size(before.tail or "")
        for before in element.itersiblings(preceding=True)
        if isinstance(before.tag, str)
    )


def _drop_below(heading: HtmlElement) -> None:
    """Drop `heading` and its siblings up to the next heading of its level."""
    doomed = [heading]
    for element in heading.itersiblings():
        if element.tag in HEADINGS and element.tag <= heading.tag:
            break
        doomed.append(element)
    for element in doomed:
        element.drop_tree()
