"""Two near copies that two processes store at the same instant find each other."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from aggregator.core.model import Declared, Kind, Record
from aggregator.store.engine import writing
from tests.pipeline.killing import clean_beforehand
from tests.pipeline.records import options
from tests.running import PROJECT
from tests.stores import opened, rows


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two records, near copies on different sites."""
    rng = random.Random(3)
    words = [f"word{rng.randint(0, 10_000)}" for _ in range(80)]
    made = []
    for edit in range(2):
        body = " ".join([*words[:40], f"edit{edit}", *words[40:]])
        url = f"https://site{edit}.example/"
        made.append(Record(url, body, Kind.FIELDS, url, declared=Declared(title="A title")))
    path = tmp_path_factory.mktemp("pair") / "pages"
    clean_beforehand(options(), made, path)
    return path


def start(url: str, pair: Path, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.meeting", url, pair, str(number)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def hears(process: subprocess.Popen[str], word: str) -> None:
    """Wait until the process says this."""
    assert process.stdout is not None
    assert process.stdout.readline() == word + "\n"


def wait_for_queue(engine: Engine, length: int) -> None:
    """Wait until so many transactions stand in the queue for a turn to write (PostgreSQL)."""
    queue = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    end = time.monotonic() + 60
    while rows(engine, queue) != [(length,)]:
        assert time.monotonic() < end, "they never stood in the queue"
        time.sleep(0.02)


@pytest.mark.parametrize("isolation", ["", "repeatable read"])
def test_near_copies_stored_at_once_are_one_story(
    database_url: str, pair: Path, isolation: str
) -> None:
    """Whoever is second sees what the first stored, also where the server would hide it.

    We hold the turn to write until both have begun to store: each has looked at a store without
    the other's copy.
    """
    url = database_url
    if isolation and url.startswith("sqlite"):
        pytest.skip("SQLite knows one isolation")
    if isolation:
        setting = f"-c%20default_transaction_isolation%3D{isolation.replace(' ', '%5C%20')}"
        url += ("&" if "?" in url else "?") + f"options={setting}"
    with opened(url) as engine:
        both = [start(url, pair, number) for number in range(2)]
        for process in both:
            hears(process, "ready")
        with writing(engine):
            for process in both:
                assert process.stdin is not None
                process.stdin.write("\n")
                process.stdin.flush()
            for process in both:
                hears(process, "storing")
            if url.startswith("postgresql"):
                wait_for_queue(engine, len(both))
        for process in both:
            process.communicate()
        assert [process.returncode for process in both] == [0, 0]
        assert rows(engine, "SELECT size FROM canonical_stories") == [(2,)]
