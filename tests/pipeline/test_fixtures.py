"""fixtures/dumps ends in what fixtures/expected.json says, which was written by judgement."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest

from aggregator.store.engine import open_engine, reading
from aggregator.store.queries import ArticleFilter, Slice, list_articles, load_article
from tests.running import FIXTURES, Cli

EXPECTED: dict[str, Any] = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
ARTICLES = {article["key"]: article for article in EXPECTED["articles"]}
ALL = Slice(1_000)

Stored = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def articles(shipped_store: Cli) -> list[dict[str, Any]]:
    """Every stored article with its text, revisions and deliveries."""
    engine = open_engine(shipped_store.url, must_exist=True)
    with reading(engine) as connection:
        listed = list_articles(connection, ArticleFilter(), ALL)
        loaded = [load_article(connection, row["article_id"]) for row in listed]
    engine.dispose()
    return [article for article in loaded if article is not None]


@pytest.fixture(scope="module")
def stored(articles: list[dict[str, Any]]) -> Stored:
    """The stored articles under the keys that expected.json gives them."""
    found = {}
    for key, truth in ARTICLES.items():
        fitting = [article for article in articles if fits(article, truth)]
        if len(fitting) == 1:
            found[key] = fitting[0]
    return found


def fits(article: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether an article is meant: by its dump, role and title, and address where it has one."""
    came_from = {each["path"] for each in article["deliveries"]}
    return (
        any(path.endswith("dumps/" + truth["file"]) for path in came_from)
        and article["role"] == truth["role"]
        and article["title"] == truth["title"]
        and (truth["role"] == "embedded" or truth["page_url"] == own_address(article))
    )


@pytest.fixture(scope="module")
def log(shipped_store: Cli) -> list[dict[str, Any]]:
    """The log of dumps."""
    rows: list[dict[str, Any]] = shipped_store.json("dumps", "list", "--limit", "1000")
    return rows


@pytest.mark.parametrize("name", EXPECTED["dumps"])
def test_every_record_of_a_dump_is_stored_or_known(name: str, log: list[dict[str, Any]]) -> None:
    (row,) = [row for row in log if row["path"].endswith(f"dumps/{name}")]
    truth = EXPECTED["dumps"][name]
    assert (row["read"], row["rejected"]) == (truth["records"], 0)
    assert row["ignored"] == truth.get("ignored", 0)


def own_address(article: dict[str, Any]) -> str | None:
    """Where a main article stands; its URL is its page's, without what tracks a reader."""
    address: str | None = article["page_url"] or article["url"]
    return address


def test_the_expected_number_of_articles_and_records_is_stored(
    articles: list[dict[str, Any]], log: list[dict[str, Any]]
) -> None:
    assert len(articles) == EXPECTED["totals"]["articles"]
    assert sum(row["read"] for row in log) == EXPECTED["totals"]["records"]
    assert sum(row["rejected"] for row in log) == EXPECTED["totals"]["rejected"]


@pytest.mark.parametrize("key", ARTICLES)
def test_an_article_is_found_with_the_fields_and_text_that_it_should_have(
    key: str, stored: Stored
) -> None:
    truth, article = ARTICLES[key], stored.get(key)
    assert article is not None, "no article, or several, of this dump, role and title"
    fields = set(truth) - {"key", "file", "first_words", "last_words"}
    assert {f: article[f] for f in fields} == {f: truth[f] for f in fields}
    text = " ".join(article["text"].split())
    assert text.endswith(truth["last_words"])
    # The times that head a live blog's entries may stand before.
    assert truth["first_words"] in text[: len(truth["first_words"]) + 30]


@pytest.mark.parametrize("cluster", EXPECTED["clusters"], ids=lambda cluster: str(cluster["name"]))
def test_a_story_has_its_members_and_no_other_and_its_canonical(
    cluster: dict[str, Any], stored: Stored, articles: list[dict[str, Any]]
) -> None:
    members = {stored[key]["article_id"]: how for key, how in cluster["members"].items()}
    ids = {stored[key]["cluster_id"] for key in cluster["members"]}
    assert len(ids) == 1
    assert {a["article_id"] for a in articles if a["cluster_id"] in ids} == set(members)
    (canonical,) = [a for a in articles if a["article_id"] in members and a["is_canonical"]]
    if cluster["canonical"] is not None:
        assert canonical["article_id"] == stored[cluster["canonical"]]["article_id"]
    relations = {match["article_id"]: match["relation"] for match in canonical["matches"]}
    for member, relation in members.items():
        if member != canonical["article_id"] and relation != "canonical":
            assert relations[member] == relation


def test_articles_that_no_story_of_several_has_are_alone(stored: Stored) -> None:
    together = {key for cluster in EXPECTED["clusters"] for key in cluster["members"]}
    undecided = {key for pair in EXPECTED["open"] for key in pair["articles"]}
    alone = [key for key in stored if key not in together | undecided]
    ids = [stored[key]["cluster_id"] for key in alone]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "group", EXPECTED["apart"], ids=lambda group: f"{group['why']}-{group['articles'][0]}"
)
def test_articles_that_must_be_apart_are_in_different_stories(
    group: dict[str, Any], stored: Stored
) -> None:
    for one, other in combinations(group["articles"], 2):
        assert stored[one]["cluster_id"] != stored[other]["cluster_id"], (one, other)


@pytest.mark.parametrize("truth", EXPECTED["revisions"], ids=lambda truth: str(truth["article"]))
def test_a_text_delivered_again_is_a_revision_only_when_it_changed(
    truth: dict[str, Any], stored: Stored
) -> None:
    article = stored[truth["article"]]
    assert len(article["revisions"]) == truth["revisions"]
    assert article["title"] == truth.get("latest_title", article["title"])


@pytest.mark.parametrize("furniture", EXPECTED["furniture"])
def test_no_article_holds_page_furniture(furniture: str, articles: list[dict[str, Any]]) -> None:
    assert [a["article_id"] for a in articles if furniture.lower() in a["text"].lower()] == []


def test_no_main_text_holds_an_article_that_is_embedded_in_its_page(stored: Stored) -> None:
    for key, truth in ARTICLES.items():
        if truth["role"] != "embedded" or key not in stored:
            continue
        main = stored.get(key.partition("/")[0])
        if main is not None and main["cluster_id"] != stored[key]["cluster_id"]:
            assert truth["last_words"] not in " ".join(main["text"].split())
