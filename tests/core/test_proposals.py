"""Candidate pairs: what arrivals add up to is what the definition gives for all at once."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core.postings import Postings
from aggregator.core.proposals import (
    ENOUGH,
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

HUBS = 2
NodeKeys = dict[int, set[int]]
worlds = st.dictionaries(
    st.integers(-50, 50), st.sets(st.integers(0, 9), max_size=5), min_size=1, max_size=9
)


def postings(nodes: NodeKeys) -> Postings:
    """The keys of nodes as the index has them."""
    rows = [(key, node) for node, keys in nodes.items() for key in keys]
    keys = np.array([key for key, _node in rows], dtype=np.uint64)
    return Postings(keys, np.array([node for _key, node in rows], dtype=np.int64))


def hubs_of(nodes: NodeKeys) -> dict[int, list[int]]:
    """Each key's nodes of lowest id."""
    keys = set().union(*nodes.values())
    return {k: sorted(n for n, its in nodes.items() if k in its)[:HUBS] for k in keys}


def defined(nodes: NodeKeys) -> set[Pair]:
    """The pairs that the definition gives for these nodes."""
    hubs = hubs_of(nodes)
    return {
        (a, b)
        for a, b in combinations(sorted(nodes), 2)
        if sum(2 if k % 2 else 1 for k in nodes[a] & nodes[b] if {a, b} & set(hubs[k])) >= ENOUGH
    }


@settings(deadline=None)
@given(worlds)
def test_all_at_once_gives_the_defined_pairs(nodes: NodeKeys) -> None:
    """An empty index and one batch: exactly the candidate pairs."""
    proposals = Proposals(np.array(sorted(nodes)), HUBS)
    proposals.add(meeting(postings(nodes), postings({})))
    assert set(proposals.pairs()) == defined(nodes)


@settings(deadline=None)
@given(worlds, st.integers(0, 9), st.integers(0, 2))
def test_an_arrival_finds_every_pair_of_the_arrived(nodes: NodeKeys, old: int, again: int) -> None:
    """Added to an index, nodes get all their pairs; others only lose support, told by hubs.

    Nodes that the index has already may arrive again.
    """
    before = dict(list(nodes.items())[:old])
    new = {n: keys for n, keys in nodes.items() if n not in before}
    new |= dict(list(before.items())[:again])
    hubs = hubs_of(before) if before else {}
    first = postings({n: {k for k in its if n in hubs[k]} for n, its in before.items()}).ordered()
    proposals = Proposals(np.array(sorted(new), dtype=np.int64), HUBS)
    rows = meeting(postings(new), first)
    gone_hubs, crowded = proposals.changes(rows, first)
    wide = np.isin(rows.keys, np.array(sorted(crowded), dtype=np.uint64))
    proposals.add(rows[~wide])
    for key in crowded:
        proposals.add(postings({n: its & {key} for n, its in nodes.items()}).ordered())
    wanted = defined(nodes)
    found = set(proposals.pairs())
    assert {ends for ends in found if set(ends) & new.keys()} == {
        ends for ends in wanted if set(ends) & new.keys()
    }
    lost = defined(before) - wanted if before else set()
    held = [ends for ends in combinations(sorted(before), 2) if not set(ends) & new.keys()]
    shared = shared_keys(held, postings(nodes))
    may_be_lost = touched(held, shared, gone_hubs).tolist()
    touched_ones = {ends for ends, its in zip(held, may_be_lost, strict=True) if its}
    assert lost & set(held) <= touched_ones


@settings(deadline=None)
@given(worlds, st.integers(1, 3))
def test_shared_keys_and_hubs_tell_whether_a_pair_is_proposed(nodes: NodeKeys, few: int) -> None:
    """All shared keys of a pair give what the definition gives; some run keys never give more."""
    wanted = defined(nodes)
    pairs = list(combinations(sorted(nodes), 2))
    shared = shared_keys(pairs, postings(nodes))
    now = postings(nodes).ordered().lowest(HUBS)
    proposed = still_proposed(pairs, shared, now).tolist()
    assert proposed == [ends in wanted for ends in pairs]
    assert its_keys(shared, pairs) == [sorted(nodes[a] & nodes[b]) for a, b in pairs]
    chosen = np.array([a % 2 == 0 for a, _b in pairs], dtype=np.bool_)
    some = some_run_keys(shared, chosen, few)
    assert its_keys(some, pairs) == [
        [key for key in sorted(nodes[a] & nodes[b]) if key % 2][:few] if its else []
        for (a, b), its in zip(pairs, chosen, strict=True)
    ]
    assert not np.any(still_proposed(pairs, some, now) & ~np.array(proposed, dtype=np.bool_))
    assert np.array_equal(
        still_proposed(pairs, all_keys(shared, chosen), now),
        chosen & np.array(proposed, dtype=np.bool_),
    )


def its_keys(shared: SharedKeys, pairs: list[Pair]) -> list[list[int]]:
    """The keys of each pair, as lists."""
    rows = list(zip(shared[0].tolist(), shared[1].tolist(), strict=True))
    return [[key for place, key in rows if place == i] for i in range(len(pairs))]


def test_a_pair_has_one_form() -> None:
    """The lower id first, whichever way it is asked for."""
    assert pair(2, -1) == pair(-1, 2) == (-1, 2)


@pytest.mark.parametrize(
    ("shared", "proposed"),
    [({7}, True), ({2**64 - 1}, True), ({8}, False), ({8, 2**64 - 2}, True), (set(), False)],
)
def test_one_run_key_is_enough_and_one_band_key_is_not(shared: set[int], proposed: bool) -> None:
    """The lowest bit of a key tells its weight, whatever its highest is."""
    proposals = Proposals(np.array([1, 2]), HUBS)
    proposals.add(meeting(postings({1: {10, *shared}, 2: {12, *shared}}), postings({})))
    assert proposals.pairs() == ([(1, 2)] if proposed else [])
