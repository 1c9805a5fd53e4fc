"""Learning what sites repeat, as texts come and go (`core.boilerplate` has the definition).

changed nodes ─lines→ passages ─stories→ boilerplate ─→ lines of nodes left out
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np

from aggregator.core.boilerplate import (
    NOWHERE,
    SAMPLE,
    Layout,
    Lines,
    is_repeated,
    lines_left_out,
    passages,
)
from aggregator.core.text import normalise
from aggregator.store import passages as stored
from aggregator.store.check import node_pages
from aggregator.store.engine import Connection
from aggregator.store.sql import chunks

OfNode = dict[int, set[int]]
"""Passages of nodes."""


def follow(
    connection: Connection, stories: int, kept: Collection[int], gone: Collection[int]
) -> set[int]:
    """Bring passages and boilerplate up to date; returns the nodes that leave out other lines.

    `kept` are nodes that are new or may have another earliest article, `gone` those that lose
    their text. `stories` is `MatchingOptions.boilerplate_stories`.
    """
    if not stories:
        return set()
    leaving: OfNode = {}
    coming: OfNode = {}
    layouts: dict[int, Layout] = {}
    for each in stored.standing(connection, {*kept, *gone}):
        now = NOWHERE if each.node_id in gone else each.now
        if not each.stored.same(now):
            leaving[each.node_id] = passages(each.tokens, each.stored)
            coming[each.node_id] = passages(each.tokens, now)
            layouts[each.node_id] = now
    stored.remove(connection, leaving)
    stored.add(connection, coming)
    stored.set_layouts(connection, layouts)
    crossed = _cross(connection, stories, leaving, coming)
    return relabel(connection, layouts.keys() | stored.carriers(connection, crossed)) - set(gone)


def _cross(
    connection: Connection, stories: int, leaving: Mapping[int, set[int]], coming: OfNode
) -> set[int]:
    """Decide the passages again whose sample changed; returns those decided otherwise."""
    changed: dict[int, set[int]] = {}
    for of_node in (leaving, coming):
        for node, keys in of_node.items():
            for key in keys:
                changed.setdefault(key, set()).add(node)
    lowest = stored.lowest(connection, changed, SAMPLE)
    samples = {
        key: sample
        for key, sample in lowest.items()
        if len(sample) < SAMPLE or min(changed[key]) <= sample[-1]
    }
    emptied = changed.keys() - lowest.keys()
    before = stored.repeated_among(connection, samples.keys() | emptied)
    after = _repeated(connection, stories, samples)
    stored.mark(connection, after - before, before - after)
    return before ^ after


def _repeated(connection: Connection, stories: int, samples: Mapping[int, list[int]]) -> set[int]:
    enough = {key: sample for key, sample in samples.items() if len(sample) >= stories}
    signatures = stored.signatures(connection, set().union(*enough.values()))
    return {
        key
        for key, sample in enough.items()
        if is_repeated([signatures[node] for node in sample], stories)
    }


def relabel(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Set which lines these nodes leave out; returns those where that changed."""
    changed: set[int] = set()
    for chunk in chunks(ids):
        other = {
            each.node_id: lines
            for each, lines in _left_out(connection, chunk)
            if not np.array_equal(lines, each.left_out)
        }
        stored.set_left_out(connection, other)
        changed.update(other)
    return changed


def passages_left_out(connection: Connection, node: int) -> list[str]:
    """The lines of a node's text that take no part in comparisons, in their order.

    They are told in the words of its earliest article.
    """
    (lines, text) = stored.left_out(connection, node)
    own = [line for line in text.split("\n") if normalise(line)]
    return [own[number].strip() for number in lines if number < len(own)]


def wrong_boilerplate(connection: Connection, stories: int) -> Iterator[str]:
    """Whatever the store says of passages that does not follow from its texts, in words."""
    expected = 0
    for page in node_pages(connection):
        for each, lines in _left_out(connection, page):
            keys = passages(each.tokens, each.stored)
            expected += len(keys)
            if stories and not each.stored.same(each.now):
                yield f"node {each.node_id}: its lines are not those of its earliest article"
            if keys - stored.passages_of(connection, each.node_id, keys):
                yield f"node {each.node_id}: passages are missing"
            if not np.array_equal(lines, each.left_out):
                found = f"{len(each.left_out)} lines, not {len(lines)}"
                yield f"node {each.node_id}: leaves out {found}"
    count = stored.count(connection)
    if count != expected:
        yield f"{count} passages are stored, and {expected} are expected"
    for some in stored.pages(connection):
        after = _repeated(connection, stories, stored.lowest(connection, some, SAMPLE))
        for key in after ^ stored.repeated_among(connection, some):
            yield f"passage {key}: {'not ' if key in after else ''}marked as repeated"


def _left_out(connection: Connection, ids: Iterable[int]) -> list[tuple[stored.Standing, Lines]]:
    """These nodes, each with the lines that it is to leave out."""
    found = list(stored.standing(connection, ids))
    keys = [passages(each.tokens, each.stored) for each in found]
    repeated = stored.repeated_among(connection, set().union(*keys))
    return [
        (each, lines_left_out(each.tokens, each.stored, its & repeated))
        for each, its in zip(found, keys, strict=True)
    ]
