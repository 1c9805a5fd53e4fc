"""From a cleaned page to its articles: positions, addresses and ids."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.core.model import ExtractedArticle, Kind, Page, Record, Role
from aggregator.core.options import MatchingOptions
from aggregator.core.sightings import SeenPage, articles_of, is_short, see
from aggregator.fingerprint import fingerprints

RECORD = Record("line 1", "the page", Kind.FIELDS, "https://Paper.example/story?utm_source=x")
MAIN = ExtractedArticle(Role.MAIN, "The words of the story")
INSIDE = ExtractedArticle(Role.EMBEDDED, "Other words", title="Title", link="https://o.example/#x")


def seen(page: Page, record: Record = RECORD) -> SeenPage:
    return see(record, page, fingerprints(a.text for a in articles_of(page)), "paper.example")


def test_the_main_article_stands_at_position_0() -> None:
    """Embedded ones follow it, in the order of the page."""
    found = seen(Page(MAIN, (INSIDE, replace(INSIDE, link="https://p.example/")))).sightings
    assert [(s.position, s.content.role) for s in found] == [
        (0, Role.MAIN),
        (1, Role.EMBEDDED),
        (2, Role.EMBEDDED),
    ]


@pytest.mark.parametrize("main", [None, replace(MAIN, text="... !")])
def test_without_a_main_article_position_0_stays_free(main: ExtractedArticle | None) -> None:
    """A page with embedded articles only, or whose main text has no word, has no main one."""
    (only,) = seen(Page(main, (INSIDE,))).sightings
    assert (only.position, only.content) == (1, INSIDE)


def test_an_article_has_its_own_address_where_it_has_one() -> None:
    """The main one the page's, without tracking; an embedded one its link as it stands."""
    main, inside = seen(Page(MAIN, (INSIDE,))).sightings
    assert main.url == "https://paper.example/story"
    assert inside.url == INSIDE.link
    (nowhere,) = seen(Page(MAIN), replace(RECORD, url=None)).sightings
    assert nowhere.url is None
    (item,) = seen(Page(MAIN), replace(RECORD, feed_item=True)).sightings
    assert item.url == "https://paper.example/story"


def test_the_pages_url_is_kept_as_delivered() -> None:
    """`page_url` is what the dump said, with everything that the address leaves out."""
    assert seen(Page(MAIN)).page_url == RECORD.url


@pytest.mark.parametrize("url", ["/news/5", "http://", "urn:uuid:5"])
def test_an_address_that_is_none_is_warned_of_whatever_the_reader(url: str) -> None:
    """One that is, or that is not there, is not."""
    (warning,) = seen(Page(MAIN), replace(RECORD, url=url)).warnings
    assert warning == f"address not understood: {url!r}"
    assert seen(Page(MAIN)).warnings == seen(Page(MAIN), replace(RECORD, url=None)).warnings == ()


def test_repetitions_on_a_page_are_numbered() -> None:
    """The same embedded article twice gives two ids; the numbers do not depend on others."""
    other = replace(INSIDE, link="https://p.example/")
    twice = seen(Page(MAIN, (INSIDE, INSIDE))).sightings
    between = seen(Page(MAIN, (INSIDE, other, INSIDE))).sightings
    ids = [s.article_id for s in twice]
    assert len(set(ids)) == 3
    assert [s.article_id for s in between if s.content is not other] == ids


def test_ids_do_not_depend_on_texts_or_neighbours() -> None:
    """Another text at the same place is a revision: the id stays, the revision's changes."""
    (before, inside) = seen(Page(MAIN, (INSIDE,))).sightings
    (after,) = seen(Page(replace(MAIN, text="Changed words"))).sightings
    assert after.article_id == before.article_id
    assert after.revision_id != before.revision_id
    (alone,) = seen(Page(None, (replace(INSIDE, text="Changed too"),))).sightings
    assert alone.article_id == inside.article_id


def test_warnings_of_reader_and_cleaner_are_kept() -> None:
    """Both had something to say of the record."""
    record = replace(RECORD, warnings=("repaired",))
    assert seen(Page(MAIN, warnings=("no date",)), record).warnings == ("repaired", "no date")


@pytest.mark.parametrize(
    ("role", "words", "short"),
    [
        (Role.MAIN, 29, True),
        (Role.MAIN, 30, False),
        (Role.EMBEDDED, 99, True),
        (Role.EMBEDDED, 100, False),
    ],
)
def test_short_is_a_matter_of_role_and_words(role: Role, words: int, short: bool) -> None:
    """Embedded texts need more words to be compared safely."""
    assert is_short(role, words, MatchingOptions()) is short
