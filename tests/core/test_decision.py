"""Decisions: relations told apart, templates held apart, and nothing by halves."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.decision import (
    Decision,
    Relation,
    TextFacts,
    Verdict,
    conditions,
    decide,
    may_be_related,
)
from aggregator.core.evidence import NOWHERE, Evidence, Text, compare
from aggregator.core.nodes import Node, compare_nodes
from aggregator.core.options import MatchingOptions
from aggregator.core.text import words
from aggregator.core.tokens import tokenise
from tests.running import FIXTURES, PROJECT

STORIES = FIXTURES / "sources" / "stories"
OPTIONS = MatchingOptions()
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

shares = st.floats(0, 1)
evidences = st.builds(
    Evidence,
    equal=st.booleans(),
    resemblance=shares,
    containment_a_in_b=shares,
    containment_b_in_a=shares,
    compared=st.integers(0, 500),
    longest_run=st.integers(0, 500),
    begins=st.sampled_from([0, 80, 81, NOWHERE]),
    lead=shares,
    title=shares,
    title_frame=shares,
    title_numbers_differ=st.booleans(),
    own_subject=shares,
    own_words=st.integers(0, 5),
    numbers=shares,
    own_numbers=st.integers(0, 5),
)
bodies = st.lists(st.sampled_from("oar sail keel mast rope 3 41".split()), max_size=30)
titles = st.lists(st.sampled_from("oar sail keel gale 7 8".split()), max_size=4).map(" ".join)
text_pairs = st.builds(
    lambda one, shared, other, titled: (
        Text(tokenise(one + shared), titled[0]),
        Text(tokenise(shared + other), titled[1]),
    ),
    *(bodies, bodies, bodies),
    st.tuples(titles, titles),
)
facts = st.builds(
    TextFacts,
    site=st.sampled_from(["a.example", "b.example", None]),
    published=st.sampled_from([NOON, NOON + timedelta(days=14), NOON + timedelta(days=15), None]),
    short=st.booleans(),
)

COPY = Evidence(
    equal=False,
    resemblance=0.6,
    containment_a_in_b=0.9,
    containment_b_in_a=0.6,
    shared=180,
    compared=200,
    longest_run=90,
    run_words=180,
    begins=12,
)
HERE = TextFacts(site="a.example", published=NOON)
THERE = TextFacts(site="b.example", published=NOON)


def swapped(evidence: Evidence) -> Evidence:
    return replace(
        evidence,
        containment_a_in_b=evidence.containment_b_in_a,
        containment_b_in_a=evidence.containment_a_in_b,
    )


def story(name: str) -> tuple[Text, TextFacts]:
    """A story of the fixtures and what is known of it."""
    head, body = (STORIES / f"{name}.txt").read_text("utf-8").split("\n\n", 1)
    said = dict(line.split(": ", 1) for line in head.splitlines())
    published = datetime.fromisoformat(said["published"]) if "published" in said else None
    site = said["url"].split("/")[2].removeprefix("www.") if "url" in said else None
    text = Text(tokenise(words(body)), said.get("title"))
    return text, TextFacts(said.get("title"), said.get("outlet"), site, published)


def verdict(one: str, other: str) -> Decision:
    (a, of_a), (b, of_b) = story(one), story(other)
    return decide(compare(a, b), of_a, of_b, OPTIONS)


def names(prefix: str) -> list[str]:
    return sorted(path.stem for path in STORIES.glob(f"{prefix}*.txt"))


@given(evidences, facts, facts)
def test_a_decision_does_not_depend_on_which_text_comes_first(
    evidence: Evidence, a: TextFacts, b: TextFacts
) -> None:
    assert decide(evidence, a, b, OPTIONS) == decide(swapped(evidence), b, a, OPTIONS)


@given(evidences, facts, facts)
def test_only_exact_and_near_are_the_same(evidence: Evidence, a: TextFacts, b: TextFacts) -> None:
    made = decide(evidence, a, b, OPTIONS)
    assert (made.verdict is Verdict.SAME) == (made.relation in (Relation.EXACT, Relation.NEAR))
    assert 0 <= made.score <= 1


@given(evidences, facts, facts)
def test_a_short_text_matches_an_equal_one_only(
    evidence: Evidence, a: TextFacts, b: TextFacts
) -> None:
    made = decide(evidence, replace(a, short=True), b, OPTIONS)
    assert made.relation is (Relation.EXACT if evidence.equal else None)


@given(evidences, facts, facts)
def test_a_copy_scores_above_all_that_lack_points(
    evidence: Evidence, a: TextFacts, b: TextFacts
) -> None:
    made = decide(evidence, a, b, OPTIONS)
    assert (made.score >= OPTIONS.near_points) == (made.verdict is Verdict.SAME)


def test_a_cut_that_begins_together_is_near() -> None:
    assert decide(COPY, HERE, THERE, OPTIONS).relation is Relation.NEAR


def test_less_is_asked_when_titles_and_openings_agree() -> None:
    half = replace(COPY, resemblance=0.2, containment_a_in_b=0.45, containment_b_in_a=0.3)
    agreeing = replace(half, title=0.6, lead=0.6)
    assert decide(half, HERE, THERE, OPTIONS).verdict is Verdict.APART
    assert decide(agreeing, HERE, THERE, OPTIONS).verdict is Verdict.SAME
    assert decide(agreeing, HERE, HERE, OPTIONS).verdict is Verdict.APART


def test_a_text_that_stands_inside_a_longer_one_is_partial() -> None:
    made = decide(replace(COPY, begins=400), HERE, THERE, OPTIONS)
    assert (made.relation, made.verdict, made.rule) == (
        Relation.PARTIAL,
        Verdict.APART,
        "carried",
    )


def test_a_quoted_passage_is_partial_and_a_phrase_is_nothing() -> None:
    quoted = replace(COPY, containment_a_in_b=0.3, containment_b_in_a=0.2, longest_run=25)
    assert decide(quoted, HERE, THERE, OPTIONS).relation is Relation.PARTIAL
    assert decide(replace(quoted, longest_run=12), HERE, THERE, OPTIONS).relation is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title_numbers_differ": True}, "template-title-numbers"),
        ({"numbers": 0.5}, "template-numbers"),
        ({"title_frame": 0.8, "own_subject": 0.2}, "template-title"),
        ({"own_subject": 0.7, "own_words": 3}, "own-subject"),
        ({"own_subject": 0.7, "own_words": 2, "title_frame": 0.3}, "own-subject"),
    ],
)
def test_a_form_with_other_facts_is_a_template_at_any_resemblance(
    changes: dict[str, float], rule: str
) -> None:
    alike = replace(COPY, resemblance=0.98, containment_a_in_b=0.99, containment_b_in_a=0.99)
    form = replace(alike, **changes)
    assert decide(form, HERE, HERE, OPTIONS) == Decision(None, Verdict.APART, rule, 0.0)
    assert decide(form, HERE, THERE, OPTIONS).verdict is Verdict.SAME


def test_sites_that_share_a_form_in_title_and_text_publish_templates_too() -> None:
    draw = replace(COPY, containment_a_in_b=0.75, title_frame=0.8, title_numbers_differ=True)
    assert decide(draw, HERE, THERE, OPTIONS).rule == "template-title-numbers"
    assert decide(replace(draw, title_frame=0.2), HERE, THERE, OPTIONS).rule == "copy"
    assert decide(replace(draw, containment_a_in_b=0.9), HERE, THERE, OPTIONS).rule == "copy"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"numbers": 0.6, "own_numbers": 3}, "template-numbers"),
        ({"numbers": 0.0, "own_numbers": 1, "own_subject": 0.1}, "template-numbers"),
        ({"own_subject": 0.6, "own_words": 3, "title": 0.3}, "own-subject"),
    ],
)
def test_automated_reports_of_different_sites_are_apart_when_several_facts_contradict(
    changes: dict[str, float], rule: str
) -> None:
    alike = replace(COPY, resemblance=0.98, containment_a_in_b=0.99, containment_b_in_a=0.99)
    assert decide(replace(alike, **changes), HERE, THERE, OPTIONS).rule == rule


def test_an_editor_may_change_a_number_or_name_another_subject_in_a_new_title() -> None:
    assert decide(replace(COPY, numbers=0.5, own_numbers=2), HERE, THERE, OPTIONS).rule == "copy"
    renamed = replace(COPY, own_subject=0.9, own_words=4, title=0.0)
    assert decide(renamed, HERE, THERE, OPTIONS).rule == "copy"


FORMS = tomllib.loads((PROJECT / "benchmarks" / "forms.toml").read_text("utf-8"))["form"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form["name"]))
def test_fillings_of_one_form_are_apart_on_one_site_on_two_and_of_unknown_origin(
    form: dict[str, Any],
) -> None:
    pages = [
        (form["title"].format(*facts), form["body"].format(*facts)) for facts in form["facts"]
    ]
    texts = [Text(tokenise(words(body)), title) for title, body in pages]
    for one, other in combinations(texts, 2):
        found = compare(one, other)
        for sites in ((HERE, HERE), (HERE, THERE), (TextFacts(), TextFacts())):
            assert decide(found, *sites, OPTIONS).verdict is Verdict.APART


def test_under_the_same_title_a_copy_may_begin_late() -> None:
    late = replace(COPY, begins=200, title=1.0, title_frame=1.0)
    assert decide(late, HERE, THERE, OPTIONS).rule == "copy"
    assert decide(replace(late, title=0.8), HERE, THERE, OPTIONS).rule == "carried"
    less = replace(late, containment_a_in_b=0.7)
    assert decide(less, HERE, THERE, OPTIONS).rule == "carried"


@given(evidences, facts, facts)
def test_near_is_what_meets_every_condition_and_the_first_one_missed_decides(
    evidence: Evidence, a: TextFacts, b: TextFacts
) -> None:
    evidence = replace(evidence, equal=False)
    missed = [each for each in conditions(evidence, a, b, OPTIONS) if not each.met]
    made = decide(evidence, a, b, OPTIONS)
    assert made.rule == (missed[0].rule if missed else "copy")
    assert made.same == (not missed)


thresholds = st.builds(
    MatchingOptions,
    near_points=st.floats(0, 2),
    title_points=st.floats(-1, 1),
    lead_points=st.floats(-1, 1),
    passage_share=st.floats(0, 1),
)


@given(evidences, facts, facts, thresholds)
def test_what_may_not_be_related_is_not_whatever_the_rest_says(
    evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions
) -> None:
    """So nothing is lost where the figures behind the containments are not even worked out."""
    evidence = replace(evidence, equal=False)
    if not may_be_related(evidence, options):
        assert decide(evidence, a, b, options).relation is None


@given(evidences, facts, facts, thresholds)
def test_what_no_run_could_relate_is_decided_alike_without_runs(
    evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions
) -> None:
    """So nothing is lost where the runs that two texts share are not worked out."""
    best = replace(evidence, longest_run=NOWHERE, begins=0)
    if decide(best, a, b, options).relation is None:
        without = replace(evidence, longest_run=0, begins=NOWHERE)
        assert decide(evidence, a, b, options) == decide(without, a, b, options)


@given(text_pairs, facts, facts, thresholds)
def test_a_comparison_that_is_cut_short_decides_as_a_full_one(
    texts: tuple[Text, Text], a: TextFacts, b: TextFacts, options: MatchingOptions
) -> None:
    options = replace(options, short_main_words=3, passage_words=5)
    found = compare_nodes(Node(1, texts[0], a), Node(2, texts[1], b), options)
    full = compare(*texts)
    decision = decide(full, a, b, options)
    assert (found.same, found.decision.relation) == (decision.same, decision.relation)
    if decision.relation is not None:
        assert (found.evidence, found.decision) == (full, decision)


def test_texts_of_unknown_origin_may_come_from_one_site() -> None:
    form, unknown = replace(COPY, numbers=0.2), TextFacts()
    assert decide(form, unknown, THERE, OPTIONS).rule == "template-numbers"


def test_the_window_limits_near_and_leaves_equal_texts_alone() -> None:
    late = replace(THERE, published=NOON + timedelta(days=15))
    assert decide(COPY, HERE, late, OPTIONS).rule == "outside-window"
    assert decide(replace(COPY, equal=True), HERE, late, OPTIONS).relation is Relation.EXACT
    assert decide(COPY, HERE, replace(late, published=None), OPTIONS).rule == "copy"
    assert decide(COPY, HERE, late, replace(OPTIONS, window_days=0)).rule == "copy"


def test_equal_texts_have_a_window_of_their_own_when_it_is_set() -> None:
    late = replace(THERE, published=NOON + timedelta(days=400))
    same, yearly = replace(COPY, equal=True), replace(OPTIONS, exact_window_days=365)
    assert decide(same, HERE, late, OPTIONS).rule == "equal"
    assert decide(same, HERE, late, yearly).rule == "outside-window"
    assert decide(same, HERE, THERE, yearly).rule == "equal"


def test_what_lies_outside_the_window_is_not_compared() -> None:
    near = [Text(tokenise(f"{number} {' '.join('abcdefghij' * 5)}".split())) for number in "12"]
    late = replace(THERE, published=NOON + timedelta(days=15))
    nodes = [Node(1, near[0], HERE), Node(2, near[1], late)]
    found = compare_nodes(*nodes, OPTIONS)
    assert (found.evidence.shared, found.decision.rule) == (0, "outside-window")
    assert "shingles" not in vars(near[0])
    assert compare_nodes(*nodes, replace(OPTIONS, window_days=0)).evidence.shared > 0


def test_when_too_little_is_left_to_compare_nothing_is_near() -> None:
    left = replace(COPY, compared=20, shared=20)
    assert decide(left, HERE, THERE, OPTIONS).rule == "little-left"


@pytest.mark.parametrize(
    "name",
    (
        "zh-boat ja-tofu ko-bus th-lighthouse ar-market fa-mill he-mulberry hi-pond ta-koothu"
    ).split(),
)
def test_an_edited_copy_is_near_in_every_script(name: str) -> None:
    assert verdict(name, f"{name}-copy").relation is Relation.NEAR


def test_versions_of_a_wire_story_are_copies_of_one_another() -> None:
    for other in names("ferry"):
        assert verdict("ferry-meridian", other).verdict is Verdict.SAME


@pytest.mark.parametrize("prefix", ["almanac", "ridgeway", "nighttrain", "volcano"])
def test_what_shares_a_form_an_ending_or_an_event_is_apart(prefix: str) -> None:
    """Weather, draws, rates and previews of one site; its closing passage; two reports."""
    for one, other in combinations(names(prefix), 2):
        assert verdict(one, other).verdict is Verdict.APART


def test_a_roundup_carries_a_short_story_and_is_partial() -> None:
    assert verdict("briefing", "goat").relation is Relation.PARTIAL


def test_entries_of_a_live_blog_drift_apart() -> None:
    assert verdict("storm-live-1", "storm-live-3").verdict is Verdict.APART


def test_a_story_with_a_new_ending_at_another_address_is_near() -> None:
    assert verdict("quarry-first", "quarry-update").relation is Relation.NEAR
