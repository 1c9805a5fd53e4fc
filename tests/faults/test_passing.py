"""Failures that pass: the transaction is done again, and nobody can tell from the store."""

from __future__ import annotations

import itertools
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from aggregator.check import check_store
from aggregator.core.operation import RetryOptions
from aggregator.store.engine import DatabaseError, open_engine, reading, writing
from aggregator.store.persistence import Persistence, insist
from tests.faults.conftest import LOG, QUICK, CleanDump, Results
from tests.pipeline.worlds import results
from tests.postgres import PrivateServer
from tests.stores import opened, rows


def at_commits(engine: Engine, numbers: set[int], act: Callable[[Connection], None]) -> list[int]:
    """Do something right before some of the commits that write; returns where it was done."""
    counter = itertools.count(1)
    done: list[int] = []

    def on_commit(connection: Connection) -> None:
        if not connection.get_execution_options().get("writes"):
            return
        number = next(counter)
        if number in numbers:
            done.append(number)
            act(connection)

    event.listen(engine, "commit", on_commit)
    return done


def assert_undisturbed(engine: Engine, undisturbed: Results) -> None:
    assert {**results(engine), "log": rows(engine, LOG)} == undisturbed


def conninfo(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def end_backend(url: str, pid: int) -> None:
    with psycopg.connect(conninfo(url), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))


def until(condition: Callable[[], object], thread: threading.Thread | None = None) -> None:
    """Wait until the condition holds, as long as that may still happen."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        assert thread is None or thread.is_alive(), "the other thread ended before"
        time.sleep(0.01)


def tried_again(caplog: pytest.LogCaptureFixture) -> int:
    """How often the log says so."""
    return sum("trying again" in record.message for record in caplog.records)


def backend_of(connection: Connection) -> int:
    return int(connection.connection.dbapi_connection.info.backend_pid)  # type: ignore[union-attr]


def test_a_dropped_connection_costs_a_repetition(
    postgresql_url: str, dump: CleanDump, undisturbed: Results, caplog: pytest.LogCaptureFixture
) -> None:
    """The server ends our session in the middle of batches; each is stored all the same, once."""
    with opened(postgresql_url) as engine:
        done = at_commits(engine, {2, 3, 6}, lambda c: end_backend(postgresql_url, backend_of(c)))
        dump.ingest(engine)
        assert done == [2, 3, 6]
        assert_undisturbed(engine, undisturbed)
    assert sum("trying again" in record.message for record in caplog.records) == len(done)


def test_a_commit_that_we_were_not_told_of_is_not_counted_twice(
    engine: Engine, dump: CleanDump, undisturbed: Results
) -> None:
    """The connection breaks behind a commit: dump and records are stored and counted once, also
    where it is counted what their source brought.

    On SQLite nothing can come between; there the same is seen as a failure that passes.
    """

    def commit_and_break(connection: Connection) -> None:
        connection.connection.commit()
        if engine.dialect.name == "postgresql":
            connection.connection.dbapi_connection.close()  # type: ignore[union-attr]
            return
        failure = sqlite3.OperationalError("database is locked")
        failure.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError("COMMIT", None, failure)

    ends = {2: "begun", 4: "a batch", 6: "another", 13: "finished"}
    done = at_commits(engine, set(ends), commit_and_break)
    dump.ingest(engine)
    assert done == list(ends)
    assert_undisturbed(engine, undisturbed)
    brought = "SELECT dumps, read, stored, known FROM "
    assert rows(engine, brought + "source_state") == rows(engine, brought + "source_days")
    with reading(engine) as connection:
        assert [each for each in check_store(connection) if not each.holds] == []


def test_a_server_that_restarts_is_waited_for(
    own_server: PrivateServer, own_url: str, dump: CleanDump, undisturbed: Results
) -> None:
    """The server is stopped in the middle of a batch and started a little later."""
    stopped = threading.Event()

    def stop(_connection: Connection) -> None:
        own_server.stop()
        stopped.set()

    with opened(own_url) as engine:
        done = at_commits(engine, {4}, stop)
        thread = threading.Thread(target=dump.ingest, args=(engine,))
        thread.start()
        assert stopped.wait(60)
        time.sleep(0.3)
        own_server.start()  # here: the server ends with the thread that started it
        thread.join()
        assert done == [4]
        assert_undisturbed(engine, undisturbed)


def test_a_deadlock_is_taken_back_and_done_again(
    postgresql_url: str, dump: CleanDump, undisturbed: Results, caplog: pytest.LogCaptureFixture
) -> None:
    """Another program and a batch wait for each other; the batch gives way and comes again."""
    quick = f"{postgresql_url}{'&' if '?' in postgresql_url else '?'}options="
    with opened(quick + "-c%20deadlock_timeout%3D50ms") as engine:
        met = threading.Event()

        def lock_crosswise(connection: Connection) -> None:
            with psycopg.connect(conninfo(postgresql_url)) as other:
                other.execute("SET deadlock_timeout = '60s'")
                other.execute("LOCK TABLE alarms")
                wait = threading.Thread(target=lambda: other.execute("LOCK TABLE dumps"))
                wait.start()
                until(lambda: rows(engine, "SELECT 1 FROM pg_locks WHERE NOT granted"))
                met.set()
                try:
                    connection.execute(text("LOCK TABLE alarms"))
                finally:
                    wait.join()

        done = at_commits(engine, {4}, lock_crosswise)
        dump.ingest(engine)
        assert done == [4]
        assert met.is_set()
        assert_undisturbed(engine, undisturbed)
    assert any("deadlock detected" in record.message for record in caplog.records)


def test_a_statement_that_takes_too_long_is_done_again(
    postgresql_url: str, dump: CleanDump, undisturbed: Results, caplog: pytest.LogCaptureFixture
) -> None:
    """The server's limit ends a writer that waits for its turn; it waits on."""
    limited = f"{postgresql_url}{'&' if '?' in postgresql_url else '?'}options="
    with (
        opened(postgresql_url) as other,
        opened(limited + "-c%20statement_timeout%3D300ms") as engine,
    ):
        thread = threading.Thread(target=dump.ingest, args=(engine,))
        with writing(other):
            thread.start()
            until(lambda: tried_again(caplog), thread)
        thread.join()
        assert_undisturbed(engine, undisturbed)
    assert any("statement timeout" in record.message for record in caplog.records)


def test_a_serialization_failure_is_done_again(postgresql_url: str) -> None:
    """A transaction that another one got in the way of reads again, and loses no change."""
    strict = f"{postgresql_url}{'&' if '?' in postgresql_url else '?'}options="
    with opened(strict + "-c%20default_transaction_isolation%3Dserializable") as engine:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO store_info VALUES ('count', '0')"))
        tries = []

        def add_one(connection: Connection) -> None:
            value = int(connection.scalar(text("SELECT value FROM store_info")))
            tries.append(value)
            if len(tries) == 1:
                with psycopg.connect(conninfo(postgresql_url)) as other:
                    other.execute("UPDATE store_info SET value = '10'")
            connection.execute(text("UPDATE store_info SET value = :v"), {"v": str(value + 1)})

        Persistence(engine, QUICK).note(add_one)
        assert tries == [0, 10]
        assert rows(engine, "SELECT value FROM store_info") == [("11",)]


def test_a_lock_that_another_program_holds_is_waited_for(
    sqlite_url: str, dump: CleanDump, undisturbed: Results, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite gives up after the URL's timeout; the batch is done again until the lock is free."""
    with opened(f"{sqlite_url}?timeout=0.05") as engine:
        path = engine.url.database
        assert path is not None
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            thread = threading.Thread(target=dump.ingest, args=(engine,))
            thread.start()
            until(lambda: tried_again(caplog) >= 2, thread)
            other.execute("ROLLBACK")
        thread.join()
        assert_undisturbed(engine, undisturbed)
    told = next(r.message for r in caplog.records if "trying again" in r.message)
    assert told.startswith(f"{path}: database is locked; another program holds the lock")


def test_what_does_not_pass_is_given_up_at_the_end_of_the_time(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The time is that since the first failure; 0 means that nothing is tried again."""
    with opened(f"{sqlite_url}?timeout=0.01") as engine:
        path = engine.url.database
        assert path is not None
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for seconds in (0.0, 0.3):
                with pytest.raises(DatabaseError, match="locked"):
                    Persistence(engine, RetryOptions(seconds, 0.02, 0.05)).write(lambda _c: None)
                waits = [r for r in caplog.records if "trying again" in r.message]
                assert bool(waits) == bool(seconds)
    assert all(record.levelno == logging.WARNING for record in waits)


def test_a_mistake_is_not_tried_again(engine: Engine) -> None:
    """An error of ours in a statement is raised at once."""
    tries = []

    def wrong(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    with pytest.raises(DatabaseError, match="nowhere"):
        Persistence(engine, QUICK).write(wrong)
    assert len(tries) == 1


def test_a_store_that_is_there_a_little_later_can_be_opened(
    own_server: PrivateServer, own_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An engine is made again until the server answers."""
    found: list[Engine] = []
    own_server.stop()
    opening = threading.Thread(
        target=lambda: found.append(insist(QUICK, lambda: open_engine(own_url, must_exist=False)))
    )
    opening.start()
    until(lambda: tried_again(caplog), opening)
    own_server.start()
    opening.join()
    assert rows(found[0], "SELECT 1") == [(1,)]
    found[0].dispose()
