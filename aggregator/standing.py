"""Which text each article has now, and which article stands for each text.

An article has the values of its latest revision. A text is a node as long as some article has
it; its earliest article gives the facts for verdicts, its best one may become canonical.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aggregator.core.boilerplate import NOWHERE, Layout, place
from aggregator.core.canonical import Candidate, Rank, Ranking, earliest_rank
from aggregator.core.identity import node_id
from aggregator.core.model import Role
from aggregator.core.nodes import NodeChanges
from aggregator.core.options import MatchingOptions
from aggregator.core.revisions import revision_rank
from aggregator.core.sightings import is_short
from aggregator.core.times import era, order_key
from aggregator.core.tokens import Fingerprint, purged_tokens
from aggregator.fingerprint import SCHEME, fingerprint
from aggregator.store import articles, nodes
from aggregator.store.engine import Connection

_TOLD_BY = ("revision_number", "record_time", "page_url")
"""What tells whether an article shows a revision as it is."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a batch depends on besides its pages and the store."""

    dump_id: int
    now: str
    """Our own clock, as `core.times` writes it."""
    options: MatchingOptions
    ranking: Ranking


@dataclass(frozen=True, slots=True)
class Birth:
    """What an article is from its first sighting on."""

    article_id: str
    role: Role
    page_address: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a batch saw: first sightings of articles, and fingerprints that are at hand."""

    births: Mapping[int, Birth]
    """By article number."""
    revisions: Sequence[Mapping[str, Any]]
    """The rows of revisions that it adds."""
    prints: Mapping[int, Fingerprint]
    """By revision number; a fingerprint that is not here is made again from the stored text."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Articles that are to be written, with the nodes that their rows name."""

    rows: list[dict[str, Any]]
    left: set[int]
    """The nodes that they had."""
    added: int
    """How many of them are not stored yet."""
    prints: Mapping[int, Fingerprint] = field(default_factory=dict)
    """As in `Seen`."""


def restand(
    connection: Connection, stored: set[int], seen: Seen, circumstances: Circumstances
) -> NodeChanges:
    """Let articles have their latest revisions, and say what changed for the nodes.

    They are these, which are stored (by number), with all their revisions, and all that `seen`
    adds.
    """
    before = articles.load_articles(connection, stored)
    new = seen.births.keys() - before.keys()
    rows = _latest_rows(connection, new, before, seen, circumstances)
    numbers = before.keys() & {row["article_number"] for row in rows}
    left = {before[number].node_id for number in numbers}
    moved = Moved(rows, left, len(new), seen.prints)
    return move(connection, moved, circumstances.options, circumstances.ranking)


def move(
    connection: Connection, moved: Moved, options: MatchingOptions, ranking: Ranking
) -> NodeChanges:
    """Write articles, and say what changed for the nodes."""
    rows = moved.rows
    concerned = moved.left | {row["node_id"] for row in rows}
    existing = nodes.standing(connection, concerned)
    facts = nodes.facts(connection, existing)
    ranks = _ranks(connection, existing, ranking)
    added = concerned - existing.keys()
    new = [row for row in rows if row["node_id"] in added]
    prints = _all_prints(connection, new, moved.prints)
    found_prints, layouts = _add_nodes(connection, new, prints, options, ranking)
    articles.write_articles(connection, rows, moved.added)
    gone = _choose(connection, set(existing), _Standing(existing, rows), ranking)
    kept = existing.keys() - gone
    facts_now = nodes.facts(connection, kept)
    ranks_now = _ranks(connection, kept, ranking)
    return NodeChanges(
        added=added,
        prints=found_prints,
        layouts=layouts,
        gone=gone,
        restated={node for node in kept if facts_now[node] != facts[node]},
        reranked={node for node in kept if ranks_now[node] != ranks[node]},
        refreshed=set(kept),
    )


def _latest_rows(
    connection: Connection,
    new: set[int],
    before: Mapping[int, Any],
    seen: Seen,
    circumstances: Circumstances,
) -> list[dict[str, Any]]:
    """The rows of those articles whose latest revision changed."""
    of_article: dict[int, list[Mapping[str, Any]]] = {}
    for row in seen.revisions:
        of_article.setdefault(row["article_number"], []).append(row)
    # All revisions of an article that is new are at hand; those of others are read.
    latest = {article: max(of_article[article], key=_revision_rank) for article in new}
    latest |= _stored_latest(connection, before)
    return [
        article_row(revision, before.get(article) or seen.births[article], circumstances.options)
        for article, revision in latest.items()
    ]


def _stored_latest(
    connection: Connection, before: Mapping[int, Any]
) -> dict[int, Mapping[str, Any]]:
    """The latest revisions of stored articles, where they are not what the articles show."""
    latest = {}
    for article, revisions in articles.ranks_of_articles(connection, before).items():
        best = max((row._asdict() for row in revisions), key=_revision_rank)
        now = before[article]
        if any(best[name] != getattr(now, name) for name in _TOLD_BY):
            latest[article] = best["revision_number"]
    loaded = articles.load_revisions(connection, latest.values())
    return {article: loaded[revision]._asdict() for article, revision in latest.items()}


def _revision_rank(row: Mapping[str, Any]) -> tuple[str, str, bytes]:
    return revision_rank(row["modified_at"], row["record_time"], row["revision_id"])


def article_row(
    revision: Mapping[str, Any], article: Any, options: MatchingOptions
) -> dict[str, Any]:
    """An article's row from its latest revision's and its `Birth` or former row."""
    row = {name: revision[name] for name in articles.OF_REVISION}
    short = is_short(Role(article.role), revision["word_count"], options)
    window = era(revision["published_at"] or revision["record_time"], options.exact_window_days)
    row["article_id"] = article.article_id
    row["role"] = article.role
    row["page_address"] = article.page_address
    row["node_id"] = node_id(revision["text_digest"], short=short, era=window)
    row["short"] = int(short)
    row["published_order"] = order_key(revision["published_at"])
    row["first_seen_at"] = getattr(article, "first_seen_at", revision["first_seen_at"])
    return row


def _all_prints(
    connection: Connection, rows: list[dict[str, Any]], prints: Mapping[int, Fingerprint]
) -> Mapping[int, Fingerprint]:
    """The fingerprints of these articles' revisions: those at hand, and the others made again."""
    missing = [n for row in rows if (n := row["revision_number"]) not in prints]
    loaded = articles.load_revisions(connection, missing, text=True)
    return {**prints, **{revision: _print(row) for revision, row in loaded.items()}}


def _add_nodes(
    connection: Connection,
    rows: list[dict[str, Any]],
    prints: Mapping[int, Fingerprint],
    options: MatchingOptions,
    ranking: Ranking,
) -> tuple[dict[int, Fingerprint], dict[int, Layout]]:
    """Add the nodes of these articles, which nobody else has, signed.

    Returns their fingerprints, and the layouts of those that have one.
    """
    of_node: dict[int, dict[str, dict[str, Any]]] = {}
    for row in rows:
        of_node.setdefault(row["node_id"], {})[row["article_id"]] = row
    found: dict[int, Fingerprint] = {}
    layouts: dict[int, Layout] = {}
    new: list[Mapping[str, Any]] = []
    for node, its in of_node.items():
        standing = _stand_for(node, map(nodes.candidate_of, its.values()), ranking)
        earliest = its[standing["earliest_article"]]
        found[node] = prints[earliest["revision_number"]]
        layout = _layout(earliest, found[node])
        if options.boilerplate_stories and not layout.same(NOWHERE):
            layouts[node] = layout
        row = nodes.node_row(earliest, found[node], layouts.get(node), SCHEME)
        new.append({**row, **standing})
    nodes.insert_nodes(connection, new)
    return found, layouts


def _layout(row: Mapping[str, Any], print_: Fingerprint) -> Layout:
    """Where an article's text stands; a purged one stands nowhere."""
    if print_.is_purged:
        return NOWHERE
    return Layout(place(row["carrier"], row["published_at"] or row["record_time"]), print_.lines)


def _stand_for(node: int, candidates: Iterable[Candidate], ranking: Ranking) -> dict[str, Any]:
    """Who of these articles stands for a node, as values of its row."""
    its = list(candidates)
    several = len(its) > 1
    earliest = min(its, key=earliest_rank) if several else its[0]
    best = min(its, key=ranking.rank) if several else its[0]
    return {
        "node_id": node,
        "earliest_article": earliest.article_id,
        "best_article": best.article_id,
    }


def _print(revision: Any) -> Fingerprint:
    """The fingerprint of a stored revision; of a purged one, what is left of it."""
    if revision.purged_at is None:
        return fingerprint(revision.text)
    digest = revision.text_digest
    nothing = np.empty(0, dtype=np.uint64)
    return Fingerprint(digest, revision.word_count, purged_tokens(digest), nothing)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Who stood for nodes before articles were written, and these articles."""

    before: Mapping[int, Any]
    written: Sequence[Mapping[str, Any]]

    def steady(self) -> dict[int, tuple[str, str]]:
        """Nodes whose earliest and best articles stay what they were: these articles by node.

        Of their other articles only those that were written now may stand before them, so that
        a text with thousands of articles need not be looked through.
        """
        touched = {row["article_id"] for row in self.written}
        stood = {n: (row.earliest_article, row.best_article) for n, row in self.before.items()}
        return {node: its for node, its in stood.items() if not touched.intersection(its)}

    def candidates(self, connection: Connection) -> dict[int, list[Candidate]]:
        """Of the steady nodes: those who stood for them and those that were written."""
        steady = self.steady()
        known = nodes.candidates(connection, {each for its in steady.values() for each in its})
        found = {node: [known[article] for article in its] for node, its in steady.items()}
        for row in self.written:
            if row["node_id"] in found:
                found[row["node_id"]].append(nodes.candidate_of(row))
        return found


def _choose(
    connection: Connection, concerned: set[int], standing: _Standing, ranking: Ranking
) -> set[int]:
    """Choose who stands for each of these nodes; returns those that nobody stands for."""
    found = standing.candidates(connection)
    found |= nodes.candidates_of_nodes(connection, concerned - found.keys())
    rows = [_stand_for(node, candidates, ranking) for node, candidates in found.items()]
    nodes.set_standing(connection, rows)
    return concerned - found.keys()


def _ranks(connection: Connection, ids: Iterable[int], ranking: Ranking) -> dict[int, Rank]:
    best = nodes.best_candidates(connection, ids)
    return {node: ranking.rank(candidate) for node, candidate in best.items()}
