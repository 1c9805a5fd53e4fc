"""Running the ``aggregator`` command as a process of its own, as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
FIXTURES = PROJECT / "fixtures"


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


@dataclass(frozen=True)
class Cli:
    """The command in one working directory, on one store."""

    folder: Path
    url: str

    def __call__(self, *args: str | Path, code: int | None = 0, **more: Any) -> Result:
        """Run ``aggregator ARGS``; fails unless it exits with `code` (None: with any)."""
        done = subprocess.run(
            [sys.executable, "-m", "aggregator", *map(str, args)],
            cwd=self.folder,
            env=self.environment() | more.pop("env", {}),
            capture_output=True,
            check=False,
            timeout=300,
            **more,
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert code is None or result.code == code, result.err
        assert "Traceback" not in result.err
        return result

    def environment(self) -> dict[str, str]:
        """The environment of a call: our package, this store, a terminal of 80 columns."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_")}
        ours = {"PYTHONPATH": str(PROJECT), "AGGREGATOR_DATABASE_URL": self.url, "COLUMNS": "80"}
        return kept | ours | {"AGGREGATOR_WORKERS": "2"}

    def json(self, *args: str | Path) -> Any:
        """What a command says with ``--format json``."""
        return self(*args, "--format", "json").json()
