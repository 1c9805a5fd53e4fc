"""Promises 1 and 2: every membership is verified, and embedded copies are told apart."""

from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from aggregator.core.identity import article_id
from aggregator.core.model import ExtractedArticle, Kind, Page, Record, Role
from aggregator.core.sightings import SeenPage, articles_of, see
from aggregator.fingerprint import SCHEME, fingerprints
from tests.pipeline.worlds import START, World, cut, ingest
from tests.stores import empty, rows

seeds = st.integers(0, 2**32)
on_one_store = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

VERIFIED_MEMBERS = """
SELECT m.article_id,
       (SELECT count(*) FROM article_matches x
        WHERE x.verdict = 'same' AND x.relation IN ('exact', 'near') AND x.scheme = :scheme
          AND (x.article_a = m.article_id AND x.article_b = s.article_id
               OR x.article_b = m.article_id AND x.article_a = s.article_id)) AS matches
FROM cluster_members m JOIN canonical_stories s ON s.cluster_id = m.cluster_id
WHERE m.is_canonical = 0
"""
MEMBERS_WITHOUT_EVIDENCE = """
SELECT article_id FROM cluster_members
WHERE is_canonical = 0
  AND (relation IS NULL OR relation NOT IN ('exact', 'near')
       OR resemblance IS NULL OR containment IS NULL OR containment_reverse IS NULL)
"""


@on_one_store
@given(seeds)
def test_every_member_has_its_own_match_with_the_canonical(engine: Engine, seed: int) -> None:
    """Promise 1: a non-canonical member without a passing match with its canonical fails this."""
    rng = random.Random(seed)
    ingest(empty(engine), cut(rng, World(rng).deliveries(20)))
    found = rows(engine, VERIFIED_MEMBERS, scheme=SCHEME)
    assert [article for article, matches in found if matches != 1] == []
    assert rows(engine, MEMBERS_WITHOUT_EVIDENCE) == []


@on_one_store
@given(seeds)
def test_every_article_is_in_exactly_one_cluster(engine: Engine, seed: int) -> None:
    """Promise 1: an article in two clusters or in none, or a wrong size, fails this."""
    rng = random.Random(seed)
    ingest(empty(engine), cut(rng, World(rng).deliveries(20)))
    articles = rows(engine, "SELECT article_id FROM articles ORDER BY article_id")
    members = "SELECT article_id FROM cluster_members ORDER BY article_id"
    assert rows(engine, members) == articles
    sizes = (
        "SELECT s.cluster_id, s.size, s.main_size, s.outlets, count(*), "
        "count(CASE WHEN m.role = 'main' THEN 1 END), count(DISTINCT m.outlet), "
        "sum(m.is_canonical), min(CASE WHEN m.is_canonical = 1 THEN m.article_id END) "
        "FROM canonical_stories s JOIN cluster_members m ON m.cluster_id = s.cluster_id "
        "GROUP BY s.cluster_id, s.size, s.main_size, s.outlets"
    )
    for cluster, *told, canonicals, canonical in rows(engine, sizes):
        assert told[:3] == told[3:]
        assert canonicals == 1
        assert cluster == "c" + canonical[1:]


def page(url: str, main: str, *embedded: str, hours: int = 1) -> SeenPage:
    """A page as cleaning gives it, first published so many hours after the start."""
    articles = [
        ExtractedArticle(role, text, published=START + timedelta(hours=hours))
        for role, text in [(Role.MAIN, main), *((Role.EMBEDDED, text) for text in embedded)]
    ]
    cleaned = Page(articles[0], tuple(articles[1:]))
    record = Record(url, repr(cleaned), Kind.FIELDS, url)
    prints = fingerprints(article.text for article in articles_of(cleaned))
    return see(record, cleaned, prints, None)


def words(stem: str, count: int) -> list[str]:
    return [f"{stem}{number}" for number in range(count)]


def clusters(engine: Engine) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for cluster, url, role in rows(
        engine, "SELECT cluster_id, page_url, role FROM cluster_members"
    ):
        found.setdefault(cluster, set()).add(
            url.rpartition("/")[2] + ("" if role == "main" else "*")
        )
    return {frozenset(members) for members in found.values()}


def test_no_chain_puts_two_unlike_texts_together(engine: Engine) -> None:
    """Promise 1: a is like b and b like c; a is canonical, and c is not like it."""
    body = words("w", 260)
    texts = {"a": body[:130], "b": body[25:155], "c": body[60:190]}
    pages = [
        page(f"https://x.example/{name}", " ".join(texts[name]), hours=hour)
        for hour, name in enumerate(texts, start=1)
    ]
    ingest(engine, [pages])
    together = clusters(engine)
    assert frozenset("abc") not in together
    matched = {frozenset(pair) for pair in rows(engine, LIKE)}
    assert not any({"a", "c"} <= members for members in together)
    assert frozenset(("https://x.example/a", "https://x.example/c")) not in matched
    assert len(matched) == 2, "the example itself must be a chain"


LIKE = """
SELECT a.page_url, b.page_url FROM matches m
JOIN nodes n ON n.node_id = m.node_a JOIN articles a ON a.article_id = n.best_article
JOIN nodes o ON o.node_id = m.node_b JOIN articles b ON b.article_id = o.best_article
WHERE m.verdict = 'same'
"""


def test_two_stories_do_not_meet_on_the_page_that_carries_both(engine: Engine) -> None:
    """Promise 2: a page's embedded copies join their stories, and nothing joins through it."""
    story, other, own = (" ".join(words(stem, 80)) for stem in ("s", "o", "m"))
    pages = [
        page("https://x.example/story", story),
        page("https://y.example/other", other),
        page("https://z.example/carrier", own, story, other, hours=2),
    ]
    ingest(engine, [pages])
    assert clusters(engine) == {
        frozenset(("story", "carrier*")),
        frozenset(("other", "carrier*")),
        frozenset(("carrier",)),
    }


def test_a_carrying_page_joins_only_by_its_own_body(engine: Engine) -> None:
    """Promise 2: a page whose own text is a copy joins that story, not the one it carries."""
    story, other = (" ".join(words(stem, 80)) for stem in ("s", "o"))
    pages = [
        page("https://x.example/story", story),
        page("https://y.example/other", other),
        page("https://z.example/carrier", story + " one word more", other, hours=2),
    ]
    ingest(engine, [pages])
    assert clusters(engine) == {
        frozenset(("story", "carrier")),
        frozenset(("other", "carrier*")),
    }


def test_an_embedded_article_is_an_article_of_its_own(engine: Engine) -> None:
    """Promise 2: the same text as main and as embedded of one page are two articles."""
    story = " ".join(words("s", 80))
    url = "https://x.example/story"
    ingest(engine, [[page(url, story, story)]])
    assert clusters(engine) == {frozenset(("story", "story*"))}
    (canonical,) = rows(engine, "SELECT article_id, size, canonical_reason FROM canonical_stories")
    assert canonical == (article_id(url, Role.MAIN), 2, "main_first")
