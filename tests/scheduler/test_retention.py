"""Texts go by age and size, what is known of them stays, and nothing comes back as new."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.check import check_store
from aggregator.core.operation import RetentionOptions
from aggregator.pipeline import options_of
from aggregator.refingerprint import refingerprint
from aggregator.retention import keeping, purge, would_purge
from aggregator.scheduler.rounds import run_round
from aggregator.scheduler.sources import Source
from aggregator.scheduler.workshop import Workshop
from aggregator.store.engine import StoreError, reading
from aggregator.store.export import export_articles
from aggregator.store.retention import Extent, Keeping, give_space_back
from tests.scheduler.conftest import Hands
from tests.scheduler.news import lines, story
from tests.stores import opened, rows

MakeSource = Callable[..., Source]
DAY = 86_400
DAYS = RetentionOptions(days=30)


def copy(number: int, of: int, more: str = "") -> str:
    """A line with another article that has the words of `of`, and some more."""
    told = {**story(of), "url": f"https://other{number}.example/{number}"}
    return json.dumps({**told, "text": told["text"] + more}) + "\n"


class Desk:
    """A source that dumps arrive at, and a store that is purged."""

    def __init__(self, shop: Workshop, folder: Path, hands: Hands, source: Source) -> None:
        self.shop, self.folder, self.hands, self.source = shop, folder, hands, source
        self.number = 0

    def bring(self, text: str) -> Any:
        self.number += 1
        (self.folder / f"{self.number}.jsonl").write_text(text)
        return run_round(self.shop, self.source).total

    def limits(self, options: RetentionOptions) -> tuple[dict[str, Keeping], Keeping]:
        made = self.shop.settings.model_copy(
            update={"retention": options, "sources": (self.source.options,)}
        )
        return keeping(made, self.now())

    def now(self) -> datetime:
        return self.hands.wall

    def purge(self, options: RetentionOptions = DAYS) -> Extent:
        limits = self.limits(options)
        before = self.export()
        foretold = would_purge(self.shop.engine, *limits)
        assert self.export() == before
        done = purge(self.shop.engine, options_of(self.shop.settings), limits, self.now())
        assert done == foretold
        self.check()
        return done

    def export(self) -> list[dict[str, Any]]:
        with reading(self.shop.engine) as connection:
            return list(export_articles(connection, canonical_only=False))

    def clusters(self) -> set[frozenset[str]]:
        """The clusters, as sets of addresses."""
        found: dict[str, set[str]] = {}
        for each in self.export():
            found.setdefault(each["cluster_id"], set()).add(each["page_url"])
        return {frozenset(members) for members in found.values()}

    def check(self) -> None:
        with reading(self.shop.engine) as connection:
            wrong = [each for each in check_store(connection) if not each.holds]
        assert wrong == []


@pytest.fixture
def desk(shop: Workshop, folder: Path, hands: Hands, source: MakeSource) -> Desk:
    return Desk(shop, folder, hands, source())


def test_old_texts_go_and_all_else_stays(desk: Desk) -> None:
    """Text and tokens go; addresses, titles, clusters, matches and signatures stay."""
    desk.bring(lines(1, 2) + copy(90, 1, " And some words more."))
    desk.hands.go(31 * DAY)
    desk.bring(lines(10, 2))
    before = desk.export()
    matches = rows(desk.shop.engine, "SELECT * FROM article_matches")
    assert len(matches) == 1
    done = desk.purge()
    assert (done.clusters, done.articles, done.texts) == (2, 3, 3)
    after = desk.export()
    assert [{**each, "text": ""} for each in before] == [{**each, "text": ""} for each in after]
    assert sum(each["text"] == "" for each in after) == 3
    assert rows(desk.shop.engine, "SELECT * FROM article_matches") == matches
    lost = "SELECT count(*) FROM nodes WHERE tokens = text_digest AND length(signature) > 8"
    assert rows(desk.shop.engine, lost) == [(3,)]
    assert desk.purge() == Extent()


def test_nothing_that_was_purged_comes_back_as_new(desk: Desk) -> None:
    """The same dump is known; an equal text joins its cluster; a near copy does not."""
    desk.bring(lines(1, 1) + copy(90, 1, " And some words more."))
    desk.hands.go(31 * DAY)
    desk.purge()
    again = desk.bring(lines(1, 1) + "\n")
    assert (again.known, again.stored) == (1, 0)
    desk.bring(copy(91, 1))
    desk.bring(copy(92, 1, " And quite other words."))
    news = "https://news.example/1"
    others = [f"https://other{n}.example/{n}" for n in (90, 91, 92)]
    assert desk.clusters() == {frozenset([news, *others[:2]]), frozenset(others[2:])}
    desk.check()


def test_a_story_goes_when_its_last_copy_is_old_enough(desk: Desk) -> None:
    """A cluster goes as a whole: a late copy keeps the text of the first."""
    desk.bring(lines(1, 1))
    desk.hands.go(20 * DAY)
    desk.bring(copy(90, 1))
    desk.hands.go(20 * DAY)
    assert desk.purge() == Extent()
    desk.hands.go(11 * DAY)
    assert desk.purge().articles == 2


def test_the_oldest_go_when_a_source_has_too_much(desk: Desk) -> None:
    """By size, the newest texts that fit stay."""
    for number in range(6):
        desk.bring(lines(number, 1))
        desk.hands.go(60)
    sizes = [len(each["text"]) for each in desk.export()]
    kept = {"wire": Keeping(most_bytes=sum(sizes) // 2)}
    options = options_of(desk.shop.settings)
    done = purge(desk.shop.engine, options, (kept, Keeping()), desk.now())
    assert done.texts == 3
    desk.check()
    left = {each["page_url"] for each in desk.export() if each["text"]}
    assert left == {f"https://news.example/{n}" for n in (3, 4, 5)}


def test_a_source_has_limits_of_its_own(
    shop: Workshop, folder: Path, hands: Hands, source: MakeSource
) -> None:
    """keep_days of the source goes before the general one, also to keep for ever."""
    desk = Desk(shop, folder, hands, source(keep_days=0))
    desk.bring(lines(1, 1))
    desk.hands.go(1000 * DAY)
    assert desk.purge(RetentionOptions(days=1, megabytes=1)) == Extent()
    desk.source = source(keep_days=5)
    assert desk.purge(RetentionOptions()).texts == 1


def test_a_revision_of_a_purged_article_is_a_new_text_of_it(desk: Desk) -> None:
    """The article moves on to its new text, and back to the purged one if that is the latest."""
    desk.bring(lines(1, 1))
    desk.hands.go(31 * DAY)
    desk.purge()
    revised = {**story(1), "text": story(1)["text"] + " Updated."}
    for modified, expected in (("2026-05-01", True), ("2026-06-01", True)):
        desk.bring(json.dumps({**revised, "modified": modified}) + "\n")
        (article,) = desk.export()
        assert bool(article["text"]) == expected
        desk.check()
    desk.bring(json.dumps({**story(1), "modified": "2026-07-01"}) + "\n")
    assert len(desk.export()) == 1
    desk.check()


def test_the_texts_that_stay_are_clustered_as_if_the_others_were_not_there(desk: Desk) -> None:
    """Hubs that go leave their place to others: near copies that stay still find each other."""
    desk.bring("".join(copy(n, 7, f" Ending number {n}.") for n in range(40, 52)))
    assert len(desk.clusters()) == 1
    desk.hands.go(31 * DAY)
    desk.purge()
    desk.bring("".join(copy(n, 7, f" Ending number {n}.") for n in range(60, 66)))
    sizes = sorted(len(each) for each in desk.clusters())
    assert sizes == [6, 12]
    desk.check()


JOINED = [
    ("news.example/1", "other90.example/90", "other96.example/96"),
    ("news.example/2",),
    ("news.example/20", "other95.example/95"),
    ("other97.example/97",),
]


def test_signing_again_keeps_what_was_purged(desk: Desk) -> None:
    """What cannot be signed again stays as it was; the rest is made anew. After both, what was
    delivered is known, equal words join, near ones do not; and both again change nothing."""
    desk.bring(lines(1, 2) + copy(90, 1, " And some words more."))
    desk.hands.go(31 * DAY)
    desk.purge()
    desk.bring(lines(20, 1) + copy(95, 20, " And some words more."))
    before = desk.export()
    refingerprint(desk.shop.engine, options_of(desk.shop.settings))
    assert desk.export() == before
    desk.check()
    again = desk.bring(lines(1, 2) + lines(20, 1) + "\n")
    assert (again.known, again.stored) == (3, 0)
    desk.bring(copy(96, 1) + copy(97, 1, " And quite other words."))
    joined = {frozenset(f"https://{site}" for site in sites) for sites in JOINED}
    assert desk.clusters() == joined
    desk.hands.go(31 * DAY)
    desk.purge()
    refingerprint(desk.shop.engine, options_of(desk.shop.settings))
    assert desk.clusters() == joined
    desk.check()


def test_space_that_cannot_be_given_back_now_is_told(sqlite_url: str) -> None:
    """While another program writes, the database says so, and nothing is a bug."""
    with opened(f"{sqlite_url}?timeout=0.1") as engine:
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="not given back yet: database is locked"):
                give_space_back(engine)
        give_space_back(engine)


def test_space_is_given_back(desk: Desk) -> None:
    """SQLite's file becomes smaller; PostgreSQL takes the command outside of a transaction."""
    desk.bring(lines(1, 60))
    desk.hands.go(31 * DAY)
    desk.purge()
    path = desk.shop.engine.url.database
    sqlite = desk.shop.engine.dialect.name == "sqlite"
    with desk.shop.engine.connect() as connection:
        if sqlite:  # what was freed stands in the log until then
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    before = Path(str(path)).stat().st_size if sqlite else 0
    give_space_back(desk.shop.engine)
    if sqlite:
        assert Path(str(path)).stat().st_size < before
    assert len(desk.export()) == 60
