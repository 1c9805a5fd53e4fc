"""How right stories are, measured against labels: weighted precision and recall, and B-cubed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

DECIMALS = 6
"""Places kept of every figure that is told."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled pair and what became of it.

    `same`: the label calls the two copies. `together`: they were put together. `weight`: how
    many pairs it stands for.
    """

    same: bool
    together: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Sums of weights over labelled pairs, and the usual figures made of them.

    Each figure is in 0..1, and None where nothing was there to be measured.
    """

    pairs: int
    weight: float
    same: float
    """Weight of the pairs that are copies by their label."""
    together: float
    """Weight of the pairs that were put together."""
    right: float
    """Weight of the copies that were put together."""

    @property
    def precision(self) -> float | None:
        """Copies among what was put together."""
        return _share(self.right, self.together)

    @property
    def recall(self) -> float | None:
        """What was put together among the copies."""
        return _share(self.right, self.same)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.right, self.same + self.together)

    @property
    def merged(self) -> float | None:
        """What was put together among all pairs."""
        return _share(self.together, self.weight)

    def figures(self) -> dict[str, Any]:
        """All of it by name, rounded."""
        return {
            "pairs": self.pairs,
            **{name: rounded(getattr(self, name)) for name in SCORE_FIGURES},
        }


SCORE_FIGURES = ("weight", "same", "together", "right", "merged", "precision", "recall", "f1")


def rounded(value: float | None) -> float | None:
    """A figure as it is told."""
    return None if value is None else round(value, DECIMALS)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def score(pairs: Iterable[Judged]) -> Score:
    """Score labelled pairs."""
    every = list(pairs)
    return Score(
        pairs=len(every),
        weight=_total(every),
        same=_total(each for each in every if each.same),
        together=_total(each for each in every if each.together),
        right=_total(each for each in every if each.same and each.together),
    )


def _total(pairs: Iterable[Judged]) -> float:
    return math.fsum(each.weight for each in pairs)


def split(
    items: Iterable[Item], by: Callable[[Item], str], judged: Callable[[Item], Judged]
) -> dict[str, Score]:
    """The scores of the items with each value of `by`, the heaviest first, then by name."""
    parts: dict[str, list[Judged]] = {}
    for item in items:
        parts.setdefault(by(item), []).append(judged(item))
    scores = {value: score(part) for value, part in parts.items()}
    return dict(sorted(scores.items(), key=lambda each: (-each[1].weight, each[0])))


@dataclass(frozen=True, slots=True)
class Scored:
    """A labelled pair with the value that a curve puts a threshold to; None: never together."""

    same: bool
    weight: float
    value: float | None


def curve(pairs: Sequence[Scored], thresholds: Iterable[float]) -> dict[float, Score]:
    """The score for each threshold, if pairs with that value or more were put together."""
    return {
        threshold: score(
            Judged(each.same, each.value is not None and each.value >= threshold, each.weight)
            for each in pairs
        )
        for threshold in thresholds
    }


@dataclass(frozen=True, slots=True)
class BCubed:
    """Precision and recall of clusters, each article counting alike (0..1; None: no article)."""

    articles: int
    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        if self.precision is None or self.recall is None:
            return None
        return _share(2 * self.precision * self.recall, self.precision + self.recall)

    def figures(self) -> dict[str, Any]:
        """All of it by name, rounded."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"articles": self.articles} | {n: rounded(v) for n, v in figures.items()}


def b_cubed(labelled: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> BCubed:
    """Compare the clusters found with those labelled, over the labelled articles.

    Both give articles their cluster. An article that was not found has no precision, and
    recall 0 (Bagga and Baldwin 1998, "Entity-based cross-document coreferencing using the
    vector space model").
    """
    present = [article for article in labelled if article in found]
    of_label = Counter(labelled.values())
    of_found = Counter(found[article] for article in present)
    of_both = Counter((labelled[article], found[article]) for article in present)
    both = {article: of_both[labelled[article], found[article]] for article in present}
    precision = sum(both[article] / of_found[found[article]] for article in present)
    recall = sum(both[article] / of_label[labelled[article]] for article in present)
    return BCubed(
        articles=len(labelled),
        precision=_share(precision, len(present)),
        recall=_share(recall, len(labelled)),
    )
