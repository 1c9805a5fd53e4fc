"""Running the ``aggregator`` command as a user does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from aggregator.cli.app import app

PROJECT = Path(__file__).resolve().parents[1]
FIXTURES = PROJECT / "fixtures"
READING = ("articles", "clusters", "dumps", "evaluate", "export", "rejections", "status")
"""Commands that only read the store."""


@dataclass(frozen=True)
class Result:
    """How a call ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output, read as one JSON value."""
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        """Standard output, read as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def free_port() -> int:
    """A TCP port of this machine on which nobody listens now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


@dataclass(frozen=True)
class Cli:
    """The command in one working directory, on one store.

    It runs as a process of its own, but for commands that only read the store: these run in
    this one, where everything is imported already.
    """

    folder: Path
    url: str

    def __call__(self, *args: str | Path, code: int | None = 0, **more: Any) -> Result:
        """Run ``aggregator ARGS``; fails unless it exits with `code` (None: with any).

        `env` are further variables; other arguments are those of `subprocess.run`.
        """
        words = [str(each) for each in args]
        variables: dict[str, str] = more.pop("env", {})
        ours = all(name.startswith("AGGREGATOR_") for name in variables)
        reads = words[0] in READING or words[:2] == ["db", "check"]
        run = self.inside if reads and ours and not more else self.outside
        result = run(words, self.environment() | variables, **more)
        assert code is None or result.code == code, result.err
        assert "Traceback" not in result.err
        return result

    def outside(self, words: list[str], environment: dict[str, str], **more: Any) -> Result:
        """Run it as a process."""
        done = subprocess.run(
            [sys.executable, "-m", "aggregator", *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            check=False,
            timeout=300,
            **more,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def inside(self, words: list[str], environment: dict[str, str]) -> Result:
        """Run it in this process."""
        out, err = (TextIOWrapper(BytesIO(), write_through=True) for _ in range(2))
        with (
            chdir(self.folder),
            patch.dict(os.environ, environment, clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            app(words, prog_name="aggregator")
        told = (each.buffer.getvalue().decode() for each in (out, err))
        return Result(int(ended.value.code or 0), *told)

    def environment(self) -> dict[str, str]:
        """The environment of a call: our package, this store, a terminal of 80 columns."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_")}
        ours = {"PYTHONPATH": str(PROJECT), "AGGREGATOR_DATABASE_URL": self.url, "COLUMNS": "80"}
        return kept | ours | {"AGGREGATOR_WORKERS": "2"}

    def json(self, *args: str | Path) -> Any:
        """What a command says with ``--format json``."""
        return self(*args, "--format", "json").json()
