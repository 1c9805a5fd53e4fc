"""Signing and deciding again gives what taking in everything anew would give."""

from __future__ import annotations

import random
from dataclasses import replace

from aggregator.core.canonical import CanonicalOptions
from aggregator.core.options import CleaningOptions
from aggregator.pipeline import PipelineOptions
from aggregator.refingerprint import refingerprint
from aggregator.store import migrate
from aggregator.store.engine import open_engine
from tests.pipeline.worlds import OPTIONS, World, ingest, results


def test_the_same_method_gives_the_same_results(database_url: str) -> None:
    """Where nothing changed, refingerprint ends in the same rows; with other options, not."""
    engine = open_engine(database_url, must_exist=False)
    migrate.upgrade(engine)
    ingest(engine, [World(random.Random(7)).deliveries(40)])
    before = results(engine)
    canonical = CanonicalOptions(preferred_outlets=("Outlet 3",))
    options = PipelineOptions(CleaningOptions(), OPTIONS, canonical, batch_records=7)
    refingerprint(engine, options)
    assert results(engine) == before
    strict = replace(options, matching=replace(OPTIONS, window_days=1))
    refingerprint(engine, strict)
    assert results(engine) != before
    refingerprint(engine, options)
    assert results(engine) == before
    engine.dispose()
