"""Pages that are text already: one article of bare paragraphs, as reading views and feeds have it.

There is nothing to find in them, so trafilatura, which takes half of the time of a page, is not
asked. Whatever is not as plain as that (a table, a named box, a line told twice, a paragraph that
is a link) is left to it.
"""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from aggregator.cleaning.outline import HEADINGS, text_lines, text_of
from aggregator.cleaning.script import tidy

_FEWEST_LETTERS = 300
"""A shorter text may be a part of the page only, or none: trafilatura weighs it."""
_LINKED = 0.5
_TEXT = ("p", "blockquote", "ul", "ol", *sorted(HEADINGS))
_ITEMS = ("ul", "ol")
_RUNS = ("a", "b", "i", "em", "strong", "u", "s", "sub", "sup", "br")
_LEFT_OUT = ("figure", "iframe", "img", "hr", "video", "audio", "footer", "aside")
"""What holds no text of an article, whatever stands in it; trafilatura leaves it out too."""


def _among(tags: tuple[str, ...]) -> str:
    return " or ".join(f"self::{tag}" for tag in tags)


_ODD_PARTS = (
    "./text()[normalize-space()]",
    f"./*[not({_among((*_TEXT, *_LEFT_OUT))}) and normalize-space()]",
    f"./*[{_among(('p', *sorted(HEADINGS)))}]//*[not({_among(_RUNS)})]",
    f"./blockquote//*[not(self::p or {_among(_RUNS)})]",
    "./*[self::ul or self::ol][./*[not(self::li)] or ./text()[normalize-space()] or .//a]",
    f"./*[self::ul or self::ol]/li//*[not({_among(_RUNS)})]",
    "./*[self::ul or self::ol]//br",
    f"./*[{_among(_TEXT)}]/descendant-or-self::*[not(self::a)]/@*",
    ".//a[@class or @id or @role or @style]",
    "./@*",
)
_ODD = etree.XPath(" or ".join(f"boolean({part})" for part in _ODD_PARTS))
_OUTSIDE = etree.XPath(
    "boolean((.//article)[2] or ./text()[normalize-space()]"
    " or ./*[not(self::article) and normalize-space()])"
)
"""Of a body whose child an article is: another article, or text outside of the one."""


def plain_paragraphs(body: HtmlElement) -> list[str] | None:
    """The lines of a page whose body is one plain article; None if it is anything else.

    Headings that nothing follows are left out.
    """
    article = body.find("article")
    if article is None or _ODD(article) or _OUTSIDE(body):
        return None
    lines: list[str] = []
    kept = 0
    for element in article.iterchildren(*_TEXT):
        if not len(element):
            texts = [tidy(element.text or "")]
        elif _is_linked(element):
            return None
        else:
            sign = "- " if element.tag in _ITEMS else ""
            texts = [sign + line.text for line in text_lines(element)]
        lines += [line for text in texts if (line := _printable(text))]
        kept = kept if element.tag in HEADINGS else len(lines)
    lines = lines[:kept]
    if len(set(lines)) < len(lines) or sum(map(len, lines)) < _FEWEST_LETTERS:
        return None
    return lines


def _is_linked(element: HtmlElement) -> bool:
    """True if links hold much of the text of `element`, as in a pointer to another story."""
    linked = sum(len(tidy(text_of(a))) for a in element.iter("a"))
    return linked > 0 and linked > _LINKED * len(tidy(text_of(element)))


def _printable(text: str) -> str:
    """`text` without joiners and other signs that do not print; trafilatura drops them too."""
    if text.isprintable():
        return text
    return tidy("".join(sign for sign in text if sign.isprintable() or sign.isspace()))
