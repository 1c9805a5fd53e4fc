"""Learning what sites repeat, as texts come and go (`core.boilerplate` has the definition).

changed nodes ─lines→ passages ─stories→ boilerplate ─→ lines of nodes left out
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

import numpy as np

from aggregator.core.boilerplate import (
    NOWHERE,
    SAMPLE,
    Layout,
    Lines,
    Passages,
    is_repeated,
    lines_left_out,
    passages,
)
from aggregator.core.nodes import NodeChanges
from aggregator.core.postings import Postings, by_key, joined
from aggregator.core.text import normalise
from aggregator.core.tokens import Hashes, distinct, member
from aggregator.store import passages as stored
from aggregator.store.check import node_pages
from aggregator.store.engine import Connection
from aggregator.store.index import PASSAGES
from aggregator.store.passages import Standing
from aggregator.store.sql import chunks

_KEYS_AT_ONCE = 20_000


def follow(connection: Connection, stories: int, changes: NodeChanges) -> set[int]:
    """Bring passages and boilerplate up to date; returns the nodes that leave out other lines.

    Those in `changes.refreshed` may have another earliest article. `stories` is
    `MatchingOptions.boilerplate_stories`.
    """
    if not stories:
        return set()
    found = [
        (each, NOWHERE if each.node_id in changes.gone else each.now)
        for each in stored.standing(connection, changes.refreshed | changes.gone)
    ]
    moved = [(each, now) for each, now in found if not each.stored.same(now)]
    stored.set_layouts(connection, {each.node_id: now for each, now in moved})
    moved += [(each, each.now) for each in _arrived(changes)]
    before = _passages((each, each.stored) for each, _now in moved)
    after = _passages(moved)
    nodes = [each.node_id for each, _now in moved]
    crossed, frequent = _cross(connection, stories, before.postings(nodes), after.postings(nodes))
    repeated = stored.repeated_among(connection, frequent)
    changed = _write_left_out(connection, [each for each, _now in moved], after, repeated)
    return (changed | _relabel(connection, crossed, nodes)) - changes.gone


def _arrived(changes: NodeChanges) -> Iterator[Standing]:
    """The added nodes, whose layouts stand in their rows, and whose passages do not yet."""
    for node, layout in changes.layouts.items():
        yield Standing(node, changes.prints[node].tokens, NOWHERE, layout, NOWHERE.lines)


def _passages(texts: Iterable[tuple[Standing, Layout]]) -> Passages:
    return passages([(each.tokens, layout) for each, layout in texts])


def _cross(
    connection: Connection, stories: int, leaving: Postings, coming: Postings
) -> tuple[Hashes, Hashes]:
    """Store who carries which passage now, and decide again the passages whose sample changed.

    Returns those that were decided otherwise, and those that enough texts carry to be boilerplate.
    """
    PASSAGES.remove(connection, leaving)
    keys = distinct(np.concatenate([leaving.keys, coming.keys]))
    staying = PASSAGES.lowest(connection, keys, SAMPLE)
    PASSAGES.add(connection, coming)
    samples = joined([staying, coming]).ordered().lowest(SAMPLE)
    places = np.searchsorted(samples.keys, keys)
    sizes = np.diff(np.append(places, len(samples)))
    arrived = member(samples.nodes, distinct(coming.nodes))
    arrivals = np.diff(np.append(0, np.cumsum(arrived))[np.append(places, len(samples))])
    # With fewer texts than stories none was boilerplate, unless it has just lost some.
    changed = keys[(arrivals > 0) & (sizes >= stories) | member(keys, distinct(leaving.keys))]
    before = stored.repeated_among(connection, changed)
    after = _repeated(connection, stories, samples[member(samples.keys, changed)])
    no_more, now = before[~member(before, after)], after[~member(after, before)]
    stored.mark(connection, now, no_more)
    return distinct(np.concatenate([no_more, now])), keys[sizes >= stories]


def _repeated(connection: Connection, stories: int, samples: Postings) -> Hashes:
    """The passages with these samples that are boilerplate, sorted."""
    enough = {key: its for key, its in by_key(samples).items() if len(its) >= stories}
    signatures = stored.signatures(connection, set().union(*enough.values()))
    found = [
        key
        for key, sample in enough.items()
        if is_repeated([signatures[node] for node in sample], stories)
    ]
    return np.array(sorted(found), dtype=np.uint64)


def _relabel(connection: Connection, crossed: Hashes, done: Collection[int]) -> set[int]:
    """Set which lines the carriers of these passages leave out; returns those where that changed.

    Those that are `done` are left out.
    """
    carriers = (part.nodes.tolist() for part in PASSAGES.members(connection, crossed.tolist()))
    changed: set[int] = set()
    for chunk in chunks(sorted(set(chain.from_iterable(carriers)).difference(done))):
        found = list(stored.standing(connection, chunk))
        own = _passages((each, each.stored) for each in found)
        repeated = stored.repeated_among(connection, own.keys)
        changed |= _write_left_out(connection, found, own, repeated)
    return changed


def _write_left_out(
    connection: Connection, texts: list[Standing], its: Passages, repeated: Hashes
) -> set[int]:
    """Set which lines these texts leave out; returns the texts where that changed.

    `its` are their passages, `repeated` those of them that are boilerplate, sorted.
    """
    other = {each.node_id: lines for each, lines in _wrong_left_out(texts, its, repeated)}
    stored.set_left_out(connection, other)
    return set(other)


def _wrong_left_out(
    texts: list[Standing], its: Passages, repeated: Hashes
) -> Iterator[tuple[Standing, Lines]]:
    """Those of these texts that are to leave out other lines, with these."""
    for each, lines in zip(texts, lines_left_out(its, repeated), strict=True):
        if lines.tobytes() != each.left_out.tobytes():
            yield each, lines


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
        found = list(stored.standing(connection, page))
        its = _passages((each, each.stored) for each in found)
        postings = its.postings([each.node_id for each in found])
        expected += len(postings)
        for each in found:
            if stories and not each.stored.same(each.now):
                yield f"node {each.node_id}: its lines are not those of its earliest article"
        for node in distinct(postings.nodes[~PASSAGES.contains(connection, postings)]):
            yield f"node {node}: passages are missing"
        repeated = stored.repeated_among(connection, its.keys)
        for each, lines in _wrong_left_out(found, its, repeated):
            yield f"node {each.node_id}: leaves out {len(each.left_out)} lines, not {len(lines)}"
    yield from PASSAGES.damages(connection)
    if (count := PASSAGES.count(connection)) != expected:
        yield f"{count} passages are stored, and {expected} are expected"
    yield from _wrong_marks(connection, stories)


def _wrong_marks(connection: Connection, stories: int) -> Iterator[str]:
    """Passages that are marked as boilerplate and are none, or the other way round."""
    told: set[int] = set()
    keys = (distinct(part.keys) for part in PASSAGES.everything(connection))
    for every in chain(keys, stored.marked(connection)):
        for start in range(0, len(every), _KEYS_AT_ONCE):
            some = every[start : start + _KEYS_AT_ONCE]
            after = _repeated(connection, stories, PASSAGES.lowest(connection, some, SAMPLE))
            marked = set(stored.repeated_among(connection, some).tolist())
            wrong = marked.symmetric_difference(after.tolist()) - told
            told |= wrong
            for key in sorted(wrong):
                yield f"passage {key}: {'' if key in marked else 'not '}marked as repeated"
