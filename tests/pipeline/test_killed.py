"""Promises 3 and 5 under fire: kill -9 at any moment, then run again, is the same end state."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.pipeline.killing import clean_beforehand
from tests.pipeline.records import options, records, run
from tests.pipeline.worlds import results
from tests.stores import opened, rows

ROOT = Path(__file__).parents[2]
SEED, COUNT = 11, 80
ROUNDS = 2
"""For each database, of two processes each; all but the last of them are killed."""


def start(engine: Engine, dump: Path, first: int = 0, step: int = 1) -> subprocess.Popen[str]:
    """A process that ingests the dump, or a part of it, into this store."""
    url = engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.pipeline.killing", url, dump, str(first), str(step)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with records and their pages."""
    path = tmp_path_factory.mktemp("dump") / "pages"
    clean_beforehand(options(batch_records=8), records(random.Random(SEED), COUNT), path)
    return path


Results = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def undisturbed(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The results of a run that nobody disturbed."""
    path = tmp_path_factory.mktemp("undisturbed") / "store.sqlite3"
    with opened(f"sqlite:///{path}") as engine:
        run(engine, records(random.Random(SEED), COUNT), batch_records=50)
        return results(engine)


def kill_at_random(process: subprocess.Popen[str], rng: random.Random) -> int:
    """SIGKILL after a few batches, somewhere in the middle of the next one; the exit code."""
    assert process.stdout is not None
    for _ in range(rng.randint(1, 3)):
        process.stdout.readline()
    time.sleep(rng.random() * 0.05)
    process.kill()
    process.communicate()
    return process.returncode


def test_killed_and_run_again_is_as_never_killed(
    engine: Engine, dump: Path, undisturbed: Results
) -> None:
    """Two processes that share a dump, killed while they store, leave a sound store each time.

    Run once more to the end, the store is as if nobody had ever been disturbed; the one that
    was not killed met no locked database.
    """
    rng = random.Random(5)
    codes = []
    for number in range(ROUNDS):
        one, other = rng.sample([start(engine, dump, first, 2) for first in range(2)], 2)
        codes.append(kill_at_random(one, rng))
        if number < ROUNDS - 1:
            codes.append(kill_at_random(other, rng))
        else:
            assert other.communicate()[1] == ""
        assert_adds_up(engine)
    process = start(engine, dump)
    assert process.communicate()[1] == ""
    assert results(engine) == undisturbed
    assert_adds_up(engine)
    kills = codes.count(-signal.SIGKILL)
    assert kills >= ROUNDS, "the processes were too fast to be killed"
    ((begun, finished),) = rows(engine, "SELECT count(*), count(finished_at) FROM dump_log")
    assert begun - kills <= finished < begun == 2 * ROUNDS + 1


def assert_adds_up(engine: Engine) -> None:
    """At every moment: what is counted is stored, and every text has its place."""
    sums = "SELECT sum(read) - sum(stored) - sum(known) - sum(rejected) FROM dump_log"
    assert rows(engine, sums) == [(0,)]
    deliveries = "SELECT count(*) - (SELECT sum(stored) FROM dump_log) FROM deliveries"
    assert rows(engine, deliveries)[0][0] >= 0
    orphans = (
        "SELECT count(*) FROM articles a"
        " WHERE NOT EXISTS (SELECT 1 FROM cluster_members m WHERE m.article_id = a.article_id)"
    )
    assert rows(engine, orphans) == [(0,)]
