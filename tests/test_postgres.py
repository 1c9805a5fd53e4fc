"""The databases that the other tests are given are real, separate and gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.postgres import (
    PostgresUnavailable,
    Server,
    all_binaries,
    find_binaries,
    private_server,
)

ROOT = Path(__file__).parents[1]


def test_a_test_gets_an_empty_database_of_each_kind(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE thing (name TEXT)"))
        connection.execute(text("INSERT INTO thing VALUES ('Ünïcode')"))
        assert connection.execute(text("SELECT name FROM thing")).scalar_one() == "Ünïcode"
    engine.dispose()


def test_a_dropped_database_goes_although_a_connection_is_open(postgres_server: Server) -> None:
    url = postgres_server.create_database()
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        postgres_server.drop_database(url)
        connection.invalidate()
    with pytest.raises(Exception, match="does not exist"):
        engine.connect()
    engine.dispose()


def test_missing_binaries_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGGREGATOR_TEST_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(PostgresUnavailable, match=str(tmp_path)):
        find_binaries()


def test_a_private_server_is_gone_with_its_directory() -> None:
    with private_server(find_binaries()) as server:
        home = server.socket_directory
        assert home is not None
        assert home.is_dir()
    assert not home.exists()


def test_every_version_that_is_here_is_listed_with_its_binaries() -> None:
    """`python -m tests.postgres` tells scripts/postgres what to test on."""
    command = [sys.executable, "-m", "tests.postgres"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = dict(line.split(maxsplit=1) for line in listed.splitlines())
    assert found == {version: str(place) for version, place in all_binaries().items()}
    assert all((Path(place) / "initdb").exists() for place in found.values())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a death")
def test_a_killed_test_run_leaves_no_server_behind() -> None:
    """SIGKILL leaves no time to tidy up; the server ends all the same."""
    program = (
        "from tests.postgres import *\n"
        "with private_server(find_binaries()) as server:\n"
        "    print(server.socket_directory, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        home = Path(parent.stdout.readline().strip())
        server_pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(parent.pid, signal.SIGKILL)
    assert _ends(server_pid)
    subprocess.run(["rm", "-rf", str(home)], check=True)


def _ends(pid: int) -> bool:
    import time

    for _ in range(400):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
