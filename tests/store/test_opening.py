"""Opening a store that cannot be opened: clear words, and no password among them."""

from __future__ import annotations

import os
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.store import migrate
from aggregator.store.engine import (
    DatabaseError,
    StoreError,
    masked,
    open_engine,
    reading,
    reason,
    writing,
)
from tests.running import free_port
from tests.stores import opened, rows


def complaint(url: str, *, must_exist: bool = False) -> str:
    """What is said when this URL is opened."""
    with pytest.raises(StoreError) as caught:
        open_engine(url, must_exist=must_exist)
    assert "\n" not in str(caught.value)
    told = "".join(traceback.format_exception(caught.value))
    assert "During handling" not in told, "the driver's own error would show its URL"
    return str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """A file of something else is refused by name and stays as it was."""
    path = tmp_path / "notes.txt"
    path.write_text("no database, only words\n" * 100)
    assert complaint(f"sqlite:///{path}").startswith(f"{path}: file is not a database")
    assert path.read_text().startswith("no database")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """A folder in the place of a file is said to be one."""
    assert complaint(f"sqlite:///{tmp_path}") == f"{tmp_path}: a folder, not a database file"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A file cannot be made where its folder is missing."""
    path = tmp_path / "missing" / "store.sqlite3"
    assert complaint(f"sqlite:///{path}").endswith(f"its folder {path.parent} does not exist")


def test_a_missing_store_is_not_made_by_reading(tmp_path: Path) -> None:
    """Commands that read make no empty store, but say what makes one."""
    path = tmp_path / "store.sqlite3"
    assert "aggregator ingest" in complaint(f"sqlite:///{path}", must_exist=True)
    assert not path.exists()


@pytest.mark.parametrize("url", ["", "store.sqlite3", "postgresql://u:hidden@host:port/db", "://"])
def test_what_is_no_url_is_said_to_be_none(url: str) -> None:
    """A malformed URL gives an example of a good one, and does not repeat the password."""
    said = complaint(url)
    assert "postgresql://user@host/name" in said
    assert "hidden" not in said


@pytest.mark.parametrize("backend", ["mysql", "oracle"])
def test_other_databases_are_refused(backend: str) -> None:
    """Only the two databases that are tested can be used."""
    said = complaint(f"{backend}://u:hidden@host/name")
    assert said == f"{backend} is not supported: use sqlite or postgresql"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:{secret}@127.0.0.1:{port}/news",
        "postgresql+psycopg://me:{secret}@127.0.0.1:{port}/news?application_name=x",
        "postgresql://me@127.0.0.1:{port}/news?password={secret}",
    ],
)
def test_an_unreachable_server_is_named_without_the_password(url: str) -> None:
    """Where the server should be stands in the message, its password never does."""
    port = free_port()
    said = complaint(url.format(secret="hid%40den", port=port))
    assert str(port) in said
    assert "refused" in said
    assert "hid%40den" not in said
    assert "hid@den" not in said


def test_a_missing_database_on_a_server_is_named(postgresql_url: str) -> None:
    """A database that is not on the server is named."""
    assert "no_such_database" in complaint(
        postgresql_url.replace("/aggregator_test_", "/no_such_database_")
    )


def test_a_shown_url_hides_its_password() -> None:
    """Logs and messages show where the store is, without the password in either place."""
    assert masked("postgresql://me:hidden@host/db") == "postgresql://me:***@host/db"
    assert "hidden" not in masked("postgresql://me@host/db?password=hidden&sslmode=require")
    assert "hidden" not in masked("//me:hidden@host")


def test_sqlite_checks_foreign_keys_and_writes_ahead(sqlite_url: str) -> None:
    """Every connection has foreign keys on and the write-ahead log."""
    with opened(sqlite_url) as engine:
        assert rows(engine, "PRAGMA foreign_keys") == [(1,)]
        assert rows(engine, "PRAGMA journal_mode") == [("wal",)]


def test_a_reference_to_nothing_is_refused(database_url: str) -> None:
    """A row that refers to a missing one cannot be committed on either database."""
    orphan = "INSERT INTO appearances VALUES (1, 0, 1)"
    with opened(database_url) as engine:
        with pytest.raises(DatabaseError, match=r"(?i)foreign key"), writing(engine) as connection:
            connection.execute(text(orphan))
        assert rows(engine, "SELECT * FROM appearances") == []


def test_reading_cannot_write_on_postgresql(postgresql_url: str) -> None:
    """A transaction that reads is held to it by the server."""
    with (
        opened(postgresql_url) as engine,
        pytest.raises(DatabaseError, match="read-only"),
        reading(engine) as connection,
    ):
        connection.execute(text("DELETE FROM store_info"))


@contextmanager
def without_privileges() -> Iterator[None]:
    """Act as nobody where the tests run as root, whom permissions do not hold back."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any account can enter and read."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_file_is_told_so_and_stays_sound(open_folder: Path) -> None:
    """Writing to a store without permission says so in one line; nothing is half done."""
    path = open_folder / "store.sqlite3"
    with opened(f"sqlite:///{path}"):
        pass
    path.chmod(0o444)
    open_folder.chmod(0o555)
    with without_privileges():
        try:
            engine = open_engine(f"sqlite:///{path}", must_exist=True)
            with writing(engine) as connection:
                connection.execute(text("INSERT INTO store_info VALUES ('a', 'b')"))
        except (StoreError, DatabaseError) as error:
            said = str(error) if isinstance(error, StoreError) else reason(error)
    assert "readonly" in said or "unable to open" in said
    assert "\n" not in said
    with opened(f"sqlite:///{path}") as engine:
        migrate.require_current(engine)
        assert rows(engine, "SELECT * FROM store_info") == []
