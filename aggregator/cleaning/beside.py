"""What stands beside the headline of an HTML page: outlet, times and author of its story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from lxml.html import HtmlElement

from aggregator.cleaning import furniture, phrases
from aggregator.cleaning.dates import Bounds
from aggregator.cleaning.lines import When, read_when
from aggregator.cleaning.metadata import Metadata
from aggregator.cleaning.names import may_be_person
from aggregator.cleaning.outline import HEADINGS, TextLine, is_in
from aggregator.cleaning.script import is_paragraph, key, same_words, size

_HEADER_LINES = 4
_DATED_LINES = 8
"""Lines below the headline among which its date may stand; the standfirst is one of them."""
_SHORT_LINE = 14
_NAME_SIZE = 7
_TITLE_SIZE = 3
_APART = ("aside", "nav", "footer", "li", "figure")
_NEAR = 3
"""Levels up from a headline to the box that holds a date above it too."""
_SIGNED = re.compile(r"(?:^|[\s_-])(?:by-?line|authors?|posted-by|writer)(?:[\s_-]|$)", re.I)

_AND = re.compile(r"\s*[,;&/]\s*|\s+(?:and|und|et|y|e|i|en|och|og|ja|a|ve|и|та|і)\s+")


@dataclass(frozen=True, slots=True)
class Source:
    """Who published the story, when (`when` with its outlet may be relative), and who wrote it."""

    outlet: str | None = None
    when: When | None = None
    published: datetime | None = None
    modified: datetime | None = None
    author: str | None = None


def source_beside(lines: list[TextLine], about: Metadata, bounds: Bounds) -> Source:
    """The outlet, times and author on the lines beside the page's headline, as far as they tell.

    Asked is only what `about` does not say. An outlet counts only beside a relative age, where a
    republisher writes whose story it is: beside a full date stands as often a writer's name.
    """
    at = _headline_at(lines, key(about.title or ""))
    if at is None:
        return Source()
    outlet, when = _aged(lines[at + 1 : at + 1 + _HEADER_LINES], about.author)
    if about.published and about.modified and about.author:
        return Source(outlet, when)
    header = _header(lines, at)
    published = modified = author = None
    if not about.published or any(_before_updates().search(line.text) for line in header):
        published, modified = _times(header, bounds)
    if about.author is None:
        author = next((name for line in header if (name := _author(line))), None)
    return Source(outlet, when, published, modified, author)


def _aged(below: Sequence[TextLine], authors: str | None) -> tuple[str | None, When | None]:
    """The first relative age below the headline, with the outlet beside it."""
    for n, line in enumerate(below):
        when = read_when(line.text) if size(line.text) <= _SHORT_LINE else None
        if when is None or when.age is None:
            continue
        name = when.outlet or (below[n - 1].text if n else None)
        return (name if name and _may_be_outlet(name, authors) else None), when
    return None, None


def _header(lines: list[TextLine], at: int) -> list[TextLine]:
    """The short lines below the headline up to its text, then one above it in the same box."""
    found: list[TextLine] = []
    paragraphs = 0
    for line in lines[at + 1 : at + 1 + _DATED_LINES]:
        if size(line.text) > _SHORT_LINE:
            paragraphs += 1
            if paragraphs > 1:
                break
        elif not _is_apart(line.element):
            found.append(line)
    return found + [line for line in lines[max(0, at - 1) : at] if _same_box(line, lines[at])]


def _same_box(line: TextLine, headline: TextLine) -> bool:
    around = list(headline.element.iterancestors())[:_NEAR]
    boxes = [e for e in around if e.tag not in ("body", "html")]
    return any(e in boxes for e in line.element.iterancestors()) and not _is_apart(line.element)


def _is_apart(element: HtmlElement) -> bool:
    """True for a line in a margin, or of a list of other stories: linked titles."""
    around = [e for e in (element, *element.iterancestors()) if e.tag in _APART]
    return any(e.tag != "li" or _titled(e) for e in around)


def _titled(item: HtmlElement) -> bool:
    return any(size(link.text_content()) >= _TITLE_SIZE for link in item.iter("a"))


def _times(header: Sequence[TextLine], bounds: Bounds) -> tuple[datetime | None, datetime | None]:
    """The first full date that is not called an update, and the first that is."""
    told = [each for line in header for each in _told(line.text) if bounds.hold(each[1])]
    published = next((moment for update, moment in told if not update), None)
    modified = next((moment for update, moment in told if update), None)
    return published, modified


def _told(text: str) -> Iterator[tuple[bool, datetime]]:
    """The full dates on a line, each with whether it is called an update."""
    if size(text) > _SHORT_LINE or not any(sign.isdigit() for sign in text):
        return
    for part in _before_updates().split(text):
        when = read_when(part.strip(" |·•,;–—-()"))
        if when is not None and when.moment is not None:
            yield _before_updates().match(part) is not None, when.moment


def _author(line: TextLine) -> str | None:
    """The names in a byline, or in an element that is named as one."""
    told = furniture.author_of(line.text)
    if told is None and _is_signed(line.element):
        told = line.text
    names = [name.strip() for name in _AND.split(told)] if told else []
    sure = all(len(name.split()) > 1 and may_be_person(name) for name in names)
    return ", ".join(names) if names and sure else None


def _is_signed(element: HtmlElement) -> bool:
    classes = (e.get("class") for e in (element, element.getparent()) if e is not None)
    return any(name is not None and _SIGNED.search(name) for name in classes)


def _may_be_outlet(name: str, authors: str | None) -> bool:
    if size(name) > _NAME_SIZE or is_paragraph(name) or furniture.is_section_label(name):
        return False
    if furniture.author_of(name) or furniture.is_label(name) or furniture.is_date_label(name):
        return False
    return not authors or key(name) not in key(authors)


def _headline_at(lines: list[TextLine], own: str) -> int | None:
    """The index of the headline: its words in a top heading, in any, a top heading, its words."""
    top = _first_heading(lines)
    if top is not None and same_words(lines[top].text, own):
        return top
    named = [n for n, line in enumerate(lines) if own and same_words(line.text, own)]
    headed = (n for n in named if is_in(lines[n].element, HEADINGS))
    return next(headed, top if top is not None else next(iter(named), None))


def _first_heading(lines: list[TextLine]) -> int | None:
    if not lines or next(lines[0].element.getroottree().iter("h1"), None) is None:
        return None
    return next((n for n, line in enumerate(lines) if is_in(line.element, ("h1",))), None)


@cache
def _before_updates() -> re.Pattern[str]:
    """The place before a word for an update."""
    words = "|".join(
        sorted(map(re.escape, phrases.UPDATE_LABELS.split("|")), key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?={words})", re.I)
