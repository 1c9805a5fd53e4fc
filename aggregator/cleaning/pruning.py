"""Containers that pages themselves name as furniture, cut before the body is extracted."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from aggregator.cleaning.outline import Outline

_TAGS = ("div", "section", "aside", "p", "ul", "span", "form", "header", "footer", "figcaption")
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:paywall|pay-?wall|regwall|promo\w*|upsell|subscri\w+|newsletter\w*|sign-?up|"
    r"app-?(?:banner|promo|download)|donat\w+|ad-?block\w*|cookie\w*|consent\w*|captions?|"
    r"credits?|byline|dateline|kicker|eyebrow|breadcrumbs?|share|sharing|social\w*|comments?|"
    r"disqus\w*|disclaimer|copyright|tags?|tag-?list|author-?(?:bio|box|info|card)|about-author)(?:[\s_-]|$)",
    re.I,
)
_MOST = 0.12
"""A container with more than this share of the body text is no furniture, whatever its name."""


def prune_furniture(page: Outline) -> None:
    """Cut from the tree of `page` what its class or id names as furniture, if it holds little."""
    for element in list(page.root.iter(*_TAGS)):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not names.strip() or not _NAMES.search(names):
            continue
        if page.body_words(element) <= _MOST * page.total and not _holds_headline(element):
            element.drop_tree()


def _holds_headline(element: HtmlElement) -> bool:
    return next(element.iter("h1"), None) is not None
