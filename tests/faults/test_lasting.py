"""Failures that last: one clear line, nothing half stored, and a later run completes the work."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from aggregator.check import check_store
from aggregator.store.engine import DatabaseError, reading
from aggregator.store.failures import is_passing, told
from tests.faults.conftest import CleanDump, Results, outcome
from tests.pipeline.worlds import results
from tests.postgres import PrivateServer
from tests.running import FIXTURES, Cli
from tests.stores import opened, rows

SECRET = "s3cr3t%2Fw%40rd"
PLAIN = "s3cr3t/w@rd"
LEFT = 150_000
"""Bytes that are left on a disk that is nearly full."""

Disk = Callable[[int], Path]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """Makes a file system of so many bytes; only root can."""
    mounted: list[Path] = []

    def make(size: int) -> Path:
        folder = tmp_path / "disk"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("no file system can be mounted here")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave `LEFT` bytes."""
    filler = folder / "filler"
    disk = os.statvfs(folder)
    filler.write_bytes(b"\0" * max(0, disk.f_bavail * disk.f_frsize - LEFT))
    return filler


def assert_fails_and_recovers(
    engine: Engine, dump: CleanDump, filler: Path, undisturbed: Results
) -> str:
    """Ingest on a full disk, make room, ingest again; returns what was told of the failure."""
    with pytest.raises(DatabaseError) as caught:
        dump.ingest(engine)
    assert not is_passing(caught.value)
    with reading(engine) as connection:
        assert all(each.holds for each in check_store(connection))
    filler.unlink()
    tally = dump.ingest(engine)
    assert tally.rejected + tally.known + tally.stored == len(dump.records)
    expected = {name: value for name, value in undisturbed.items() if name != "log"}
    assert results(engine) == expected
    return told(engine.url, caught.value)


def test_a_full_disk_of_sqlite(small_disk: Disk, dump: CleanDump, undisturbed: Results) -> None:
    """SQLite: the batch that finds no room is taken back; with room, a second run completes it."""
    folder = small_disk(8_000_000)
    with opened(f"sqlite:///{folder / 'store.sqlite3'}") as engine:
        said = assert_fails_and_recovers(engine, dump, fill(folder), undisturbed)
    assert said.startswith(f"{folder / 'store.sqlite3'}: database or disk is full; make room")


def test_a_full_disk_of_postgresql(
    small_disk: Disk, own_server: PrivateServer, dump: CleanDump, undisturbed: Results
) -> None:
    """PostgreSQL: the same with a tablespace on a disk that is full."""
    folder = small_disk(24_000_000)
    for parent in (folder, *folder.parents[:4]):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/tmp"):
            parent.chmod(0o755)
    owner = own_server.home.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    url = own_server.create_database()
    name = make_url(url).database or ""
    with closing(own_server.connect()) as connection:
        place = sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(folder)))
        connection.execute(place)
        move = sql.SQL("ALTER DATABASE {} SET TABLESPACE small").format(sql.Identifier(name))
        connection.execute(move)
    try:
        with opened(url) as engine:
            said = assert_fails_and_recovers(engine, dump, fill(folder), undisturbed)
    finally:
        own_server.drop_database(url)
        with closing(own_server.connect()) as connection:
            connection.execute("DROP TABLESPACE small")
    assert "No space left on device" in said
    assert "make room, and run the command again" in said


def test_a_file_that_may_not_grow_ends_the_command_with_1(
    cli: Cli, folder: Path, alone: Any
) -> None:
    """The command names the file and what to do; run again without the limit, all is there."""
    with opened(cli.url):
        pass
    limit = (60_000, 60_000)
    failed = cli(
        *("ingest", folder, "--format", "json"),
        code=1,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert f"aggregator: {cli.folder / 'store.sqlite3'}: " in failed.err
    assert "check the disk" in failed.err or "make room" in failed.err
    with opened(cli.url) as engine:
        with reading(engine) as connection:
            assert all(each.holds for each in check_store(connection))
        cli("ingest", folder)
        assert outcome(engine) == alone


def test_a_database_that_may_only_be_read_is_told_so(sqlite_url: str, dump: CleanDump) -> None:
    """A read-only file is not tried again, and the message says what must be writable."""
    with opened(sqlite_url) as engine:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(DatabaseError) as caught:
            dump.ingest(engine)
        assert not is_passing(caught.value)
        said = told(engine.url, caught.value)
        assert said.startswith(f"{engine.url.database}: attempt to write a readonly database; ")
        assert said.endswith("must be writable for this user")
        assert rows(engine, "SELECT * FROM dump_log") == []


@pytest.fixture(scope="session")
def guarded_url(own_server: PrivateServer) -> Iterator[str]:
    """URL of a database whose user needs the password `SECRET`."""
    access = own_server.home / "data" / "pg_hba.conf"
    access.write_text("local all guest scram-sha-256\n" + access.read_text())
    with closing(own_server.connect()) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE guest LOGIN SUPERUSER PASSWORD {}").format(sql.Literal(PLAIN))
        )
        connection.execute("SELECT pg_reload_conf()")
    url = own_server.create_database()
    yield url.replace("://postgres@", f"://guest:{SECRET}@")
    own_server.drop_database(url)


def assert_silent(cli: Cli, *args: str, code: int, **environment: str) -> str:
    """Run a command that fails; no form of the password is said anywhere."""
    done = cli(*args, code=code, env=environment)
    for form in (SECRET, PLAIN, "s3cr3t", "w%40rd", "w@rd", "wr0ng"):
        assert form not in done.out + done.err
    return done.err


def test_a_refused_password_is_not_repeated(guarded_url: str, tmp_path: Path) -> None:
    """Commands and logs name store and user, and say what to check."""
    (tmp_path / "config.yaml").write_text("sources: [{name: wire, path: .}]\n")
    right = Cli(tmp_path, guarded_url)
    assert_silent(right, "db", "upgrade", code=0)
    assert_silent(right, "config", "show", code=0)
    wrong = Cli(tmp_path, guarded_url.replace(SECRET, "wr0ng" + SECRET))
    for words in (("ingest", str(FIXTURES / "dumps")), ("run", "--once")):
        said = assert_silent(wrong, *words, code=2)
        assert 'password authentication failed for user "guest"' in said
        assert "guest:***@" in said
        assert "check the user, the password" in said
        assert "trying again" not in said


def test_an_unreachable_server_is_waited_for_without_repeating_the_password(
    tmp_path: Path,
) -> None:
    """Each wait and the end are told, with the place of the server."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    cli = Cli(tmp_path, f"postgresql://guest:{SECRET}@127.0.0.1:{port}/news")
    said = assert_silent(
        cli, "ingest", str(FIXTURES / "dumps"), code=1, AGGREGATOR_RETRY__SECONDS="0.5"
    )
    assert "trying again in 0." in said
    assert "in 0.0 s" not in said
    assert said.count(f"guest:***@127.0.0.1:{port}/news: ") >= 2
    assert "see that the database server runs" in said
    assert "trying again" not in assert_silent(cli, "status", code=1)


def test_a_session_that_is_ended_for_good_repeats_no_password(
    guarded_url: str, own_server: PrivateServer, tmp_path: Path
) -> None:
    """The user is locked out while the command works: no line has the password."""
    cli = Cli(tmp_path, guarded_url)
    with psycopg.connect(guarded_url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE dumps")
        said = assert_silent(
            cli,
            *("ingest", str(FIXTURES / "dumps")),
            code=1,
            AGGREGATOR_RETRY__SECONDS="0.3",
            PGOPTIONS="-c lock_timeout=100ms",
        )
    assert "lock timeout" in said
    assert "raise the statement_timeout or lock_timeout" in said
