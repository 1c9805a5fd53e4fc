"""Which text each article has now, and which article stands for each text.

An article has the values of its latest revision. A text is a node as long as some article has
it; its earliest article gives the facts for verdicts, its best one may become canonical.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

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

    role: Role
    page_address: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a batch saw: first sightings of articles, and fingerprints that are at hand."""

    births: Mapping[str, Birth]
    prints: Mapping[bytes, Fingerprint]
    """By revision id; a fingerprint that is not here is made again from the stored text."""


def restand(
    connection: Connection, touched: set[str], seen: Seen, circumstances: Circumstances
) -> NodeChanges:
    """Let these articles have their latest revisions, and say what changed for the nodes."""
    before = articles.load_articles(connection, touched)
    rows = _latest_rows(connection, touched, before, seen, circumstances)
    left = {before[row["article_id"]].node_id for row in rows if row["article_id"] in before}
    return move(connection, rows, left, seen.prints, circumstances.ranking)


def move(
    connection: Connection,
    rows: list[dict[str, Any]],
    left: set[int],
    prints: Mapping[bytes, Fingerprint],
    ranking: Ranking,
) -> NodeChanges:
    """Write articles with the nodes that their rows name, and say what changed for the nodes.

    `left` are the nodes that these articles had.
    """
    concerned = left | {row["node_id"] for row in rows}
    existing = nodes.standing(connection, concerned)
    facts = nodes.facts(connection, existing)
    ranks = _ranks(connection, existing, ranking)
    added = concerned - existing.keys()
    its = _add_nodes(connection, [row for row in rows if row["node_id"] in added], prints)
    articles.write_articles(connection, rows)
    gone = _choose(connection, concerned, _Standing(existing, rows), ranking)
    kept = existing.keys() - gone
    facts_now = nodes.facts(connection, kept)
    ranks_now = _ranks(connection, kept, ranking)
    return NodeChanges(
        added=added,
        prints=its,
        gone=gone,
        restated={node for node in kept if facts_now[node] != facts[node]},
        reranked={node for node in kept if ranks_now[node] != ranks[node]},
        refreshed=set(kept),
    )


def _latest_rows(
    connection: Connection,
    touched: set[str],
    before: Mapping[str, Any],
    seen: Seen,
    circumstances: Circumstances,
) -> list[dict[str, Any]]:
    """The rows of those articles whose latest revision changed."""
    latest = {}
    for article, revisions in articles.ranks_of_articles(connection, touched).items():
        best = max(
            revisions, key=lambda r: revision_rank(r.modified_at, r.record_time, r.revision_id)
        )
        now = before.get(article)
        stands = now and (now.revision_id, now.record_time, now.page_url)
        if stands != (best.revision_id, best.record_time, best.page_url):
            latest[article] = best.revision_id
    loaded = articles.load_revisions(connection, latest.values())
    return [
        article_row(
            loaded[revision], before.get(article) or seen.births[article], circumstances.options
        )
        for article, revision in latest.items()
    ]


def article_row(revision: Any, article: Any, options: MatchingOptions) -> dict[str, Any]:
    """An article's row from its latest revision and its `Birth` or former row."""
    row = dict(revision._mapping)
    digest = row.pop("text_digest")
    del row["purged_at"], row["lines"]
    short = is_short(Role(article.role), revision.word_count, options)
    moment = revision.published_at or revision.record_time
    return {
        **row,
        "role": article.role,
        "page_address": article.page_address,
        "node_id": node_id(digest, short=short, era=era(moment, options.exact_window_days)),
        "short": int(short),
        "published_order": order_key(revision.published_at),
        "first_seen_at": getattr(article, "first_seen_at", revision.first_seen_at),
    }


def _add_nodes(
    connection: Connection, rows: list[dict[str, Any]], prints: Mapping[bytes, Fingerprint]
) -> dict[int, Fingerprint]:
    """Add the nodes of these articles, signed; the articles stand for them until chosen.

    Returns the fingerprints of these nodes.
    """
    missing = [row["revision_id"] for row in rows if row["revision_id"] not in prints]
    loaded = articles.load_revisions(connection, missing, text=True)
    made = {revision: _print(row) for revision, row in loaded.items()}
    prints = {**made, **prints}
    of_node = {row["node_id"]: row for row in rows}
    found = {node: prints[row["revision_id"]] for node, row in of_node.items()}
    new = (nodes.node_row(row, found[node], SCHEME) for node, row in of_node.items())
    nodes.insert_nodes(connection, list(new))
    return found


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
    rows = [
        {
            "node_id": node,
            "earliest_article": min(candidates, key=earliest_rank).article_id,
            "best_article": min(candidates, key=ranking.rank).article_id,
        }
        for node, candidates in found.items()
    ]
    nodes.set_standing(connection, rows)
    return concerned - found.keys()


def _ranks(connection: Connection, ids: Iterable[int], ranking: Ranking) -> dict[int, Rank]:
    best = nodes.best_candidates(connection, ids)
    return {node: ranking.rank(candidate) for node, candidate in best.items()}
