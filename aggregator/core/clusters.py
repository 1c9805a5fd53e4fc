"""Syndication clusters as stars: a pure function of the matches, kept up incrementally.

Definition (a greedy maximal star cover in content-hash order). Nodes are distinct texts,
numbered by their content hash; edges are verified matches. Take the nodes in order. An
unassigned node ``p``, the *anchor*, gathers the unassigned nodes that match it. The best of
them by the canonical rules is the canonical node ``c``. Those gathered nodes, and
those unassigned neighbours of ``c`` that rank behind it, that match ``c`` form the cluster;
the rest stay unassigned and have their own turn. So every member has a match of its own with
the canonical, the canonical is the best of its cluster, and no chain can form.

`resettle` brings an existing assignment up to date after some nodes or edges changed. It
does the turns of the nodes concerned again, in order, and follows the changes only as far as
they reach. Because node ids are content hashes, the order is random with respect to time and
topic, which keeps the expected reach small, as with greedy maximal independent sets in random
order (Blelloch, Fineman, Shun: "Greedy sequential maximal independent set and matching are
parallel on average", SPAA 2012).
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from aggregator.core.canonical import Rank


class MatchGraph(Protocol):
    """What the clustering asks of the nodes and their matches."""

    def prefetch(self, nodes: Collection[int]) -> None:
        """Told before these nodes are asked for one by one, so that one query can serve all."""

    def locate(self, nodes: Collection[int]) -> None:
        """Told before the anchors of these nodes are asked for one by one."""

    def neighbours(self, node: int) -> Collection[int]:
        """Nodes with a proposed, passing match with this one."""

    def rank(self, node: int) -> Rank:
        """Rank of the node's best article; the smallest is canonical."""

    def matches(self, canonical: int, node: int) -> bool:
        """Whether the two nodes match, compared now if they never were."""

    def expect(self, canonical: int, nodes: Collection[int]) -> None:
        """Told before `matches` is asked for this canonical with each of these nodes."""

    def anchor(self, node: int) -> int | None:
        """The anchor that this node is assigned to so far; None when unassigned."""

    def members(self, anchor: int) -> Collection[int]:
        """Nodes assigned to this anchor so far; empty when it is none."""


@dataclass(frozen=True, slots=True)
class Star:
    """One cluster: its canonical node and all members, the canonical among them."""

    canonical: int
    members: frozenset[int]


@dataclass(slots=True)
class Settlement:
    """What `resettle` changed: the new star of an anchor, or None where it is none any more."""

    stars: dict[int, Star | None] = field(default_factory=dict)


def resettle(
    graph: MatchGraph,
    dirty: Iterable[int],
    ends: Iterable[int] = (),
    gone: Iterable[int] = (),
) -> Settlement:
    """Bring the assignment up to date.

    `dirty` are the nodes that are new, whose rank changed, or whose matches with others did;
    `ends` those at whose end an edge appeared or disappeared (both ends); `gone` are nodes that
    exist no more, and whose former neighbours are in `ends`. The graph answers with the new
    edges and the old assignment.
    """
    return _Resettling(graph, frozenset(gone)).run(set(dirty), set(ends))


class _Resettling:
    """The state of one `resettle`: an overlay on the old assignment, and a queue of turns."""

    def __init__(self, graph: MatchGraph, gone: frozenset[int]) -> None:
        self.graph = graph
        self.gone = gone
        self.overlay: dict[int, int | None] = {}
        self.added: dict[int, set[int]] = {}
        self.queue: list[int] = []
        self.queued: set[int] = set()
        self.turn: int | None = None
        self.settlement = Settlement()

    def run(self, dirty: set[int], ends: set[int]) -> Settlement:
        for node in sorted(self.gone):
            self.remove(node)
        self.graph.prefetch(dirty)
        for node in sorted(dirty - self.gone):
            self.touch(node)
        # An edge matters to the turns of its ends, and to those where one of them is canonical:
        # a story's thousand copies need not be looked at because one of them is a hub now.
        ends -= dirty | self.gone
        self.graph.locate(ends)
        for node in sorted(ends):
            self.push_holder(node)
        self.graph.prefetch([node for node in self.queue if not self.taken_before(node, node)])
        while self.queue:
            node = heapq.heappop(self.queue)
            self.turn = node
            self.take_turn(node)
        return self.settlement

    def remove(self, node: int) -> None:
        anchor = self.graph.anchor(node)
        if anchor == node:
            self.dissolve(node)
        elif anchor is not None:
            self.push(anchor)
        self.overlay[node] = None

    def touch(self, node: int) -> None:
        """Queue every turn whose outcome may depend on this node."""
        self.push_holder(node)
        for neighbour in self.graph.neighbours(node):
            self.push_holder(neighbour)

    def push(self, node: int) -> None:
        """Queue a turn, unless it is over: turns before the present one are final."""
        if (
            node in self.queued
            or node in self.gone
            or (self.turn is not None and node <= self.turn)
        ):
            return
        self.queued.add(node)
        heapq.heappush(self.queue, node)

    def anchor(self, node: int) -> int | None:
        return self.overlay[node] if node in self.overlay else self.graph.anchor(node)

    def assign(self, node: int, anchor: int | None) -> None:
        self.overlay[node] = anchor
        if anchor is not None:
            self.added.setdefault(anchor, set()).add(node)

    def members(self, anchor: int) -> set[int]:
        nodes = set(self.graph.members(anchor)) | self.added.get(anchor, set())
        return {node for node in nodes if self.anchor(node) == anchor}

    def taken_before(self, node: int, turn: int) -> bool:
        """Whether an earlier turn assigned this node for good."""
        anchor = self.anchor(node)
        return anchor is not None and anchor < turn

    def take_turn(self, node: int) -> None:
        if self.taken_before(node, node):
            return
        star = self.star_of(node)
        before = self.members(node)
        self.graph.prefetch(before ^ star.members)
        for member in before - star.members:
            self.release(member)
        for member in star.members - before:
            self.capture(member, node)
        self.settlement.stars[node] = star

    def star_of(self, anchor: int) -> Star:
        gathered = {anchor} | self.free(anchor, anchor)
        canonical = min(gathered, key=self.graph.rank)
        best = self.graph.rank(canonical)
        behind = {n for n in self.free(canonical, anchor) if self.graph.rank(n) > best}
        around = gathered | behind
        self.graph.expect(canonical, around)
        members = {
            node for node in around if node == canonical or self.graph.matches(canonical, node)
        }
        return Star(canonical, frozenset(members))

    def free(self, node: int, turn: int) -> set[int]:
        return {n for n in self.graph.neighbours(node) if not self.taken_before(n, turn)}

    def release(self, node: int) -> None:
        self.assign(node, None)
        self.touch(node)

    def capture(self, node: int, anchor: int) -> None:
        former = self.anchor(node)
        self.assign(node, anchor)
        if former == node:
            self.dissolve(node)
        elif former is not None:
            self.push(former)
        # Later turns that would have gathered this node must do without it.
        for neighbour in self.graph.neighbours(node):
            self.push_holder(neighbour)

    def push_holder(self, node: int) -> None:
        """Queue the turns that assign this node: its own and its anchor's."""
        self.push(node)
        anchor = self.anchor(node)
        if anchor is not None:
            self.push(anchor)

    def dissolve(self, anchor: int) -> None:
        """An anchor that was taken, or is gone, leaves its other members unassigned."""
        members = self.members(anchor) - {anchor}
        self.graph.prefetch(members)
        for member in members:
            self.release(member)
        self.settlement.stars[anchor] = None
