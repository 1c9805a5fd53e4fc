"""Backup and restore as docs/operations.md tells it: a copy is sound, and work goes on from it."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from aggregator.check import check_store
from aggregator.store.engine import reading
from tests.faults.conftest import CleanDump, Results
from tests.pipeline.worlds import results
from tests.postgres import PrivateServer
from tests.stores import opened, rows


def ingest_with_copy(engine: Engine, dump: CleanDump, copy: Callable[[], None]) -> None:
    """Ingest the dump; the copy is made while the third batch is being stored."""
    commits = []

    def on_commit(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            commits.append(1)
            if len(commits) == 5:
                copy()

    event.listen(engine, "commit", on_commit)
    dump.ingest(engine)
    event.remove(engine, "commit", on_commit)
    assert len(commits) > 5


def assert_goes_on(url: str, dump: CleanDump, undisturbed: Results) -> None:
    """The copy is sound; what it has is known, and the rest is read into it."""
    with opened(url) as engine:
        with reading(engine) as connection:
            assert all(each.holds for each in check_store(connection))
        ((stored,),) = rows(engine, "SELECT count(*) FROM deliveries")
        assert 0 < stored < len({record.payload for record in dump.records})
        assert dump.ingest(engine).known >= stored
        expected = {name: value for name, value in undisturbed.items() if name != "log"}
        assert results(engine) == expected
        assert dump.ingest(engine).known == len(dump.records)


def vacuum_into(source: str, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def online_backup(source: str, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as connection, closing(sqlite3.connect(copy)) as target:
        connection.backup(target)


@pytest.mark.parametrize("way", [vacuum_into, online_backup])
def test_an_sqlite_store_is_copied_while_it_is_written(
    way: Callable[[str, Path], None],
    sqlite_url: str,
    dump: CleanDump,
    undisturbed: Results,
    tmp_path: Path,
) -> None:
    """Both online ways give a store of the last whole batch."""
    copy = tmp_path / "copy.sqlite3"
    with opened(sqlite_url) as engine:
        ingest_with_copy(engine, dump, lambda: way(str(engine.url.database), copy))
    assert_goes_on(f"sqlite:///{copy}", dump, undisturbed)


def test_a_postgresql_store_is_dumped_while_it_is_written_and_restored(
    own_server: PrivateServer, own_url: str, dump: CleanDump, undisturbed: Results, tmp_path: Path
) -> None:
    """pg_dump and pg_restore into an empty database give the store of the last whole batch."""
    archive = tmp_path / "store.dump"
    target = own_server.create_database()

    def run(program: str, url: str, *arguments: str) -> None:
        where = ["-h", str(own_server.home), "-U", "postgres", "-d", make_url(url).database or ""]
        command = [str(own_server.binaries / program), *where, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    with opened(own_url) as engine:
        ingest_with_copy(
            engine,
            dump,
            lambda: run("pg_dump", own_url, "--format=custom", f"--file={archive}"),
        )
    run("pg_restore", target, "--no-owner", "--exit-on-error", str(archive))
    assert_goes_on(target, dump, undisturbed)
    own_server.drop_database(target)
