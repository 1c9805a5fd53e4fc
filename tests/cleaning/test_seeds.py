"""The real text dumps beside the project, where there are any."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Kind, Page, Record
from aggregator.core.options import CleaningOptions
from tests.cleaning.invented import main_of

SEEDS = Path(__file__).parents[2] / "../shared/seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the real dumps are not here")

FURNITURE = re.compile(
    r"\bAI\b|^No comments|^Comments$|Comments$|^Related|^More In|^Edited by|Read the original"
    r"|\bdownload\b|\bsubscribe\b|\d hours? ago|^(?:Photo|Image):|\blogo\b",
    re.I | re.M,
)


@cache
def seeds() -> list[tuple[list[str], Page]]:
    """Each dump's lines without bullets, and its page."""
    pages = []
    for path in sorted(SEEDS.glob("*.txt")):
        page = clean(Record("file", path.read_bytes(), Kind.TEXT), CleaningOptions())
        assert isinstance(page, Page)
        lines = path.read_text("utf-8").splitlines()
        pages.append(([line.strip(" -•") for line in lines if line.strip()], page))
    return pages


def test_five_pages_hold_fourteen_articles() -> None:
    assert sorted(len(page.embedded) for _, page in seeds()) == [0, 0, 3, 3, 3]


def test_one_page_carries_its_own_story_again_word_for_word() -> None:
    found = [
        (main_of(page), article)
        for _, page in seeds()
        for article in page.embedded
        if article.title == main_of(page).title
    ]
    assert len(found) == 1
    main, again = found[0]
    assert main.text.split() == again.text.split()
    assert main.outlet == again.outlet
    assert main.outlet is not None


def test_each_embedded_article_has_a_title_and_an_outlet_of_the_page() -> None:
    for lines, page in seeds():
        for article in page.embedded:
            assert article.title in lines
            assert lines.count(article.outlet or "") >= 2
            assert article.outlet != article.title


def test_two_pages_embed_articles_of_three_outlets() -> None:
    counts = sorted(len({a.outlet for a in page.embedded}) for _, page in seeds())
    assert counts == [0, 0, 1, 3, 3]


def test_a_first_line_that_is_a_sentence_is_no_title() -> None:
    untitled = [lines for lines, page in seeds() if main_of(page).title is None]
    assert [lines[0][-1] for lines in untitled] == ["."]


def test_every_title_stands_on_the_page_and_above_its_text() -> None:
    for lines, page in seeds():
        main = main_of(page)
        first = lines.index(main.text.split("\n")[0])
        assert main.title is None or main.title in lines[:first]


def test_no_text_holds_furniture_and_no_time_is_made_up() -> None:
    for _, page in seeds():
        for article in (main_of(page), *page.embedded):
            assert not FURNITURE.search(article.text)
            assert article.published is None


def test_the_main_text_is_whole_and_holds_no_embedded_text() -> None:
    for lines, page in seeds():
        text = main_of(page).text.split("\n")
        start, end = lines.index(text[0]), lines.index(text[-1])
        missing = [line for line in lines[start : end + 1] if line not in text]
        assert missing == []
        assert not {line for a in page.embedded for line in a.text.split("\n")} & set(text)
