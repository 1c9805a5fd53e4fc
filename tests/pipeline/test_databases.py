"""Promises 3 and 9: order and workers do not matter, and both databases answer alike."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from aggregator.store.index import CANDIDATES, HUBS
from tests.pipeline.records import records, run
from tests.pipeline.test_order import new_store
from tests.pipeline.worlds import HotWorld, World, cut, ingest, newest_first, results
from tests.stores import empty, opened


@pytest.mark.parametrize("seed", [1, 2])
def test_both_databases_give_the_same_rows(
    sqlite_url: str, postgresql_url: str, seed: int
) -> None:
    """Promises 3 and 9: one world, in two orders on two databases, gives the same rows."""
    rng = random.Random(seed)
    pages = World(rng).deliveries(40)
    with opened(sqlite_url) as sqlite, opened(postgresql_url) as postgresql:
        ingest(sqlite, cut(rng, pages))
        ingest(postgresql, cut(rng, rng.sample(pages, len(pages))))
        expected = results(sqlite)
        assert results(postgresql) == expected
    assert any(row[1] > 1 for row in expected["canonical_stories"]), "no copies in this world"


@pytest.mark.parametrize("seed", [1, 2])
def test_keys_of_more_texts_than_hubs_may_arrive_newest_first(engine: Engine, seed: int) -> None:
    """Promise 3: versions of one story that push one another out of the hubs, each of which is
    the earliest when it comes, end in the same rows as in the order of their times."""
    rng = random.Random(seed)
    pages = newest_first(HotWorld(rng).deliveries(24))
    with new_store() as reference:
        ingest(reference, cut(rng, pages[::-1]))
        expected = results(reference)
    holders = Counter(key for key, _node in expected[f"postings {CANDIDATES.number}"])
    assert max(holders.values()) > 4 * HUBS, "no hot key in this world"
    ingest(engine, [[page] for page in pages])
    assert results(engine) == expected


@pytest.mark.parametrize("seed", [5, 6])
def test_workers_order_and_batches_do_not_matter(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Promise 3: the whole pipeline, in two processes and another order, ends in the same rows."""
    rng = random.Random(seed)
    dump = records(rng, 40)
    path = tmp_path_factory.mktemp("reference") / "store.sqlite3"
    with opened(f"sqlite:///{path}") as reference:
        run(reference, dump, workers=1, batch_records=100)
        expected = results(reference)
    assert len(expected["articles"]) > 30
    assert any(row[1] > 1 for row in expected["canonical_stories"]), "no copies in this dump"
    for batch_records in (3, 17):
        run(empty(engine), rng.sample(dump, len(dump)), workers=2, batch_records=batch_records)
        assert results(engine) == expected


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), writers=st.integers(1, 3))
def test_any_order_batches_and_writers_end_in_the_same_store(
    engine: Engine, seed: int, writers: int
) -> None:
    """Promises 3 and 9: what several writers store at once is what one stores in one batch."""
    rng = random.Random(seed)
    pages = World(rng).deliveries(rng.randint(2, 25))
    with new_store() as reference:
        ingest(reference, [pages])
        expected = results(reference)
    rng.shuffle(pages)
    parts = [cut(rng, pages[i::writers]) for i in range(writers)]
    empty(engine)
    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(lambda part: ingest(engine, part), parts))
    assert results(engine) == expected
