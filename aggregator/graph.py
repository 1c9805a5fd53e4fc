"""The stored matches as the graph that `core.clusters` works on, loaded as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from aggregator.core.canonical import Rank, Ranking
from aggregator.core.clusters import Star
from aggregator.core.nodes import Comparison
from aggregator.core.proposals import Pair, pair
from aggregator.store import clusters, matches, nodes
from aggregator.store.engine import Connection


class StoredGraph:
    """A `core.clusters.MatchGraph` over the store, as it was before the settlement.

    `load` makes nodes ready for `compare`, which compares two of them now; `unassigned` are
    nodes that no cluster has yet.
    """

    def __init__(
        self,
        connection: Connection,
        ranking: Ranking,
        load: Callable[[Collection[int]], None],
        compare: Callable[[int, int], Comparison],
        unassigned: Collection[int],
    ) -> None:
        self.connection = connection
        self.ranking = ranking
        self.load = load
        self.compare = compare
        self.unassigned = frozenset(unassigned)
        self.compared: dict[Pair, Comparison] = {}
        self._neighbours: dict[int, set[int]] = {}
        self._anchors: dict[int, int] = {}
        self._members: dict[int, set[int]] = {}
        self._ranks: dict[int, Rank] = {}
        self._verdicts: dict[int, dict[int, bool]] = {}

    def prefetch(self, nodes_: Collection[int]) -> None:
        """Load neighbours and members of these nodes, and anchors and ranks of all concerned."""
        missing = [node for node in nodes_ if node not in self._neighbours]
        if missing:
            found = matches.neighbours(self.connection, missing)
            self._neighbours.update(found)
            concerned = set(missing).union(*found.values())
            self.locate(concerned)
            self._load_members([node for node in missing if self.anchor(node) == node])
            self._load_ranks(concerned)

    def locate(self, nodes_: Collection[int]) -> None:
        """Load the anchors of these nodes."""
        missing = [node for node in nodes_ if node not in self._anchors]
        if missing:
            self._anchors.update(nodes.anchors(self.connection, missing))

    def neighbours(self, node: int) -> Collection[int]:
        """Nodes with a proposed, passing match with this one."""
        if node not in self._neighbours:
            self.prefetch([node])
        return self._neighbours[node]

    def rank(self, node: int) -> Rank:
        """Rank of the node's best article."""
        if node not in self._ranks:
            self._load_ranks([node])
        return self._ranks[node]

    def matches(self, canonical: int, node: int) -> bool:
        """Whether the two nodes match; a pair that was never compared is compared now."""
        if node in self.neighbours(canonical):
            return True
        stored = self._verdicts[canonical].get(node)
        return self._compared(canonical, node).same if stored is None else stored

    def expect(self, canonical: int, nodes_: Collection[int]) -> None:
        """Load what comparing the canonical with these nodes takes, all at once."""
        open_ = set(nodes_).difference(self.neighbours(canonical), {canonical})
        if open_ and canonical not in self._verdicts:
            self._verdicts[canonical] = matches.verdicts(self.connection, canonical)
        unknown = open_.difference(self._verdicts.get(canonical, ()))
        if unknown:
            self.load({canonical, *unknown})

    def anchor(self, node: int) -> int | None:
        """The anchor that the node was assigned to."""
        if node in self.unassigned:
            return None
        if node not in self._anchors:
            self.locate([node])
        return self._anchors.get(node)

    def members(self, anchor: int) -> Collection[int]:
        """The nodes that were assigned to the anchor."""
        if anchor in self.unassigned:
            return ()
        self._load_members([anchor])
        return self._members[anchor]

    def stars_before(self, anchors: Iterable[int]) -> dict[int, Star]:
        """The stars that these anchors had."""
        canonical = clusters.canonical_nodes(self.connection, anchors)
        return {a: Star(c, frozenset(self.members(a))) for a, c in canonical.items()}

    def _compared(self, one: int, other: int) -> Comparison:
        ends = pair(one, other)
        if ends not in self.compared:
            self.compared[ends] = self.compare(*ends)
        return self.compared[ends]

    def _load_members(self, anchors: Iterable[int]) -> None:
        missing = [anchor for anchor in anchors if anchor not in self._members]
        found = nodes.members(self.connection, missing)
        for anchor in missing:
            its = found.get(anchor, set()) - self.unassigned
            self._members[anchor] = its
            self._anchors.update(dict.fromkeys(its, anchor))

    def _load_ranks(self, ids: Iterable[int]) -> None:
        missing = [node for node in ids if node not in self._ranks]
        if missing:
            for node, best in nodes.best_candidates(self.connection, missing).items():
                self._ranks[node] = self.ranking.rank(best)
