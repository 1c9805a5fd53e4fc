"""The parse of an HTML page: once, by libxml2, within limits."""

from __future__ import annotations

import re
from functools import cache

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_ENCODING_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)

_NO_CHARACTER = re.compile(
    r"&#(?:0*(?:[1-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)"
    r"|x0*(?:[1-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?",
    re.I,
)
"""References to control signs: libxml2 makes them, and lxml refuses to move what holds one."""
_FRAMES = re.compile(r"</?(?:frameset|noframes|frame)(?:\s[^>]*)?>", re.I)
_HEAD = 20_000
"""Letters among which a page of frames begins them."""

# lxml.html chooses a class for each element in Python, which costs a third of all walks over a
# tree; forms and inputs need no class of their own here.
_ELEMENT_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)


class TooDeep(Exception):
    """The page nests deeper than allowed; the message says the limit."""


def parse(text: str, max_depth: int) -> HtmlElement | None:
    """The tree of a decoded page; None if it holds no element.

    Raises `TooDeep` if elements nest deeper than `max_depth`: libxml2 itself cuts text at 256
    levels without saying so.
    """
    body = _NO_CHARACTER.sub(" ", _ENCODING_DECLARATION.sub("", text))
    if _FRAMES.search(body, 0, _HEAD):
        # what a page of frames says to those without is markup that libxml2 takes for text
        body = _FRAMES.sub("", body)
    parser = HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    parser.set_element_class_lookup(_ELEMENT_CLASS)
    try:
        tree = document_fromstring(body.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    if depth_exceeds(tree, max_depth):
        raise TooDeep(f"elements nest deeper than {max_depth} levels")
    return tree


def depth_exceeds(tree: HtmlElement, limit: int) -> bool:
    """True if an element of `tree` has more than `limit` ancestors."""
    return bool(_beyond(limit)(tree))


@cache
def _beyond(limit: int) -> etree.XPath:
    """Tells of an element whether any stands more than `limit` levels below it."""
    steps = "/".join("*" * (limit + 1))
    return etree.XPath(f"boolean({steps})")
