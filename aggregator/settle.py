"""From changed texts to settled clusters: candidates → verify → cluster → choose.

Everything here is defined as a function of the texts that articles have now; what arrives only
maintains it (`core.proposals` and `core.clusters` hold the definitions). One call handles one
batch, inside the caller's transaction:

    changed nodes ─lines→ passages ─→ lines that sites repeat, left out of comparisons
    changed nodes ─keys→ index ─proposals→ pairs ─compare→ matches
    dirty nodes   ─resettle→ stars ─write→ nodes, matches, clusters
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from aggregator.boilerplate import follow
from aggregator.candidates import postings
from aggregator.core.canonical import Ranking
from aggregator.core.clusters import Star, resettle
from aggregator.core.nodes import Comparison, Node, NodeChanges, compare_nodes
from aggregator.core.options import MatchingOptions
from aggregator.core.postings import Postings
from aggregator.core.proposals import (
    Pair,
    Proposals,
    SharedKeys,
    all_keys,
    meeting,
    pair,
    shared_keys,
    some_run_keys,
    still_proposed,
    touched,
)
from aggregator.core.tokens import Fingerprint, distinct, member
from aggregator.graph import StoredGraph
from aggregator.store import clusters, matches, nodes
from aggregator.store.engine import Connection
from aggregator.store.index import CANDIDATES, HUBS
from aggregator.store.sql import chunks

PAIRS_AT_ONCE = 500
"""Pairs whose nodes are in memory together."""
FEW_KEYS = 2
"""Run keys of a pair that are looked up before all of its keys are."""
MOST_LOADED = 3_000_000
"""Words of the texts that are kept in memory for further comparisons."""
WORDS_A_TEXT = 200
"""As many words take the memory that a text takes besides its words."""
HUB_LAST = itemgetter(1, 0)
"""Orders pairs so that each node comes once with all of its hubs, which have lower ids: few
nodes are in many pairs, and the others need not be loaded again for each of them."""


@dataclass(frozen=True, slots=True)
class Settling:
    """What a settlement depends on besides the store."""

    options: MatchingOptions
    ranking: Ranking
    scheme: str


@dataclass(slots=True)
class Counts:
    """What settling did so far, for logs and benchmarks."""

    compared: int = 0
    matched: int = 0
    stars: int = 0
    of_node: Counter[int] = field(default_factory=Counter)


class Settler:
    """Settles one batch after another on one connection."""

    def __init__(self, connection: Connection, settling: Settling, counts: Counts) -> None:
        self.connection = connection
        self.settling = settling
        self.counts = counts
        self.loaded: dict[int, Node] = {}
        self.words = 0
        self.prints: dict[int, Fingerprint] = {}

    def settle(self, changes: NodeChanges) -> None:
        """Bring matches and clusters up to date after the nodes changed as `changes` says.

        The nodes and their articles are written already; nodes in `changes.gone` still exist,
        without articles, and are removed here. The clusters of purged texts stay as they are,
        as nothing could be compared again: only their figures follow.
        """
        self.prints = changes.prints
        left_out = self.learn(changes)
        changes = replace(changes, restated=changes.restated | left_out)
        frozen = nodes.purged(self.connection, changes.restated | changes.reranked)
        restated, reranked = changes.restated - frozen, changes.reranked - frozen
        changes = replace(changes, restated=restated, reranked=reranked)
        dirty = changes.added | changes.restated | changes.reranked
        ends = matches.forget(self.connection, changes.gone | changes.restated)
        promoted = self.remove_gone(changes.gone)
        promoted -= nodes.purged(self.connection, promoted)
        ends |= self.propose(changes.added | changes.restated | promoted, changes.added)
        self.resettle(dirty, ends, changes)

    def learn(self, changes: NodeChanges) -> set[int]:
        """Learn what sites repeat; returns the former nodes whose compared lines changed."""
        stories = self.settling.options.boilerplate_stories
        return follow(self.connection, stories, changes) - changes.added

    def remove_gone(self, gone: Collection[int]) -> set[int]:
        """Take nodes out of the index; returns the nodes that became hubs in their place."""
        keys = self.keys(gone)
        before = set(CANDIDATES.lowest(self.connection, keys.keys, HUBS).rows())
        CANDIDATES.remove(self.connection, keys)
        after = CANDIDATES.lowest(self.connection, keys.keys, HUBS).rows()
        return {node for key, node in after if (key, node) not in before}

    def keys(self, ids: Collection[int]) -> Postings:
        """The keys of stored nodes."""
        prints = {node: self.prints[node] for node in ids if node in self.prints}
        missing = [node for node in ids if node not in prints]
        prints |= nodes.load_fingerprints(self.connection, missing)
        return postings(prints, nodes.short_ones(self.connection, prints))

    def propose(self, arrived: Collection[int], new: Collection[int]) -> set[int]:
        """Compare the arrived nodes with all that they are candidates with, and store matches.

        Returns the nodes at whose end a passing match appeared or disappeared.
        """
        keys = self.keys(arrived)
        before = CANDIDATES.lowest(self.connection, keys.keys, HUBS)
        rows = meeting(keys, before)
        proposals = Proposals(distinct(keys.nodes), HUBS)
        lost, crowded = proposals.changes(rows, before)
        fresh = member(keys.nodes, np.array(sorted(new), dtype=np.int64))
        CANDIDATES.add(self.connection, keys[fresh])
        hot = member(rows.keys, np.array(sorted(crowded), dtype=np.uint64))
        proposals.add(rows[~hot])
        for each in CANDIDATES.members(self.connection, crowded):
            proposals.add(each)
        pairs = proposals.pairs()
        unsupported = self.unsupported(lost, arrived)
        unsupported |= self.partners(set(arrived).difference(new)).difference(pairs)
        matches.withdraw(self.connection, unsupported)
        matches.sweep(self.connection, unsupported)
        return self.verify(pairs).union(*unsupported)

    def partners(self, ids: Collection[int]) -> set[Pair]:
        """The pairs in which the index proposed these nodes so far."""
        partners = matches.proposed_partners(self.connection, ids)
        return {pair(node, other) for node, others in partners.items() for other in others}

    def unsupported(self, lost: Postings, arrived: Collection[int]) -> set[Pair]:
        """The pairs that nodes were in as hubs of these keys, and that no keys propose now.

        Pairs with an arrived node are proposed anew as a whole, and left out here.
        """
        displaced = set(lost.nodes.tolist())
        displaced -= nodes.purged(self.connection, displaced)
        held = {ends for ends in self.partners(displaced) if not set(ends).intersection(arrived)}
        found: set[Pair] = set()
        for pairs in chunks(sorted(held, key=HUB_LAST), PAIRS_AT_ONCE):
            shared = shared_keys(pairs, self.keys({n for ends in pairs for n in ends}))
            undecided = touched(pairs, shared, lost)
            # One key of copies is mostly enough to tell, and each that is looked up costs.
            undecided &= ~self.supported(pairs, some_run_keys(shared, undecided, FEW_KEYS))
            undecided &= ~self.supported(pairs, all_keys(shared, undecided))
            found.update(ends for ends, its in zip(pairs, undecided, strict=True) if its)
        return found

    def supported(self, pairs: Sequence[Pair], shared: SharedKeys) -> NDArray[np.bool_]:
        """For each pair: whether these keys propose it now."""
        hubs = CANDIDATES.lowest(self.connection, shared[1], HUBS)
        return still_proposed(pairs, shared, hubs)

    def verify(self, pairs: list[Pair]) -> set[int]:
        """Compare pairs exactly; stores those that are related and returns the matching nodes."""
        matching: set[int] = set()
        for some in chunks(sorted(pairs, key=HUB_LAST), PAIRS_AT_ONCE):
            self.load({node for ends in some for node in ends})
            compared = [self.compare(*ends) for ends in some]
            related = [each for each in compared if each.decision.relation is not None]
            matches.save(self.connection, related, self.settling.scheme, star=False)
            matching.update(node for each in related if each.same for node in each.nodes)
        return matching

    def load(self, ids: Collection[int]) -> None:
        """Make nodes ready to be compared; others may have to be loaded again."""
        found = nodes.load_nodes(self.connection, [n for n in ids if n not in self.loaded])
        self.loaded |= found
        self.words += _words(found)
        if self.words > MOST_LOADED:
            self.loaded = {node: self.loaded[node] for node in ids if node in self.loaded}
            self.words = _words(self.loaded)

    def compare(self, one: int, other: int) -> Comparison:
        """Compare two nodes that are loaded, now."""
        found = compare_nodes(self.loaded[one], self.loaded[other], self.settling.options)
        self.counts.compared += 1
        self.counts.matched += found.same
        self.counts.of_node.update((one, other))
        return found

    def resettle(self, dirty: set[int], ends: set[int], changes: NodeChanges) -> None:
        """Let the clusters follow from the matches, and write what changed."""
        ranking = self.settling.ranking
        graph = StoredGraph(self.connection, ranking, self.load, self.compare, changes.added)
        settled = resettle(graph, dirty - changes.gone, ends, changes.gone).stars
        before = graph.stars_before(settled)
        stars = {anchor: star for anchor, star in settled.items() if star is not None}
        self.write_assignments(graph, stars)
        clusters.delete_clusters(self.connection, set(settled) - set(stars))
        self.write_star_matches(graph, before, stars, changes.gone | changes.restated)
        nodes.delete_nodes(self.connection, changes.gone)
        self.write_clusters(stars, changes.refreshed - changes.gone)

    def write_assignments(self, graph: StoredGraph, stars: Mapping[int, Star]) -> None:
        """Write which cluster each node of these stars is in, where that changed."""
        anchors = {node: anchor for anchor, star in stars.items() for node in star.members}
        moved = {node: a for node, a in anchors.items() if (graph.anchor(node) or node) != a}
        nodes.set_anchors(self.connection, moved)

    def write_star_matches(
        self,
        graph: StoredGraph,
        before: Mapping[int, Star],
        after: Mapping[int, Star],
        forgotten: Collection[int],
    ) -> None:
        """Write the matches of canonicals with members; those of `forgotten` nodes are gone."""
        old = {ends for ends in _pairs(before) if not set(ends).intersection(forgotten)}
        new = _pairs(after)
        matches.unmark_stars(self.connection, old - new)
        matches.sweep(self.connection, old - new)
        fresh = new - old
        matches.mark_stars(self.connection, fresh)
        compared = [graph.compared[ends] for ends in sorted(fresh & graph.compared.keys())]
        matches.save(self.connection, compared, self.settling.scheme, star=True)

    def write_clusters(self, stars: Mapping[int, Star], refreshed: Collection[int]) -> None:
        """Write the clusters that changed, and those whose nodes have other articles now."""
        canonical = {anchor: star.canonical for anchor, star in stars.items()}
        anchors = set(nodes.anchors(self.connection, refreshed).values())
        canonical |= clusters.canonical_nodes(self.connection, anchors - set(stars))
        clusters.write_clusters(self.connection, canonical, self.settling.ranking)
        self.counts.stars += len(canonical)


def _words(loaded: Mapping[int, Node]) -> int:
    return sum(len(each.text.tokens) + WORDS_A_TEXT for each in loaded.values())


def _pairs(stars: Mapping[int, Star]) -> set[Pair]:
    return {
        ends
        for star in stars.values()
        for ends in matches.star_pairs(star.canonical, star.members)
    }
