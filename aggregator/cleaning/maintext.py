"""The main text of an HTML page after extraction: headline, byline, dates and calls taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from aggregator.cleaning import furniture, notices
from aggregator.cleaning.headings import is_pointer, is_related_heading
from aggregator.cleaning.lines import Line, When, read_when
from aggregator.cleaning.markup import address_alone
from aggregator.cleaning.outline import TextLine
from aggregator.cleaning.pieces import is_furniture, is_notice, tells_nothing, without_pitches
from aggregator.cleaning.script import ends_as_sentence, is_paragraph, key, same_words, size

_HEADER_LINES = 4
_SHORT_LINE = 14
_NAME_SIZE = 7
_KICKER_SIZE = 4
_SITE = re.compile(r"\s+(?:[|–—·•-]|::)\s+")
_HEADLINE_SIZE = 4
_TRAIL = re.compile(r"\s[|/>»›·•]\s")


@dataclass(frozen=True, slots=True)
class Source:
    """What stands beside the headline: who published the story, and when."""

    outlet: str | None = None
    when: When | None = None


def refine(paragraphs: list[str], title: str | None, authors: str | None = None) -> list[str]:
    """`paragraphs` of an extracted body without the page furniture among them.

    Sentences stay, but for credits, calls to use an app, a newsletter or the like, and words
    about the author. Empty if nothing else is there.
    """
    own = key(title) if title else None
    texts = [text for text in paragraphs if own is None or not same_words(text, own)]
    inner = range(_HEADER_LINES, len(texts) - _HEADER_LINES)
    lines = [_line(text, dated=at not in inner) for at, text in enumerate(texts)]
    kept = [
        line
        for at, line in enumerate(lines)
        if not is_furniture(line) and not (at < _HEADER_LINES and _is_header(line))
    ]
    kept = without_pitches(_without_kickers(kept))
    while kept and _trails(kept[-1]):
        kept.pop()
    texts = [line.text for line in kept]
    texts = texts[: notices.bio_start(texts, authors)]
    return [] if tells_nothing(texts, paragraphs) else texts


def _without_kickers(lines: list[Line]) -> list[Line]:
    """`lines` without the section's name or trail of links that stands above the text."""
    start = next((n for n, line in enumerate(lines) if line.paragraph), 0)
    head = [line for line in lines[:start] if not _is_kicker(line.text)]
    return head + lines[start:]


def _is_kicker(text: str) -> bool:
    return size(text) <= _KICKER_SIZE or len(_TRAIL.findall(text)) > 1


def headline_shown(title: str | None, lines: list[TextLine]) -> str | None:
    """`title` without the site's name, where the page shows the headline on a line of its own."""
    marks = list(_SITE.finditer(title)) if title else []
    heads = [title[: mark.start()].strip() for mark in marks] if title else []
    heads = [head for head in heads if size(head) >= _HEADLINE_SIZE]
    return next((head for head in reversed(heads) if _is_shown(key(head), lines)), title)


def _is_shown(words: str, lines: list[TextLine]) -> bool:
    return any(same_words(line.text, words) for line in lines)


def source_beside(lines: list[TextLine], title: str | None, authors: str | None) -> Source:
    """The outlet and age on the lines below the page's headline; empty if they tell none.

    A republisher writes there whose story it is. Only a relative age counts: beside a full
    date stands as often a writer's name.
    """
    at = _headline_at(lines)
    if at is None:
        own = key(title or "")
        at = next((n for n, line in enumerate(lines) if own and same_words(line.text, own)), None)
    if at is None:
        return Source()
    below = lines[at + 1 : at + 1 + _HEADER_LINES]
    for n, line in enumerate(below):
        when = read_when(line.text) if size(line.text) <= _SHORT_LINE else None
        if when is None or when.age is None:
            continue
        name = when.outlet or (below[n - 1].text if n else None)
        return Source(name if name and _may_be_outlet(name, authors) else None, when)
    return Source()


def _may_be_outlet(name: str, authors: str | None) -> bool:
    if size(name) > _NAME_SIZE or is_paragraph(name) or furniture.is_section_label(name):
        return False
    if furniture.author_of(name) or furniture.is_label(name) or furniture.is_date_label(name):
        return False
    return not authors or key(name) not in key(authors)


def _headline_at(lines: list[TextLine]) -> int | None:
    if not lines or next(lines[0].element.getroottree().iter("h1"), None) is None:
        return None
    return next((n for n, line in enumerate(lines) if _in_h1(line.element)), None)


def _in_h1(element: HtmlElement) -> bool:
    return element.tag == "h1" or any(True for _ in element.iterancestors("h1"))


def _line(text: str, dated: bool) -> Line:
    """A line of the body; only those at its ends may be dates (`dated`)."""
    when = read_when(text) if dated and size(text) <= _SHORT_LINE else None
    return Line(text, False, False, when is None and is_paragraph(text), when)


def _is_header(line: Line) -> bool:
    """True for a date, age, byline or notice above the text."""
    if notices.is_consent(line.text) or notices.is_trail(line.text):
        return True
    return line.when is not None or furniture.author_of(line.text) is not None


def _trails(line: Line) -> bool:
    """True for a line that ends no text: a heading without text, a credit, a call, a date."""
    text = line.text
    if is_related_heading(text) or is_pointer(text) or is_furniture(line, at_end=True):
        return True
    if is_notice(text) or (not text.startswith("http") and address_alone(text)):
        return True
    return line.when is not None and not ends_as_sentence(text)
