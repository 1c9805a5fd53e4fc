"""Dumps that several `ingest` share: each is read by one; nobody waits for ever or in silence."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from aggregator.core.model import Declared
from aggregator.core.options import CleaningOptions, ReadingOptions
from aggregator.pipeline import Pipeline, options_of
from aggregator.readers import Dump, find_dumps, read_dump
from aggregator.scheduler.clock import Clock
from aggregator.scheduler.owner import this_process
from aggregator.scheduler.presence import INGEST, Place, Presence
from aggregator.scheduler.sharing import (
    BeingRead,
    Claimed,
    Patience,
    ReadMeanwhile,
    Sharing,
    manner_of,
)
from aggregator.scheduler.status import with_states
from aggregator.settings import Settings
from aggregator.store import daemons, dumps, logs
from aggregator.store.daemons import Identity
from aggregator.store.dumps import Tally
from aggregator.store.engine import noting, reading, writing
from aggregator.store.persistence import Persistence
from aggregator.store.queries import Slice
from tests.faults.conftest import QUICK
from tests.pipeline.records import clock
from tests.running import Cli
from tests.stores import opened, rows

SOUND = '{"url": "https://one.example/a", "text": "Nine plain words stand here to be read again."}'
OTHER = '{"url": "https://two.example/b", "text": "Nine other words that only this one dump has."}'
DAMAGED = "this is no JSON"
QUICK_LOOK = Patience(look_seconds=0.01)
MANNER = manner_of(Declared(), {}, None, ReadingOptions(), CleaningOptions())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two dumps, one of them with a record that is rejected."""
    made = tmp_path / "dumps"
    made.mkdir()
    (made / "a.jsonl").write_text(f"{SOUND}\n{DAMAGED}\n")
    (made / "b.jsonl").write_text(SOUND + "\n")
    return made


@pytest.fixture
def dump(folder: Path) -> Dump:
    """The dump with the damage."""
    return next(find_dumps([str(folder)], ReadingOptions()))


def place_of(engine: Engine, identity: Identity | None = None) -> Place:
    return Place(engine, identity or this_process(), Clock(), 60.0)


def sharing(
    engine: Engine,
    place: Place,
    manner: str = MANNER,
    told: list[str] | None = None,
    patience: Patience = QUICK_LOOK,
) -> Sharing:
    tell = ([] if told is None else told).append
    return Sharing(place, Persistence(engine, QUICK), manner, tell, patience)


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        log = logs.list_dumps(connection, None, Slice(50, 0))
        return [row["state"] for row in with_states(connection, log, datetime.now(UTC))]


def read(engine: Engine, claimed: object) -> None:
    """Read a claimed dump to its end."""
    assert isinstance(claimed, Claimed)
    with Pipeline(engine, options_of(Settings(workers=1)), clock) as pipeline:
        pipeline.read(claimed.dump_id, read_dump(claimed.dump, ReadingOptions()))


def test_a_dump_that_a_living_process_reads_is_left_to_it(engine: Engine, dump: Dump) -> None:
    """Another one passes it over, and does not read again what was read meanwhile."""
    mine, others = Presence(place_of(engine), INGEST), Presence(place_of(engine), INGEST)
    mine.enter()
    others.enter()
    one, other = sharing(engine, mine.place), sharing(engine, others.place)
    claimed = one.claim(dump)
    assert isinstance(claimed, Claimed)
    assert one.claim(dump) == claimed, "a claim that we were not told of is ours all the same"
    left = other.claim(dump)
    assert isinstance(left, BeingRead)
    assert (left.dump_id, left.owner) == (claimed.dump_id, mine.place.identity.owner)
    assert states(engine) == ["reading"]
    with Pipeline(engine, options_of(Settings()), clock) as pipeline:
        pipeline.read(claimed.dump_id, [])
    assert other.claim(dump) == ReadMeanwhile(dump, claimed.dump_id)
    assert other.others == [ReadMeanwhile(dump, claimed.dump_id)]
    later = sharing(engine, others.place)
    assert isinstance(later.claim(dump), Claimed), "a later run reads it again"
    mine.leave()
    others.leave()
    assert states(engine)[-1] == "finished"
    assert rows(engine, "SELECT * FROM daemons") == []


@pytest.mark.parametrize(
    "manner",
    [
        manner_of(Declared(outlet="Other"), {}, None, ReadingOptions(), CleaningOptions()),
        manner_of(Declared(), {"author": "by"}, None, ReadingOptions(), CleaningOptions()),
        manner_of(Declared(), {}, None, ReadingOptions(max_record_bytes=9), CleaningOptions()),
        manner_of(Declared(), {}, None, ReadingOptions(), CleaningOptions(max_depth=9)),
    ],
)
def test_a_dump_that_is_read_in_another_manner_is_other_work(
    engine: Engine, dump: Dump, manner: str
) -> None:
    """What may make other articles or rejections of it is not taken for the same reading."""
    presence = Presence(place_of(engine), INGEST)
    presence.enter()
    assert isinstance(sharing(engine, presence.place).claim(dump), Claimed)
    other = sharing(engine, place_of(engine), manner)
    assert isinstance(other.claim(dump), Claimed)
    presence.leave()


def test_looking_at_a_dump_that_another_reads_waits_for_no_writer(
    engine: Engine, dump: Dump
) -> None:
    """While somebody stores a batch, it is seen all the same that the dump is still being read."""
    presence = Presence(place_of(engine), INGEST)
    presence.enter()
    assert isinstance(sharing(engine, presence.place).claim(dump), Claimed)
    other = sharing(engine, place_of(engine))
    found: list[object] = []
    looking = threading.Thread(target=lambda: found.append(other.claim(dump)))
    with writing(engine):
        looking.start()
        looking.join(30)
        assert isinstance(found[0], BeingRead)
    presence.leave()


def test_a_dump_of_a_dead_process_is_taken_over_at_once(engine: Engine, dump: Dump) -> None:
    """The system tells that its process is gone; nobody waits for its lease."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    living = this_process()
    dead = Identity("dead", living.machine, ended.pid, "1")
    with noting(engine) as connection:
        daemons.begin(connection, dead, INGEST, Clock().now().text, 60.0)
    assert isinstance(sharing(engine, place_of(engine, dead)).claim(dump), Claimed)
    assert states(engine) == ["interrupted"]
    assert isinstance(sharing(engine, place_of(engine)).claim(dump), Claimed)


def test_who_waits_says_for_whom_and_says_so_again(engine: Engine, dump: Dump) -> None:
    """The dump, its process and its count are named at once, and from time to time."""
    presence = Presence(place_of(engine), INGEST)
    presence.enter()
    claimed = sharing(engine, presence.place).claim(dump)
    told: list[str] = []
    waiter = sharing(engine, place_of(engine), MANNER, told, Patience(0.01, 0.05, 600.0))
    waiting = threading.Thread(target=lambda: list(waiter.claims([dump])))
    waiting.start()
    while len(told) < 2:
        assert waiting.is_alive()
        time.sleep(0.01)
    read(engine, claimed)
    waiting.join()
    presence.leave()
    host, pid, _tag = presence.place.identity.owner.rsplit(":", 2)
    named = f"1 dump that others read: {dump.path} (process {pid} on {host}: 0 records so far)"
    assert told[:2] == [f"waiting for {named}", f"still waiting for {named}"]
    assert len(waiter.others) == 1


def test_what_others_did_while_we_read_is_known_before_it_is_told(
    engine: Engine, folder: Path
) -> None:
    """We read one dump while another process goes on with its own: its count is today's."""
    first, second = find_dumps([str(folder)], ReadingOptions())
    other, ours = (Presence(place_of(engine), INGEST) for _ in range(2))
    for presence in (other, ours):
        presence.enter()
    going = sharing(engine, other.place).claim(first)
    assert isinstance(going, Claimed)
    told: list[str] = []
    claims = sharing(engine, ours.place, MANNER, told, Patience(0.01, 60.0, 600.0)).claims(
        [first, second]
    )
    claimed = next(claims)
    assert claimed.dump == second
    with writing(engine) as connection:
        dumps.count(connection, going.dump_id, Tally(read=1, known=1), Clock().now().text)
    read(engine, claimed)
    rest = threading.Thread(target=lambda: list(claims))
    rest.start()
    while not told:
        assert rest.is_alive()
        time.sleep(0.01)
    read(engine, going)
    rest.join()
    assert [f"{first.path} " in told[0], "1 record so far" in told[0]] == [True, True]
    for presence in (other, ours):
        presence.leave()


def test_a_process_that_lives_and_gets_nowhere_is_not_waited_for(
    engine: Engine, dump: Dump
) -> None:
    """Its dump is read a second time after a while, which is told and changes no result."""
    presence = Presence(place_of(engine), INGEST)
    presence.enter()
    stuck = sharing(engine, presence.place).claim(dump)
    told: list[str] = []
    other = Presence(place_of(engine), INGEST)
    other.enter()
    waiter = sharing(engine, other.place, MANNER, told, Patience(0.01, 60.0, 0.1))
    claimed = list(waiter.claims([dump]))
    assert [each.dump for each in claimed] == [dump]
    assert "lives, but counted no record for" in told[-1]
    read(engine, claimed[0])
    read(engine, stuck)  # it comes to itself later
    other.leave()
    presence.leave()
    log = "SELECT read, stored, known, rejected FROM dump_log ORDER BY dump_id"
    assert rows(engine, log) == [(2, 0, 1, 1), (2, 1, 0, 1)]


def test_nobody_is_stuck_while_we_did_not_look(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading that went on while we read another dump is waited for; how long that took does
    not count as its standing still."""
    first, second = find_dumps([str(folder)], ReadingOptions())
    one, two, ours = (Presence(place_of(engine), INGEST) for _ in range(3))
    for presence in (one, two, ours):
        presence.enter()
    going = sharing(engine, one.place).claim(first)
    assert isinstance(going, Claimed)
    assert isinstance(sharing(engine, two.place).claim(second), Claimed)
    told: list[str] = []
    waiter = sharing(engine, ours.place, MANNER, told, Patience(0.01, 60.0, 500.0))
    claims = waiter.claims([first, second])
    leaving = threading.Timer(0.2, two.leave)  # it dies, and leaves the second dump to us
    leaving.start()
    claimed = next(claims)
    leaving.join()
    assert claimed.dump == second
    with writing(engine) as connection:
        dumps.count(connection, going.dump_id, Tally(read=1, known=1), Clock().now().text)
    read(engine, claimed)
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 1000.0)  # so long did we read it
    rest = threading.Thread(target=lambda: told.extend(each.dump.path for each in claims))
    rest.start()
    while not any(words.startswith("still") for words in told):
        assert rest.is_alive()
        time.sleep(0.01)
    time.sleep(0.2)  # some looks
    read(engine, going)
    rest.join()
    assert [words for words in told if not words.startswith(("waiting", "still"))] == []
    again = [words for words in told if words.startswith("still")]
    assert "1 record so far" in again[0]
    one.leave()
    ours.leave()


def test_a_process_ends_when_others_have_read_what_it_was_given(
    database_url: str, folder: Path, dump: Dump, tmp_path: Path
) -> None:
    """It waits for a dump that we read, and tells its rejections and their exit code too."""
    cli = Cli(tmp_path, database_url)
    (folder / "b.jsonl").write_text(OTHER + "\n")
    with opened(database_url) as engine:
        presence = Presence(place_of(engine), INGEST)
        presence.enter()
        claimed = sharing(engine, presence.place).claim(dump)
        process = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "ingest", folder, "--format", "json"],
            cwd=tmp_path,
            env=cli.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        finished = "SELECT count(*) FROM dump_log WHERE finished_at IS NOT NULL"
        while rows(engine, finished) != [(1,)]:
            assert process.poll() is None
            time.sleep(0.05)
        read(engine, claimed)
        out, err = process.communicate()
        presence.leave()
    told = json.loads(out)
    assert (told["dumps"], told["read_by_others"], told["rejected_by_others"]) == (1, 1, 1)
    assert (told["read"], told["rejected"]) == (1, 0)
    assert (told["new_articles"], told["articles_before"], told["articles"]) == (1, 0, 2)
    assert process.returncode == 3, err
    assert f"waiting for 1 dump that others read: {dump.path} (process " in err
    assert "rejected: 1 record, 1 of them by others" in err
    assert f"{dump.path}: " in err.partition("of them by others")[2]
