"""A reading that ends early: what was read is stored, and the next one goes on from there."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from aggregator.core.identity import record_key
from aggregator.core.model import Declared, Record
from aggregator.core.options import ReadingOptions
from aggregator.pipeline import Entry, Pipeline, options_of
from aggregator.readers import find_dumps, read_dump
from aggregator.scheduler.clock import Clock
from aggregator.scheduler.owner import this_process
from aggregator.scheduler.presence import INGEST, Place, Presence
from aggregator.scheduler.sharing import Claimed, Elsewhere, Sharing, manner_of
from aggregator.scheduler.status import with_states
from aggregator.settings import Settings
from aggregator.store import daemons, logs
from aggregator.store.daemons import Identity
from aggregator.store.engine import noting, reading
from aggregator.store.persistence import Persistence
from aggregator.store.queries import Slice
from tests.faults.conftest import QUICK, CleanDump, Results
from tests.pipeline.killing import Beforehand
from tests.pipeline.records import as_json, clock, records
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


FILES, LINES = 4, 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dumps for whole processes."""
    made = tmp_path_factory.mktemp("dumps")
    lines = [as_json(record) for record in records(random.Random(7), FILES * LINES)]
    for i in range(FILES):
        (made / f"{i}.jsonl").write_text("\n".join(lines[i::FILES]) + "\n")
    return made


@pytest.fixture(scope="module")
def exported(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The export of a run that nobody disturbed."""
    home = tmp_path_factory.mktemp("alone")
    cli = Cli(home, f"sqlite:///{home / 'store.sqlite3'}")
    cli("ingest", folder)
    return cli("export").out


@pytest.mark.parametrize(("number", "moment"), [(6, "before"), (10, "after")])
def test_a_process_killed_at_a_commit_is_as_never_killed(
    database_url: str, folder: Path, exported: str, tmp_path: Path, number: int, moment: str
) -> None:
    """The log tells the interrupted reading; the next run takes the dump over and completes it."""
    cli = Cli(tmp_path, database_url)
    small = {"AGGREGATOR_BATCH_RECORDS": "3", "AGGREGATOR_WORKERS": "1"}
    killed = subprocess.run(
        [sys.executable, "-m", "tests.faults.stopping", str(number), moment, "ingest", folder],
        cwd=tmp_path,
        env=cli.environment() | small,
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -9
    states = [row["state"] for row in cli.json("dumps", "list")]
    assert states.count("interrupted") == 1
    assert "reading" not in states
    again = cli("ingest", folder, "--format", "json", env=small).json()
    assert (again["dumps"], again["read_by_others"]) == (FILES, 0)
    assert again["known"] > 0
    assert cli("export").out == exported
    assert {row["holds"] for row in cli.json("db", "check")} == {True}


def place_of(engine: Engine, identity: Identity | None = None) -> Place:
    return Place(engine, identity or this_process(), Clock(), 60.0)


def sharing(engine: Engine, place: Place, manner: str = "") -> Sharing:
    return Sharing(place, Persistence(engine, QUICK), manner)


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        log = logs.list_dumps(connection, None, Slice(50, 0))
        return [row["state"] for row in with_states(connection, log, datetime.now(UTC))]


def test_a_dump_that_a_living_process_reads_is_left_to_it(engine: Engine, folder: Path) -> None:
    """Another one passes it over, and does not read again what was read meanwhile."""
    mine, others = Presence(place_of(engine), INGEST), Presence(place_of(engine), INGEST)
    mine.enter()
    others.enter()
    one, other = sharing(engine, mine.place), sharing(engine, others.place)
    dump = next(find_dumps([str(folder)], ReadingOptions()))
    claimed = one.claim(dump)
    assert isinstance(claimed, Claimed)
    assert one.claim(dump) == claimed, "a claim that we were not told of is ours all the same"
    assert other.claim(dump) is Elsewhere.BEING_READ
    assert states(engine) == ["reading"]
    in_another_manner = sharing(engine, others.place, "another outlet").claim(dump)
    assert isinstance(in_another_manner, Claimed)
    with Pipeline(engine, options_of(Settings()), clock) as pipeline:
        pipeline.read(claimed.dump_id, [])
    assert other.claim(dump) is Elsewhere.READ
    assert other.others == 1
    later = sharing(engine, others.place)
    assert isinstance(later.claim(dump), Claimed), "a later run reads it again"
    mine.leave()
    others.leave()
    assert states(engine)[-1] == "finished"
    assert rows(engine, "SELECT * FROM daemons") == []


def test_a_dump_of_a_dead_process_is_taken_over_at_once(engine: Engine, folder: Path) -> None:
    """The system tells that its process is gone; nobody waits for its lease."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    living = this_process()
    dead = Identity("dead", living.machine, ended.pid, "1")
    with noting(engine) as connection:
        daemons.begin(connection, dead, INGEST, Clock().now().text, 60.0)
    dump = next(find_dumps([str(folder)], ReadingOptions()))
    assert isinstance(sharing(engine, place_of(engine, dead)).claim(dump), Claimed)
    assert states(engine) == ["interrupted"]
    assert isinstance(sharing(engine, place_of(engine)).claim(dump), Claimed)


def test_a_process_ends_when_others_have_read_what_it_was_given(
    database_url: str, folder: Path, exported: str, tmp_path: Path
) -> None:
    """It reads what is free, waits for a dump that we read, and counts that as another's."""
    cli = Cli(tmp_path, database_url)
    dump = next(find_dumps([str(folder)], ReadingOptions()))
    with opened(database_url) as engine:
        presence = Presence(place_of(engine), INGEST)
        presence.enter()
        ours = sharing(engine, presence.place, manner_of(Declared(), {}, None))
        claimed = ours.claim(dump)
        assert isinstance(claimed, Claimed)
        process = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "ingest", folder, "--format", "json"],
            cwd=tmp_path,
            env=cli.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        finished = "SELECT count(*) FROM dump_log WHERE finished_at IS NOT NULL"
        while rows(engine, finished) != [(FILES - 1,)]:
            assert process.poll() is None
            time.sleep(0.05)
        with Pipeline(engine, options_of(Settings(workers=1)), clock) as pipeline:
            pipeline.read(claimed.dump_id, read_dump(dump, ReadingOptions()))
        told = json.loads(process.communicate()[0])
        presence.leave()
    assert (told["dumps"], told["read_by_others"]) == (FILES - 1, 1)
    assert cli("export").out == exported
