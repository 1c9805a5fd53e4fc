"""Comparing stored articles for people: how copies differ, and why two are together or not.

`explain` compares afresh, with the thresholds that the store was made with, also a pair that was
never a candidate.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from aggregator.candidates import postings
from aggregator.core.decision import RULE, Decision, conditions, decide, points
from aggregator.core.evidence import Evidence, compare
from aggregator.core.nodes import DECIMALS, Node, rounded_figures
from aggregator.core.options import MatchingOptions
from aggregator.core.passages import differences, passages
from aggregator.core.proposals import pair, shared_keys, still_proposed
from aggregator.store import info, matches, nodes
from aggregator.store.engine import Connection
from aggregator.store.index import CANDIDATES, HUBS
from aggregator.store.queries import Values, canonical_of, load_article

_ABOUT = (
    "article_id",
    "role",
    "title",
    "outlet",
    "url",
    "page_url",
    "carrier",
    "language",
    "published_at",
    "word_count",
    "short",
    "cluster_id",
    "is_canonical",
)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the articles, and its text with what a verdict knows of it."""

    article: Values
    node: Node


def with_differences(connection: Connection, cluster: Values) -> Values:
    """A cluster of `store.queries.load_cluster` whose members tell how they differ.

    ``differences`` compares words and title with the canonical article's; it is null for that
    article itself.
    """
    members = cluster["members"]
    texts = nodes.load_nodes(connection, {member["node_id"] for member in members})
    canonical = members[0]
    of_node = {
        node: differences(loaded.text, texts[canonical["node_id"]].text)
        for node, loaded in texts.items()
    }
    told = []
    for member in members:
        shown = {name: value for name, value in member.items() if name != "node_id"}
        parts = [
            "other title" if member["title"] != canonical["title"] else "",
            of_node[member["node_id"]] or "same words",
        ]
        found = None if member["is_canonical"] else "; ".join(filter(None, parts))
        told.append({**shown, "differences": found})
    return {**cluster, "members": told}


def explain(connection: Connection, one: str, other: str) -> Values:
    """Everything that bears on whether two stored articles are together.

    Figures named ``a`` and ``b`` are those of `one` and `other`, in this order.
    """
    a, b = (_side(connection, identifier) for identifier in (one, other))
    options = stored_options(connection)
    together = a.article["cluster_id"] == b.article["cluster_id"]
    evidence, decision = _compared(a.node, b.node, options)
    return {
        "articles": [{name: side.article[name] for name in _ABOUT} for side in (a, b)],
        "same_cluster": together,
        "canonical_article_id": canonical_of(connection, a.article["cluster_id"])
        if together
        else None,
        **_verdict(decision),
        "score": round(decision.score, DECIMALS),
        "points": round(points(evidence, a.node.facts, b.node.facts, options), DECIMALS),
        "evidence": rounded_figures(evidence),
        "conditions": _conditions(a.node, b.node, evidence, options),
        "thresholds": asdict(options),
        "method": RULE,
        **_candidates(connection, a.node.node_id, b.node.node_id),
        "with_canonicals": _with_canonicals(connection, (a, b), options),
        "passages": [asdict(each) for each in passages(a.article["text"], b.article["text"])],
    }


def _side(connection: Connection, identifier: str) -> _Side:
    article = load_article(connection, identifier)
    if article is None:
        raise KeyError(identifier)
    (node,) = nodes.load_nodes(connection, [article["node_id"]]).values()
    return _Side(article, node)


def stored_options(connection: Connection) -> MatchingOptions:
    """The thresholds that the store was made with."""
    made_with = info.facts(connection).get("matching")
    return MatchingOptions(**json.loads(made_with)) if made_with else MatchingOptions()


def _compared(a: Node, b: Node, options: MatchingOptions) -> tuple[Evidence, Decision]:
    evidence = compare(a.text, b.text)
    return evidence, decide(evidence, a.facts, b.facts, options)


def _conditions(
    a: Node, b: Node, evidence: Evidence, options: MatchingOptions
) -> list[dict[str, Any]]:
    """What the two must meet to be near, and by how much they miss it; none for equal texts."""
    found = [] if evidence.equal else conditions(evidence, a.facts, b.facts, options)
    return [
        {
            **each._asdict(),
            "found": round(each.found, DECIMALS),
            "met": each.met,
            "missing": 0 if each.met else round(abs(each.limit - each.found), DECIMALS),
        }
        for each in found
    ]


def _verdict(decision: Decision) -> Values:
    return {"relation": decision.relation, "verdict": decision.verdict, "rule": decision.rule}


def _candidates(connection: Connection, one: int, other: int) -> Values:
    """What the candidate index says of two nodes, and whether their match is stored."""
    if one == other:
        return {"shared_keys": None, "proposed": True, "stored": True}
    prints = nodes.load_fingerprints(connection, [one, other])
    keys = postings(prints, nodes.short_ones(connection, prints))
    ends = pair(one, other)
    shared = shared_keys([ends], keys)
    hubs = CANDIDATES.lowest(connection, shared[1], HUBS)
    return {
        "shared_keys": len(shared[1]),
        "proposed": bool(still_proposed([ends], shared, hubs)[0]),
        "stored": matches.is_stored(connection, *ends),
    }


def _with_canonicals(
    connection: Connection, sides: tuple[_Side, _Side], options: MatchingOptions
) -> list[dict[str, Any]]:
    """How each of the two compares with the canonical article of the other's or their cluster.

    The comparison of the two with one another is left out.
    """
    clusters = dict.fromkeys(side.article["cluster_id"] for side in sides)
    canonicals = [_side(connection, canonical_of(connection, cluster)) for cluster in clusters]
    found = []
    for side in sides:
        for canonical in canonicals:
            ids = side.article["article_id"], canonical.article["article_id"]
            if ids[0] == ids[1] or set(ids) == {each.article["article_id"] for each in sides}:
                continue
            evidence, decision = _compared(side.node, canonical.node, options)
            found.append(
                {
                    "article_id": ids[0],
                    "canonical_article_id": ids[1],
                    **_verdict(decision),
                    "resemblance": round(evidence.resemblance, DECIMALS),
                    "containment": round(evidence.containment_a_in_b, DECIMALS),
                    "containment_reverse": round(evidence.containment_b_in_a, DECIMALS),
                }
            )
    return found
