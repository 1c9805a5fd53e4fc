"""Promise 6: a revision is no duplicate; which one is the latest does not depend on arrival."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine

from aggregator.core.identity import article_id, revision_id
from aggregator.core.model import Declared, ExtractedArticle, Kind, Page, Record, Role
from aggregator.core.sightings import SeenPage, see
from aggregator.core.times import to_text
from aggregator.fingerprint import fingerprints
from aggregator.intake import Outcome
from tests.pipeline.records import run
from tests.pipeline.worlds import START, ingest, results
from tests.stores import empty, rows

URL = "https://paper.example/story"
STORY = " ".join(f"word{number}" for number in range(60))
LATEST = "SELECT r.text FROM articles a JOIN revisions r ON r.revision_number = a.revision_number"


def hours(count: int | None) -> Any:
    return None if count is None else START + timedelta(hours=count)


def seen(
    text: str, modified: int | None = None, captured: int | None = None, url: str = URL
) -> SeenPage:
    """A page with this main text, modified and captured so many hours after the start."""
    article = ExtractedArticle(Role.MAIN, text, title="Title", modified=hours(modified))
    record = Record("line 1", f"{text} {modified}", Kind.FIELDS, url, record_time=hours(captured))
    return see(record, Page(article), fingerprints([text]), "paper.example")


def by_hash(*texts: str) -> list[str]:
    """The texts in the order of their revisions' hashes."""
    article = article_id(URL, Role.MAIN)

    def key(text: str) -> bytes:
        content = ExtractedArticle(Role.MAIN, text, title="Title")
        return revision_id(article, content, "paper.example")

    return sorted(texts, key=key)


LOWER, HIGHER = by_hash(STORY + " left", STORY + " right")


@pytest.mark.parametrize(
    ("pages", "latest"),
    [
        ([(STORY, 1, 9), (STORY + " modified", 2, 3)], STORY + " modified"),
        ([(STORY, 1, 5), (STORY + " recaptured", 1, 6)], STORY + " recaptured"),
        ([(STORY, None, 9), (STORY + " dated", 1, 2)], STORY + " dated"),
        ([(STORY, None, None), (STORY + " captured", None, 1)], STORY + " captured"),
        ([(LOWER, None, None), (HIGHER, None, None)], HIGHER),
        ([(LOWER, 1, 1), (HIGHER, 1, 1), (STORY + " older", 0, 2)], None),
    ],
    ids=["modified", "captured", "dated", "captured-at-all", "hash", "three"],
)
def test_the_latest_is_by_modified_then_capture_then_hash(
    engine: Engine, pages: list[tuple[str, int | None, int | None]], latest: str | None
) -> None:
    """Any arrival order ends with the same latest text, one article and one cluster of one."""
    found = []
    for order in permutations(pages):
        ingest(empty(engine), [[seen(*page)] for page in order])
        found.append(results(engine))
        if latest is not None:
            assert rows(engine, LATEST) == [(latest,)]
    assert all(each == found[0] for each in found)
    assert [row[1] for row in found[0]["canonical_stories"]] == [1]
    assert len(found[0]["revisions"]) == len(pages)


def test_a_new_text_at_a_known_address_is_a_revision(engine: Engine) -> None:
    """It counts as stored and revised; the same text again is known."""
    pages = [seen(STORY, 1), seen(STORY + " changed", 2), seen(STORY + " changed", 2)]
    assert ingest(engine, [[page] for page in pages]) == [
        Outcome.STORED,
        Outcome.REVISED,
        Outcome.KNOWN,
    ]


def test_an_older_text_that_comes_later_does_not_win(engine: Engine) -> None:
    """A back-fill adds to an article's past and changes neither its text nor its cluster."""
    copy = seen(STORY + " changed", 2, url="https://other.example/copy")
    ingest(engine, [[seen(STORY + " changed", 2), copy]])
    before = rows(engine, "SELECT * FROM cluster_members ORDER BY article_id")
    assert ingest(engine, [[seen("quite other words " * 20, 1)]]) == [Outcome.REVISED]
    assert rows(engine, "SELECT * FROM cluster_members ORDER BY article_id") == before
    assert len(before) == 2


def test_a_revision_can_leave_its_cluster(engine: Engine) -> None:
    """Membership follows the latest text: what is rewritten is no copy any more."""
    copy = seen(STORY, 1, url="https://other.example/copy")
    sizes = "SELECT size FROM canonical_stories ORDER BY size"
    ingest(engine, [[seen(STORY, 1), copy]])
    assert rows(engine, sizes) == [(2,)]
    ingest(engine, [[seen("quite other words " * 20, 2)]])
    assert rows(engine, sizes) == [(1,), (1,)]


def test_a_text_that_stood_there_before_and_after_is_the_latest(engine: Engine) -> None:
    """A change that was taken back: the first text, captured again, is the latest once more."""
    first, second = STORY, STORY + " changed"
    pages = [seen(first, None, 1), seen(second, None, 2), seen(first, None, 3)]
    for order in permutations(pages):
        ingest(empty(engine), [[page] for page in order])
        assert rows(engine, LATEST) == [(first,)]
        assert rows(engine, "SELECT count(*) FROM revisions") == [(2,)]


def fields(text: str, url: str | None = None, **said: Any) -> Record:
    return Record("line 1", text, Kind.FIELDS, url, declared=Declared(**said))


SENTENCES = "One sentence of a text that is told here. " * 9


def test_without_an_address_there_are_no_revisions(engine: Engine) -> None:
    """Another outlet's copy without a URL is an article of its own, in the same cluster."""
    copies = [fields(SENTENCES, outlet=name, published="2026-03-01") for name in ("One", "Two")]
    tally = run(engine, [*copies, fields(SENTENCES + "More is told.", outlet="One")])
    assert (tally.stored, tally.revised) == (3, 0)
    outlets = "SELECT DISTINCT outlet FROM cluster_members ORDER BY outlet"
    assert rows(engine, outlets) == [("One",), ("Two",)]
    assert rows(engine, "SELECT count(*) FROM revisions") == [(3,)]


def test_what_the_user_says_of_a_dump_makes_no_other_article(engine: Engine) -> None:
    """The same text again, with an outlet given by hand, is the same article, not a copy."""
    said = Declared(outlet="By hand")
    plain = fields(SENTENCES)
    named = replace(plain, declared=said, fallback=said)
    assert run(engine, [plain]).stored == 1
    assert run(engine, [named]).revised == 0
    assert rows(engine, "SELECT size FROM canonical_stories") == [(1,)]


def test_a_feed_item_is_no_revision_of_the_page(engine: Engine) -> None:
    """A summary in a feed and the fuller text at its link are two articles, in either order."""
    item = replace(fields(SENTENCES[:50], URL), feed_item=True)
    full = fields(SENTENCES * 3, URL)
    for order in permutations((item, full)):
        tally = run(empty(engine), list(order))
        assert (tally.stored, tally.revised) == (2, 0)
        assert rows(engine, "SELECT DISTINCT url FROM cluster_members") == [(URL,)]
        assert rows(engine, "SELECT size FROM canonical_stories") == [(1,), (1,)]


def test_a_teaser_is_no_revision_of_what_it_links_to(engine: Engine) -> None:
    """An embedded article's link is its url, never its identity."""
    story = seen(STORY)
    teaser = ExtractedArticle(Role.EMBEDDED, STORY[:200], link=URL)
    page = Page(ExtractedArticle(Role.MAIN, "own words " * 30), (teaser,))
    record = Record("line 2", "page", Kind.FIELDS, "https://other.example/page")
    prints = fingerprints([page.main.text, teaser.text]) if page.main else []
    outcomes = ingest(engine, [[story], [see(record, page, prints, None)]])
    assert outcomes == [Outcome.STORED, Outcome.STORED]
    assert rows(engine, "SELECT count(*), count(url) FROM cluster_members WHERE url = :u", u=URL)[
        0
    ] == (2, 2)


def test_stored_times_are_text_of_one_form(engine: Engine) -> None:
    """Times of revisions sort as text on both databases."""
    ingest(engine, [[seen(STORY, 1, 2)]])
    times = "SELECT modified_at, record_time FROM revisions"
    assert rows(engine, times) == [(to_text(hours(1)), to_text(hours(2)))]
