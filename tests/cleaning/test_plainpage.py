"""Pages that are text already are taken as they stand, as trafilatura would take them."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement, document_fromstring

from aggregator.cleaning.body import found_paragraphs
from aggregator.cleaning.plainpage import plain_paragraphs

WORDS = "The harbour board met on Tuesday and agreed to mend the eastern wall before the spring. "
FIRST, SECOND, THIRD = (f"{number} {WORDS * 3}".strip() for number in ("One.", "Two.", "Three."))


def body_of(inside: str) -> HtmlElement:
    """The body of a page with one article that holds `inside`."""
    return document_fromstring(f"<html><body><article>{inside}</article></body></html>").find(
        "body"
    )


def test_a_plain_article_is_its_lines() -> None:
    """Paragraphs, headings, lists and quotes of a bare article come out line by line."""
    lines = plain_paragraphs(
        body_of(
            f"<h1>Wall to be mended</h1><p>{FIRST}</p><figure><img src='a.jpg'/>"
            f"<figcaption>The wall</figcaption></figure><blockquote><p>{SECOND}</p></blockquote>"
            f"<ul><li>first item</li><li>second item</li></ul><p>{THIRD}<br/>A last line.</p>"
            "<h2>What follows</h2>"
        )
    )
    assert lines == [
        "Wall to be mended", FIRST, SECOND, "- first item", "- second item", THIRD, "A last line."
    ]  # fmt: skip


@pytest.mark.parametrize(
    "extra",
    [
        "<div>Further words</div>",
        "<p class='teaser'>Further words</p>",
        "<p><a href='/b'>Further words</a></p>",
        "<table><tr><td>Further words</td></tr></table>",
        "Further words",
        f"<p>{FIRST}</p>",
        "<p><code>Further words</code></p>",
        "<ul><li><a href='/b'>Further words</a></li></ul>",
    ],
    ids=["box", "named", "link", "table", "bare", "repeated", "code", "links"],
)
def test_whatever_is_less_plain_is_left_to_trafilatura(extra: str) -> None:
    """A page with anything that has to be weighed is not taken as it stands."""
    assert plain_paragraphs(body_of(f"<p>{FIRST}</p><p>{SECOND}</p>{extra}")) is None
    assert plain_paragraphs(body_of(f"<p>{FIRST}</p><p>{SECOND}</p>")) is not None


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        ("{}", True),
        ("<!-- nothing --> {} <p> </p>", True),
        ("{}<p>Beside it.</p>", False),
        ("Before it. {}", False),
        ("{} Behind it.", False),
        ("{}<hr> Behind it.", False),
        ("{0}{0}", False),
        ("<div>{}</div>", False),
    ],
)
def test_text_outside_of_the_article_or_a_second_one_is_not_plain(body: str, plain: bool) -> None:
    """A body with words beside its article, or with two articles, has to be weighed."""
    article = f"<article><p>{FIRST}</p><p>{SECOND}</p></article>"
    page = document_fromstring(f"<html><body>{body.format(article)}</body></html>")
    assert (plain_paragraphs(page.find("body")) is not None) is plain


def test_short_pages_are_not_taken_as_they_stand() -> None:
    """A text of a sentence may be a part of the page only."""
    assert plain_paragraphs(body_of("<p>One short line.</p>")) is None


@pytest.mark.parametrize(
    "inside",
    [
        f"<h1>Wall to be mended</h1><p>{FIRST}</p><p>{SECOND}</p><h3>Behind it</h3>",
        f"<p>{FIRST}</p><ul><li>first item</li><li>second item</li></ul><p>{SECOND}</p>",
        f"<p>{FIRST}</p><h2>Heading</h2><p>{SECOND} <a href='/c'>more of it</a> here</p>",
        f"<p>{FIRST}<br/>{SECOND}</p><blockquote>{THIRD}</blockquote><hr/><p><b>End.</b> Now.</p>",
        f"<p>joined\u200cwords {FIRST}</p><footer>Foot</footer><p>{SECOND}</p><aside>A</aside>",
    ],
    ids=["headings", "list", "link", "quote", "signs"],
)
def test_trafilatura_finds_the_same(inside: str) -> None:
    """On plain pages the short way and trafilatura tell the same lines."""
    body = body_of(inside)
    assert plain_paragraphs(body) == found_paragraphs(body.getroottree().getroot())
