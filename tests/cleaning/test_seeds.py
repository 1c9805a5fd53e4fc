"""The real text dumps beside the project, where there are any."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Kind, Page, Record
from aggregator.core.options import CleaningOptions

SEEDS = Path(__file__).parents[2] / "../shared/seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the real dumps are not here")

FURNITURE = (
    " AI ", "No comments", "Related Articles", "More In", "MORE...", "Orange background", "podpis",
    "Edited by", "Read the original", "Download", "DOWNLOAD", "app-store", "Subscribe", "hours ago",
    "hour ago", "Photo:", "Image:", "Recent Comments", "With Post wires",
)  # fmt: skip


@cache
def seeds() -> list[Page]:
    pages = []
    for path in sorted(SEEDS.glob("*.txt")):
        page = clean(Record("file", path.read_bytes(), Kind.TEXT), CleaningOptions())
        assert isinstance(page, Page)
        pages.append(page)
    return pages


def test_the_embedded_articles_are_counted_per_page() -> None:
    assert sorted(len(page.embedded) for page in seeds()) == [0, 0, 3, 3, 3]


def test_a_page_carries_its_own_story_again() -> None:
    page = next(p for p in seeds() if p.main and p.main.outlet == "Korea Herald")
    assert page.main is not None
    again = [a for a in page.embedded if a.title == page.main.title]
    assert len(again) == 1
    own, copied = page.main.text.split(), again[0].text.split()
    assert own == copied
    assert {a.outlet for a in page.embedded} == {"Korea Herald"}


def test_embedded_articles_name_their_outlets() -> None:
    outlets = {frozenset(a.outlet for a in page.embedded) for page in seeds() if page.embedded}
    assert frozenset({"Yahoo", "New York Post", "New York Times"}) in outlets
    assert frozenset({"CNN", "Bloomberg", "Fox News"}) in outlets


def test_a_first_line_that_is_a_sentence_is_no_title() -> None:
    untitled = [page for page in seeds() if page.main and page.main.title is None]
    assert len(untitled) == 1


def test_no_text_holds_furniture_or_an_embedded_text() -> None:
    for page in seeds():
        assert page.main is not None
        for article in (page.main, *page.embedded):
            assert not [words for words in FURNITURE if words in article.text]
            assert article.published is None
        own = page.main.text.replace("\n", " ")
        for embedded in page.embedded:
            if embedded.title != page.main.title:
                assert embedded.text[:60] not in own
