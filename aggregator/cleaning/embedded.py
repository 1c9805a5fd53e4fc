"""Articles embedded in an HTML page, told from the main text by structure and text together.

Three things show them: a heading over related stories, a container whose class or id says so,
and further ``article`` elements with a heading or link of their own. What carries body text
becomes a `Found`; bare headlines and link lists are furniture; both leave the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from aggregator.cleaning.cards import Found, articles_in, card_of, link_of, titles_of
from aggregator.cleaning.headings import is_pointer, is_related_heading
from aggregator.cleaning.lines import read_when
from aggregator.cleaning.outline import HEADINGS, Outline, link_share, text_lines, text_of
from aggregator.cleaning.script import is_paragraph, key, size
from aggregator.cleaning.streams import flat_stream, further_boxes, leads_elsewhere

_BOXES = frozenset(
    ("section", "aside", "div", "nav", "ul", "ol", "footer", "related", "article", "table")
)
_LABEL_TAGS = (
    "p", "div", "span", "strong", "b", "legend", "dt", "summary", "header", "a", "th", "caption",
)  # fmt: skip
_BLOCKS = frozenset(("p", "div", "header"))
"""Labels whose lines end where they end; an inline one may begin a line of body text."""
_LABEL_SIZE = 8
_LABEL_PARTS = 6
_SHORT_LINE = 12
_MAIN_SHARE = 0.35
"""A container with more than this share of the page's body text holds the main text."""
_LINKED = 0.6
_FIRST_BLOCK = 6
"""Short lines among which the first of several blocks has its time."""
_RESUMED = 2
"""Paragraphs behind boxed blocks with which the main text goes on."""
_RELATED_TOKEN = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|recirc\w*|more[_-]?(?:stories|news|from|on|headlines)|"
    r"read[_-]?(?:also|next)|also[_-]?(?:read|like)|see[_-]?also|you[_-]?may[_-]?like|trending|"
    r"most[_-]?(?:read|popular|viewed|commented|shared)|popular[_-]?(?:posts|stories|articles)|"
    r"similar[_-]?(?:posts|stories|articles|news)|other[_-]?(?:stories|news|articles)|"
    r"teasers?|outbrain|taboola|trc_\w+|up-?next|next[_-]?(?:article|story|post)|"
    r"latest[_-]?(?:news|stories|posts)|recent[_-]?(?:posts|stories|news))"
    r"(?:[\s_-]|$)|related[_-]?(?:articles|stories|posts|news|content|links|topics|items)|"
    r"recommended\w*",
    re.I,
)


def take_embedded(page: Outline, url: str | None, title: str | None) -> list[Found]:
    """Cut related blocks out of the tree of `page` and return the articles among them.

    `url` is the page's address (links are made absolute against it), `title` its own title.
    """
    found: list[Found] = []
    root = page.root
    for box in _boxes(page):
        if _attached(box, root):
            found += articles_in(box, url)
            box.drop_tree()
    stream = flat_stream(page, title, url)
    others = [*_other_articles(page, title), *further_boxes(page, title, url)]
    for article in [*others, *([stream] if stream is not None else [])]:
        if _attached(article, root):
            found += articles_in(article, url)
            article.drop_tree()
    return found


def _attached(element: HtmlElement, root: HtmlElement) -> bool:
    return any(ancestor is root for ancestor in element.iterancestors())


def _boxes(page: Outline) -> list[HtmlElement]:
    """The containers of related stories, in page order; flat ones are gathered into a new one."""
    named = [e for e in page.root.iter(*_BOXES) if _is_named_related(e) and _may_leave(e, page)]
    told = set(named)
    boxes: list[HtmlElement] = []
    for heading in _related_headings(page):
        if any(around in told for around in heading.iterancestors()):
            continue
        box = _box_of(heading, page)
        if box is None:
            box = _gathered(heading)
        if box is not None:
            boxes.append(box)
    return [*boxes, *named]


def _is_named_related(element: HtmlElement) -> bool:
    names = (element.get("class"), element.get("id"))
    return any(name is not None and _tells_related(name) for name in names)


@lru_cache(maxsize=4096)
def _tells_related(name: str) -> bool:
    return _RELATED_TOKEN.search(name) is not None


def _may_leave(element: HtmlElement, page: Outline) -> bool:
    """True if a container named as related is so by its text: links, or several titled items."""
    if next(element.iter("h1"), None) is not None:
        return False
    words = page.body_words(element)
    if words > _MAIN_SHARE * page.total and not _is_all_cards(element, page, linked=False):
        return False
    return not words or link_share(element) >= _LINKED or bool(titles_of(element))


def _is_all_cards(element: HtmlElement, page: Outline, linked: bool = True) -> bool:
    """True for a container behind the main text that holds cards with (linked) titles only."""
    if not page.past_main(element):
        return False
    titles = titles_of(element)
    if not titles or (linked and not all(leads_elsewhere(title, None) for title in titles)):
        return False
    cards = [card for title in titles if (card := card_of(title, titles, element)) is not None]
    if not cards:
        return len(titles) > 1
    return sum(page.body_words(card) for card in cards) >= 0.8 * page.body_words(element)


def _related_headings(page: Outline) -> list[HtmlElement]:
    found: list[HtmlElement] = []
    for element in page.root.iter(*HEADINGS, *_LABEL_TAGS):
        if len(element) > _LABEL_PARTS:
            continue
        if element.tag in _BLOCKS and page.body_words(element) > 2 * _LABEL_SIZE:
            continue
        if any(len(part) > _LABEL_PARTS for part in element):
            continue
        text = text_of(element)
        if len(text) > 160 or not 0 < size(text) <= _LABEL_SIZE:
            continue
        if is_related_heading(text) and not any(e is element.getparent() for e in found):
            found.append(element)
    return found


def _box_of(heading: HtmlElement, page: Outline) -> HtmlElement | None:
    """The largest element that begins with `heading` and does not hold the main text."""
    box = None
    element = heading
    while True:
        parent = element.getparent()
        if parent is None or parent is page.root or not _leads(element, parent):
            break
        element = parent
        if next(element.iter("h1"), None) is not None:
            break
        large = page.body_words(element) > _MAIN_SHARE * page.total
        if large and not _is_all_cards(element, page):
            break
        if element.tag in _BOXES and _holds_more(element, heading):
            box = element
    return box if box is not None and _holds_stories(box, heading) else None


def _holds_more(box: HtmlElement, heading: HtmlElement) -> bool:
    """True if a box holds more than its heading: text, or links around pictures or nothing."""
    if size(text_of(box)) > size(text_of(heading)):
        return True
    return any(link.get("href") for link in box.iter("a"))


def _holds_stories(box: HtmlElement, heading: HtmlElement) -> bool:
    """True if a box holds links or titled items, not text that runs on ("Read more")."""
    if link_share(box) >= _LINKED or size(text_of(box)) == size(text_of(heading)):
        return True
    if is_pointer(text_of(heading)) and not any(read_when(t) for t in _short_lines(box)):
        return False
    return bool(titles_of(box)) or any(read_when(text) for text in _short_lines(box))


def _short_lines(box: HtmlElement) -> list[str]:
    return [line.text for line in text_lines(box) if size(line.text) <= _SHORT_LINE]


def _leads(element: HtmlElement, parent: HtmlElement) -> bool:
    """True if no text stands in `parent` before `element`."""
    if (parent.text or "").strip():
        return False
    for before in element.itersiblings(preceding=True):
        if isinstance(before.tag, str) and size(text_of(before)):
            return False
        if (before.tail or "").strip():
            return False
    return True


def _gathered(heading: HtmlElement) -> HtmlElement | None:
    """A new container for `heading` and the related siblings behind it; None if there are none."""
    anchor = heading
    while (
        anchor.getparent() is not None
        and not _has_following(anchor)
        and _leads(anchor, anchor.getparent())
    ):
        anchor = anchor.getparent()
    following = list(_related_siblings(anchor))
    parent = anchor.getparent()
    if parent is None or not following:
        return None
    box = parent.makeelement("div")
    anchor.addprevious(box)
    for element in (anchor, *following):
        box.append(element)
    return box


def _has_following(element: HtmlElement) -> bool:
    return any(size(text_of(e)) for e in element.itersiblings() if isinstance(e.tag, str))


def _related_siblings(heading: HtmlElement) -> Iterable[HtmlElement]:
    """The siblings behind a heading that belong to it.

    All if they form dated or linked blocks, else those up to the first plain paragraph.
    """
    siblings = [e for e in heading.itersiblings() if isinstance(e.tag, str)]
    level = heading.tag if heading.tag in HEADINGS else None
    first = next((e for e in siblings if size(text_of(e))), None)
    if level and first is not None and first.tag != level:
        stop = next(
            (n for n, e in enumerate(siblings) if e.tag in HEADINGS and e.tag <= level), None
        )
        siblings = siblings[:stop]
    pointer = is_pointer(text_of(heading))
    if not pointer and _forms_blocks(siblings):
        return _to_last_card(siblings)
    taken: list[HtmlElement] = []
    for element in siblings:
        words = size(text_of(element))
        if words and link_share(element) < _LINKED and (pointer or not _is_card(element)):
            break
        taken.append(element)
    return taken if any(size(text_of(e)) for e in taken) else []


def _to_last_card(siblings: list[HtmlElement]) -> list[HtmlElement]:
    """`siblings` up to the last block; paragraphs behind blocks in boxes are the main text's.

    Blocks without boxes are nothing but siblings, and keep all of them.
    """
    cards = [n for n, e in enumerate(siblings) if _is_card(e)]
    loose = [e for e in siblings if e.tag == "p" and is_paragraph(e.text_content())]
    if not cards or len(loose) < _RESUMED or any(e.tag in HEADINGS for e in siblings):
        return siblings
    behind = siblings[cards[-1] + 1 :]
    return siblings[: cards[-1] + 1] if all(e in behind for e in loose) else siblings


def _forms_blocks(siblings: list[HtmlElement]) -> bool:
    """True if the siblings are items of title and text.

    A title stands first, and a time near it, linked headings or cards follow.
    """
    first = next((e for e in siblings if size(text_of(e))), None)
    if first is None or (first.tag not in _BOXES and is_paragraph(first.text_content())):
        return False
    short = (text for element in siblings for text in _short_lines(element))
    if any(read_when(text) for text in islice(short, _FIRST_BLOCK)):
        return True
    linked = [e for e in siblings if e.tag in HEADINGS and next(e.iter("a"), None) is not None]
    return bool(linked) or any(_is_card(e) for e in siblings)


def _is_card(element: HtmlElement) -> bool:
    return element.tag in _BOXES and bool(titles_of(element))


def _other_articles(page: Outline, title: str | None) -> list[HtmlElement]:
    """``article`` elements beside or inside the main one that have a heading of their own."""
    articles = list(page.root.iter("article"))
    if len(articles) < 2:
        return []
    own = key(title or "")
    holders = [
        a for a in articles if own and any(key(text_of(h)) == own for h in a.iter(*HEADINGS))
    ]
    longest = max(articles, key=page.body_words)
    main = holders[0] if holders else longest
    if main is not longest and page.body_words(main) < _MAIN_SHARE * page.body_words(longest):
        main = longest
    above = set(main.iterancestors("article"))
    # below a headline that stands outside of all of them they are the parts of one text
    parted = page.heading is not None and next(page.heading.iterancestors("article"), None) is None
    found = []
    for article in articles:
        if article is main or article in above:
            continue
        titles = titles_of(article)
        if titles and key(text_of(titles[0])) != own and _begins_with(article, titles[0], parted):
            found.append(article)
    return found


def _begins_with(article: HtmlElement, title: HtmlElement, linked: bool) -> bool:
    """True for a linked title, or (but for `linked`) a heading, among the first lines."""
    first = [key(line.text) for line in text_lines(article)[:4]]
    if key(text_of(title)) not in first:
        return False
    plain = title.tag in HEADINGS and (not linked or title.tag == "h1")
    return plain or link_of(title, None) is not None
