"""Promises 3 and 9: order and workers do not matter, and both databases answer alike."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Engine

from tests.pipeline.records import records, run
from tests.pipeline.worlds import World, cut, ingest, results
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
