"""How the command starts and fails: quickly, in one line, with the documented exit code."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from aggregator import __version__
from aggregator.check import check_store
from aggregator.store.engine import reading, writing
from tests.running import FIXTURES, PROJECT, Cli
from tests.stores import opened, rows

EXPORTED = """
SELECT m.*, r.text FROM cluster_members m JOIN articles a ON a.article_id = m.article_id
JOIN revisions r ON r.revision_number = a.revision_number ORDER BY m.article_id
"""

IMPORTED = """
import sys
from aggregator.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def imported_by(cli: Cli, *args: str) -> set[str]:
    """The packages and modules that a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *args],
        cwd=cli.folder,
        env=cli.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


def test_the_version_is_told_without_any_heavy_library(cli: Cli) -> None:
    heavy = {"trafilatura", "numpy", "sqlalchemy", "datasketch", "scipy", "lxml", "pydantic"}
    assert imported_by(cli, "--version") & heavy == set()
    assert cli("--version").out == f"aggregator {__version__}\n"


@pytest.mark.parametrize(
    "command",
    [
        ["clusters", "list"],
        ["articles", "list"],
        ["dumps", "list"],
        ["rejections", "list"],
        ["export"],
        ["config", "show"],
    ],
)
def test_reading_imports_nothing_that_only_writing_needs(
    shipped_store: Cli, command: list[str]
) -> None:
    heavy = {"trafilatura", "datasketch", "scipy", "alembic", "lxml", "pebble", "fastwarc"}
    heavy |= {"apscheduler", "pandas", "sqlalchemy.orm"}
    assert imported_by(shipped_store, *command) & heavy == set()


def test_the_cleaning_libraries_are_loaded_by_the_cleaning_processes_alone(
    cli: Cli, tmp_path: Path
) -> None:
    """Nor are those for changes of the schema, when the store has the present one."""
    cli("db", "upgrade")
    (tmp_path / "story.txt").write_text("A few words. " * 50)
    loaded = imported_by(cli, "ingest", "story.txt")
    assert loaded & {"trafilatura", "lxml", "datasketch", "alembic", "sqlalchemy.orm"} == set()


def test_workers_do_not_wait_for_libraries_that_cleaning_does_not_use() -> None:
    """Importing datasketch loads scipy, and a language of Babel's its dates and time zones."""
    script = "import sys, aggregator.cleanwork as w; w.warm_up(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    unused = {"datasketch", "scipy", "pandas", "babel.dates", "pytz"}
    assert unused.isdisjoint(done.stdout.split())


@pytest.mark.parametrize(
    "command",
    [
        ["clusters", "list"],
        ["clusters", "show", "c0"],
        ["clusters", "explain", "a0", "a1"],
        ["articles", "list"],
        ["articles", "show", "a0"],
        ["dumps", "list"],
        ["rejections", "list"],
        ["export"],
        ["refingerprint"],
        ["db", "check"],
    ],
)
def test_a_store_that_is_not_there_is_told_and_not_made(cli: Cli, command: list[str]) -> None:
    done = cli(*command, code=2)
    assert "no store here yet" in done.err
    assert list(cli.folder.iterdir()) == []


@pytest.mark.parametrize("command", [["clusters", "list"], ["ingest", "story.txt"]])
def test_a_file_that_is_no_database_is_told_and_left_alone(
    cli: Cli, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "story.txt").write_text("A few words. " * 50)
    (tmp_path / "store.sqlite3").write_text("not a database, " * 100)
    done = cli(*command, code=2)
    assert "store.sqlite3: file is not a database" in done.err
    assert (tmp_path / "store.sqlite3").read_text() == "not a database, " * 100


@pytest.mark.parametrize("command", [["clusters", "list"], ["ingest", "story.txt"]])
def test_a_store_of_a_newer_version_is_told_and_left_alone(
    cli: Cli, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "story.txt").write_text("A few words. " * 50)
    cli("db", "upgrade")
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "has version 9999, newer than this program's" in cli(*command, code=2).err


def test_somebody_elses_database_is_refused(cli: Cli, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    assert "it is no aggregator store" in cli("clusters", "list", code=2).err
    assert "it is no aggregator store" in cli("ingest", FIXTURES / "dumps", code=2).err


@pytest.mark.parametrize(
    "args",
    [
        ["clusters"],
        ["clusters", "lst"],
        ["clusters", "list", "--limt", "3"],
        ["clusters", "list", "--limit", "0"],
        ["clusters", "list", "--format", "xml"],
        ["clusters", "list", "--since", "last week"],
        ["clusters", "show"],
        ["ingest"],
        ["--config", "nowhere.yaml", "clusters", "list"],
    ],
    ids=" ".join,
)
def test_a_mistake_of_usage_exits_with_2_and_writes_no_data(cli: Cli, args: list[str]) -> None:
    done = cli(*args, code=2)
    assert done.err or "Usage:" in done.out


@pytest.mark.parametrize("shell_locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_output_is_utf_8_whatever_the_locale(shipped_store: Cli, shell_locale: str) -> None:
    env = {"LC_ALL": shell_locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    rows = shipped_store(
        "clusters", "list", "--language", "ja", "--format", "json", env=env
    ).json()
    assert any("豆腐" in row["canonical"]["title"] for row in rows)
    assert "豆腐" in shipped_store("clusters", "list", "--language", "ja", env=env).out


DROPPED = """
import os, signal, sys, weakref
import typer
from aggregator.cli.failure import end_if_interrupted, told_plainly
class Thing: pass
thing = Thing()
watched = weakref.ref(thing, lambda _: os.kill(os.getpid(), int(sys.argv[1])))
try:
    with told_plainly():
        del thing
        print("goes on", flush=True)
        end_if_interrupted()
        print("does not end", flush=True)
except typer.Exit as ending:
    sys.exit(ending.exit_code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_not_lost_where_python_drops_what_it_raises(number: signal.Signals) -> None:
    """In a callback of a weak reference an exception is only told; the next batch ends it."""
    command = [sys.executable, "-c", DROPPED, str(int(number))]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (128 + number, "goes on\n")
    assert "what was stored is sound" in done.stderr.splitlines()[-1]


def test_an_interrupt_before_anything_has_begun_is_told_in_one_line(tmp_path: Path) -> None:
    """While the command's own libraries are loaded."""
    (tmp_path / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    done = subprocess.run(
        [sys.executable, "-c", "from aggregator.cli import main; main()"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{PROJECT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "aggregator: interrupted before it began\n"


def test_a_closed_standard_input_is_told(cli: Cli) -> None:
    command = f'exec "{sys.executable}" -m aggregator ingest - <&-'
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=cli.folder,
        env=cli.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "-: file: standard input is closed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("number", "words"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "ended by SIGTERM")]
)
def test_an_interrupted_ingest_says_so_and_running_again_finishes_it(
    cli: Cli, tmp_path: Path, shipped_store: Cli, number: signal.Signals, words: str
) -> None:
    """Ctrl-C or SIGTERM to all its processes: the exit code is that of shells, and the store is
    sound, with no trace of a process that still reads."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", "ingest", FIXTURES / "dumps"],
        cwd=tmp_path,
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    os.killpg(process.pid, number)
    out, errors = process.communicate()
    assert (process.returncode, out) == (128 + number, "")
    assert "1 read" in first or "14 read" in first
    how_far, said = errors.splitlines()[-2:]
    assert said.startswith(f"aggregator: {words}; what was stored")
    told = re.fullmatch(r"aggregator: so far: (\d+) read, (\d+) stored.*", how_far)
    assert told
    assert "Traceback" not in errors
    with opened(cli.url) as engine:
        assert rows(engine, "SELECT owner FROM daemons") == []
        # A batch that was stored as the signal came may not be among what is told.
        counts = "SELECT sum(read), sum(stored) FROM dump_log"
        ((least_read, least),) = rows(engine, f"{counts} WHERE finished_at IS NOT NULL")
        ((most_read, most),) = rows(engine, counts)
        assert (least_read or 0) <= int(told[1]) <= most_read
        assert (least or 0) <= int(told[2]) <= most
        with reading(engine) as connection:
            assert all(each.holds for each in check_store(connection))
        cli("ingest", FIXTURES / "dumps")
        with opened(shipped_store.url) as other:
            assert rows(engine, EXPORTED) == rows(other, EXPORTED)


def test_sigterm_ends_an_ingest_also_while_another_program_holds_the_store(
    tmp_path: Path,
) -> None:
    """It neither waits for its turn to store nor to say goodbye, however long it may wait."""
    path = tmp_path / "store.sqlite3"
    with opened(f"sqlite:///{path}") as engine:
        process = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "ingest", FIXTURES / "dumps"],
            cwd=tmp_path,
            env=Cli(tmp_path, f"sqlite:///{path}?timeout=3600").environment(),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        while not rows(engine, "SELECT owner FROM daemons"):
            assert process.poll() is None
            time.sleep(0.01)
        with writing(engine):
            os.killpg(process.pid, signal.SIGTERM)
            errors = process.communicate(timeout=60)[1]
    assert process.returncode == 143
    assert errors.splitlines()[-1].startswith("aggregator: ended by SIGTERM")


def test_a_store_is_read_while_another_process_writes(shipped_store: Cli) -> None:
    path = shipped_store.folder / "store.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert len(shipped_store.json("clusters", "list", "--limit", "1")) == 1
        connection.execute("ROLLBACK")
