# ruff: noqa: E501 - invented pages, one line of a page on one line
"""HTML pages: text, metadata, and the articles embedded in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Declared, Kind, Page, Reason, Record, Rejection
from aggregator.core.options import CleaningOptions
from tests.cleaning.invented import main_of

CAPTURED = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
URL = "https://www.tidewater.co.uk/coast/seals"
BODY = [
    "Eleven harbour seals have settled on the pontoon of the rowing club at Mossel Point.",
    "The club moved its morning practice to the canal after a seal bit through a wooden oar.",
    "A marine warden will count the animals twice a day until the end of April, she said.",
    "Visitors may watch from the bridge, where the council has put up two telescopes.",
]
CHOIR = "Nine bakers who start work at two have founded a choir that sings to the ovens."
TRAM = "A retired driver recognised his first tram in a hen house near Ostley and bought it."


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def document(body: str, head: str = "", language: str = ' lang="en-GB"') -> str:
    return (
        f"<!doctype html><html{language}><head><title>Seals take the pontoon</title>{head}</head>"
        f"<body><nav><a href='/'>Home</a></nav><h1>Seals take the pontoon</h1>{body}"
        "<footer>All rights reserved</footer></body></html>"
    )


def cleaned(html: str | bytes, url: str | None = URL, declared: Declared | None = None) -> Page:
    record = Record("record 1", html, Kind.HTML, url, None, CAPTURED, declared or Declared())
    page = clean(record, CleaningOptions())
    assert isinstance(page, Page), page
    return page


CARD = (
    "<div class='x7'><h3><a href='/n/{n}'>{title}</a></h3><span>{outlet}</span>"
    "<span>2 hours ago</span><p>{text}</p></div>"
)
FLAT = "<h3><a href='/n/{n}'>{title}</a></h3><p>{outlet} · 2 hours ago</p><p>{text}</p>"
LIST = "<li><a href='/n/{n}'><b>{title}</b></a><p>{outlet} • 2 hours ago</p><p>{text}</p></li>"
NESTED = "<article><h2><a href='/n/{n}'>{title}</a></h2><time datetime='2026-03-04T16:30:00Z'>2 hours ago</time><em>{outlet}</em><p>{text}</p></article>"
STORIES = [
    ("Bakers of Larchfield form a night choir", "The Larch Courier", CHOIR),
    ("Old tram finds its driver after forty years", "Ferrous Daily", TRAM),
]


def stories(item: str) -> str:
    return "".join(
        item.format(n=n, title=title, outlet=outlet, text=text)
        for n, (title, outlet, text) in enumerate(STORIES)
    )


EMBEDDINGS = {
    "cards in a section": f"<section><h2>Related Articles</h2>{stories(CARD)}</section>",
    "flat behind a heading": f"<h2>More stories</h2>{stories(FLAT)}",
    "a list": f"<div><p>Read also</p><ul>{stories(LIST)}</ul></div>",
    "nested articles": f"<div>{stories(NESTED)}</div>",
    "named by its class": f"<aside class='recommended-box'>{stories(CARD)}</aside>",
}


@pytest.mark.parametrize("form", EMBEDDINGS)
def test_embedded_articles_are_told_from_the_main_text(form: str) -> None:
    page = cleaned(document(f"<article>{paragraphs(BODY)}</article>{EMBEDDINGS[form]}"))
    assert main_of(page).text == "\n".join(BODY)
    assert [(a.title, a.text) for a in page.embedded] == [(t, x) for t, _, x in STORIES]
    links = [f"https://www.tidewater.co.uk/n/{n}" for n in range(2)]
    assert [a.link for a in page.embedded] == links
    assert [a.published for a in page.embedded] == [CAPTURED - timedelta(hours=2)] * 2


@pytest.mark.parametrize("form", [f for f in EMBEDDINGS if f != "nested articles"])
def test_embedded_articles_keep_their_outlets(form: str) -> None:
    page = cleaned(document(f"<article>{paragraphs(BODY)}</article>{EMBEDDINGS[form]}"))
    assert [a.outlet for a in page.embedded] == [outlet for _, outlet, _ in STORIES]


def test_related_stories_inside_the_article_leave_the_text_around_them() -> None:
    box = EMBEDDINGS["cards in a section"]
    html = f"<article>{paragraphs(BODY[:2])}{box}{paragraphs(BODY[2:])}</article>"
    page = cleaned(document(html))
    assert main_of(page).text == "\n".join(BODY)
    assert len(page.embedded) == 2


def test_link_lists_are_furniture_and_no_articles() -> None:
    links = "".join(
        f"<li><a href='/n/{n}'>{title}</a></li>" for n, (title, _, _) in enumerate(STORIES)
    )
    page = cleaned(
        document(f"<article>{paragraphs(BODY)}<h3>Most read</h3><ul>{links}</ul></article>")
    )
    assert main_of(page).text == "\n".join(BODY)
    assert page.embedded == ()


def test_a_heading_that_only_hides_text_loses_none() -> None:
    html = f"<article>{paragraphs(BODY[:2])}<div><span>Read more</span></div><div>{paragraphs(BODY[2:])}</div></article>"
    assert main_of(cleaned(document(html))).text == "\n".join(BODY)


def test_headline_byline_date_caption_and_calls_are_not_in_the_text() -> None:
    html = (
        "<article><h1>Seals take the pontoon</h1><p>By Nell Harrow</p><p>4 March 2026, 10:15</p>"
        f"{paragraphs(BODY[:2])}<figure><img src='s.jpg'><figcaption>A seal. Photo: N. Harrow</figcaption></figure>"
        f"<p>Sign up for our newsletter</p>{paragraphs(BODY[2:])}<div class='comments'><h3>Comments</h3><p>Lovely beasts, all of them.</p></div></article>"
    )
    assert main_of(cleaned(document(html))).text == "\n".join(BODY)


LINKED_DATA = """<script type="application/ld+json">{"@context":"https://schema.org","@graph":[
{"@type":"WebSite","name":"Tidewater"},
{"@type":"NewsArticle","headline":"Seals take the pontoon","datePublished":"2026-03-04T10:15:00+01:00",
"dateModified":"2026-03-04T12:00:00Z","author":[{"@type":"Person","name":"Nell Harrow"}],
"publisher":{"@type":"Organization","name":"Tidewater Gazette"},"articleSection":"Coast"}]}</script>"""


def test_metadata_comes_from_linked_data() -> None:
    main = main_of(cleaned(document(f"<article>{paragraphs(BODY)}</article>", LINKED_DATA)))
    assert main.title == "Seals take the pontoon"
    assert (main.author, main.outlet, main.section) == (
        "Nell Harrow",
        "Tidewater Gazette",
        "Coast",
    )
    assert main.published == datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
    assert main.modified == datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert main.language == "en"


def test_metadata_comes_from_meta_elements() -> None:
    head = (
        "<meta property='og:site_name' content='Tidewater Gazette'>"
        "<meta property='og:url' content='https://tidewater.co.uk/seals'>"
        "<meta property='article:published_time' content='2026-03-04'>"
        "<meta property='og:locale' content='en_GB'><link rel='canonical' href='/seals'>"
    )
    page = cleaned(document(f"<article>{paragraphs(BODY)}</article>", head, ""))
    main = main_of(page)
    assert (main.outlet, page.site_name) == ("Tidewater Gazette", "Tidewater Gazette")
    assert main.published == datetime(2026, 3, 4, tzinfo=UTC)
    assert main.language == "en"
    assert page.own_url == "https://tidewater.co.uk/seals"
    assert page.canonical_url == "https://www.tidewater.co.uk/seals"


def test_the_outlet_beside_the_headline_wins_over_the_site_that_carries_it() -> None:
    head = "<meta property='og:site_name' content='Gatherly'>"
    line = "<p class='q'>Tidewater Gazette • 3 hours ago</p>"
    page = cleaned(document(f"{line}<article>{paragraphs(BODY)}</article>", head))
    assert (main_of(page).outlet, page.site_name) == ("Tidewater Gazette", "Gatherly")
    assert main_of(page).published == CAPTURED - timedelta(hours=3)


def test_without_any_name_the_outlet_is_the_registered_domain() -> None:
    page = cleaned(document(f"<article>{paragraphs(BODY)}</article>"))
    assert (main_of(page).outlet, page.site_name) == ("tidewater.co.uk", None)
    assert main_of(cleaned(document(paragraphs(BODY)), url=None)).outlet is None


@pytest.mark.parametrize(
    "date", ["0000-01-01", "9999-12-31T00:00:00Z", "2027-01-01", "0001-01-01"]
)
def test_a_date_that_cannot_be_is_left_out_with_a_warning(date: str) -> None:
    head = f"<meta property='article:published_time' content='{date}'>"
    page = cleaned(document(f"<article>{paragraphs(BODY)}</article>", head))
    assert main_of(page).published is None
    assert any(date in warning for warning in page.warnings)


def test_a_page_without_a_date_gets_none() -> None:
    page = cleaned(document(f"<article>{paragraphs(BODY)}</article><p>Founded in 1995.</p>"))
    assert main_of(page).published is None


def test_the_dump_fills_what_the_page_leaves_out() -> None:
    said = Declared(outlet="Tidewater", published="2026-03-01", language="en-US", author="N. H.")
    main = main_of(
        cleaned(document(f"<article>{paragraphs(BODY)}</article>", language=""), declared=said)
    )
    assert (main.outlet, main.author, main.language) == ("Tidewater", "N. H.", "en")
    assert main.published == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div>" * 5000 + "deep", Reason.TOO_DEEP),
        ("<div>" * 205 + "<p>deep</p>" + "</div>" * 205, Reason.TOO_DEEP),
        ("", Reason.EMPTY),
        (" \n ", Reason.EMPTY),
        ("<html><body><script>var a = 1;</script></body></html>", Reason.NO_TEXT),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, Reason.BINARY),
        ("<p>" + "a" * 11_000_000, Reason.TOO_LARGE),
    ],
    ids=["deep", "just too deep", "empty", "blank", "script", "binary", "large"],
)
def test_a_page_that_cannot_be_an_article_is_rejected_with_its_reason(
    html: str | bytes, reason: Reason
) -> None:
    result = clean(Record("record 1", html, Kind.HTML), CleaningOptions())
    assert isinstance(result, Rejection)
    assert (result.reason, result.locator) == (reason, "record 1")
    assert result.detail


def test_text_nested_just_within_the_limit_is_kept() -> None:
    html = "<html><body>" + "<div>" * 180 + paragraphs(BODY) + "</div>" * 180 + "</body></html>"
    assert main_of(cleaned(html)).text == "\n".join(BODY)


@pytest.mark.parametrize("broken", ["\x00", "\ud800", "\x0c"])
def test_a_broken_character_cuts_no_text(broken: str) -> None:
    html = document(f"<article>{paragraphs(BODY[:1])}{broken}{paragraphs(BODY[1:])}</article>")
    text = main_of(cleaned(html)).text
    assert all(sentence in text for sentence in BODY)


def test_the_same_page_twice_gives_the_same_text() -> None:
    html = document(f"<article>{paragraphs(BODY)}</article>")
    assert [cleaned(html) for _ in range(4)] == [cleaned(html)] * 4
