"""Telling HTML from text, and taking the tags out of a short fragment."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_DOCUMENT = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_FRAGMENT = re.compile(
    r"\s*<(?:article|aside|blockquote|center|div|figure|font|h[1-6]|header|img|link|main|meta|nav"
    r"|ol|p|script|section|span|style|table|title|ul)\b[^<>]*>",
    re.I,
)
_CLOSING = re.compile(r"</(?:p|div|h[1-6]|article|section|body|html|ul|ol|table)\s*>", re.I)
_SKIPPED = frozenset({"script", "style", "template", "noscript"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"}
    | {"nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)


def is_document(text: str) -> bool:
    """Whether text opens as an HTML document or as one of its elements."""
    return _DOCUMENT.match(text) is not None or _FRAGMENT.match(text) is not None


def is_markup(text: str) -> bool:
    """Whether a field's text is HTML, whole or a fragment with closed blocks."""
    head = text[:100_000]
    return _DOCUMENT.match(head) is not None or _CLOSING.search(head) is not None


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._skipping += tag in _SKIPPED
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED and self._skipping:
            self._skipping -= 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 - the base's
        """What begins as an SGML section is a comment in HTML; the base fails on odd names."""
        return self.parse_bogus_comment(i)

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.parts.append(data)


def plain_text(fragment: str) -> str:
    """The text of an HTML fragment, one line a block; entities resolved."""
    parser = _Plain()
    parser.feed(fragment)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)
