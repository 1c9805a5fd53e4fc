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
from aggregator.core.tokens import Hashes, distinct, first_of_equal, member, rank_among_equal

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


class Proposals:
    """The pairs that arriving nodes form, with the weights of the keys that propose them.

    `arrived` are the ids of the arriving nodes, ascending, `most` says how many hubs a key has.
    """

    def __init__(self, arrived: Ids, most: int) -> None:
        self.arrived, self.most = arrived, most
        self._counts = [np.empty((0, 3), dtype=np.int64)]

    def changes(self, rows: Postings, before: Postings) -> tuple[Postings, set[int]]:
        """Postings of nodes that are no hub of their key any more, and crowded keys.

        `rows` are those of `meeting`, and so are the postings, ordered. A key is crowded when an
        arrived node became hub of it and it had as many as it may: that node is proposed with all
        nodes of the key. Arrived nodes are left out of the postings, as they are proposed anew.
        """
        is_hub = rank_among_equal(rows.keys) < self.most
        is_new = member(rows.nodes, self.arrived)
        entered = distinct(rows.keys[is_hub & is_new])
        of_key = before[member(before.keys, entered)]
        starts, sizes = _groups(of_key)
        crowded = of_key.keys[starts[sizes >= self.most]]
        lost = rows[~is_hub & ~is_new & member(rows.keys, entered)]
        return lost, set(crowded.tolist())

    def add(self, rows: Postings) -> None:
        """Count some keys, with all nodes of each that matter: ordered, without repeats."""
        rank = rank_among_equal(rows.keys)
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


SharedKeys = tuple[Places, Hashes]
"""Keys that both nodes of a pair have: the places of the pairs, ascending, and the keys."""


def shared_keys(pairs: Sequence[Pair], postings: Postings) -> SharedKeys:
    """All keys that both nodes of each pair have.

    `postings` are all that these nodes have, each once, in any order.
    """
    order = np.lexsort((postings.keys, postings.nodes))
    keys, nodes = postings.keys[order], postings.nodes[order]
    ends = _ends(pairs)
    low, high = np.searchsorted(nodes, ends, "left"), np.searchsorted(nodes, ends, "right")
    found = []
    for (a, b), (behind_a, behind_b) in zip(low.tolist(), high.tolist(), strict=True):
        of_a = keys[a:behind_a]
        found.append(of_a[member(of_a, keys[b:behind_b])])
    places = np.repeat(np.arange(len(pairs)), list(map(len, found)))
    return places, np.concatenate([keys[:0], *found])


def some_run_keys(shared: SharedKeys, chosen: NDArray[np.bool_], most: int) -> SharedKeys:
    """At most so many run keys of each of the chosen pairs."""
    places, keys = _where(shared, chosen[shared[0]] & (shared[1] & np.uint64(1) == 1))
    return _where((places, keys), rank_among_equal(places) < most)


def all_keys(shared: SharedKeys, chosen: NDArray[np.bool_]) -> SharedKeys:
    """All keys of the chosen pairs."""
    return _where(shared, chosen[shared[0]])


def _where(shared: SharedKeys, chosen: NDArray[np.bool_]) -> SharedKeys:
    return shared[0][chosen], shared[1][chosen]


def touched(pairs: Sequence[Pair], shared: SharedKeys, lost: Postings) -> NDArray[np.bool_]:
    """For each pair: whether one of its nodes is in these postings with one of its keys.

    Where these are hubs that others took the place of, no other pair can be proposed less than
    before.
    """
    found = np.zeros(len(pairs), dtype=np.bool_)
    found[shared[0][_at_an_end(pairs, shared, lost)]] = True
    return found


def still_proposed(pairs: Sequence[Pair], shared: SharedKeys, hubs: Postings) -> NDArray[np.bool_]:
    """For each pair: whether these keys, some or all that it shares, make it a candidate pair.

    `hubs` are the postings of the hubs of these keys and maybe of others, ordered.
    """
    proposing = _at_an_end(pairs, shared, hubs)
    places, keys = _where(shared, proposing)
    total = np.bincount(places, _gain(keys), len(pairs))
    return total >= ENOUGH


def _at_an_end(pairs: Sequence[Pair], shared: SharedKeys, postings: Postings) -> NDArray[np.bool_]:
    """For each shared key: whether these postings, ordered, have it with a node of its pair."""
    places, keys = shared
    ends = _ends(pairs)[places]
    first, last = (np.searchsorted(postings.keys, keys, side) for side in ("left", "right"))
    found = np.zeros(len(keys), dtype=np.bool_)
    for step in range(int((last - first).max(initial=0))):
        there = first + step < last
        node = postings.nodes[first[there] + step]
        found[there] |= (ends[there] == node[:, np.newaxis]).any(axis=1)
    return found


def _ends(pairs: Sequence[Pair]) -> NDArray[np.int64]:
    """The nodes of each pair, shape (pairs, 2)."""
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _gain(keys: Hashes) -> NDArray[np.int64]:
    """The weight of each of these keys."""
    return np.where(keys & np.uint64(1), ENOUGH, 1)
