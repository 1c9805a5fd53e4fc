"""Fixtures for every test: fresh databases of each kind, empty or with the shipped dumps."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.postgres import PostgresUnavailable, Server, running_server
from tests.running import FIXTURES, Cli
from tests.stores import opened


def pytest_configure() -> None:
    """Give processes that tests start the default SIGINT, also where ours is ignored.

    A shell without job control ignores it for what it starts in the background, and everything
    below inherits that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The PostgreSQL server of this test process, started when the first test asks for it."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except PostgresUnavailable as error:
            pytest.fail(f"the tests need PostgreSQL: {error}", pytrace=False)
        yield server


@pytest.fixture
def postgresql_url(postgres_server: Server) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database, removed after the test."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a new, empty database: the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A store of the present schema, without rows; the test runs once on each database."""
    with opened(database_url) as made:
        yield made


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command on a store with all of fixtures/dumps; tests only read it."""
    folder = tmp_path_factory.mktemp("shipped")
    cli = Cli(folder, f"sqlite:///{folder / 'store.sqlite3'}")
    cli("ingest", FIXTURES / "dumps")
    return cli


@pytest.fixture(scope="session")
def postgres_store(
    postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cli]:
    """The same on PostgreSQL."""
    url = postgres_server.create_database()
    cli = Cli(tmp_path_factory.mktemp("postgres"), url)
    cli("ingest", FIXTURES / "dumps")
    yield cli
    postgres_server.drop_database(url)


@pytest.fixture
def cli(tmp_path: Path, sqlite_url: str) -> Cli:
    """The command in an empty folder, with a store that does not exist yet."""
    return Cli(tmp_path, sqlite_url)
