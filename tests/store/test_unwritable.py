"""SQLite files that cannot be written: they can be read, and a change meanwhile is noticed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.store.engine import DatabaseError, StoreError, open_engine, reading, writing
from aggregator.store.failures import told
from tests.running import Cli
from tests.store.test_opening import open_folder, without_privileges
from tests.stores import opened

__all__ = ["open_folder"]
READ = text("SELECT count(*) FROM store_info")


@pytest.fixture
def path(open_folder: Path) -> Path:
    """A store that may only be read, in a folder that may only be read."""
    path = open_folder / "store.sqlite3"
    with opened(f"sqlite:///{path}"):
        pass
    path.chmod(0o444)
    open_folder.chmod(0o555)
    return path


def test_a_store_without_permission_can_be_read(path: Path) -> None:
    """SQLite cannot make its files beside the store; the store is read without them."""
    with without_privileges():
        engine = open_engine(f"sqlite:///{path}", must_exist=True)
        with reading(engine) as connection:
            assert connection.scalar(READ) == 0
        engine.dispose()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_to_write_it_fails_with_a_word_on_what_must_be_writable(path: Path) -> None:
    """Nothing is written anywhere, and the message names the file."""
    with without_privileges():
        engine = open_engine(f"sqlite:///{path}", must_exist=True)
        with pytest.raises(DatabaseError) as caught, writing(engine) as connection:
            connection.execute(text("INSERT INTO store_info VALUES ('a', 'b')"))
        engine.dispose()
    said = told(engine.url, caught.value)
    assert said.startswith(f"{path}: attempt to write a readonly database; ")
    assert said.endswith("must be writable for this user")


def test_a_store_is_not_read_without_what_stands_beside_it(path: Path) -> None:
    """Stored changes that are not in the file yet would be missed: that is refused."""
    path.parent.chmod(0o755)
    wal = path.with_name(path.name + "-wal")
    wal.write_bytes(b"changes")
    wal.chmod(0o444)
    path.parent.chmod(0o555)
    with without_privileges(), pytest.raises(StoreError, match="not in the file yet") as caught:
        open_engine(f"sqlite:///{path}", must_exist=True)
    assert str(caught.value).startswith(f"{path}: ")


def change(path: Path) -> None:
    """What another user does who may write the file."""
    path.parent.chmod(0o755)
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO store_info VALUES ('a', 'b')")


def test_a_change_while_it_is_read_is_noticed(path: Path) -> None:
    """Another user writes: what was read may be of two states, and is said to be."""
    with without_privileges():
        engine = open_engine(f"sqlite:///{path}", must_exist=True)

    def read_slowly() -> None:
        with reading(engine) as connection:
            connection.execute(READ)
            change(path)

    with pytest.raises(StoreError, match="written while it was read"):
        read_slowly()
    engine.dispose()


def test_a_change_is_noticed_whatever_other_connections_saw(path: Path) -> None:
    """A second connection, opened after the change, does not hide it from the first."""
    with without_privileges():
        engine = open_engine(f"sqlite:///{path}", must_exist=True)

    def read_twice() -> None:
        with reading(engine) as connection:
            connection.execute(READ)
            change(path)
            path.chmod(0o444)
            path.parent.chmod(0o555)
            with without_privileges(), reading(engine) as later:
                assert later.scalar(READ) == 1

    with pytest.raises(StoreError, match="written while it was read"):
        read_twice()
    engine.dispose()


@pytest.fixture
def backup(path: Path) -> Path:
    """The same as the documented way to back it up makes it: not in WAL mode."""
    copy = path.with_name("backup.sqlite3")
    path.parent.chmod(0o755)
    with closing(sqlite3.connect(path)) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o444)
    path.parent.chmod(0o555)
    return copy


def test_a_backup_without_permission_can_be_read(backup: Path) -> None:
    """What `VACUUM INTO` made is read as it is; to write it fails with the name of the file."""
    before = backup.read_bytes()
    with without_privileges():
        engine = open_engine(f"sqlite:///{backup}", must_exist=True)
        with reading(engine) as connection:
            assert connection.scalar(READ) == 0
        with pytest.raises(DatabaseError) as caught, writing(engine) as connection:
            connection.execute(text("INSERT INTO store_info VALUES ('a', 'b')"))
        engine.dispose()
    assert told(engine.url, caught.value).startswith(f"{backup}: attempt to write a readonly")
    assert backup.read_bytes() == before


def test_a_backup_with_half_a_transaction_is_not_read(backup: Path) -> None:
    """A journal beside it takes back what a crash left half done: it is refused until then."""
    backup.parent.chmod(0o755)
    backup.chmod(0o644)
    with closing(sqlite3.connect(backup, isolation_level=None)) as other:
        other.execute("PRAGMA cache_size = 1")
        other.execute("BEGIN EXCLUSIVE")
        many = ((f"name {n}", "value" * 50) for n in range(2000))
        other.executemany("INSERT INTO store_info VALUES (?, ?)", many)
        crashed = backup.with_name("crashed.sqlite3")
        journal = backup.with_name(backup.name + "-journal")
        crashed.write_bytes(backup.read_bytes())
        crashed.with_name(crashed.name + "-journal").write_bytes(journal.read_bytes())
        other.execute("ROLLBACK")
    for each in backup.parent.iterdir():
        each.chmod(0o444)
    backup.parent.chmod(0o555)
    with without_privileges(), pytest.raises(StoreError, match="to be taken back"):
        open_engine(f"sqlite:///{crashed}", must_exist=True)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A file system; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_commands_read_a_store_on_a_read_only_file_system(
    mounted: Path, shipped_store: Cli, mode: str
) -> None:
    """They answer as on any other, in each mode of the file: `VACUUM INTO` makes the first;
    `ingest` says in one line what must be writable."""
    path = mounted / "store.sqlite3"
    with closing(sqlite3.connect(shipped_store.folder / "store.sqlite3")) as source:
        source.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(path)) as copy:
        assert copy.execute(f"PRAGMA journal_mode = {mode}").fetchone() == (mode.lower(),)
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    cli = Cli(shipped_store.folder, f"sqlite:///{path}")
    stories = shipped_store.json("clusters", "list", "--limit", "3")
    assert cli.json("clusters", "list", "--limit", "3") == stories
    assert all(each["holds"] for each in cli.json("db", "check"))
    dump = mounted.parent / "dump.txt"
    dump.write_text("Some words.")
    said = cli("ingest", dump, code=2).err
    assert said.startswith(f"aggregator: {path}: ")
    assert said.endswith("the database and its folder must be writable for this user\n")
