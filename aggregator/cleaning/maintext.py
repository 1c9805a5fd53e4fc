"""The main text of an HTML page after extraction: headline, byline, dates and calls taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.cleaning import furniture, notices
from aggregator.cleaning.headings import is_pointer, is_related_heading
from aggregator.cleaning.lines import Line, read_when
from aggregator.cleaning.markup import address_alone
from aggregator.cleaning.outline import TextLine
from aggregator.cleaning.pieces import is_furniture, is_notice, tells_nothing, without_pitches
from aggregator.cleaning.script import ends_as_sentence, is_paragraph, key, same_words, size

_HEADER_LINES = 4
_SHORT_LINE = 14
_KICKER_SIZE = 4
_SITE = re.compile(r"\s+(?:[|–—·•»>-]|::)\s+|\s*[|_｜]\s*|:\s+")
_HEADLINE_SIZE = 4
_TRAIL = re.compile(r"\s[|/>»›·•]\s")


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


def headline_shown(title: str | None, whole: str | None, lines: list[TextLine]) -> str | None:
    """The part of `title` that the page shows as a line: the headline without the site's name.

    `whole` is the text of the title element, asked where `title` is as short as a site's name.
    """
    told = [title] if title else []
    if title and whole and size(title) < _HEADLINE_SIZE and key(title) in key(whole):
        told.append(whole)
    parts = [part for text in told for part in _parts(text)]
    parts = sorted(dict.fromkeys(parts), key=size, reverse=True)
    return next((part for part in parts if _is_shown(key(part), lines)), title)


def _parts(title: str) -> Iterator[str]:
    """What stands before or behind a separator in `title`, where it is as long as a headline."""
    marks = list(_SITE.finditer(title))
    parts = [title[: mark.start()] for mark in marks] + [title[mark.end() :] for mark in marks]
    yield from (part.strip() for part in parts if size(part) >= _HEADLINE_SIZE)


def _is_shown(words: str, lines: list[TextLine]) -> bool:
    return any(same_words(line.text, words) for line in lines)


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
