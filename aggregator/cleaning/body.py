"""The main text of a parsed page, by trafilatura where it has to be looked for."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Any

from lxml.html import HtmlElement, fragment_fromstring

from aggregator.cleaning.expressions import quicken
from aggregator.cleaning.outline import link_share, text_lines
from aggregator.cleaning.plainpage import plain_paragraphs
from aggregator.cleaning.script import size, tidy

_SMALL_PAGE = 300
_STATED_FROM = 60
_SHOWN_SHARE = 0.4
_MARKUP = re.compile(r"<(?:p|br|div|h\d)\b", re.I)
_MARGINS = frozenset(
    ("a", "nav", "header", "footer", "aside", "h1", "figcaption", "address", "menu")
)


def extract_body(tree: HtmlElement) -> list[str]:
    """The paragraphs of the main text of `tree`; empty if there is none."""
    body = tree.find(".//body")
    lines = plain_paragraphs(body) if body is not None else None
    return found_paragraphs(tree) if lines is None else lines


def found_paragraphs(tree: HtmlElement) -> list[str]:
    """The paragraphs that trafilatura finds.

    `deduplicate` stays off: it keeps state across calls and would lose repeated pages.
    """
    from trafilatura.core import bare_extraction

    document: Any = bare_extraction(tree, options=_extractor())
    text = document.text if document is not None else None
    lines = (tidy(line) for line in (text or "").split("\n"))
    return [line for line in lines if line]


def own_paragraphs(tree: HtmlElement) -> list[str]:
    """The lines of `tree` outside of links, menus and marginal parts, as a browser sets them.

    For small pages, which trafilatura leaves out or flattens into one line with headline and date.
    """
    body = tree.find(".//body")
    lines = text_lines(body if body is not None else tree)
    return [line.text for line in lines if not _is_marginal(line.element)]


def is_poor(refined: list[str], own: list[str]) -> bool:
    """True if `own` says more than what is left of an extraction that found one line or none."""
    if not own:
        return False
    told = sum(map(size, own))
    if told > _SMALL_PAGE:
        return False
    return not refined or (len(own) > 1 and told <= 1.2 * sum(map(size, refined)))


def stated_paragraphs(stated: str) -> list[str]:
    """The lines of a text that a page states in its data, as text or as HTML."""
    if _MARKUP.search(stated):
        return [line.text for line in text_lines(fragment_fromstring(stated, create_parent="div"))]
    return [line for part in stated.split("\n") if (line := tidy(part))]


def is_hidden(shown: list[str], stated: str) -> bool:
    """True if scripts or a wall keep most of the text that a page states from showing.

    A text shown on one line is hidden too where the page states its paragraphs.
    """
    words = size(stated)
    if words < _STATED_FROM:
        return False
    flat = len(shown) == 1 and "\n" in stated.strip()
    return flat or sum(map(size, shown)) < _SHOWN_SHARE * words


def _is_marginal(element: HtmlElement) -> bool:
    around = [element, *element.iterancestors()]
    return any(e.tag in _MARGINS for e in around) or link_share(element) == 1


@cache
def _extractor() -> Any:
    from trafilatura.settings import Extractor

    quicken()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return Extractor(output_format="python", fast=True, comments=False, tables=True, dedup=False)
