# ruff: noqa: E501 - invented texts, one on one line
"""Pages that state several dates, or dates of other calendars, get their own or none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Kind, Page, Record
from aggregator.core.options import CleaningOptions

CAPTURED = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
TITLE = "Old signal box becomes a reading room"
TEXT = [
    "The town council of Ostley has bought the old signal box for one crown, it was said.",
    "Work begins in May 2026, the mayor told the council on Tuesday, 3 March 2026, at noon.",
]
OTHER = {
    "@type": "NewsArticle",
    "headline": "Ferry captain retires",
    "datePublished": "2025-01-01",
}
OWN = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-03T10:00:00+01:00"}


def published(payload: str, kind: Kind = Kind.HTML, url: str | None = None) -> datetime | None:
    """The published time of the main article of a page."""
    page = clean(Record("page", payload.encode(), kind, url, None, CAPTURED), CleaningOptions())
    assert isinstance(page, Page), page
    assert page.main is not None
    return page.main.published


def html(head: str = "", above: str = "", below: str = "") -> str:
    text = "".join(f"<p>{line}</p>" for line in TEXT)
    return (
        f"<html><head><title>{TITLE}</title>{head}</head><body><article><h1>{TITLE}</h1>"
        f"{above}{text}{below}</article></body></html>"
    )


def linked(*items: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(items)}</script>'


@pytest.mark.parametrize(
    "page",
    [
        html(below="<footer>© 1998-2024 Lantern</footer>"),
        html(below='<aside><time datetime="2025-02-01">x</time><a href=/b>Ferry</a></aside>'),
        html(above='<time datetime="1404-12-12">12 اسفند</time>'),
        html(above="<time>3 มีนาคม 2569</time>"),
        html('<meta property="article:published_time" content="2569-03-03T10:00:00+07:00">'),
        html('<meta property="article:published_time" content="1404-12-12T10:00:00+03:30">'),
        html('<meta property="article:published_time" content="0000-00-00T00:00:00">'),
        html('<meta property="article:published_time" content="2026-W10-3">'),
        html(
            below="<div itemprop=comment itemscope>"
            "<meta itemprop=datePublished content=2026-02-01></div>"
        ),
    ],
)
def test_a_date_of_something_else_is_not_the_pages(page: str) -> None:
    """Rights, other stories, comments and calendars that we do not know give no date."""
    assert published(page) is None


@pytest.mark.parametrize("items", [(OWN, OTHER), (OTHER, OWN), ({"hasPart": [OTHER]}, OWN)])
def test_of_several_linked_articles_the_one_on_the_page_counts(items: tuple[object, ...]) -> None:
    """The headline tells which of the articles in JSON-LD is the page's."""
    assert published(html(linked(*items))) == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_stated_date_wins_over_that_in_the_address() -> None:
    """The path of an address counts only where the page says nothing."""
    url = "https://lantern.example/2025/03/02/box"
    assert published(html(linked(OWN)), url=url) == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert published(html(), url=url) == datetime(2025, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        (["Updated 4 March 2026 10:00 GMT", "Published 3 March 2026 9:00 GMT"], (3, 9)),
        (["Published 3 March 2026 9:00 GMT", "Updated 4 March 2026 10:00 GMT"], (3, 9)),
        (["٤ مارس ٢٠٢٦"], (4, 0)),
        (["2026-03-03 10:30 CET"], (3, 9)),
        (["13 اسفند 1404"], None),
        (["۱۴۰۴/۱۲/۱۳ - ۱۰:۳۰"], None),
        (["4 มีนาคม 2569"], None),
        ([], None),
    ],
)
def test_a_texts_header_tells_its_date_or_none(
    header: list[str], moment: tuple[int, int] | None
) -> None:
    """Of two dates the earlier is that of publication; dates amid the text are never taken."""
    found = published("\n".join([TITLE, *header, *TEXT]), Kind.TEXT)
    expected = datetime(2026, 3, *moment, tzinfo=UTC) if moment else None
    assert (found.replace(minute=0) if found else None) == expected


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("<p>Published: 2 March 2026, 10:00 | Updated: 3 March 2026, 11:30</p>", "2026-03-02 10:00"),
        ("<p>Last updated: 3 March 2026</p><p>First published: 1 March 2026</p>", "2026-03-01 00:00"),
        ("<p class=byline>By Nell Harrow, March 2, 2026</p>", "2026-03-02 00:00"),
        ("<div>2 марта 2026, 10:15</div>", "2026-03-02 10:15"),
        ("<div>2 مارس 2026</div>", "2026-03-02 00:00"),
        ("<div>2026年3月2日 10時15分</div>", "2026-03-02 10:15"),
        ("<abbr class=published title=2026-03-02T09:15:00+01:00>yesterday</abbr>", "2026-03-02 08:15"),
        ("<span property='dc:date dc:created' content=2026-03-02T09:15Z>Monday</span>", "2026-03-02 09:15"),
        ("<p>Last updated: 3 March 2026</p>", None),
        ("<p>03/04/2026</p>", None),
        ("<p>2 March</p>", None),
        ("<p>2 March 2031</p>", None),
        ("<p>The festival opens on 5 June 2026 at noon in the old yard of the works.</p>", None),
        ("<aside><p>1 March 2026</p></aside>", None),
        ("<ul><li>1 March 2026 <a href=/x>Ferry captain retires</a></li></ul>", None),
    ],
)  # fmt: skip
def test_a_full_date_on_a_line_below_the_headline_is_the_pages(
    above: str, day: str | None
) -> None:
    """A line that is a date tells the day of publication, but for updates, margins and odd years."""
    moment = published(html(above=above))
    assert (moment and f"{moment:%Y-%m-%d %H:%M}") == day


def test_the_day_on_top_of_a_page_is_not_the_storys() -> None:
    """Above the headline only a date in its own box counts: on top of a page stands today's."""
    today = "<div>Wednesday, March 4, 2026</div>"
    text = "".join(f"<p>{line}</p>" for line in TEXT)
    apart = f"<html><body>{today}<div><h1>{TITLE}</h1>{text}</div></body></html>"
    inside = f"<html><body><div>{today}<h1>{TITLE}</h1>{text}</div></body></html>"
    assert published(apart) is None
    assert published(inside) == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("<p class=byline>By Nell Harrow and Tom Brack</p>", "Nell Harrow, Tom Brack"),
        ("<div class=author-name>Nell Harrow</div>", "Nell Harrow"),
        ("<p>Von Nell Harrow</p>", "Nell Harrow"),
        ("<div class=author-name>All the news</div>", None),
        ("<p>By noon the levers were gone.</p>", None),
    ],
)
def test_the_byline_below_the_headline_names_the_writers(line: str, author: str | None) -> None:
    """Where a page's data names nobody, the line below the headline does; only persons count."""
    page = clean(Record("page", html(above=line).encode(), Kind.HTML), CleaningOptions())
    assert isinstance(page, Page), page
    assert page.main is not None
    assert page.main.author == author
