"""A text whose parts extraction did not take for one: the parts beside the one that it took.

Extraction chooses one element as the body. Where a page sets its text into several (a teaser and a
remainder, an article for each section, an aside), the others would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from aggregator.cleaning.outline import HEADINGS, Outline, TextLine, is_in, link_share, text_lines
from aggregator.cleaning.script import ends_with_stop, is_paragraph, key, same_words, size
from aggregator.cleaning.streams import leads_elsewhere, speaks_of_comments

_MOST_FOUND = 0.7
"""Where extraction found a larger share of the page's body text, no part is missing."""
_LEAST = 40
"""Words of paragraphs in the parts that are worth to be joined."""
_LEVELS = 2
"""Levels above the part that was found on which the others may stand."""
_PARTS = ("div", "section", "article", "p")
_COMPARABLE = 0.5
"""The share of the words found that a part of another form holds at least."""
_NO_TEXT = re.compile(
    r"(?:^|[\s_-])(?:foot(?:er)?|legal|copyright|disclaimer|bio|about|cookies?|consent|newsletter|"
    r"subscri\w+|terms|promo\w*|related|recommend\w*|sidebar|widget)(?:[\s_-]|$)",
    re.I,
)
_SENTENCE = 8
_LINKED = 0.3
_UNSEEN = ("nav", "form", "figure", "figcaption", "a", "button")
_NEAR = 6
"""Lines below the headline among which such a text begins."""
_HIDDEN_FROM = 100
"""Words of paragraphs that make a text of what stands in the margins of a page without any."""


def with_other_parts(paragraphs: list[str], page: Outline) -> list[str]:
    """`paragraphs` of an extracted body with those in like elements beside it, in page order."""
    if sum(map(size, paragraphs)) > _MOST_FOUND * page.total or not paragraphs:
        return paragraphs
    lines = [line for line in text_lines(page.root) if _is_body(line)]
    taken = {key(text.removeprefix("- ")) for text in paragraphs}
    found = [line.element for line in lines if key(line.text) in taken]
    home = _common(found) if found else None
    if home is None:
        return paragraphs
    for level in (home, *list(home.iterancestors())[: _LEVELS - 1]):
        if level is page.root or level.tag not in _PARTS:
            break
        least = _COMPARABLE * sum(map(size, paragraphs))
        parts = [e for e in level.itersiblings(preceding=True) if _belongs(e, level, least)][::-1]
        behind = [e for e in level.itersiblings() if _belongs(e, level, least)]
        words = sum(_body_words(part) for part in (*parts, *behind))
        if words >= _LEAST:
            return [*_lines_of(parts), *paragraphs, *_lines_of(behind)]
    return paragraphs


def in_the_margins(tree: HtmlElement, title: str | None) -> list[str]:
    """The paragraphs below the headline of a page without text outside of asides and footers."""
    body = tree.find(".//body")
    lines = text_lines(body if body is not None else tree)
    own = key(title or "")
    at = next((n for n, line in enumerate(lines) if own and same_words(line.text, own)), None)
    if at is None:
        return []
    lines = lines[at + 1 :]
    shown = [line for line in lines if not is_in(line.element, _UNSEEN)]
    told = [line for line in shown if _is_body(line) and ends_with_stop(line.text)]
    if len(told) < 3 or sum(size(line.text) for line in told) < _HIDDEN_FROM:
        return []
    first, last = shown.index(told[0]), shown.index(told[-1])
    if first > _NEAR:
        return []
    return [line.text for line in shown[first : last + 1]]


def _is_body(line: TextLine) -> bool:
    return is_paragraph(line.text) and size(line.text) >= _SENTENCE


def _common(elements: list[HtmlElement]) -> HtmlElement | None:
    """The smallest element around all of `elements` that is more than one of them."""
    shared = [elements[0], *elements[0].iterancestors()]
    for other in elements[1:]:
        around = {other, *other.iterancestors()}
        shared = [e for e in shared if e in around]
    boxes = [e for e in shared if e.tag in _PARTS and e.tag != "p"]
    return boxes[0] if boxes else None


def _belongs(element: HtmlElement, home: HtmlElement, least: float) -> bool:
    """True for a part of the text in an element like `home`, a paragraph, or one as large."""
    if not _is_part(element):
        return False
    alike = element.tag == home.tag and element.get("class") == home.get("class")
    return element.tag == "p" or alike or _body_words(element) >= least


def _is_part(element: HtmlElement) -> bool:
    """True for a part of the text: sentences, no headline of another story, few links."""
    if element.tag not in _PARTS or not _body_words(element) or _speaks_of_others(element):
        return False
    titles = element.iter(*HEADINGS)
    if any(leads_elsewhere(title, None) for title in titles):
        return False
    return next(element.iter("h1", "form", "time"), None) is None and link_share(element) < _LINKED


def _speaks_of_others(element: HtmlElement) -> bool:
    names = (f"{e.get('class') or ''} {e.get('id') or ''}" for e in element.iter("div", "p", "li"))
    own = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _NO_TEXT.search(own):
        return True
    return speaks_of_comments(own) or any(map(speaks_of_comments, names))


def _body_words(element: HtmlElement) -> int:
    lines = (line for line in text_lines(element) if _is_body(line))
    return sum(size(line.text) for line in lines if ends_with_stop(line.text))


def _lines_of(parts: list[HtmlElement]) -> Iterator[str]:
    for part in parts:
        yield from (line.text for line in text_lines(part))
