"""Signing and deciding again gives what taking in everything anew would give."""

from __future__ import annotations

import random
from dataclasses import replace

from sqlalchemy import Engine

from aggregator.check import check_store
from aggregator.core.canonical import CanonicalOptions
from aggregator.core.options import CleaningOptions
from aggregator.pipeline import PipelineOptions
from aggregator.refingerprint import refingerprint
from aggregator.store import migrate
from aggregator.store.engine import open_engine, reading
from tests.pipeline.worlds import OPTIONS, World, ingest, results

CANONICAL = CanonicalOptions(preferred_outlets=("Outlet 3",))


def test_the_same_method_gives_the_same_results(database_url: str) -> None:
    """Where nothing changed, refingerprint ends in the same rows; with other options, not."""
    engine = open_engine(database_url, must_exist=False)
    migrate.upgrade(engine)
    ingest(engine, [World(random.Random(7)).deliveries(25)])
    before = results(engine)
    options = PipelineOptions(CleaningOptions(), OPTIONS, CANONICAL, batch_records=7)
    refingerprint(engine, options)
    assert results(engine) == before
    strict = replace(options, matching=replace(OPTIONS, window_days=1))
    refingerprint(engine, strict)
    assert results(engine) != before
    refingerprint(engine, options)
    assert results(engine) == before
    engine.dispose()


def test_texts_that_become_short_or_long_find_their_nodes(sqlite_engine: Engine) -> None:
    """Where articles leave a text that others keep, in other batches, the text is chosen for."""
    ingest(sqlite_engine, [World(random.Random(4)).deliveries(25)])
    before = results(sqlite_engine)
    options = PipelineOptions(CleaningOptions(), OPTIONS, CANONICAL, batch_records=3)
    swapped = replace(OPTIONS, short_embedded_words=5, short_main_words=30)
    refingerprint(sqlite_engine, replace(options, matching=swapped))
    assert results(sqlite_engine)["nodes"] != before["nodes"]
    refingerprint(sqlite_engine, options)
    with reading(sqlite_engine) as connection:
        assert [found for found in check_store(connection) if not found.holds] == []
    assert results(sqlite_engine) == before
