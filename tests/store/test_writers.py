"""Several processes on one store: writers take turns, readers see settled states."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import Engine, text

from aggregator.store.engine import DatabaseError, reading, writing
from tests.stores import rows

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
