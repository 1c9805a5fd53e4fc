"""What the benchmark of faults works on: invented dumps, and stores with the command on them."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from aggregator.check import check_store
from benchmarks.corpus import CorpusOptions, articles
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[1]
FILES = 5
BATCH = 12
MEAN_WORDS = 120
PATIENCE = 600
"""A process that does not end within so many seconds is killed, and its series has failed."""
COMPARED = {
    "cluster_members": "SELECT * FROM cluster_members ORDER BY article_id",
    "article_matches": "SELECT * FROM article_matches ORDER BY article_a, article_b, relation",
}


Process = subprocess.Popen[bytes]


class Failed(Exception):
    """A command did what it should not, or the store is not sound."""


@dataclass
class Place:
    """A store, and the command that works on it, in a folder of its own."""

    home: Path
    url: str
    dumps: Path

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a process that works on the store, with one cleaning process."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_")}
        ours = {"PYTHONPATH": str(ROOT), "AGGREGATOR_DATABASE_URL": self.url}
        return kept | ours | {"AGGREGATOR_WORKERS": "1"} | more

    def start(self, *arguments: str, module: str = "aggregator", **more: str) -> Process:
        """Start the command."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.home,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, *arguments: str, module: str = "aggregator") -> tuple[str, str]:
        """Run to the end; returns what it said. Raises Failed for any exit code but 0."""
        process = self.start(*arguments, module=module, AGGREGATOR_BATCH_RECORDS=str(BATCH))
        out, err = told_in_time(process)
        if process.returncode != 0:
            raise Failed(f"{arguments[0]}: exit code {process.returncode}: {err}")
        return out, err

    def results(self) -> dict[str, bytes]:
        """Everything that is compared."""
        found = {"export": self.finish("export", "--format", "jsonl")[0].encode()}
        engine = create_engine(self.url)
        with engine.connect() as connection:
            for name, statement in COMPARED.items():
                rows = [tuple(row) for row in connection.execute(text(statement))]
                found[name] = "\n".join(sorted(map(repr, rows))).encode()
            wrong = [
                f"{each.claim}: {each.findings}" for each in check_store(connection) if each.count
            ]
        engine.dispose()
        if wrong:
            raise Failed(f"db check: {wrong}")
        return found


def told_in_time(process: Process) -> tuple[str, str]:
    """What a process says until it ends; one that does not end is killed, and raises Failed."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        _out, err = process.communicate()
        raise Failed(f"it did not end within {PATIENCE} s: {err.decode()}") from None
    return out.decode(), err.decode()


class World:
    """A folder with dumps, a server, and as many stores as are asked for."""

    def __init__(self, home: Path, server: Server) -> None:
        self.home, self.server = home, server
        self._numbers = count(1)

    @contextmanager
    def place(self, kind: str, dumps: str = "dumps") -> Iterator[Place]:
        """A new, empty store of this kind, gone afterwards."""
        home = self.home / f"{kind}-{next(self._numbers)}"
        home.mkdir()
        postgresql = kind == "postgresql"
        url = (
            self.server.create_database() if postgresql else f"sqlite:///{home / 'store.sqlite3'}"
        )
        source = {"name": "all", "path": str(self.home / dumps), "settle_seconds": 0}
        (home / "config.yaml").write_text(json.dumps({"sources": [source]}))
        try:
            yield Place(home, url, self.home / dumps)
        finally:
            if postgresql:
                self.server.drop_database(url)
            shutil.rmtree(home, ignore_errors=True)


def make_dumps(folder: Path, number: int, seed: int, *, pages: bool = False) -> None:
    """Dumps with copies, and every tenth record once more in the next dump, or revised there."""
    dice = random.Random(seed)
    folder.mkdir()
    rows = list(articles(CorpusOptions(number, MEAN_WORDS if not pages else 400, 0.4, seed)))
    again = [
        row if dice.random() < 0.5 else {**row, "text": row["text"] + "\nMore."}
        for row in dice.sample(rows, len(rows) // 10)
    ]
    parts = [rows[i::FILES] for i in range(FILES)]
    for i, row in enumerate(again):
        parts[(i + 1) % FILES].append(row)
    for i, part in enumerate(parts):
        lines = [json.dumps(as_page(row) if pages else row) for row in part]
        (folder / f"{i}.jsonl").write_text("\n".join(lines) + "\n")


def as_page(row: dict[str, Any]) -> dict[str, Any]:
    body = "".join(f"<p>{escape(line)}</p>" for line in row["text"].splitlines())
    links = "".join(f'<li><a href="/{i}">Section {i}</a></li>' for i in range(20))
    html = (
        f"<html><head><title>{escape(row['title'])}</title></head><body><nav><ul>{links}</ul></nav>"
        f'<main><article><h1>{escape(row["title"])}</h1><time datetime="{row["date"]}"></time>'
        f"{body}</article></main><footer><ul>{links}</ul></footer></body></html>"
    )
    return {"url": row["url"], "html": html}
