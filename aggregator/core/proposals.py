"""Which pairs of texts the candidate index proposes: a pure function of keys and nodes.

Two nodes are a candidate pair when the keys that propose them together weigh at least
`ENOUGH`. A key proposes each of its nodes with each of its *hubs*, its few nodes of lowest id.
A run key is enough by itself; single MinHash values must agree with one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aggregator.core.postings import Ids, Places, Postings, joined
from aggregator.core.tokens import Hashes, distinct, first_of_equal, member

ENOUGH: Final = 2
"""Weight at which a pair is proposed. A run key, of odd value, weighs as much, a band key 1."""

_MOST_COUNTS: Final = 1_000_000  # pairs of single keys before they are summed: 24 MB

Pair = tuple[int, int]
"""Two nodes, the lower id first."""


def pair(one: int, other: int) -> Pair:
    """The pair of two different nodes, whichever comes first."""
    return (one, other) if one < other else (other, one)


def meeting(arrived: Postings, before: Postings) -> Postings:
    """The postings of keys at which arriving nodes meet others, ordered.

    `arrived` are all postings of the arriving nodes, `before` the hubs that their keys had. Most
    keys are met for the first time, and propose nothing.
    """
    concerned = before[member(before.keys, distinct(arrived.keys))]
    rows = joined([arrived, concerned]).distinct()
    _starts, sizes = _groups(rows)
    return rows[np.repeat(sizes > 1, sizes)]


def _groups(rows: Postings) -> tuple[Places, Places]:
    """Where each key's nodes begin, and how many it has."""
    starts = np.flatnonzero(first_of_equal(rows.keys))
    return starts, np.diff(np.append(starts, len(rows)))


def _rank(rows: Postings) -> Places:
    """The place of each node among those of its key."""
    starts, sizes = _groups(rows)
    return np.arange(len(rows)) - np.repeat(starts, sizes)


class Proposals:
    """The pairs that arriving nodes form, with the weights of the keys that propose them.

    `arrived` are the ids of the arriving nodes, ascending, `most` says how many hubs a key has.
    """

    def __init__(self, arrived: Ids, most: int) -> None:
        self.arrived, self.most = arrived, most
        self._counts = [np.empty((0, 3), dtype=np.int64)]

    def changes(self, rows: Postings, before: Postings) -> tuple[set[int], set[int]]:
        """Nodes that are no hub of a key any more, and keys whose other nodes are needed, too.

        `rows` are those of `meeting`. Where an arrived node became hub of a key that had as many
        as it may, it is proposed with all nodes of the key.
        """
        is_hub = _rank(rows) < self.most
        hubs = rows[is_hub]
        entered = distinct(hubs.keys[member(hubs.nodes, self.arrived)])
        of_key = before[member(before.keys, entered)]
        starts, sizes = _groups(of_key)
        crowded = of_key.keys[starts[sizes >= self.most]]
        last = set(hubs.rows())
        displaced = {node for key, node in of_key.rows() if (key, node) not in last}
        return displaced, set(crowded.tolist())

    def add(self, rows: Postings) -> None:
        """Count some keys, with all nodes of each that matter: ordered, without repeats."""
        rank = _rank(rows)
        is_new = member(rows.nodes, self.arrived)
        gain = _gain(rows.keys)
        for place in range(self.most):
            # Each node with the hub at this place: with a hub only once, as it ranks behind it.
            behind = np.flatnonzero(rank > place)
            hub = behind - rank[behind] + place
            some = is_new[behind] | is_new[hub]
            behind, hub = behind[some], hub[some]
            self._counts.append(
                np.stack([rows.nodes[hub], rows.nodes[behind], gain[behind]], axis=1)
            )
        if sum(map(len, self._counts)) > _MOST_COUNTS + 2 * len(self._counts[0]):
            self._summed()

    def pairs(self) -> list[Pair]:
        """The candidate pairs, in ascending order."""
        counts = self._summed()
        return [(a, b) for a, b in counts[counts[:, 2] >= ENOUGH, :2].tolist()]

    def _summed(self) -> NDArray[np.int64]:
        """All pairs in ascending order, each with its weight."""
        counts = np.concatenate(self._counts)
        counts = counts[np.lexsort((counts[:, 1], counts[:, 0]))]
        first = first_of_equal(counts[:, 0], counts[:, 1])
        summed = counts[first]
        if len(counts):
            summed[:, 2] = np.add.reduceat(counts[:, 2], np.flatnonzero(first))
        self._counts = [summed]
        return summed


def shared_keys(pairs: Sequence[Pair], postings: Postings) -> tuple[Places, Hashes]:
    """The keys that both nodes of each pair have: the places of pairs, ascending, and the keys.

    `postings` are all that these nodes have, each once, in any order.
    """
    order = np.lexsort((postings.keys, postings.nodes))
    keys, nodes = postings.keys[order], postings.nodes[order]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    low, high = np.searchsorted(nodes, ends, "left"), np.searchsorted(nodes, ends, "right")
    found = []
    for (a, b), (behind_a, behind_b) in zip(low.tolist(), high.tolist(), strict=True):
        of_a = keys[a:behind_a]
        found.append(of_a[member(of_a, keys[b:behind_b])])
    places = np.repeat(np.arange(len(pairs)), list(map(len, found)))
    return places, np.concatenate([keys[:0], *found])


def still_proposed(
    pairs: Sequence[Pair], shared: tuple[Places, Hashes], hubs: Postings
) -> NDArray[np.bool_]:
    """For each pair with these `shared_keys`: whether it is a candidate pair now.

    `hubs` are the postings of the hubs of these keys and maybe of others, ordered.
    """
    places, keys = shared
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)[places]
    first, last = (np.searchsorted(hubs.keys, keys, side) for side in ("left", "right"))
    proposing = np.zeros(len(keys), dtype=np.bool_)
    for step in range(int((last - first).max(initial=0))):
        there = first + step < last
        hub = hubs.nodes[first[there] + step]
        proposing[there] |= (ends[there] == hub[:, np.newaxis]).any(axis=1)
    total = np.bincount(places[proposing], _gain(keys[proposing]), len(pairs))
    return total >= ENOUGH


def _gain(keys: Hashes) -> NDArray[np.int64]:
    """The weight of each of these keys."""
    return np.where(keys & np.uint64(1), ENOUGH, 1)
