"""Fixtures for the fault tests: a dump, what it gives undisturbed, and a server of our own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from aggregator.core.model import Record
from aggregator.core.operation import RetryOptions
from aggregator.pipeline import Entry, Pipeline, PipelineOptions
from aggregator.store.dumps import Tally
from aggregator.store.engine import reading
from aggregator.store.export import export_articles
from aggregator.workers import Cleaned
from tests.pipeline.killing import Beforehand, clean_beforehand, load
from tests.pipeline.records import as_json, clock, options, records
from tests.pipeline.worlds import results
from tests.postgres import PrivateServer, find_binaries, private_server
from tests.running import Cli
from tests.stores import opened, rows

LOG = "SELECT read, stored, known, rejected, revised, ignored, finished_at FROM dump_log"
ARTICLES = "SELECT count(*) FROM articles"
FILES, LINES = 4, 6
QUICK = RetryOptions(seconds=30.0, first_wait_seconds=0.02, longest_wait_seconds=0.2)


@dataclass(frozen=True)
class CleanDump:
    """Records with their pages, which real workers made beforehand."""

    options: PipelineOptions
    cleaned: list[tuple[Record, Cleaned]]

    @property
    def records(self) -> list[Record]:
        return [record for record, _page in self.cleaned]

    def cleaners(self) -> Beforehand:
        return Beforehand(self.options.cleaning, self.cleaned)

    def ingest(
        self,
        engine: Engine,
        entries: Sequence[Entry] | Iterator[Entry] | None = None,
        retry: RetryOptions = QUICK,
        progress: Callable[[Tally], None] | None = None,
    ) -> Tally:
        """Read the dump (or other entries) into a store."""
        wanted = replace(self.options, retry=retry)
        with Pipeline(engine, wanted, clock, self.cleaners()) as pipeline:
            before = rows(engine, ARTICLES)[0][0]
            tally = pipeline.ingest("dump", entries or self.records, progress, "wire")
            # However often a batch was tried, and whether or not its commit was told.
            assert pipeline.new_articles == rows(engine, ARTICLES)[0][0] - before
            return tally


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> CleanDump:
    """A dump of seven batches."""
    path = tmp_path_factory.mktemp("dump") / "pages"
    clean_beforehand(options(batch_records=8), records(random.Random(23), 48), path)
    return CleanDump(*load(path))


Results = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def undisturbed(dump: CleanDump, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What a store holds after a run that nobody disturbed, with the log's counts."""
    path: Path = tmp_path_factory.mktemp("undisturbed") / "store.sqlite3"
    with opened(f"sqlite:///{path}") as engine:
        dump.ingest(engine)
        return {**results(engine), "log": rows(engine, LOG)}


@pytest.fixture(scope="session")
def own_server() -> Iterator[PrivateServer]:
    """A PostgreSQL server that a test may stop, start and configure."""
    with private_server(find_binaries()) as server:
        yield server


@pytest.fixture
def own_url(own_server: PrivateServer) -> Iterator[str]:
    """URL of a new, empty database on `own_server`."""
    url = own_server.create_database()
    yield url
    own_server.drop_database(url)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dumps for whole processes."""
    made = tmp_path_factory.mktemp("dumps")
    lines = [as_json(record) for record in records(random.Random(7), FILES * LINES)]
    for i in range(FILES):
        (made / f"{i}.jsonl").write_text("\n".join(lines[i::FILES]) + "\n")
    return made


def outcome(engine: Engine) -> tuple[Results, list[dict[str, Any]]]:
    """Everything that a store's content determines, and its export."""
    with reading(engine) as connection:
        return results(engine), list(export_articles(connection, canonical_only=False))


@pytest.fixture(scope="session")
def alone(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, list[dict[str, Any]]]:
    """The outcome of a run that nobody disturbed."""
    home = tmp_path_factory.mktemp("alone")
    cli = Cli(home, f"sqlite:///{home / 'store.sqlite3'}")
    cli("ingest", folder)
    with opened(cli.url) as engine:
        return outcome(engine)
