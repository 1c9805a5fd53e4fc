"""What each threshold of the decision does, and whether they hold on pairs they never saw.

    python benchmarks/quality_thresholds.py --database FILE [--shared ../shared]

Takes the SQLite store of ``data/news-pairs`` (``benchmarks/quality.py`` says how to make one),
compares each labelled pair once, and decides again with other thresholds: first one at a time
around the shipped value, then, cross-validated, the best set of a grid on four fifths of the
pairs scored on the rest (pairs are split at random, and by outlet).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from arguments import add_shared, given_file, of_shared
from numpy.typing import NDArray
from quality import Article, Row, load

from aggregator.core.decision import TextFacts, Verdict, decide
from aggregator.core.evidence import Evidence, Text, compare
from aggregator.core.options import MatchingOptions
from aggregator.labels import LabelledPair, read_labels

VARIED: dict[str, tuple[float, ...]] = {
    "near_points": (0.6, 0.65, 0.675, 0.7, 0.725, 0.75, 0.775, 0.8),
    "title_points": (0.0, 0.15, 0.2, 0.25, 0.3, 0.35),
    "lead_points": (0.0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4),
    "begins_words": (20, 40, 60, 80, 100, 150, 1_000_000),
    "titled_containment": (0.0, 0.5, 0.75, 0.9, 1.1),
    "template_numbers": (0.0, 0.35, 0.5, 0.65, 0.7, 0.8),
    "template_own_numbers": (1, 2, 3, 5, 1_000_000),
    "template_frame": (0.3, 0.5, 0.7, 2.0),
    "template_verbatim": (0.0, 0.75, 0.85, 0.95, 1.1),
    "own_subject": (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0),
    "own_words": (1, 2, 3, 4, 5, 100),
    "window_days": (0, 1, 7, 14, 30),
}
GRID: dict[str, tuple[float, ...]] = {
    "near_points": (0.6, 0.65, 0.7, 0.725, 0.75, 0.8),
    "title_points": (0.15, 0.25, 0.35),
    "lead_points": (0.1, 0.2, 0.3, 0.4),
    "begins_words": (40, 80, 150),
    "template_numbers": (0.5, 0.65),
}
FOLDS = 5
REPEATS = 10

Compared = tuple[LabelledPair, Evidence, TextFacts, TextFacts]
Flags = NDArray[np.bool_]


def compared(labels: Sequence[LabelledPair], articles: dict[str, Article]) -> list[Compared]:
    """Each labelled pair of the store with its evidence and the facts of both articles."""
    found = []
    for label in labels:
        if label.ends <= articles.keys():
            a, b = (articles[url] for url in sorted(label.ends))
            one = Text(a.fingerprint.tokens, a.facts.title)
            other = Text(b.fingerprint.tokens, b.facts.title)
            found.append((label, compare(one, other), a.facts, b.facts))
    return found


def merged(pairs: list[Compared], options: MatchingOptions) -> Flags:
    """Which pairs the rule calls copies."""
    return np.array([decide(e, a, b, options).verdict is Verdict.SAME for _, e, a, b in pairs])


class Scorer:
    """Scores sets of merged pairs, by weight."""

    def __init__(self, pairs: list[Compared]) -> None:
        self.weights = np.array([pair[0].weight for pair in pairs])
        self.same = np.array([pair[0].same for pair in pairs])
        self.partial = np.array([pair[0].label == "partial" for pair in pairs])

    def score(self, found: Flags, within: Flags | None = None) -> Row:
        """The score over the pairs `within`, or over all."""
        weights = self.weights if within is None else self.weights * within
        total, right = weights[found].sum(), weights[found & self.same].sum()
        wrong = weights[found & self.partial].sum()
        same = weights[self.same].sum()
        return Row(
            precision=right / (total or 1),
            recall=right / (same or 1),
            f1=2 * right / ((total + same) or 1),
            partial=wrong / (weights[self.partial].sum() or 1),
        )


def one_at_a_time(pairs: list[Compared], scorer: Scorer) -> None:
    """Print the score for each value of each threshold, the others as shipped."""
    shipped = MatchingOptions()
    for name, values in VARIED.items():
        for value in values:
            made = scorer.score(merged(pairs, replace(shipped, **{name: value})))
            mark = "  <- shipped" if value == getattr(shipped, name) else ""
            line(f"{name} = {value:g}", made, mark)


def cross_validate(
    pairs: list[Compared], scorer: Scorer, group: Callable[[Compared], str], name: str
) -> None:
    """Print the score of choices made on four fifths of the groups, on the remaining fifth."""
    options = [
        replace(MatchingOptions(), **dict(zip(GRID, values, strict=True)))
        for values in product(*GRID.values())
    ]
    found = [merged(pairs, each) for each in options]
    groups = [group(pair) for pair in pairs]
    made = []
    for seed in range(REPEATS):
        rng = random.Random(seed)
        fold_of = {each: rng.randrange(FOLDS) for each in sorted(set(groups))}
        folds = np.array([fold_of[each] for each in groups])
        unseen = np.zeros(len(pairs), dtype=np.bool_)
        for fold in range(FOLDS):
            best = max(found, key=lambda flags: scorer.score(flags, folds != fold).f1)
            unseen |= best & (folds == fold)
        made.append(scorer.score(unseen))
    mean = Row(*(float(np.mean([getattr(m, f) for m in made])) for f in Row.__annotations__))
    line(f"cross-validated by {name}", mean, f"  (F1 {min(m.f1 for m in made):.3f} at worst)")


def line(name: str, made: Row, note: str = "") -> None:
    """Print one row of a table."""
    figures = f"{made.precision:9.3f} {made.recall:7.3f} {made.f1:6.3f} {made.partial:9.1%}"
    print(f"{name:34} {figures}{note}", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_shared(parser)
    parser.add_argument("--database", type=given_file, required=True, help="a store of the pages")
    chosen = parser.parse_args()
    pairs_file = chosen.shared / "data" / "news-pairs" / "pairs.csv"
    of_shared(parser, pairs_file)
    labels = read_labels(pairs_file)
    pairs = compared(labels.pairs, load(chosen.database))
    scorer = Scorer(pairs)
    print(f"{'':34} precision  recall     F1  partial merged")
    one_at_a_time(pairs, scorer)
    for name, group in (
        ("pair", lambda pair: "".join(sorted(pair[0].ends))),
        ("outlet", lambda pair: str(pair[2].site)),
    ):
        cross_validate(pairs, scorer, group, name)


if __name__ == "__main__":
    main()
