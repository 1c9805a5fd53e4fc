"""Nodes: the distinct texts that articles have now, and the comparison of two of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from functools import partial

from aggregator.core.boilerplate import Layout
from aggregator.core.decision import (
    Decision,
    TextFacts,
    beyond_window,
    decide,
    may_be_related,
)
from aggregator.core.evidence import Evidence, Text, compare, same_tokens
from aggregator.core.options import MatchingOptions
from aggregator.core.proposals import Pair
from aggregator.core.tokens import Fingerprint

DECIMALS = 6
"""Places kept of every figure, so that both databases hold the same."""
_FIGURES = [each.name for each in fields(Evidence)]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A distinct text with what a verdict may know of its earliest article."""

    node_id: int
    text: Text
    facts: TextFacts


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verified comparison of two nodes; a is the one with the lower id."""

    nodes: Pair
    evidence: Evidence
    decision: Decision

    @property
    def same(self) -> bool:
        """Whether the two are copies of one text."""
        return self.decision.same


def compare_nodes(one: Node, other: Node, options: MatchingOptions) -> Comparison:
    """Compare two nodes exactly and decide; symmetric.

    What the window holds apart is not compared: an old store proposes mostly such pairs. The
    evidence of pairs that are not related is not complete: no more is worked out than tells so.
    """
    a, b = (one, other) if one.node_id < other.node_id else (other, one)
    equal = same_tokens(a.text, b.text)
    if beyond_window(a.facts, b.facts, options, equal=equal):
        share = float(equal)
        evidence = Evidence(equal, share, share, share)
    else:
        worthwhile = partial(may_be_related, options=options)
        evidence = compare(
            a.text,
            b.text,
            worthwhile,
            lambda best: decide(best, a.facts, b.facts, options).relation is not None,
        )
    return Comparison(
        (a.node_id, b.node_id), evidence, decide(evidence, a.facts, b.facts, options)
    )


def rounded_figures(evidence: Evidence) -> dict[str, bool | int | float]:
    """All evidence by name, as it is told and stored."""
    values = {name: getattr(evidence, name) for name in _FIGURES}
    return {n: round(v, DECIMALS) if isinstance(v, float) else v for n, v in values.items()}


def figures(evidence: Evidence) -> str:
    """All evidence as JSON with sorted keys and rounded figures."""
    return json.dumps(rounded_figures(evidence), sort_keys=True, separators=(",", ":"))


@dataclass(slots=True)
class NodeChanges:
    """What happened to the nodes in one batch.

    `added` are new; `gone` have no article any more; `restated` have another earliest article,
    so that verdicts must be made again; `reranked` have another best article; `refreshed` have
    other articles, which changes their cluster's figures only.
    """

    added: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    restated: set[int] = field(default_factory=set)
    reranked: set[int] = field(default_factory=set)
    refreshed: set[int] = field(default_factory=set)
    prints: dict[int, Fingerprint] = field(default_factory=dict)
    """Fingerprints of added nodes that are at hand."""
    layouts: dict[int, Layout] = field(default_factory=dict)
    """Layouts of added nodes, as stored with them; none of those that have no passages."""

    def __bool__(self) -> bool:
        return any((self.added, self.gone, self.restated, self.reranked, self.refreshed))
