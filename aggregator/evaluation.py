"""How right a store is: its stories against what a person said of some of its articles.

    labels ─main_articles→ stored articles ─together?→ judged pairs ─score→ figures, splits
                                           ─compare→   evidence     ─decide→ rule, errors, curves

Nothing is written. Of labelled clusters, the pairs looked at are those of one labelled cluster,
of one story, and those that the candidate index would propose among the labelled articles: all
others share nothing and are together in neither.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations
from typing import Any, Final

from aggregator.candidates import postings
from aggregator.cleaning import registered_domain
from aggregator.compare import stored_options
from aggregator.core.decision import Decision, decide, points
from aggregator.core.evidence import Evidence, compare
from aggregator.core.nodes import DECIMALS, Node, rounded_figures
from aggregator.core.options import MatchingOptions
from aggregator.core.proposals import Proposals
from aggregator.core.scores import (
    BCubed,
    Judged,
    Score,
    Scored,
    b_cubed,
    curve,
    score,
    split,
)
from aggregator.core.tokens import distinct
from aggregator.labels import LabelledPair, Labels
from aggregator.store import nodes
from aggregator.store.engine import Connection
from aggregator.store.index import HUBS
from aggregator.store.labelled import StoredArticle, copies, main_articles, pairs_together
from aggregator.store.queries import Values

MOST_PAIRS: Final = 500_000
"""Pairs that are compared at most; labelled clusters of many articles have more."""
THRESHOLDS: Final = tuple(step / 20 for step in range(1, 21))
"""Where the curves are measured."""
UNKNOWN: Final = "unknown"
NOT_STORED: Final = "not stored"


class TooManyPairs(ValueError):
    """Labelled clusters, or stories, that make more pairs than can be looked at."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A labelled pair as the store has it; without both articles there is no evidence."""

    label: LabelledPair
    a: StoredArticle | None = None
    b: StoredArticle | None = None
    evidence: Evidence | None = None
    decision: Decision | None = None
    """By the thresholds that the store was made with."""
    again: Decision | None = None
    """By the thresholds in force now."""
    points: float = 0.0

    @property
    def together(self) -> bool:
        """Whether both are in one story."""
        return bool(self.a and self.b and self.a.cluster_id == self.b.cluster_id)

    @property
    def judged(self) -> Judged:
        """The stories' answer."""
        return Judged(self.label.same, self.together, self.label.weight)

    @property
    def judged_again(self) -> Judged:
        """The rule's answer to this pair alone, by the thresholds in force now."""
        same = self.again is not None and self.again.same
        return Judged(self.label.same, same, self.label.weight)


@dataclass(frozen=True)
class Evaluation:
    """What came out; all figures are computed when they are asked for."""

    labels: Labels
    pairs: list[Compared]
    not_stored: list[str]
    unlabelled: int
    """Pairs of main articles that are in one story and in no row of the labels."""
    stories: BCubed | None
    """Labelled clusters against stories, article by article."""
    made_with: MatchingOptions
    in_force: MatchingOptions

    @cached_property
    def by_story(self) -> Score:
        """The store as it is: a pair is together when both are in one story."""
        return score(each.judged for each in self.pairs)

    @cached_property
    def by_rule(self) -> Score:
        """Each pair decided by itself, with the thresholds in force now."""
        return score(each.judged_again for each in self.pairs)

    def splits(self) -> Iterator[tuple[str, str, Score]]:
        """The stories' score by what pairs have in common: name, value, score."""
        for name, by in _SPLITS.items():
            parts = split(self.pairs, by, lambda each: each.judged)
            yield from ((name, value, made) for value, made in parts.items())

    def curves(self) -> Iterator[tuple[str, float, Score]]:
        """What other thresholds would give, pair by pair: by what, threshold, score."""
        for name, value in _MEASURES.items():
            scored = [
                Scored(each.label.same, each.label.weight, value(each)) for each in self.pairs
            ]
            yield from ((name, at, made) for at, made in curve(scored, THRESHOLDS).items())

    def errors(self) -> list[Compared]:
        """False and missed pairs, the false ones first, the heaviest first."""
        wrong = [each for each in self.pairs if each.together != each.label.same]
        return sorted(wrong, key=lambda each: (each.label.same, -each.label.weight))


def evaluate(connection: Connection, labels: Labels, in_force: MatchingOptions) -> Evaluation:
    """Look up the labelled articles, and compare the labelled pairs.

    Raises TooManyPairs beyond `MOST_PAIRS`.
    """
    found = main_articles(connection, labels.urls)
    made_with = stored_options(connection)
    asked = labels.pairs or _pairs_of_clusters(connection, labels.clusters, found)
    compared = list(_compared(connection, asked, found, (made_with, in_force)))
    known = [each.together for each in compared]
    known += [
        Compared(p, found.get(p.url_a), found.get(p.url_b)).together for p in labels.disputed
    ]
    stories = {url: article.cluster_id for url, article in found.items()}
    return Evaluation(
        labels=labels,
        pairs=compared,
        not_stored=[url for url in labels.urls if url not in found],
        unlabelled=pairs_together(connection) - sum(known),
        stories=b_cubed(labels.clusters, stories) if labels.clusters else None,
        made_with=made_with,
        in_force=in_force,
    )


def unlabelled_pairs(connection: Connection, labels: Labels) -> list[Values]:
    """Copies beside their canonical articles, both main, that no row of the labels speaks of."""
    found = main_articles(connection, labels.urls)
    ids = {url: article.article_id for url, article in found.items()}
    told = {frozenset(map(ids.get, each.ends)) for each in labels.pairs + labels.disputed}
    clustered = {ids[url] for url in labels.clusters if url in ids}
    return [
        row
        for row in copies(connection)
        if (ends := frozenset((row["article_a"], row["article_b"]))) not in told
        and not ends <= clustered
    ]


def _compared(
    connection: Connection,
    pairs: Iterable[LabelledPair],
    found: dict[str, StoredArticle],
    options: tuple[MatchingOptions, MatchingOptions],
) -> Iterator[Compared]:
    made_with, in_force = options
    loaded = nodes.load_nodes(connection, {article.node_id for article in found.values()})
    for pair in pairs:
        a, b = found.get(pair.url_a), found.get(pair.url_b)
        if a is None or b is None:
            yield Compared(pair, a, b)
            continue
        of_a, of_b = loaded[a.node_id], loaded[b.node_id]
        evidence, decide_by = _with_evidence(of_a, of_b)
        gained = points(evidence, of_a.facts, of_b.facts, made_with)
        yield Compared(pair, a, b, evidence, decide_by(made_with), decide_by(in_force), gained)


def _with_evidence(a: Node, b: Node) -> tuple[Evidence, Callable[[MatchingOptions], Decision]]:
    evidence = compare(a.text, b.text)
    return evidence, partial(decide, evidence, a.facts, b.facts)


def _pairs_of_clusters(
    connection: Connection, clusters: dict[str, str], found: dict[str, StoredArticle]
) -> list[LabelledPair]:
    """The pairs of labelled articles that may be together by label, by story or by the rule."""
    stories = {url: article.cluster_id for url, article in found.items()}
    sizes = [*Counter(clusters.values()).values(), *Counter(stories.values()).values()]
    if sum(size * (size - 1) // 2 for size in sizes) > MOST_PAIRS:
        raise TooManyPairs(f"more than {MOST_PAIRS:,} pairs of articles are in one cluster")
    ends = {*_pairs_within(clusters), *_pairs_within(stories), *_candidates(connection, found)}
    return [
        LabelledPair(a, b, "same" if clusters[a] == clusters[b] else "not")
        for a, b in sorted(ends)
    ]


def _pairs_within(groups: dict[str, str]) -> Iterator[tuple[str, str]]:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for url in sorted(groups):
        members[groups[url]].append(url)
    for urls in members.values():
        yield from combinations(urls, 2)


def _candidates(
    connection: Connection, found: dict[str, StoredArticle]
) -> Iterator[tuple[str, str]]:
    """What the candidate index would propose if it held these articles only."""
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for url, article in found.items():
        holders[article.node_id].append(url)
    prints = nodes.load_fingerprints(connection, holders)
    keys = postings(prints, nodes.short_ones(connection, prints))
    proposals = Proposals(distinct(keys.nodes), HUBS)
    proposals.add(keys.ordered())
    for one, other in proposals.pairs():
        for a in holders[one]:
            for b in holders[other]:
                yield (a, b) if a < b else (b, a)


def _relation(pair: Compared) -> str:
    if pair.decision is None:
        return NOT_STORED
    return pair.decision.relation or "none"


def _language(pair: Compared) -> str:
    if pair.a is None or pair.b is None:
        return NOT_STORED
    return " and ".join(sorted({_tongue(pair.a), _tongue(pair.b)}))


def _tongue(article: StoredArticle) -> str:
    """An article's language; where its page does not tell, the script of its title."""
    if article.language:
        return article.language
    names = (unicodedata.name(letter, "") for letter in article.title or "" if letter.isalpha())
    scripts = Counter(name.partition(" ")[0].title() for name in names if name)
    return f"{UNKNOWN} in {max(scripts, key=scripts.__getitem__)}" if scripts else UNKNOWN


def _outlet(pair: Compared) -> str:
    """Whether one outlet published both; the site's domain stands for an unknown outlet."""
    one, other = (
        _publishers(article, url)
        for article, url in ((pair.a, pair.label.url_a), (pair.b, pair.label.url_b))
    )
    return "same outlet" if one & other else "cross outlet"


def _publishers(article: StoredArticle | None, url: str) -> set[str]:
    named = (article.outlet, article.carrier) if article else ()
    return {name.casefold() for name in (*named, registered_domain(url)) if name}


_SPLITS: Final[dict[str, Callable[[Compared], str]]] = {
    "label": lambda pair: pair.label.label,
    "relation": _relation,
    "outlet": _outlet,
    "language": _language,
}
_MEASURES: Final[dict[str, Callable[[Compared], float | None]]] = {
    "resemblance": lambda pair: pair.evidence.resemblance if pair.evidence else None,
    "score": lambda pair: pair.again.score if pair.again else None,
}


def told(pair: Compared) -> Values:
    """A pair with everything that bears on its verdict, as plain values."""
    decision = pair.decision
    about: dict[str, Any] = {
        "url_a": pair.label.url_a,
        "url_b": pair.label.url_b,
        "label": pair.label.label,
        "weight": pair.label.weight,
        "together": pair.together,
        "article_a": pair.a.article_id if pair.a else None,
        "article_b": pair.b.article_id if pair.b else None,
        "title_a": pair.a.title if pair.a else None,
        "title_b": pair.b.title if pair.b else None,
        "relation": decision.relation if decision else None,
        "verdict": decision.verdict if decision else None,
        "rule": decision.rule if decision else NOT_STORED,
        "score": round(decision.score, DECIMALS) if decision else None,
        "points": round(pair.points, DECIMALS),
    }
    return {**about, "evidence": rounded_figures(pair.evidence) if pair.evidence else None}
