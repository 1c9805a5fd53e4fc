"""An element's text as lines, as a browser would set them, each with its element."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from aggregator.cleaning.script import has_words, is_paragraph, key, same_words, size, tidy

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset(
    "script style noscript template svg iframe object embed form button select textarea input "
    "video audio canvas head title meta link".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp "
    "small span strike strong sub sup time tt u var wbr".split()
)
_RUNNING = frozenset(("p", "li", "blockquote", "td", "th", "dd", "dt", "figcaption", *HEADINGS))

_CARD = 12
"""Words; a link that holds more, in elements of their own, is a card."""
_SOME_TEXT = 30
"""Words of body text below a headline after which other things may follow."""


class TextLine(NamedTuple):
    """One line of text and the element that holds it."""

    text: str
    element: HtmlElement


class Outline:
    """A page's tree with its lines of text, and the words of body text in each element.

    `root` is the body element, `lines` its lines, `total` the words of body text in all. The
    counts are those of the moment the outline was made.
    """

    def __init__(self, tree: HtmlElement) -> None:
        body = tree.find(".//body")
        self.root: HtmlElement = body if body is not None else tree
        self.lines = text_lines(self.root)
        self._words: dict[HtmlElement, int] = {}
        self._before: dict[HtmlElement, int] = {}
        told = 0
        for line in self.lines:
            words = size(line.text) if is_paragraph(line.text) else 0
            self._count(line, words, told)
            told += words
        self.total = max(1, self.body_words(self.root))
        self.heading: HtmlElement | None = next(self.root.iter("h1"), None)

    def _count(self, line: TextLine, words: int, told: int) -> None:
        element: HtmlElement | None = line.element
        # what stands around an element that was met before was met too
        while element is not None and (words or element not in self._before):
            self._before.setdefault(element, told)
            if words:
                self._words[element] = self._words.get(element, 0) + words
            element = element.getparent()

    def body_words(self, element: HtmlElement) -> int:
        """The words of body text (lines that look like paragraphs) inside `element`."""
        return self._words.get(element, 0)

    def past_main(self, element: HtmlElement) -> bool:
        """True if `element` stands behind the headline and some text below it."""
        if self.heading is None or element not in self._before:
            return False
        between = self._before[element] - self._before.get(self.heading, 0)
        return between >= _SOME_TEXT and element not in self.heading.iterancestors()

    def name_heading(self, title: str | None) -> None:
        """Take the line that says the page's `title` for its headline where no h1 is one."""
        own = key(title or "")
        if self.heading is None and own:
            named = (line.element for line in self.lines if same_words(line.text, own))
            self.heading = next(named, None)


def is_in(element: HtmlElement, tags: Collection[str]) -> bool:
    """True for an element with one of these tags, and for what stands in one."""
    return element.tag in tags or any(True for _ in element.iterancestors(*tags))


def text_lines(root: HtmlElement) -> list[TextLine]:
    """The lines of `root`.

    Inline elements share a line, but for those that stand alone in a box (an outlet's and an
    age's span side by side).
    """
    lines = _Lines(root)
    blocks: list[bool] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            if blocks.pop():
                lines.end()
            if element.tail and element is not root:
                lines.write(element.tail, element.getparent())
        elif element.tag in _UNSEEN:
            walk.skip_subtree()
            blocks.append(False)
        else:
            blocks.append(element.tag not in _INLINE or _stands_alone(element))
            if blocks[-1]:
                lines.end()
            if element.text:
                lines.write(element.text, element)
    lines.end()
    return lines.done


class _Lines:
    """Lines in the making: the texts of the open one, and the element of its first word."""

    def __init__(self, root: HtmlElement) -> None:
        self.done: list[TextLine] = []
        self._open: list[str] = []
        self._holder = root

    def write(self, text: str, holder: HtmlElement) -> None:
        if not self._open:
            if text.isspace():
                return
            self._holder = holder
        self._open.append(text)

    def end(self) -> None:
        if not self._open:
            return
        text = tidy("".join(self._open))
        self._open.clear()
        if text and has_words(text):
            self.done.append(TextLine(text, self._holder))


def text_of(element: HtmlElement) -> str:
    """All text inside `element`; for one without children at a fraction of `text_content`."""
    return element.text_content() if len(element) else element.text or ""


def _stands_alone(element: HtmlElement) -> bool:
    """True for an inline element in a box that holds nothing but elements."""
    parent = element.getparent()
    if parent is None or parent.tag in _RUNNING or len(parent) < 2:
        return False
    if parent.tag in _INLINE and not (parent.tag == "a" and size(parent.text_content()) > _CARD):
        return False
    return not (parent.text or "").strip() and not any((c.tail or "").strip() for c in parent)


def link_share(element: HtmlElement) -> float:
    """The share of an element's words that stand in links, 0..1; 1 where there are no words."""
    words = size(text_of(element))
    linked = sum(size(text_of(a)) for a in element.iter("a")) if words else 0
    return min(1.0, linked / words) if words else 1.0
