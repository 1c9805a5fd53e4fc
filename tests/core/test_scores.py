"""Scores: the usual figures of weighted pairs and of clusters, and curves over a threshold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.scores import Judged, Scored, b_cubed, curve, score, split

judged = st.builds(Judged, st.booleans(), st.booleans(), st.floats(0, 100))
clusters = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 3))


def test_precision_and_recall_are_weighted() -> None:
    made = score(
        [
            Judged(same=True, together=True, weight=3),
            Judged(same=True, together=False, weight=1),
            Judged(same=False, together=True, weight=2),
            Judged(same=False, together=False, weight=10),
        ]
    )
    assert (made.precision, made.recall) == (0.6, 0.75)
    assert made.f1 == pytest.approx(2 * 0.6 * 0.75 / (0.6 + 0.75))
    assert made.merged == pytest.approx(5 / 16)


def test_what_was_not_there_to_be_measured_has_no_figure() -> None:
    made = score([Judged(same=False, together=False)])
    assert (made.precision, made.recall, made.f1) == (None, None, None)
    assert score([]).merged is None


@given(st.lists(judged))
def test_figures_are_shares_and_parts_add_up(pairs: list[Judged]) -> None:
    made = score(pairs)
    for figure in (made.precision, made.recall, made.f1, made.merged):
        assert figure is None or 0 <= figure <= 1 + 1e-9
    parts = split(pairs, lambda each: str(each.same), lambda each: each)
    assert sum(part.pairs for part in parts.values()) == len(pairs)
    assert sum(part.weight for part in parts.values()) == pytest.approx(made.weight)


def test_splits_come_the_heaviest_first() -> None:
    pairs = [Judged(True, True, 1), Judged(False, False, 5)]
    assert list(split(pairs, lambda each: str(each.same), lambda each: each)) == ["False", "True"]


def test_a_curve_puts_together_what_reaches_the_threshold() -> None:
    pairs = [Scored(True, 1, 0.9), Scored(True, 1, 0.5), Scored(False, 1, 0.6)]
    found = curve([*pairs, Scored(True, 1, None)], [0.0, 0.5, 0.55, 0.95])
    assert [made.pairs for made in found.values()] == [4, 4, 4, 4]
    assert found[0.5].recall == pytest.approx(2 / 3)
    assert found[0.55].precision == 0.5
    assert (found[0.95].precision, found[0.95].recall) == (None, 0)


@given(st.lists(st.builds(Scored, st.booleans(), st.floats(0, 9), st.floats(0, 1))))
def test_recall_falls_along_a_curve(pairs: list[Scored]) -> None:
    recalls = [made.recall or 0 for made in curve(pairs, [0, 0.25, 0.5, 0.75, 1]).values()]
    assert recalls == sorted(recalls, reverse=True)


def test_b_cubed_counts_each_article_alike() -> None:
    labelled = {"a": 1, "b": 1, "c": 1, "d": 2}
    made = b_cubed(labelled, {"a": "x", "b": "x", "c": "y", "d": "y"})
    assert made.precision == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert made.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)


def test_an_article_that_was_not_found_has_no_recall_and_no_precision() -> None:
    made = b_cubed({"a": 1, "b": 1}, {"a": "x"})
    assert (made.precision, made.recall) == (1, 0.25)
    assert b_cubed({"a": 1}, {}).f1 is None


@given(clusters)
def test_the_labelled_clusters_themselves_are_right(labelled: dict[str, int]) -> None:
    made = b_cubed(labelled, labelled)
    expected = 1 if labelled else None
    assert (made.precision, made.recall, made.f1) == (expected, expected, expected)
