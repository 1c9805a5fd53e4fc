"""Containers that pages themselves name as furniture, cut before the body is extracted."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

from aggregator.cleaning.outline import Outline, text_lines
from aggregator.cleaning.script import ends_with_stop, key, size
from aggregator.cleaning.streams import leads_elsewhere

_TAGS = ("div", "section", "aside", "p", "ul", "span", "form", "header", "footer", "figcaption")
_NAMES = re.compile(
    r"(?:^|[\s_-])(?P<word>paywall|pay-?wall|regwall|promo\w*|upsell|subscri\w+|newsletter\w*|sign-?up|"
    r"app-?(?:banner|promo|download)|donat\w+|ad-?block\w*|cookie\w*|consent\w*|captions?|"
    r"credits?|byline|dateline|kicker|eyebrow|breadcrumbs?|share|sharing|social\w*|comments?|"
    r"disqus\w*|disclaimer|copyright|tags|tag-?(?:list|links|cloud)|tag(?!-)|author-?(?:bio|box|info|card)|about-author)(?:[\s_-]|$)",
    re.I,
)
_WALLS = re.compile(r"pay-?wall|regwall|subscri\w+|promo\w*|upsell")
_COMMENTS = re.compile(r"comments?|disqus\w*")
_QUOTES = re.compile(r"pull-?quote|quote-?pull|pulled-?quote", re.I)
_QUOTE_FROM = 4
_HEADLINE_FROM = 4
_HEADLINE_TO = 25
_MOST_POINTERS = 5
"""Words of a headline that stands as a link between two paragraphs."""
_WRAPPING = ("a", "b", "strong", "em", "i", "u", "span", "font")
_BYLINE_SIZE = 25
_MOST = 0.12
"""A container with more than this share of the body text is no furniture, whatever its name."""
_MOST_OF_ONE_NAME = 0.35
"""Nor are the containers of one name that hold more than this together."""


def prune_furniture(page: Outline) -> None:
    """Cut from the tree of `page` what its class or id names as furniture, if it holds little.

    Quotations set apart go too when the text holds their words, and the byline's address.
    """
    _prune_quotes(page)
    _prune_pointers(page)
    for element in list(page.root.iter("address")):
        if size(element.text_content()) <= _BYLINE_SIZE:
            element.drop_tree()
    for named in _named_furniture(page).values():
        elements = _outermost(named)
        if sum(map(page.body_words, elements)) <= _MOST_OF_ONE_NAME * page.total:
            for element in elements:
                element.drop_tree()


def _named_furniture(page: Outline) -> dict[str, list[HtmlElement]]:
    """The small elements that are named as furniture, by the word that says so.

    A name that covers much of the text in many small elements is the text's own: some sites name
    each paragraph behind a wall, or each post, by it. Readers' comments below a text may be long.
    """
    found: dict[str, list[HtmlElement]] = {}
    for element in page.root.iter(*_TAGS):
        word = _furniture_word(element)
        words = page.body_words(element) if word else 0
        if not word or words > _MOST * page.total or _holds_headline(element):
            continue
        if words and element.tag == "p" and _WALLS.fullmatch(word):
            continue
        if _COMMENTS.fullmatch(word) and page.past_main(element):
            word = f"{word} {len(found)}"
        found.setdefault(word, []).append(element)
    return found


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    """Those that stand in no other of `elements`, whose words are theirs too."""
    known = set(elements)
    return [each for each in elements if known.isdisjoint(each.iterancestors())]


def _furniture_word(element: HtmlElement) -> str | None:
    names = (element.get("class"), element.get("id"))
    words = (_named_as(name) for name in names if name is not None)
    return next((word for word in words if word is not None), None)


@lru_cache(maxsize=4096)
def _named_as(name: str) -> str | None:
    found = _NAMES.search(name)
    return found["word"].lower() if found else None


def _prune_pointers(page: Outline) -> None:
    """Cut paragraphs that are nothing but the linked headline of another story, amid the text.

    Where there are many of them they are the text's own headings.
    """
    found = [element for element in page.root.iter("p") if _points(element, page)]
    if len(found) <= _MOST_POINTERS:
        for element in found:
            element.drop_tree()


def _points(element: HtmlElement, page: Outline) -> bool:
    link = _lone_link(element)
    if link is None or not leads_elsewhere(link, None):
        return False
    text = link.text_content()
    if not _HEADLINE_FROM <= size(text) <= _HEADLINE_TO or ends_with_stop(text):
        return False
    around = (element.getprevious(), element.getnext())
    return all(e is not None and e.tag == "p" and page.body_words(e) > 0 for e in around)


def _lone_link(element: HtmlElement) -> HtmlElement | None:
    """The link that is all of `element`; None if there is more, or none."""
    while len(element) == 1 and not (element.text or "").strip():
        child = element[0]
        if (child.tail or "").strip() or child.tag not in _WRAPPING:
            return None
        if child.tag == "a":
            return child
        element = child
    return None


def _prune_quotes(page: Outline) -> None:
    """Cut quotations that repeat words of the text."""
    texts: list[str] = []
    for element in list(page.root.iter("blockquote", "aside", "q", "div", "figure")):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag not in ("blockquote", "aside", "q") and not _QUOTES.search(names):
            continue
        lines = [line.text for line in text_lines(element)]
        quoted = [key(text) for text in lines if size(text) >= _QUOTE_FROM]
        if quoted and not texts:
            texts += [key(line.text) for line in page.lines if size(line.text) > _QUOTE_FROM]
        if quoted and all(_told(quote, texts) for quote in quoted):
            element.drop_tree()


def _told(quote: str, texts: list[str]) -> bool:
    return any(len(text) > len(quote) and quote in text for text in texts)


def _holds_headline(element: HtmlElement) -> bool:
    return next(element.iter("h1"), None) is not None
