"""Several processes on one store: writers take turns, readers see settled states."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import Engine, text

from aggregator.store import engine as opening
from aggregator.store.engine import DatabaseError, noting, open_engine, reading, writing
from tests.stores import opened, rows

COUNT_UP = """
import sys, time
from sqlalchemy import text
from aggregator.store.engine import open_engine, writing
engine = open_engine(sys.argv[1], must_exist=True)
for _ in range(25):
    with writing(engine) as connection:
        value = int(connection.scalar(text("SELECT value FROM store_info")))
        time.sleep(0.002)
        connection.execute(text("UPDATE store_info SET value = :v"), {"v": str(value + 1)})
engine.dispose()
"""

INTERRUPTED = """
import os, signal, sys, threading
from aggregator.store.engine import open_engine, writing
engine = open_engine(sys.argv[1], must_exist=True)
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
with writing(engine):
    pass
"""


def test_two_writers_wait_for_each_other(engine: Engine) -> None:
    """Two processes that read and write at once lose no write and meet no locked database."""
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO store_info VALUES ('count', '0')"))
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", COUNT_UP, url]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [writer.communicate()[1] for writer in writers] == ["", ""]
    assert rows(engine, "SELECT value FROM store_info") == [("50",)]


def test_a_reader_sees_one_state_while_others_write(engine: Engine) -> None:
    """What a transaction reads does not change under it, and it does not hold up writers."""
    count = text("SELECT count(*) FROM store_info")
    with reading(engine) as reader:
        before = reader.scalar(count)
        with writing(engine) as writer:
            writer.execute(text("INSERT INTO store_info VALUES ('a', 'b')"))
        assert reader.scalar(count) == before == 0
    assert rows(engine, "SELECT count(*) FROM store_info") == [(1,)]


def write_and_fail(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO store_info VALUES ('a', 'b')"))
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))


def test_a_failed_batch_leaves_nothing(engine: Engine) -> None:
    """An error in the middle of a transaction takes all of it back."""
    with pytest.raises(DatabaseError):
        write_and_fail(engine)
    assert rows(engine, "SELECT * FROM store_info") == []


def test_a_signal_ends_a_writer_that_waits_for_another(sqlite_url: str) -> None:
    """Also where it would wait for an hour: SQLite does not keep Python from the signal."""
    command = [sys.executable, "-c", INTERRUPTED, sqlite_url + "?timeout=3600"]
    with opened(sqlite_url) as engine, writing(engine):
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGINT
    assert b"KeyboardInterrupt" in done.stderr


def test_a_writer_waits_as_long_as_the_url_says(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many short waits one after the other are one long one; after `timeout` it fails."""
    monkeypatch.setattr(opening, "_SLICE_SECONDS", 0.01)
    told: list[str] = []

    def write(url: str) -> None:
        other = open_engine(url, must_exist=True)
        with writing(other) as connection:
            told.append("its turn")
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 3_600_000
        other.dispose()

    waiting = threading.Thread(target=write, args=(sqlite_url + "?timeout=3600",))
    with opened(sqlite_url) as engine:
        with writing(engine):
            waiting.start()
            time.sleep(0.3)  # some slices
            with pytest.raises(DatabaseError, match="locked"):
                write(sqlite_url + "?timeout=0.05")
            told.append("the end of the first")
        waiting.join()
    assert told == ["the end of the first", "its turn"]


def test_who_has_no_patience_does_not_wait(sqlite_url: str) -> None:
    """A goodbye in a hurry is left unsaid while somebody writes."""
    with opened(sqlite_url + "?timeout=3600") as engine:
        with writing(engine), pytest.raises(DatabaseError, match="locked"), noting(engine, 0.0):
            pass
        with noting(engine, 0.0) as connection:
            connection.execute(text("INSERT INTO store_info VALUES ('a', 'b')"))
        assert rows(engine, "SELECT value FROM store_info") == [("b",)]
