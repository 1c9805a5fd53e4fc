"""The indexes: whatever was added and removed, in whatever parts, is found again."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from aggregator.core import postings as arrays
from aggregator.core.postings import Postings, by_key
from aggregator.store import index, lookup, memory, segments
from aggregator.store.engine import DatabaseError, open_engine, reading, writing
from aggregator.store.index import CANDIDATES, HUBS
from aggregator.store.segments import Part
from tests.stores import empty

Rows = set[tuple[int, int]]
TOP = 2**64 - 1
KEYS = st.sampled_from([0, 1, 2, 3, TOP, TOP - 1, 2**63, 2**62, 7 << 60, (7 << 60) + 1])
ROWS = st.frozensets(st.tuples(st.one_of(KEYS, st.integers(0, TOP)), st.integers(-40, 40)))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes at which a few postings make a deep index."""
    monkeypatch.setattr(arrays, "CHUNK", 3)
    monkeypatch.setattr(index, "FULL", 20)
    monkeypatch.setattr(index, "MOST_SEGMENTS", 3)
    monkeypatch.setattr(segments, "MOST_POSTINGS", 50)
    monkeypatch.setattr(memory, "ASKED", 4)
    monkeypatch.setattr(memory, "HELD", 60)
    monkeypatch.setattr(lookup, "_CHUNKS_AT_ONCE", 1)


def made(rows: Rows | frozenset[tuple[int, int]]) -> Postings:
    """Postings in an order of no meaning."""
    chosen = random.Random(len(rows)).sample(sorted(rows), len(rows))
    keys = np.array([key for key, _node in chosen], dtype=np.uint64)
    return Postings(keys, np.array([node for _key, node in chosen], dtype=np.int64))


def lowest(connection: Connection, *keys: int) -> dict[int, list[int]]:
    """The hubs of these keys."""
    return by_key(CANDIDATES.lowest(connection, np.array(keys, dtype=np.uint64), HUBS))


def stored(engine: Engine) -> Rows:
    with reading(engine) as connection:
        assert list(CANDIDATES.damages(connection)) == []
        parts = [part.rows() for part in CANDIDATES.everything(connection)]
        assert sum(map(len, parts)) == CANDIDATES.count(connection)
        return {row for part in parts for row in part}


@pytest.mark.usefixtures("small_parts")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(ROWS, st.booleans()), max_size=12))
def test_what_was_added_and_not_removed_is_found(
    engine: Engine, steps: list[tuple[frozenset[tuple[int, int]], bool]]
) -> None:
    """After any additions and removals the index has these rows, and answers from them."""
    empty(engine)
    held: Rows = set()
    for rows, adding in steps:
        with writing(engine) as connection:
            if adding:
                CANDIDATES.add(connection, made(rows - held))
            else:
                CANDIDATES.remove(connection, made(rows))
            held = held | rows if adding else held - rows
            # Writers remember what writers before them read.
            found = CANDIDATES.lowest(connection, made(rows).keys).rows()
            assert found == sorted(row for row in held if row[0] in {key for key, _n in rows})
    assert stored(engine) == held
    wanted = {row for rows, _adding in steps for row in rows} | {(5, 5)}
    with reading(engine) as connection:
        asked = made(wanted)
        answers = CANDIDATES.contains(connection, asked).tolist()
        assert [row in held for row in asked.rows()] == answers
        assert CANDIDATES.lowest(connection, asked.keys).rows() == sorted(held)
        hubs = by_key(CANDIDATES.lowest(connection, asked.keys, HUBS))
        for key in {key for key, _node in wanted}:
            assert hubs.get(key, []) == sorted(n for k, n in held if k == key)[:HUBS]


@pytest.mark.usefixtures("small_parts")
def test_a_part_hands_down_what_it_holds(engine: Engine) -> None:
    """Many postings lie deep, those of one key as deep as keys go, and all are found."""
    rng = random.Random(1)
    rows = {(rng.randrange(2**64), node) for node in range(600)} | {(9, n) for n in range(400)}
    for start in range(0, 1000, 10):
        with writing(engine) as connection:
            CANDIDATES.add(connection, made(set(sorted(rows)[start : start + 10])))
    assert stored(engine) == rows
    with reading(engine) as connection:
        depths = [each.part.depth for each in segments.manifest(connection, 0)]
        assert max(depths) > 3
        assert lowest(connection, 9) == {9: [0, 1, 2, 3]}
        assert len(CANDIDATES.lowest(connection, np.array([9], dtype=np.uint64))) == 400


def test_what_is_held_in_memory_follows_removals_also_those_taken_back(engine: Engine) -> None:
    """Postings that a failed batch removed are found again, those of a whole one are not."""
    rows = {(key << 40, node) for key in range(300) for node in (1, 2)}
    odd, even = ({row for row in rows if row[1] == node} for node in (1, 2))
    keys = made(rows).keys

    def removed(gone: Rows, *, fails: bool) -> Rows:
        with writing(engine) as connection:
            CANDIDATES.remove(connection, made(gone))
            found = set(CANDIDATES.lowest(connection, keys).rows())
            if fails:
                connection.execute(text("INSERT INTO nowhere VALUES (1)"))
            return found

    with writing(engine) as connection:
        CANDIDATES.add(connection, made(rows))
        assert set(CANDIDATES.lowest(connection, keys).rows()) == rows
    for _time in range(2):
        with pytest.raises(DatabaseError):
            removed(odd, fails=True)
    with writing(engine) as connection:
        assert set(CANDIDATES.lowest(connection, keys).rows()) == rows
    assert removed(even, fails=False) == odd
    with writing(engine) as connection:
        view = lookup.View(connection, 0)
        held = [view.memory.held[each.identity] for each in view.segments]
        assert [each.nonce for each in held] == [each.nonce for each in view.segments]
        assert {row for each in held for row in each.postings.rows()} == odd
    assert removed(set(sorted(odd)[:5]), fails=False) == odd - set(sorted(odd)[:5])


def test_old_segments_make_room_for_young_ones(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what would not fit into memory together the youngest part of the index is held."""
    monkeypatch.setattr(memory, "HELD", 700)
    old, young = ({(key << 40, node) for key in range(400)} for node in (1, 2))
    keys = made(old).keys
    with writing(engine) as connection:
        segments.write(connection, Part(0, 1, 0), made(old).ordered())
        assert set(CANDIDATES.lowest(connection, keys).rows()) == old
        segments.write(connection, Part(0, 0, 0), made(young).ordered())
        assert set(CANDIDATES.lowest(connection, keys).rows()) == old | young
        view = lookup.View(connection, 0)
        held = [view.memory.hold(connection, each, 400) for each in view.segments]
        segments.write(connection, Part(0, 0, 0), made(young).ordered()[:350])
        view = lookup.View(connection, 0)
        again = [view.memory.hold(connection, each, 400) for each in view.segments]
    assert [each.part.depth for each in view.segments] == [1, 0, 0]
    assert held[0] is None
    assert held[1] is not None
    assert set(held[1].rows()) == young
    # Nobody gives way to one that does not fit even so.
    assert again == [None, held[1], None]


def test_a_batch_moves_a_bounded_part_of_the_index(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four parts that are full a small batch hands one down; the next ones do the others."""
    monkeypatch.setattr(index, "FULL", 1000)
    with writing(engine) as connection:
        for prefix in range(4):
            full = made({(prefix << 62 | key << 40, key) for key in range(1500)})
            segments.write(connection, Part(0, 1, prefix), full.ordered())
    left = []
    for key in range(4):
        with writing(engine) as connection:
            CANDIDATES.add(connection, made({(key, 1)}))
            left.append(sum(each.part.depth == 1 for each in segments.manifest(connection, 0)))
    assert left == [3, 2, 1, 0]


def add_in_vain(engine: Engine, postings: Postings) -> None:
    with writing(engine) as connection:
        CANDIDATES.add(connection, postings)
        assert CANDIDATES.contains(connection, postings).all()
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))


def test_what_was_taken_back_is_not_remembered(engine: Engine) -> None:
    """A segment of a failed batch and a later one of the same id are told apart."""
    first = made({(key << 40, 1) for key in range(500)})
    second = made({(key << 41 | 1, 2) for key in range(500)})
    with pytest.raises(DatabaseError):
        add_in_vain(engine, first)
    with writing(engine) as connection:
        CANDIDATES.add(connection, second)
        assert CANDIDATES.contains(connection, second).all()
        assert not CANDIDATES.contains(connection, first).any()


def test_another_process_may_write(engine: Engine, database_url: str) -> None:
    """What one engine remembers of the index holds whatever another one adds and removes."""
    other = open_engine(database_url, must_exist=True)
    rows = {(key << 40, node) for key in range(300) for node in (1, 2)}
    with writing(engine) as connection:
        CANDIDATES.add(connection, made(rows))
        assert CANDIDATES.contains(connection, made(rows)).all()
        assert set(CANDIDATES.lowest(connection, made(rows).keys).rows()) == rows
    with writing(other) as connection:
        CANDIDATES.remove(connection, made({row for row in rows if row[1] == 1}))
        CANDIDATES.add(connection, made({(7, 7)}))
    other.dispose()
    with writing(engine) as connection:
        left = {row for row in rows if row[1] != 1} | {(7, 7)}
        keys = made(rows | left).keys
        assert set(CANDIDATES.lowest(connection, keys).rows()) == left
    with reading(engine) as connection:
        assert CANDIDATES.contains(connection, made(rows)).sum() == 300
        assert lowest(connection, 7, 3 << 40) == {7: [7], 3 << 40: [2]}


def test_filters_without_room_are_left_out(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond its budget the memory holds no more filters; answers are the same."""
    monkeypatch.setattr(memory, "FILTER_BYTES", 4096)
    rows = {(key << 40, key % 7) for key in range(20_000)}
    with writing(engine) as connection:
        CANDIDATES.add(connection, made(rows))
        assert CANDIDATES.contains(connection, made(rows)).all()
        assert not CANDIDATES.contains(connection, made({(5, 5), (TOP, 0)})).any()
