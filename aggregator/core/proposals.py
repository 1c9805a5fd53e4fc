"""Which pairs of texts the candidate index proposes: a pure function of keys and nodes.

Two nodes are a candidate pair when the keys that propose them together weigh at least
`ENOUGH`. A key proposes each of its nodes with each of its *hubs*, its few nodes of lowest id.
A run key is enough by itself; single MinHash values must agree with one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from aggregator.core.postings import Postings

ENOUGH: Final = 2
"""Weight at which a pair is proposed."""

Pair = tuple[int, int]
"""Two nodes, the lower id first."""


def pair(one: int, other: int) -> Pair:
    """The pair of two different nodes, whichever comes first."""
    return (one, other) if one < other else (other, one)


def weight(key: int) -> int:
    """Weight of a key: its lowest bit tells a run key (2) from a band key (1)."""
    return 2 if key & 1 else 1


@dataclass(slots=True)
class Arrival:
    """What the arrival of some nodes does to one key.

    `before` are the hubs that the key had without them, `hubs` those it has with them.
    """

    key: int
    before: list[int]
    arrived: list[int]
    hubs: list[int]

    @property
    def nodes(self) -> set[int]:
        """The former hubs and the arrived: all nodes of a key that had fewer than it may."""
        return {*self.before, *self.arrived}

    @property
    def entered(self) -> set[int]:
        """Arrived nodes that became hubs: they are proposed with every node of the key."""
        return set(self.arrived).intersection(self.hubs)

    @property
    def displaced(self) -> set[int]:
        """Nodes that are no hub of this key any more."""
        return set(self.before).difference(self.hubs)


@dataclass(slots=True)
class Proposals:
    """Weights of the pairs that arriving nodes form, summed over the keys."""

    weights: dict[Pair, int] = field(default_factory=dict)

    def add(self, arrival: Arrival, members: Iterable[int]) -> None:
        """Count one key; `members` are all nodes of the key when some node entered its hubs."""
        pairs = {pair(a, b) for a in arrival.arrived for b in arrival.hubs if a != b}
        entered = arrival.entered
        pairs |= {pair(h, node) for h in entered for node in members if h != node}
        gain = weight(arrival.key)
        for each in pairs:
            self.weights[each] = self.weights.get(each, 0) + gain

    def pairs(self) -> list[Pair]:
        """The candidate pairs, in ascending order."""
        return sorted(each for each, total in self.weights.items() if total >= ENOUGH)


def meeting(arrived: Postings, before: Postings) -> Postings:
    """Those of the arriving postings whose key has another node, before or among them.

    Most keys are met for the first time, and propose nothing.
    """
    _keys, place, count = np.unique(arrived.keys, return_inverse=True, return_counts=True)
    return arrived[(count[place] > 1) | np.isin(arrived.keys, before.keys)]


def arrivals(
    arrived: Mapping[int, list[int]], hubs: Mapping[int, list[int]], most: int
) -> list[Arrival]:
    """What the arrival of nodes does to each of their keys.

    `arrived` gives the arriving nodes of each key, `hubs` the hubs of the keys so far, `most`
    how many a key has.
    """
    found = []
    for key, nodes in arrived.items():
        before = hubs.get(key, [])
        if before or len(nodes) > 1:
            found.append(Arrival(key, before, nodes, sorted({*before, *nodes})[:most]))
    return found


def still_proposed(
    one: int, other: int, shared: Iterable[int], hubs: Mapping[int, list[int]]
) -> bool:
    """Whether two nodes with these shared keys are a candidate pair now."""
    total = sum(
        weight(key) for key in shared if one in hubs.get(key, ()) or other in hubs.get(key, ())
    )
    return total >= ENOUGH
