"""Random worlds of news for the property tests, and the state that a store ends in.

A world is a list of deliveries. Its generator makes what upsets incremental clustering: near
chains, hot keys, verbatim copies by many outlets, ties in every rule, revisions, undated
articles, embedded repetitions, texts on the edge of being short, lines that a site repeats.
A `HotWorld` has, by construction, keys of more texts than the hubs that are kept, and arrives
newest first.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from aggregator.candidates.keys import RUN_WORDS
from aggregator.core.canonical import CanonicalOptions, Ranking
from aggregator.core.model import ExtractedArticle, Kind, Page, Record, Role
from aggregator.core.options import MatchingOptions
from aggregator.core.sightings import SeenPage, articles_of, see
from aggregator.core.times import to_text
from aggregator.fingerprint import SCHEME, fingerprints
from aggregator.intake import Outcome, take_in
from aggregator.settle import Counts, Settler, Settling
from aggregator.standing import Circumstances
from aggregator.store import dumps
from aggregator.store.dumps import Beginning, Tally
from aggregator.store.engine import writing
from aggregator.store.index import CANDIDATES, PASSAGES

OPTIONS = MatchingOptions(
    window_days=3,
    exact_window_days=4,
    short_main_words=12,
    short_embedded_words=20,
    boilerplate_stories=2,
)
RANKING = Ranking(CanonicalOptions(preferred_outlets=("Outlet 3",)))
START = datetime(2026, 3, 1, tzinfo=UTC)


class World:
    """Makes deliveries from a few invented topics."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.topics = [self.words(f"topic{i}x", 90) for i in range(rng.randint(1, 3))]
        self.tail = self.words("tail", 12)

    def deliveries(self, count: int) -> list[SeenPage]:
        """Pages in the order in which they were made; some are delivered twice."""
        pages = [self.page(number) for number in range(count)]
        again = [replace(page) for page in pages if self.rng.random() < 0.1]
        return pages + again

    def words(self, stem: str, count: int) -> list[str]:
        return [f"{stem}{self.rng.randint(0, 10_000)}" for _ in range(count)]

    def page(self, number: int) -> SeenPage:
        main = self.article(Role.MAIN)
        embedded = [self.article(Role.EMBEDDED) for _ in range(self.rng.choice((0, 0, 0, 1, 2)))]
        if embedded and self.rng.random() < 0.4:
            embedded.append(replace(embedded[0], text=main.text))
        address = self.rng.choice((number, number, self.rng.randint(0, max(number, 1))))
        site = f"site{self.rng.randint(0, 2)}.example"
        url = f"https://{site}/{address}" if self.rng.random() < 0.9 else None
        captured = self.rng.choice((None, START + timedelta(hours=self.rng.randint(0, 5))))
        page = Page(main, tuple(embedded), site_name=site)
        record = Record(f"line {number}", repr(page), Kind.FIELDS, url, record_time=captured)
        prints = fingerprints(article.text for article in articles_of(page))
        return see(record, page, prints, site)

    def article(self, role: Role) -> ExtractedArticle:
        published = START + timedelta(hours=self.rng.choice((0, 0, 5, 24, 30, 80, 100, 200)))
        return ExtractedArticle(
            role,
            self.lines(self.body()),
            title=self.rng.choice((None, "One title", "Another title here")),
            outlet=self.rng.choice((None, *(f"Outlet {i}" for i in range(5)))),
            published=self.rng.choice((None, published, published)),
            modified=self.rng.choice((None, START + timedelta(hours=self.rng.randint(0, 3)))),
            language=self.rng.choice((None, "en", "fr")),
        )

    def lines(self, body: list[str]) -> str:
        """The words in lines, which end at the same words in every text."""
        return " ".join(f"{word}\n" if word[-1] in "37" else word for word in body)

    def body(self) -> list[str]:
        """A window on a topic, so that neighbours are near and far ends are not, edited."""
        topic = self.rng.choice(self.topics)
        start = self.rng.choice((0, 0, 0, 10, 20, 30, 40))
        body = topic[start : start + self.rng.choice((8, 15, 30, 45, 60, 90))]
        for _ in range(self.rng.choice((0, 0, 1, 3))):
            body[self.rng.randrange(len(body))] = f"edit{self.rng.randint(0, 3)}"
        return body + ([self.tail[0] + "7", *self.tail] if self.rng.random() < 0.5 else [])


class HotWorld(World):
    """One wire story in many versions: all begin alike, so that they share keys."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.lead = self.words("lead", 2 * RUN_WORDS)
        self.made = 0

    def article(self, role: Role) -> ExtractedArticle:
        """The next older version."""
        made = super().article(role)
        self.made += 1
        published = START + timedelta(hours=240 - 5 * self.made)
        return replace(made, text=self.lines([*self.lead, *self.body()]), published=published)


def newest_first(pages: Iterable[SeenPage]) -> list[SeenPage]:
    """As a back-fill arrives that begins with the present; undated pages are the last."""
    return sorted(pages, key=_published, reverse=True)


def _published(page: SeenPage) -> str:
    times = (to_text(each.content.published) for each in page.sightings)
    return max((each for each in times if each), default="")


def ingest(
    engine: Engine, batches: Iterable[Sequence[SeenPage]], now: str = "2026-01-01T00:00:00Z"
) -> list[Outcome]:
    """Take batches into a store, each settled in a transaction of its own."""
    outcomes = []
    with writing(engine) as connection:
        dump_id = dumps.begin_dump(connection, Beginning("world", now))
    for batch in batches:
        with writing(engine) as connection:
            circumstances = Circumstances(dump_id, now, OPTIONS, RANKING)
            taken = take_in(connection, circumstances, batch)
            done = taken.outcomes
            settling = Settling(OPTIONS, RANKING, SCHEME)
            Settler(connection, settling, Counts()).settle(taken.changes)
            known = done.count(Outcome.KNOWN)
            revised = done.count(Outcome.REVISED)
            tally = Tally(len(done), len(done) - known, known, revised=revised)
            dumps.count(connection, dump_id, tally, now)
            outcomes += done
    return outcomes


def cut(rng: random.Random, pages: Sequence[SeenPage]) -> list[list[SeenPage]]:
    """The pages in batches of random sizes."""
    batches, rest = [], list(pages)
    while rest:
        size = rng.choice((1, 2, 3, 10, 50))
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


RESULTS = {
    "articles": "a.article_id, a.role, a.node_id, hex(r.revision_id), a.published_at, "
    "a.record_time, a.page_url FROM articles a "
    "JOIN revisions r ON r.revision_number = a.revision_number",
    "revisions": "hex(r.revision_id), a.article_id, r.record_time, r.page_url FROM revisions r "
    "JOIN articles a ON a.article_number = r.article_number",
    "appearances": "hex(d.record_key), p.position, hex(r.revision_id) FROM appearances p "
    "JOIN deliveries d ON d.delivery_number = p.delivery_number "
    "JOIN revisions r ON r.revision_number = p.revision_number",
    "nodes": "node_id, short, earliest_article, best_article, anchor, place, "
    "hex(lines), hex(left_out)",
    "repeated_passages": "key",
    "matches": "node_a, node_b, proposed, star, relation, verdict, rule, evidence, scheme",
    "clusters": "anchor, cluster_id, canonical_node, canonical_article, canonical_reason, size, "
    "main_size, outlets, languages, first_published_at, last_published_at",
    "canonical_stories": "cluster_id, size, main_size, outlets, article_id, canonical_reason",
    "cluster_members": "*",
    "article_matches": "*",
}


def results(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a store's content determines, sorted; first-seen times and logs aside."""
    found = {}
    with engine.connect() as connection:
        for table, columns in RESULTS.items():
            wanted = columns
            if engine.dialect.name == "postgresql":  # SQLite's hex of null is empty
                wanted = re.sub(
                    r"hex\(([\w.]+)\)", r"coalesce(upper(encode(\1, 'hex')), '')", columns
                )
            source = "" if " FROM " in wanted else f" FROM {table}"
            rows = connection.execute(text(f"SELECT {wanted}{source}"))
            found[table] = sorted(map(tuple, rows), key=repr)
        for each in (CANDIDATES, PASSAGES):
            parts = each.everything(connection)
            found[f"postings {each.number}"] = sorted(r for part in parts for r in part.rows())
    return found
