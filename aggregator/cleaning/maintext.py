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
_COLON = re.compile(r"[^\s:]:\s")
_HEADLINE_SIZE = 4
_OWN_SHARE = 0.4
_FLAT_REST = 8
"""Words of dates and labels behind a headline."""
_TRAIL = re.compile(r"\s[|/>»›·•]\s")


def refine(paragraphs: list[str], title: str | None, authors: str | None = None) -> list[str]:
    """`paragraphs` of an extracted body without the page furniture among them.

    Sentences stay, but for credits, calls to use an app, a newsletter or the like, and words
    about the author. Empty if nothing else is there.
    """
    own = key(title) if title else None
    texts = [text for text in paragraphs if own is None or not same_words(text, own)]
    texts = [t for n, t in enumerate(texts) if n >= _HEADER_LINES or not _with_site(t, title)]
    inner = range(_HEADER_LINES, len(texts) - _HEADER_LINES)
    kept: list[Line] = []
    for at, text in enumerate(texts):
        if _heads_list(texts, at):
            kept.append(Line(text, False, False, True, None))
            continue
        line = _line(text, dated=at not in inner)
        if not is_furniture(line) and not (at < _HEADER_LINES and _is_header(line)):
            kept.append(line)
    kept = without_pitches(_without_kickers(kept))
    while kept and _trails(kept[-1]):
        kept.pop()
    texts = [line.text for line in kept]
    texts = texts[: notices.bio_start(texts, authors)]
    return [] if tells_nothing(texts, paragraphs) else texts


def _with_site(text: str, title: str | None) -> bool:
    """True for the headline with the site's name behind it."""
    if not title or not text.startswith(title):
        return False
    rest = text[len(title) :]
    return size(rest) <= _FLAT_REST and _SITE.match(rest) is not None


def _heads_list(texts: list[str], at: int) -> bool:
    """True for a line of some words and a colon above the items of a list: no call."""
    listed = texts[at + 1 : at + 3]
    colon = texts[at].endswith((":", "：")) and size(texts[at]) > _KICKER_SIZE
    return colon and len(listed) == 2 and all(text.startswith("- ") for text in listed)


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
    shown = next((part for part in parts if _is_shown(key(part), lines)), title)
    # a headline may hold a colon; nothing behind it is a site's name
    split = title is not None and shown is not None and _COLON.search(title) is not None
    return title if split and _is_shown(key(title or ""), lines) else shown


def _parts(title: str) -> Iterator[str]:
    """What stands before or behind a separator in `title`, where it is as long as a headline."""
    marks = list(_SITE.finditer(title))
    parts = [title[: mark.start()] for mark in marks] + [title[mark.end() :] for mark in marks]
    yield from (part.strip() for part in parts if size(part) >= _HEADLINE_SIZE)


def _is_shown(words: str, lines: list[TextLine]) -> bool:
    return any(same_words(line.text, words) for line in lines)


def is_flat(line: str, title: str | None) -> bool:
    """True if `line`, all that extraction found, is a page set on one line, headline first."""
    own = key(title or "")
    return bool(own) and key(line).startswith(own)


def unflattened(line: str, title: str, own: list[str]) -> list[str]:
    """The text of a flat page: `own`, its own lines, if they are much of it.

    Else `line` without the headline at its start; empty if only a date or a label is behind it.
    """
    if sum(map(size, own)) >= _OWN_SHARE * size(line):
        return own
    rest = line[len(title) :].strip() if line.startswith(title) else line
    return [rest] if size(line) - size(title) > _FLAT_REST else []


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
