"""Clusters are a function of the matches, whatever the order in which these came."""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core.canonical import Rank
from aggregator.core.clusters import Settlement, Star, resettle

Pair = frozenset[int]


class MemoryGraph:
    """Nodes, proposed edges, and matches that hold without having been proposed."""

    def __init__(self, holding: set[Pair], proposed: set[Pair], ranks: dict[int, int]) -> None:
        self.holding, self.proposed, self.ranks = holding, proposed, ranks
        self.nodes: set[int] = set()
        self.stars: dict[int, Star] = {}

    def prefetch(self, nodes: Collection[int]) -> None:
        """Everything is in memory."""

    def locate(self, nodes: Collection[int]) -> None:
        """Everything is in memory."""

    def neighbours(self, node: int) -> Collection[int]:
        return {
            other
            for other in self.nodes - {node}
            if {node, other} in self.proposed and {node, other} in self.holding
        }

    def rank(self, node: int) -> Rank:
        return (self.ranks[node], node)

    def matches(self, canonical: int, node: int) -> bool:
        return {canonical, node} in self.holding

    def expect(self, canonical: int, nodes: Collection[int]) -> None:
        """Comparing costs nothing here."""

    def anchor(self, node: int) -> int | None:
        return next((a for a, star in self.stars.items() if node in star.members), None)

    def members(self, anchor: int) -> Collection[int]:
        return self.stars[anchor].members if anchor in self.stars else ()

    def apply(self, settlement: Settlement) -> None:
        for anchor, star in settlement.stars.items():
            self.stars.pop(anchor, None)
            if star is not None:
                self.stars[anchor] = star

    def from_scratch(self) -> dict[int, Star]:
        """The definition, taken literally."""
        stars: dict[int, Star] = {}
        free = set(self.nodes)
        for node in sorted(self.nodes):
            if node not in free:
                continue
            gathered = {node} | (set(self.neighbours(node)) & free)
            best = min(gathered, key=self.rank)
            near_best = set(self.neighbours(best)) & free
            around = gathered | {n for n in near_best if self.rank(n) > self.rank(best)}
            members = {n for n in around if n == best or self.matches(best, n)}
            stars[node] = Star(best, frozenset(members))
            free -= members
        return stars


def random_graph(rng: random.Random) -> MemoryGraph:
    """A random graph: sparse or dense, often with a chain or a star in it, ranks with ties."""
    size = rng.randint(2, 14)
    pairs = [frozenset((a, b)) for a in range(size) for b in range(a)]
    holding = {pair for pair in pairs if rng.random() < size**-1 * rng.choice((0, 1, 2, 5))}
    order = rng.sample(range(size), size)
    if rng.random() < 0.5:
        holding |= {frozenset(pair) for pair in itertools.pairwise(order)}
    if rng.random() < 0.3:
        holding |= {frozenset((order[0], node)) for node in order[1:]}
    proposed = {pair for pair in holding if rng.random() < 0.9}
    return MemoryGraph(holding, proposed, {node: rng.randint(0, 4) for node in range(size)})


seeds = st.integers(0, 2**32).map(random.Random)


@settings(max_examples=1000, deadline=None)
@given(seeds)
def test_any_order_of_arrival_and_departure_ends_in_the_defined_clusters(
    rng: random.Random,
) -> None:
    """Nodes and edges that come and go in any batches leave the clusters that are defined."""
    graph = random_graph(rng)
    pool = list(graph.ranks)
    rng.shuffle(pool)
    while pool:
        batch = {pool.pop() for _ in range(min(len(pool), rng.randint(1, 4)))}
        _arrive(graph, batch)
        assert graph.stars == graph.from_scratch()
        if rng.random() < 0.3:
            gone = {rng.choice(sorted(graph.nodes))}
            _leave(graph, gone)
            assert graph.stars == graph.from_scratch()
            pool.extend(gone)
        if rng.random() < 0.3:
            edge = frozenset(rng.sample(range(len(graph.ranks)), 2))
            graph.proposed ^= {edge}
            if edge <= graph.nodes:
                graph.apply(resettle(graph, (), edge))
                assert graph.stars == graph.from_scratch()
        if rng.random() < 0.3:
            node = rng.choice(sorted(graph.nodes or {0}))
            graph.ranks[node] = rng.randint(0, 4)
            if node in graph.nodes:
                graph.apply(resettle(graph, {node}))
                assert graph.stars == graph.from_scratch()


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_every_member_matches_the_canonical_itself(rng: random.Random) -> None:
    """Each member has a match of its own with the canonical, the best of the cluster."""
    graph = random_graph(rng)
    _arrive(graph, set(graph.ranks))
    for star in graph.stars.values():
        assert all(
            node == star.canonical or graph.matches(star.canonical, node) for node in star.members
        )
        assert star.canonical == min(star.members, key=graph.rank)
    assert sorted(n for star in graph.stars.values() for n in star.members) == sorted(graph.nodes)


def test_a_chain_of_matches_does_not_join_its_ends() -> None:
    """A matches B and B matches C, but A and C stay apart when they do not match."""
    chain = {frozenset((0, 1)), frozenset((1, 2))}
    graph = MemoryGraph(chain, chain, {0: 0, 1: 1, 2: 2})
    _arrive(graph, {0, 1, 2})
    assert graph.anchor(0) == graph.anchor(1)
    assert graph.anchor(2) != graph.anchor(0)


def _arrive(graph: MemoryGraph, batch: set[int]) -> None:
    graph.nodes |= batch
    ends = {end for node in batch for end in graph.neighbours(node)}
    graph.apply(resettle(graph, batch, ends))


def _leave(graph: MemoryGraph, gone: set[int]) -> None:
    ends = {end for node in gone for end in graph.neighbours(node)}
    graph.nodes -= gone
    graph.apply(resettle(graph, (), ends, gone))
