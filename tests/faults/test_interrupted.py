"""A reading that ends early: what was read is stored, and the next one goes on from there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from aggregator.check import check_store
from aggregator.core.identity import record_key
from aggregator.core.model import Record
from aggregator.pipeline import Entry, Pipeline
from aggregator.store.engine import reading
from tests.faults.conftest import FILES, CleanDump, Results, outcome
from tests.faults.test_sharing import states
from tests.pipeline.killing import Beforehand
from tests.pipeline.records import clock
from tests.pipeline.worlds import results
from tests.running import Cli
from tests.stores import opened, rows

READ = 20


class Told(Beforehand):
    """Notes which records it was given to clean."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.cleaned: list[bytes] = []

    def submit(self, records: Sequence[Record]) -> list[bytes]:
        keys = super().submit(records)
        self.cleaned += keys
        return keys


def failing(dump: CleanDump) -> Iterator[Entry]:
    yield from dump.records[:READ]
    raise RuntimeError("a bug in a reader")


def test_what_was_read_before_a_reader_fails_is_stored_and_not_cleaned_again(
    engine: Engine, dump: CleanDump, undisturbed: Results
) -> None:
    """Batches that wait, and one that is not full, are stored before the failure is raised."""
    with pytest.raises(RuntimeError, match="a bug in a reader"):
        dump.ingest(engine, failing(dump))
    log = "SELECT read, stored + known + rejected, finished_at FROM dump_log"
    assert rows(engine, log) == [(READ, READ, None)]
    told = Told(dump.options.cleaning, dump.cleaned)
    with Pipeline(engine, dump.options, clock, told) as pipeline:
        tally = pipeline.ingest("dump", dump.records)
    assert tally.known >= READ
    assert set(told.cleaned).isdisjoint(map(record_key, dump.records[:READ]))
    assert len(told.cleaned) <= len(dump.records) - READ
    expected = {name: value for name, value in undisturbed.items() if name != "log"}
    assert results(engine) == expected


@pytest.mark.parametrize("commit", [("6", "before"), ("10", "after")], ids=" ".join)
def test_a_process_killed_at_a_commit_is_as_never_killed(
    database_url: str, folder: Path, alone: Any, tmp_path: Path, commit: tuple[str, str]
) -> None:
    """The log tells the interrupted reading; the next run takes the dump over and completes it."""
    cli = Cli(tmp_path, database_url)
    small = {"AGGREGATOR_BATCH_RECORDS": "3", "AGGREGATOR_WORKERS": "1"}
    killed = subprocess.run(
        [sys.executable, "-m", "tests.faults.stopping", *commit, "ingest", folder],
        cwd=tmp_path,
        env=cli.environment() | small,
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -9
    with opened(database_url) as engine:
        assert states(engine).count("interrupted") == 1
        assert "reading" not in states(engine)
        again = cli("ingest", folder, "--format", "json", env=small).json()
        assert (again["dumps"], again["read_by_others"]) == (FILES, 0)
        assert again["known"] > 0
        assert outcome(engine) == alone
        with reading(engine) as connection:
            assert [each for each in check_store(connection) if not each.holds] == []
