"""What was purged stays as it is, whatever comes later."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from aggregator.core.model import Declared, ExtractedArticle, Kind, Page, Record, Role
from aggregator.core.options import CleaningOptions, MatchingOptions
from aggregator.core.sightings import SeenPage, see
from aggregator.core.times import to_text
from aggregator.core.tokens import packed
from aggregator.fingerprint import fingerprints
from aggregator.pipeline import Pipeline, PipelineOptions
from aggregator.retention import purge
from aggregator.store.retention import Keeping
from tests.pipeline.records import CANONICAL, clock, options
from tests.pipeline.test_order import new_store
from tests.pipeline.worlds import OPTIONS, HotWorld, World, cut, ingest, results

ERAS = PipelineOptions(CleaningOptions(), MatchingOptions(exact_window_days=10), CANONICAL, 1, 20)
START = datetime(2025, 1, 1, 10, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
STORIES = 5


def record(story: int, number: int, days: int, last: str = "") -> Record:
    """An outlet's copy of a story, so many days later."""
    body = " ".join([*(f"word{story}x{n}" for n in range(60)), last or f"end{story}"])
    said = Declared(title=f"Story {story}", published=to_text(START + timedelta(days=days)))
    url = f"https://paper{number}.example/{story}/{days}"
    return Record(f"line {story} {number}", body, Kind.FIELDS, url, declared=said)


def sizes(engine: Engine) -> dict[str, int]:
    """The size of each cluster of articles of the first day."""
    statement = "SELECT cluster_id, count(*) FROM cluster_members WHERE published_at < :then"
    with engine.connect() as connection:
        rows = connection.execute(text(f"{statement} GROUP BY cluster_id"), {"then": "2025-01-02"})
        return {row[0]: row[1] for row in rows}


def test_equal_texts_of_later_times_leave_purged_clusters_alone(engine: Engine) -> None:
    """A purged text that is no hub of its digest any more keeps its cluster and its matches."""
    first = [record(s, n, 0, f"edit{n}") for s in range(STORIES) for n in range(2)]
    with Pipeline(engine, ERAS, clock) as pipeline:
        pipeline.ingest("first", first)
        before = sizes(engine)
        assert sorted(before.values()) == [2] * STORIES
        purge(engine, ERAS, ({}, Keeping(since="2026-12-01T00:00:00Z")), LATER)
        later = [
            replace(record(s, 9, 20 * era, "edit0"), locator=f"{s} {era}")
            for s in range(STORIES)
            for era in range(1, 13)
        ]
        pipeline.ingest("later", later)
    assert sizes(engine) == before


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from((World, HotWorld)))
def test_what_comes_after_a_purge_may_come_in_any_order(seed: int, world: type[World]) -> None:
    """Promise 3 between two purges: the same texts in any order and batches, before and after,
    give the same rows."""
    rng = random.Random(seed)
    pages = world(rng).deliveries(rng.randint(4, 30))
    first, second = pages[: len(pages) // 2], pages[len(pages) // 2 :]
    early, kept = first[::2], first[1::2]
    found = []
    for _ in range(2):
        with new_store() as engine:
            ingest(engine, cut(rng, rng.sample(early, len(early))), "2026-01-01T00:00:00Z")
            ingest(engine, cut(rng, rng.sample(kept, len(kept))), "2026-02-01T00:00:00Z")
            purge(engine, options(), ({}, Keeping(since="2026-01-15T00:00:00Z")), LATER)
            ingest(engine, cut(rng, rng.sample(second, len(second))), "2026-03-01T00:00:00Z")
            found.append(results(engine))
    assert found[0] == found[1]


def seen(
    number: int, main: str, embedded: str | None = None, captured: datetime | None = None
) -> SeenPage:
    """A page with these texts, without a date."""
    texts = [(Role.MAIN, main), (Role.EMBEDDED, embedded)]
    found = [ExtractedArticle(role, text) for role, text in texts if text is not None]
    page = Page(found[0], tuple(found[1:]))
    url = f"https://s.example/{number}"
    record = Record(f"line {number}", f"{page} {captured}", Kind.FIELDS, url, None, captured)
    return see(record, page, fingerprints(each.text for each in found), "s.example")


def test_a_purged_text_is_found_again_where_it_is_short_or_long_as_before() -> None:
    """Of two articles with its words, one with a page of its own joins it, and an embedded one
    that is short by its role is a story of its own; both leave the purged cluster as it was."""
    story = " ".join(f"word{n}" for n in range(OPTIONS.short_embedded_words - 1))
    other = " ".join(f"other{n}" for n in range(60))
    with new_store() as engine:
        ingest(engine, [[seen(1, story)]])
        purge(engine, options(), ({}, Keeping(since="2026-12-01T00:00:00Z")), LATER)
        ingest(engine, [[seen(2, story), seen(3, other, story)]], "2027-01-02T00:00:00Z")
        found = results(engine)["canonical_stories"]
    assert sorted(row[1] for row in found) == [1, 1, 2]


def test_a_purged_text_in_another_time_has_what_its_earliest_article_has() -> None:
    """Seen again long after, a purged article shares the text's later node with one that came
    with it: whole if that one is the earliest, else purged."""
    story = " ".join(f"word{n}" for n in range(60))
    then, now = START, START + timedelta(days=50)
    found = set()
    for number in range(2, 12):
        with new_store() as engine:
            ingest(engine, [[seen(1, story, captured=then)]])
            purge(engine, options(), ({}, Keeping(since="2026-12-01T00:00:00Z")), LATER)
            both = [seen(1, story, captured=now), seen(number, story, captured=now)]
            ingest(engine, [both], "2027-01-02T00:00:00Z")
            with engine.connect() as connection:
                statement = "SELECT text_digest, tokens, lines, earliest_article FROM nodes"
                ((digest, tokens, lines, earliest),) = connection.execute(text(statement))
        first, second = (page.sightings[0] for page in both)
        assert earliest == min(first.article_id, second.article_id)
        live = earliest == second.article_id
        print_ = second.fingerprint
        assert tokens == (packed(print_.tokens) if live else digest)
        assert lines == (packed(print_.lines) if live else None)
        found.add(live)
    assert found == {True, False}
