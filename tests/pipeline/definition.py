"""The definitions of candidates, matches and clusters, taken literally and slowly."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text

from aggregator.candidates import postings
from aggregator.core import boilerplate
from aggregator.core.clusters import Star
from aggregator.core.nodes import compare_nodes
from aggregator.core.proposals import ENOUGH
from aggregator.core.tokens import Fingerprint, Hashes
from aggregator.store import nodes, passages
from aggregator.store.index import HUBS
from tests.pipeline.worlds import OPTIONS, RANKING

STORIES = OPTIONS.boilerplate_stories


def defined(engine: Engine) -> tuple[set[tuple[Any, ...]], dict[int, Star]]:
    """The rows of matches (up to the verdict) and the stars, for the texts in a store."""
    with engine.connect() as connection:
        ids = list(connection.scalars(text("SELECT node_id FROM nodes ORDER BY node_id")))
        loaded = nodes.load_nodes(connection, ids)
        prints = nodes.load_fingerprints(connection, ids)
        repeated = defined_boilerplate(connection, prints)
        best = nodes.best_candidates(connection, ids)
    keys = {n: keys_of(n, prints[n], short=loaded[n].facts.short) for n in ids}
    loaded = {
        n: replace(node, text=replace(node.text, left_out=repeated[n]))
        for n, node in loaded.items()
    }
    compared = {
        pair: compare_nodes(loaded[pair[0]], loaded[pair[1]], OPTIONS)
        for pair in combinations(ids, 2)
    }
    same = {pair for pair, found in compared.items() if found.same}
    proposed = {
        pair for pair in proposed_pairs(keys) if compared[pair].decision.relation is not None
    }
    ranks = {n: RANKING.rank(best[n]) for n in ids}
    stars = defined_stars(ids, proposed & same, same, ranks)
    held = {
        tuple(sorted((star.canonical, n))) for star in stars.values() for n in star.members
    } - {(n, n) for n in ids}
    rows = {
        (
            *p,
            int(p in proposed),
            int(p in held),
            compared[p].decision.relation,
            compared[p].decision.verdict,
        )
        for p in proposed | held
    }
    return rows, stars


def keys_of(node: int, print_: Fingerprint, *, short: bool) -> set[int]:
    """All keys that a node has."""
    return set(postings({node: print_}, {node} if short else ()).keys.tolist())


def defined_boilerplate(
    connection: Connection, prints: dict[int, Fingerprint]
) -> dict[int, Hashes]:
    """The shingles that each text leaves out: those of lines that its site repeats."""
    layouts = {each.node_id: each.now for each in passages.standing(connection, prints)}
    order = sorted(prints)
    found = boilerplate.passages([(prints[n].tokens, layouts[n]) for n in order])
    carriers: dict[int, list[int]] = {}
    for key, node in found.postings(order).rows():
        carriers.setdefault(key, []).append(node)
    repeated = [key for key, its in sorted(carriers.items()) if stories(its, prints) >= STORIES]
    lines = boilerplate.lines_left_out(found, np.array(repeated, dtype=np.uint64))
    return {
        n: boilerplate.shingles_left_out(prints[n].tokens, layouts[n].lines, its)
        for n, its in zip(order, lines, strict=True)
    }


def stories(carriers: list[int], prints: dict[int, Fingerprint]) -> int:
    """How many of the lowest carriers resemble none that was counted before."""
    counted: list[int] = []
    for node in carriers[: boilerplate.SAMPLE]:
        alike = [(prints[node].signature == prints[n].signature).mean() for n in counted]
        if all(each < boilerplate.ONE_STORY for each in alike):
            counted.append(node)
    return len(counted)


def proposed_pairs(keys: dict[int, set[int]]) -> set[tuple[int, int]]:
    """All pairs that share keys of enough weight, in each of which one of the two is a hub."""
    holders: dict[int, list[int]] = {}
    for node in sorted(keys):
        for key in keys[node]:
            holders.setdefault(key, []).append(node)
    hubs = {key: set(its[:HUBS]) for key, its in holders.items()}
    return {
        (a, b)
        for a, b in combinations(sorted(keys), 2)
        if sum(2 if k % 2 else 1 for k in keys[a] & keys[b] if {a, b} & hubs[k]) >= ENOUGH
    }


def defined_stars(
    ids: list[int], edges: set[tuple[int, int]], same: set[tuple[int, int]], ranks: dict[int, Any]
) -> dict[int, Star]:
    """The definition of `core.clusters`, word by word."""
    near: dict[int, set[int]] = {n: set() for n in ids}
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    free, stars = set(ids), {}
    for node in sorted(ids):
        if node in free:
            gathered = {node} | near[node] & free
            canonical = min(gathered, key=ranks.__getitem__)
            behind = {n for n in near[canonical] & free if ranks[n] > ranks[canonical]}
            members = {
                n
                for n in gathered | behind
                if n == canonical or (min(n, canonical), max(n, canonical)) in same
            }
            stars[node] = Star(canonical, frozenset(members))
            free -= members
    return stars
