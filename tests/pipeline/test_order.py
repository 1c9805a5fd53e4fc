"""Promise 3: results depend on what was taken in, not on when."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

import aggregator.boilerplate
import tests.pipeline.worlds
from aggregator import core
from aggregator.store import migrate
from aggregator.store.engine import open_engine
from tests.pipeline.definition import defined
from tests.pipeline.worlds import HotWorld, World, cut, ingest, newest_first, results

seeds = st.integers(0, 2**32)
worlds = st.sampled_from((World, HotWorld))


@cache
def empty_store() -> Path:
    """A migrated SQLite file that tests copy."""
    path = Path(tempfile.mkdtemp()) / "empty.sqlite3"
    engine = open_engine(f"sqlite:///{path}", must_exist=False)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@contextmanager
def new_store() -> Iterator[Engine]:
    """A fresh SQLite store."""
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(empty_store(), folder)
        engine = open_engine(f"sqlite:///{path}", must_exist=True)
        yield engine
        engine.dispose()


@contextmanager
def few_sampled() -> Iterator[None]:
    """Of the texts that have a passage three are looked at, and a world spans two months."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (core.boilerplate, aggregator.boilerplate):
            patch.setattr(module, "SAMPLE", 3)
        patch.setattr(tests.pipeline.worlds, "START", datetime(2026, 3, 27, tzinfo=UTC))
        yield


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_the_lowest_texts_tell_what_a_site_repeats_in_any_order(seed: int) -> None:
    """A passage of more texts than are looked at is judged by the same ones in any order."""
    rng = random.Random(seed)
    with few_sampled():
        pages = World(rng).deliveries(rng.randint(15, 30))
        with new_store() as engine:
            ingest(engine, [pages])
            first = results(engine)
            matches = defined(engine)[0]
        assert {row[:6] for row in first["matches"]} == matches
        with new_store() as engine:
            ingest(engine, cut(rng, rng.sample(pages, len(pages))))
            assert results(engine) == first


@settings(max_examples=15, deadline=None)
@given(seeds, worlds)
def test_any_order_and_batching_ends_in_the_same_store(seed: int, world: type[World]) -> None:
    """The same pages in any order and any batches give the same rows in every table."""
    rng = random.Random(seed)
    pages = world(rng).deliveries(rng.randint(2, 30))
    with new_store() as engine:
        ingest(engine, [pages])
        first = results(engine)
    for order in (rng.sample(pages, len(pages)), newest_first(pages)):
        with new_store() as engine:
            ingest(engine, cut(rng, order))
            assert results(engine) == first


@settings(max_examples=15, deadline=None)
@given(seeds, worlds)
@example(1, HotWorld)
def test_matches_and_clusters_are_those_of_the_definition(seed: int, world: type[World]) -> None:
    """What is maintained batch by batch equals what the definitions give for all at once."""
    rng = random.Random(seed)
    pages = world(rng).deliveries(rng.randint(2, 30))
    with new_store() as engine:
        ingest(engine, cut(rng, pages))
        matches, stars = defined(engine)
        found = results(engine)
    assert {row[:6] for row in found["matches"]} == matches
    assert {row[0]: row[2] for row in found["clusters"]} == {
        a: s.canonical for a, s in stars.items()
    }
    assert {row[0]: row[4] for row in found["nodes"]} == {
        node: anchor for anchor, star in stars.items() for node in star.members
    }


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_taking_everything_in_again_changes_nothing(seed: int) -> None:
    """Promise 4: the same pages a second time are all known, and no row is another one."""
    rng = random.Random(seed)
    pages = World(rng).deliveries(rng.randint(2, 25))
    with new_store() as engine:
        ingest(engine, cut(rng, pages))
        first = results(engine)
        outcomes = ingest(engine, cut(rng, rng.sample(pages, len(pages))))
        assert set(outcomes) == {"known"}
        assert results(engine) == first
