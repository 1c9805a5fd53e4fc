"""Whatever a site's system makes of a page, its text is kept whole and other stories apart."""

from __future__ import annotations

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Kind, Page, Record
from aggregator.core.options import CleaningOptions
from tests.cleaning.sites import ARCHIVE, BLOG, FERRY, ITEMS, SITES, TITLE, TITLES, p, page


def cleaned(html: str) -> Page:
    record = Record("page", html.encode(), Kind.HTML, "https://lantern.example/story")
    result = clean(record, CleaningOptions())
    assert isinstance(result, Page), result
    return result


@pytest.mark.parametrize("name", SITES)
def test_no_paragraph_is_lost_and_none_of_another_story_is_kept(name: str) -> None:
    """The main text holds every paragraph of the story, and nothing of what is not its own."""
    site = SITES[name]
    main = cleaned(site.html).main
    assert main is not None
    assert [text for text in site.main if text not in main.text] == []
    assert [text for text in (*site.other, "All rights reserved") if text in main.text] == []


@pytest.mark.parametrize("name", [name for name in SITES if SITES[name].title])
def test_the_title_is_the_headline_that_the_page_shows(name: str) -> None:
    """Neither the site's name nor a section stands in the title."""
    main = cleaned(SITES[name].html).main
    assert main is not None
    assert main.title == SITES[name].title


@pytest.mark.parametrize("name", [n for n, s in SITES.items() if s.embedded or not s.other])
def test_full_stories_become_articles_and_sections_do_not(name: str) -> None:
    """What stands in a related block with its text is an article; a part of the text is none."""
    site = SITES[name]
    found = cleaned(site.html).embedded
    assert [article.title for article in found] == [title for title, _ in site.embedded]
    for article, (_, texts) in zip(found, site.embedded, strict=True):
        assert article.text.split("\n") == list(texts)


def test_the_posts_of_a_list_are_articles_of_their_own() -> None:
    """A page that lists whole posts has no main text; each post has its title, text, link, day."""
    page = cleaned(ARCHIVE)
    assert page.main is None
    assert [article.title for article in page.embedded] == TITLES
    assert [article.text.split("\n") for article in page.embedded] == ITEMS
    days = [article.published.day for article in page.embedded if article.published]
    assert days == [1, 2, 3, 4]
    links = [article.link for article in page.embedded]
    assert links == [f"https://lantern.example/2026/03/{n}/" for n in range(4)]


def test_the_posts_of_a_blogs_first_page_are_articles_of_their_own() -> None:
    """Without a headline of the page's own, linked headlines with texts need no times."""
    page = cleaned(BLOG)
    assert page.main is None
    assert [article.title for article in page.embedded] == TITLES
    assert [article.text.split("\n") for article in page.embedded] == ITEMS


def test_a_headline_alone_is_no_text() -> None:
    """A page with a headline, a date and a label, and no text, is none."""
    body = (
        f"<article><h1>{TITLE}</h1><time>15 Nov 2019</time><div><h4>Related</h4></div></article>"
    )
    assert not isinstance(
        clean(Record("page", page(body).encode(), Kind.HTML), CleaningOptions()), Page
    )


def test_a_short_page_set_on_one_line_loses_its_headline_and_menus() -> None:
    """One paragraph among links is told from them and from the headline above it."""
    links = "".join(f"<li><a href=/{n}>Section {n}</a></li>" for n in range(9))
    body = f"<article><h1>{TITLE}</h1>{p(FERRY[:1])}<ul>{links}</ul></article>"
    main = cleaned(page(body)).main
    assert main is not None
    assert main.text == FERRY[0]
