"""The items of a container of other stories: their titles, cards, and the articles in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

from lxml.html import HtmlElement

from aggregator.cleaning import dates
from aggregator.cleaning.addresses import absolute
from aggregator.cleaning.blocks import pieces_of
from aggregator.cleaning.headings import is_related_heading
from aggregator.cleaning.lines import Line, When, read_when
from aggregator.cleaning.outline import HEADINGS, TextLine, text_lines, text_of
from aggregator.cleaning.pieces import Piece
from aggregator.cleaning.script import is_paragraph, key, size

_SHORT_LINE = 12
_TITLE_FROM = 3
_BOLD = ("b", "strong")


@dataclass(frozen=True, slots=True)
class Found:
    """An embedded article with its link (absolute)."""

    piece: Piece
    link: str | None


def titles_of(box: HtmlElement) -> list[HtmlElement]:
    """The title elements of the items in `box`: headings, else links of three words and more."""
    headings = [
        e
        for e in box.iter(*HEADINGS)
        if size(text_of(e)) >= 2 and not is_related_heading(text_of(e))
    ]
    if headings:
        return headings
    bold = _bold_titles(box)
    if len(bold) > 1:
        return bold
    links: dict[str, HtmlElement] = {}
    for link in box.iter("a"):
        if len(link) > 1:
            title = _title_in_link(link)
            if title is not None:
                links.setdefault(key(text_of(title)), title)
            continue
        text = text_of(link)
        if (
            size(text) >= _TITLE_FROM
            and not is_related_heading(text)
            and not _in_running_text(link)
        ):
            links.setdefault(key(text), link)
    return list(links.values())


def _bold_titles(box: HtmlElement) -> list[HtmlElement]:
    """The bold lines of `box` that stand for headings, each with text below it."""
    lines = text_lines(box)
    found: list[HtmlElement] = []
    for line, below in pairwise(lines):
        bold = next((e for e in _up_to(line.element, box) if e.tag in _BOLD), None)
        if bold is None or key(text_of(bold)) != key(line.text) or is_related_heading(line.text):
            continue
        if size(line.text) >= _TITLE_FROM and not is_paragraph(line.text):
            found += [bold] if is_paragraph(below.text) or size(below.text) <= _SHORT_LINE else []
    return found


def _up_to(element: HtmlElement, box: HtmlElement) -> Iterator[HtmlElement]:
    yield from takewhile(lambda e: e is not box, (element, *element.iterancestors()))


def _title_in_link(link: HtmlElement) -> HtmlElement | None:
    """The element that holds the title in a link around a whole card; None if it is no card."""
    lines = text_lines(link)
    if len(lines) < 2:
        return link if size(text_of(link)) >= _TITLE_FROM and len(lines) else None
    for line in lines:
        words = size(line.text)
        titled = words >= _TITLE_FROM and not is_paragraph(line.text)
        if titled and read_when(line.text) is None and line.element is not link:
            return line.element
    return None


def _in_running_text(link: HtmlElement) -> bool:
    """True for a link inside a sentence."""
    parent = link.getparent()
    if parent is None:
        return False
    around = [parent.text, link.tail, *(e.tail for e in link.itersiblings(preceding=True))]
    return any(size(text) > 1 for text in around if text)


def articles_in(box: HtmlElement, url: str | None) -> list[Found]:
    """The items of a related container that carry body text."""
    if not any(is_paragraph(line.text) and not _is_linked(line) for line in text_lines(box)):
        return []
    titles = titles_of(box)
    cards = [card_of(title, titles, box) for title in titles]
    if len(cards) > 1 and all(card is None for card in cards):
        return _flat_articles(box, titles, url)
    if len(titles) == 1:
        return card_article(box, titles[0], url)
    found: list[Found] = []
    for title, card in zip(titles, cards, strict=True):
        if card is not None:
            found += card_article(card, title, url)
    # what stands outside of all cards is no item's text
    return found if any(card is not None for card in cards) else _flat_articles(box, titles, url)


def card_of(title: HtmlElement, titles: list[HtmlElement], box: HtmlElement) -> HtmlElement | None:
    """The largest element in `box` around `title` and no other title; None if that is itself."""
    others = [t for t in titles if t is not title]
    card = title
    for ancestor in title.iterancestors():
        if ancestor is box or any(_inside(other, ancestor) for other in others):
            break
        card = ancestor
    return None if card is title else card


def _inside(element: HtmlElement, ancestor: HtmlElement) -> bool:
    return any(a is ancestor for a in element.iterancestors())


def card_article(card: HtmlElement, title: HtmlElement, url: str | None) -> list[Found]:
    """The article in a card with the given title; none if the card has no text."""
    name = key(text_of(title))
    lines = _as_lines(text_lines(card), title)
    pieces = pieces_of(lines)
    if not pieces:
        return []
    piece = pieces[0]
    for other in pieces[1:]:
        piece.body += (
            [other.title] if other.title and key(other.title) != name else []
        ) + other.body
    piece.title = " ".join(text_of(title).split())
    piece.body = [text for text in piece.body if key(text) != name]
    piece.when = _stated_time(card) or piece.when
    return [Found(piece, link_of(title, url) or _first_link(card, url))] if piece.body else []


def _flat_articles(box: HtmlElement, titles: list[HtmlElement], url: str | None) -> list[Found]:
    """Items that stand one behind the other without an element around each."""
    links = {key(text_of(t)): link_of(t, url) for t in titles}
    lines = [_line(line, None) for line in text_lines(box) if not is_related_heading(line.text)]
    return [Found(piece, links.get(key(piece.title or ""))) for piece in pieces_of(lines)]


def _as_lines(found: list[TextLine], title: HtmlElement) -> list[Line]:
    return [_line(line, title) for line in found if not is_related_heading(line.text)]


def _line(line: TextLine, title: HtmlElement | None) -> Line:
    """A line of a card; its title is a short line even if it ends as a sentence."""
    when = read_when(line.text) if size(line.text) <= _SHORT_LINE else None
    is_title = title is not None and key(line.text) == key(text_of(title))
    paragraph = not is_title and when is None and is_paragraph(line.text)
    paragraph = paragraph and line.element.tag not in HEADINGS and not _is_linked(line)
    return Line(line.text, gap=False, bullet=False, paragraph=paragraph, when=when)


def _is_linked(line: TextLine) -> bool:
    """True if the line is the whole of a link: a headline, whatever its length."""
    anchors = [line.element, *line.element.iterancestors()][:3]
    return any(a.tag == "a" and key(text_of(a)) == key(line.text) for a in anchors)


def _stated_time(card: HtmlElement) -> When | None:
    """The machine-readable time of a card."""
    for element in card.iter("time"):
        moment = dates.parse_time(element.get("datetime") or "")
        if moment is not None:
            return When(None, None, moment)
    return None


def link_of(title: HtmlElement, url: str | None) -> str | None:
    """The link inside or around a title."""
    around = list(title.iterancestors("a"))[:1]
    for anchor in (*([title] if title.tag == "a" else ()), *title.iter("a"), *around):
        link = absolute(anchor.get("href"), url)
        if link:
            return link
    return None


def _first_link(card: HtmlElement, url: str | None) -> str | None:
    return next((link for a in card.iter("a") if (link := absolute(a.get("href"), url))), None)
