"""A workshop for the scheduler's tests: real stores, real cleaning, kept for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.core.operation import DaemonOptions, SourceOptions
from aggregator.scheduler.clock import Clock
from aggregator.scheduler.owner import this_process
from aggregator.scheduler.sources import Source, checked_sources
from aggregator.scheduler.workshop import Workshop
from aggregator.settings import Settings
from aggregator.store import daemons
from aggregator.store.engine import noting
from tests.postgres import Server
from tests.stores import empty, opened


class Hands:
    """The hands of a clock that the test moves."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 5, 4, 12, tzinfo=UTC)
        self.monotonic = 1000.0

    def go(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="session")
def kept_shops(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Server
) -> Iterator[dict[str, Workshop]]:
    """A workshop on each database; its cleaning processes start once."""
    sqlite = f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite3'}"
    urls = {"sqlite": sqlite, "postgresql": postgres_server.create_database()}
    shops = {}
    with ExitStack() as stack:
        for kind, url in urls.items():
            engine = stack.enter_context(opened(url))
            settings = Settings(
                database_url=url, workers=1, batch_records=2, daemon=DaemonOptions(parallel=1)
            )
            shops[kind] = Workshop(engine, settings, this_process(), Clock())
            stack.callback(shops[kind].close)
        yield shops
    postgres_server.drop_database(urls["postgresql"])


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(
    request: pytest.FixtureRequest, kept_shops: dict[str, Workshop], hands: Hands
) -> Workshop:
    """A workshop on an empty store, with the test's clock, entered as a running daemon."""
    kept = kept_shops[request.param]
    empty(kept.engine)
    kept.clock = Clock(lambda: hands.wall, lambda: hands.monotonic)
    kept.stopping.clear()
    kept.identity = this_process()
    with noting(kept.engine) as connection:
        daemons.begin(connection, kept.identity, "run", kept.clock.now().text, 60.0)
    return kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder that is watched."""
    made = tmp_path / "in"
    made.mkdir()
    return made


@pytest.fixture
def source(folder: Path) -> Callable[..., Source]:
    """Makes a source on the folder, read as soon as a dump is there."""

    def make(**options: Any) -> Source:
        plain = SourceOptions(name="wire", path=str(folder), settle_seconds=0.0)
        (made,) = checked_sources([replace(plain, **options)])
        return made

    return make
