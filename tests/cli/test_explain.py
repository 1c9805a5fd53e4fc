"""``aggregator clusters explain``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.cli.explanation import FIGURES, RULES
from aggregator.core.decision import Rule, TextFacts, conditions
from aggregator.core.evidence import Evidence
from aggregator.core.options import MatchingOptions
from tests.running import Cli

FERRY = "https://www.meridianpress.example/2026/10/03/estmark-ferry-cape-orlow"
CUT = "https://www.valleylantern.example/2026/10/fog-ferry-rescue.html"
POST = "https://www.castermoorpost.example/estmark/2026-10-03/fog-bound-ferry-hits-reef"
ORGAN = "https://www.castermoorpost.example/culture/2026-10-02/organ"


@pytest.fixture(scope="module")
def copies(shipped_store: Cli) -> dict[str, Any]:
    found: dict[str, Any] = shipped_store.json("clusters", "explain", FERRY, CUT)
    return found


def test_copies_are_explained_with_relation_rule_and_figures(copies: dict[str, Any]) -> None:
    assert copies["same_cluster"] is True
    assert (copies["relation"], copies["verdict"], copies["rule"]) == ("near", "same", "copy")
    assert copies["evidence"]["containment_b_in_a"] > 0.9
    assert copies["points"] >= copies["thresholds"]["near_points"]
    assert (copies["proposed"], copies["stored"]) == (True, True)


def test_the_figures_are_those_of_the_stored_match(
    shipped_store: Cli, copies: dict[str, Any]
) -> None:
    a, b = (article["article_id"] for article in copies["articles"])
    shown = shipped_store.json("articles", "show", a)
    (match,) = [match for match in shown["matches"] if match["article_id"] == b]
    for stored, fresh in (
        ("resemblance", "resemblance"),
        ("containment", "containment_a_in_b"),
        ("containment_reverse", "containment_b_in_a"),
    ):
        assert match[stored] == copies["evidence"][fresh]


def test_the_order_of_the_two_turns_the_containments_only(
    shipped_store: Cli, copies: dict[str, Any]
) -> None:
    turned = shipped_store.json("clusters", "explain", CUT, FERRY)
    assert turned["evidence"]["containment_a_in_b"] == copies["evidence"]["containment_b_in_a"]
    same = ("relation", "verdict", "rule", "score", "points", "proposed", "stored")
    assert {name: turned[name] for name in same} == {name: copies[name] for name in same}


def test_the_passages_together_are_the_two_texts(
    shipped_store: Cli, copies: dict[str, Any]
) -> None:
    for side, article in zip("ab", copies["articles"], strict=True):
        text = shipped_store.json("articles", "show", article["article_id"])["text"]
        joined = " ".join(passage[side] for passage in copies["passages"])
        assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", text)


def test_two_copies_of_a_third_name_the_canonical_that_joins_them(shipped_store: Cli) -> None:
    found = shipped_store.json("clusters", "explain", CUT, POST)
    canonical = shipped_store.json("articles", "show", FERRY)["article_id"]
    assert found["canonical_article_id"] == canonical
    compared = found["with_canonicals"]
    assert [each["canonical_article_id"] for each in compared] == [canonical, canonical]
    assert {each["verdict"] for each in compared} == {"same"}


def test_a_pair_that_was_no_candidate_is_compared_all_the_same(shipped_store: Cli) -> None:
    found = shipped_store.json("clusters", "explain", FERRY, ORGAN)
    assert found["same_cluster"] is False
    assert (found["relation"], found["rule"]) == (None, "little-in-common")
    assert (found["proposed"], found["stored"]) == (False, False)


def test_pages_of_a_template_are_told_to_be_one(shipped_store: Cli) -> None:
    rows = shipped_store.json("articles", "list", "--outlet", "Estmark Almanac")
    rates = [row["article_id"] for row in rows if "rates" in (row["title"] or "").lower()]
    assert len(rates) > 1
    out = shipped_store("clusters", "explain", *rates[:2]).out
    assert "one form filled with different facts" in " ".join(out.split())


def test_people_read_the_reason_and_both_texts_side_by_side(shipped_store: Cli) -> None:
    out = shipped_store("clusters", "explain", FERRY, CUT).out
    assert "They are in one story; compared with each other they are near:" in out
    assert re.search(r"points, and [\d.]+ are enough", " ".join(out.split()))
    assert re.search(r"^A .+ B ", out, re.M)
    assert max(map(len, out.splitlines())) <= 80


def test_csv_is_one_row_of_figures(shipped_store: Cli) -> None:
    header, row = shipped_store(
        "clusters", "explain", FERRY, CUT, "--format", "csv"
    ).out.splitlines()
    named = dict(zip(header.split(","), row.split(","), strict=True))
    assert (named["same_cluster"], named["relation"]) == ("true", "near")


def test_an_article_that_is_not_stored_is_named(shipped_store: Cli) -> None:
    done = shipped_store("clusters", "explain", FERRY, "https://nobody.example/", code=1)
    assert done.err == ("aggregator: https://nobody.example/: no article has this id or address\n")


def test_every_rule_and_figure_of_the_decision_is_put_into_words() -> None:
    assert set(RULES) == set(Rule)
    facts = TextFacts(site="a.example", published=datetime(2026, 1, 1, tzinfo=UTC))
    form = Evidence(False, 0.5, 0.5, 0.5, title=0.5, title_frame=0.6)
    measured = conditions(form, facts, facts, MatchingOptions())
    assert {condition.figure for condition in measured} == set(FIGURES)


def test_copies_meet_every_condition(copies: dict[str, Any]) -> None:
    assert copies["conditions"]
    assert all(each["met"] and each["missing"] == 0 for each in copies["conditions"])


def test_what_is_apart_is_told_what_would_have_had_to_be_different(shipped_store: Cli) -> None:
    found = shipped_store.json("clusters", "explain", FERRY, ORGAN)
    first = next(each for each in found["conditions"] if not each["met"])
    assert (first["rule"], first["figure"]) == (found["rule"], "points")
    assert first["missing"] == pytest.approx(first["limit"] - found["points"], abs=1e-5)
    out = shipped_store("clusters", "explain", FERRY, ORGAN).out
    out = " ".join(out.split())
    assert "NO points: " in out
    assert f"at least {first['limit']:g}; {first['missing']:.6g} short" in out
