"""Choosing the canonical article: ordered rules, and the name of the one that decided."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.canonical import (
    ONLY_COPY,
    Candidate,
    CanonicalOptions,
    CanonicalRule,
    Ranking,
    earliest_rank,
)
from aggregator.core.model import Role

BASE = Candidate("a5", Role.MAIN, "Meridian", "2026-03-02T10:00:00Z", 300)
RULES = tuple(CanonicalRule)


def chosen(options: CanonicalOptions, *candidates: Candidate) -> tuple[str, str]:
    """Id of the canonical among these and the rule that decided."""
    ranking = Ranking(options)
    best = min(candidates, key=ranking.rank)
    return best.article_id, ranking.reason(ranking.rank(best), map(ranking.rank, candidates))


@pytest.mark.parametrize(
    ("rule", "better", "worse"),
    [
        ("preferred_outlets", {"outlet": "Courier"}, {"outlet": "Meridian"}),
        ("preferred_outlets", {"outlet": "POST"}, {"outlet": None}),
        ("preferred_outlets", {"outlet": "courier"}, {"outlet": "Post"}),
        ("main_first", {"role": Role.MAIN}, {"role": Role.EMBEDDED}),
        ("earliest_published", {"published": "2026-03-01T10:00:00Z"}, {}),
        ("earliest_published", {}, {"published": None}),
        ("earliest_published", {}, {"published": "2026-03-02T00:00:00Z"}),
        ("earliest_published", {"published": "2026-03-01T00:00:00Z"}, {}),
        ("longest", {"word_count": 301}, {}),
        ("article_id", {"article_id": "a4"}, {}),
    ],
)
def test_each_rule_decides_and_is_named(
    rule: str, better: dict[str, object], worse: dict[str, object]
) -> None:
    """With all else equal, the better article is canonical and the rule is the reason."""
    options = CanonicalOptions(preferred_outlets=("Courier", "Post"))
    copies = replace(BASE, **{"article_id": "a6", **better}), replace(BASE, **worse)
    assert chosen(options, *copies) == (copies[0].article_id, rule)
    assert chosen(options, *copies[::-1]) == (copies[0].article_id, rule)


def test_the_first_rule_that_separates_decides() -> None:
    """A preferred outlet's short, late, embedded copy goes before all others."""
    late = Candidate("a9", Role.EMBEDDED, "Courier", None, 10)
    options = CanonicalOptions(preferred_outlets=("Courier",))
    assert chosen(options, BASE, late) == ("a9", "preferred_outlets")
    assert chosen(CanonicalOptions(), BASE, late) == ("a5", "main_first")


@pytest.mark.parametrize("rules", list(permutations(RULES[:4]))[::5])
def test_rules_are_tried_in_the_users_order(rules: tuple[CanonicalRule, ...]) -> None:
    """Each copy is best by one rule only: the first rule's copy is canonical, and named."""
    best_by = {
        CanonicalRule.PREFERRED_OUTLETS: replace(BASE, outlet="Courier", article_id="a6"),
        CanonicalRule.MAIN_FIRST: replace(BASE, article_id="a7"),
        CanonicalRule.EARLIEST_PUBLISHED: replace(
            BASE, published="2026-03-01T10:00:00Z", article_id="a8"
        ),
        CanonicalRule.LONGEST: replace(BASE, word_count=999, article_id="a9"),
    }
    copies = {
        rule: copy if rule is CanonicalRule.MAIN_FIRST else replace(copy, role=Role.EMBEDDED)
        for rule, copy in best_by.items()
    }
    options = CanonicalOptions(rules=rules, preferred_outlets=("Courier",))
    assert chosen(options, *copies.values()) == (copies[rules[0]].article_id, rules[0])


def test_without_rules_the_id_decides() -> None:
    """The id always separates, also where the user left it out."""
    longer = replace(BASE, article_id="a6", word_count=900)
    assert chosen(CanonicalOptions(rules=()), longer, BASE) == ("a5", "article_id")


def test_a_cluster_of_one_says_so() -> None:
    """Where nothing had to be decided no rule is named."""
    assert chosen(CanonicalOptions(), BASE) == ("a5", ONLY_COPY)


def test_the_reason_is_the_rule_against_the_next_best() -> None:
    """What set the canonical apart from the runner-up, not from the worst."""
    copies = [BASE, replace(BASE, article_id="a6"), replace(BASE, article_id="a1", word_count=9)]
    assert chosen(CanonicalOptions(), *copies) == ("a5", "article_id")


candidates = st.lists(
    st.builds(
        Candidate,
        st.text("0123456789abcdef", min_size=1, max_size=3).map("a{}".format),
        st.sampled_from(Role),
        st.sampled_from([None, "Courier", "courier", "Post"]),
        st.sampled_from([None, "2026-03-01T00:00:00Z", "2026-03-01T10:00:00Z"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda candidate: candidate.article_id,
)
orders = st.permutations(RULES).flatmap(
    lambda rules: st.integers(0, len(rules)).map(lambda count: tuple(rules[:count]))
)


@given(candidates, orders, st.randoms(use_true_random=False))
def test_any_rules_give_one_canonical_whatever_the_order(
    copies: list[Candidate], rules: tuple[CanonicalRule, ...], rng: object
) -> None:
    """Ranks are total: the same article and reason from any order of copies."""
    options = CanonicalOptions(rules=rules, preferred_outlets=("Courier",))
    expected = chosen(options, *copies)
    assert chosen(options, *copies[::-1]) == expected
    ranking = Ranking(options)
    assert len({ranking.rank(copy) for copy in copies}) == len(copies)


def test_who_had_it_first_is_by_time_then_id() -> None:
    """Neither role nor outlet count for whose time and title stand for a text."""
    early = Candidate("a9", Role.EMBEDDED, None, "2026-03-01T10:00:00Z", 1)
    undated = replace(BASE, article_id="a1", published=None)
    assert sorted([undated, BASE, early], key=earliest_rank) == [early, BASE, undated]
