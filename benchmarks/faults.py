"""Kills real processes at work on real stores, and says whether anything came of it.

    python benchmarks/faults.py [--kills 200] [--seed 1] [--articles 120] [--no-speed]

Invented dumps (copies, revisions, records delivered twice) are read by `aggregator ingest` and
`aggregator run --once`, on SQLite and on a private PostgreSQL server. The processes are ended by
SIGKILL: at every commit that a whole run makes, before it and after it; at random times; and one
of two that share the work. Each series is run again until it is done; then export, members and
matches are compared byte for byte with those of a run that nobody disturbed, and `db check` is
asked. Afterwards: articles per second with 1, 2 and 4 processes, and what waited for locks.
Exit code 1 if anything differs. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import create_engine, text  # noqa: E402

from aggregator.check import check_store  # noqa: E402
from benchmarks.corpus import CorpusOptions, articles  # noqa: E402
from tests.postgres import Server, find_binaries, private_server  # noqa: E402

FILES = 5
BATCH = 12
MEAN_WORDS = 120
PATIENCE = 600
COMPARED = {
    "cluster_members": "SELECT * FROM cluster_members ORDER BY article_id",
    "article_matches": "SELECT * FROM article_matches ORDER BY article_a, article_b, relation",
}
WAITING = """
SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'),
       count(*) FILTER (WHERE wait_event_type = 'Lock' AND wait_event = 'advisory')
FROM pg_stat_activity WHERE datname = :name
"""


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

    def start(self, *arguments: str, module: str = "aggregator", **more: str) -> Any:
        """Start the command."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.home,
            env=self.environment(AGGREGATOR_BATCH_RECORDS=str(BATCH), **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, *arguments: str) -> bytes:
        """Run to the end; returns standard output."""
        out, err = (process := self.start(*arguments)).communicate(timeout=PATIENCE)
        if process.returncode != 0:
            raise RuntimeError(f"{arguments}: exit code {process.returncode}: {err.decode()}")
        return bytes(out)

    def results(self) -> dict[str, bytes]:
        """Everything that is compared."""
        found = {"export": self.finish("export", "--format", "jsonl")}
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
            raise RuntimeError(f"db check: {wrong}")
        return found


def make_dumps(folder: Path, count: int, seed: int, *, pages: bool = False) -> None:
    """Dumps with copies, and every tenth record once more in the next dump, or revised there."""
    dice = random.Random(seed)
    folder.mkdir()
    rows = list(articles(CorpusOptions(count, MEAN_WORDS if not pages else 400, 0.4, seed)))
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


@dataclass
class Bench:
    """What is shared by all series."""

    home: Path
    server: Server
    options: argparse.Namespace
    expected: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    compared: int = 0
    differences: list[str] = field(default_factory=list)
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def place(self, kind: str, dumps: str = "dumps") -> Iterator[Place]:
        """A new, empty store of this kind."""
        with self.lock:
            self.number += 1
            home = self.home / f"{kind}-{self.number}"
        home.mkdir()
        postgresql = kind == "postgresql"
        url = (
            self.server.create_database() if postgresql else f"sqlite:///{home / 'store.sqlite3'}"
        )
        source = {"name": "all", "path": str(self.home / dumps), "settle_seconds": 0}
        (home / "config.yaml").write_text(json.dumps({"sources": [source]}))
        yield Place(home, url, self.home / dumps)
        if postgresql:
            self.server.drop_database(url)
        shutil.rmtree(home)

    def note(self, kind: str, how: str, process: Any) -> None:
        """Count a kill, if the process did not end by itself before."""
        if process.returncode == -signal.SIGKILL:
            with self.lock:
                self.kills[f"{kind}, {how}"] += 1
        elif process.returncode != 0:
            self.differences.append(f"{kind}, {how}: exit code {process.returncode}")

    def compare(self, kind: str, series: str, place: Place) -> None:
        """Compare a store with the undisturbed one."""
        found = place.results()
        with self.lock:
            self.compared += 1
            done = f"{sum(self.kills.values())} kills, {self.compared} runs compared"
            print(done, file=sys.stderr, flush=True)
            for name, value in found.items():
                if value != self.expected[name]:
                    self.differences.append(f"{kind}, {series}: {name}")


def undisturbed(bench: Bench) -> None:
    """The results that all others must equal, and how many commits a run makes."""
    for kind in ("sqlite", "postgresql"):
        with bench.place(kind) as place:
            started = time.monotonic()
            place.finish("ingest", str(place.dumps))
            bench.seconds = time.monotonic() - started
            found = place.results()
            bench.expected = bench.expected or found
            if found != bench.expected:
                bench.differences.append("the undisturbed runs of both databases")
    # Schema, method, entry, claim and finish of each dump, batches; the goodbye comes last.
    lines = [len(p.read_text().splitlines()) for p in (bench.home / "dumps").iterdir()]
    bench.commits = 3 + sum(2 + -(-count // BATCH) for count in lines) + 1


def at_commit(bench: Bench, kind: str, number: int, moment: str, *, again: bool) -> None:
    """Killed at a commit, with `again` at a random time too, then left alone."""
    with bench.place(kind) as place:
        arguments = (str(number), moment, "ingest", str(place.dumps))
        process = place.start(*arguments, module="tests.faults.stopping")
        process.communicate(timeout=PATIENCE)
        bench.note(kind, f"{moment} a commit", process)
        if again:
            dice = random.Random(f"{bench.options.seed} {number} {moment}")
            at_random(bench, kind, place, dice)
        place.finish("ingest", str(place.dumps))
        bench.compare(kind, f"{moment} commit {number}", place)


def at_random(bench: Bench, kind: str, place: Place, dice: random.Random, *words: str) -> None:
    process = place.start(*(words or ("ingest", str(place.dumps))))
    time.sleep(bench.seconds * dice.uniform(0.3, 1.0))
    process.kill()
    process.communicate()
    bench.note(kind, f"{(words or ('ingest',))[0]} at random", process)


def series_of_once(bench: Bench, kind: str, dice: random.Random) -> None:
    """Rounds for cron, killed three times, then left alone."""
    with bench.place(kind) as place:
        for _ in range(3):
            at_random(bench, kind, place, dice, "run", "--once")
        place.finish("run", "--once")
        bench.compare(kind, "run --once", place)


def series_of_two(bench: Bench, kind: str, dice: random.Random) -> None:
    """Two that share the dumps; one is killed, the other must do all of it."""
    with bench.place(kind) as place:
        other = place.start("ingest", str(place.dumps))
        at_random(bench, kind, place, dice)
        other.communicate(timeout=PATIENCE)
        bench.note(kind, "the other of two", other)
        bench.compare(kind, "one of two", place)


def kill_on(bench: Bench, kind: str) -> None:
    """All series on one kind of database, until its share of the kills is done."""
    dice = random.Random(f"{bench.options.seed} {kind}")
    points = [(n, m) for n in range(1, bench.commits + 1) for m in ("before", "after")]
    share = bench.options.kills // 2

    def done() -> int:
        return sum(count for name, count in bench.kills.items() if name.startswith(kind))

    for series in (series_of_once, series_of_two):
        series(bench, kind, dice)
    share -= done()
    points = dice.sample(points, max(0, min(share, len(points))))
    for at, (number, moment) in enumerate(points):
        at_commit(bench, kind, number, moment, again=at < share - len(points))
    while bench.options.kills // 2 - done() > 0:
        series_of_once(bench, kind, dice)


def ingest_together(place: Place, processes: int, *, shared: bool) -> dict[str, Any]:
    """Several processes on the same dumps; what they did, and how long the longest took."""
    # A field that no record has: other options are other work, which is not shared.
    extra = [[] if shared else ["--map", f"author=nothing{i}"] for i in range(processes)]
    started = [
        place.start("ingest", str(place.dumps), *more, "--format", "json") for more in extra
    ]
    told = []
    for process in started:
        out, err = process.communicate(timeout=PATIENCE)
        if process.returncode != 0:
            raise RuntimeError(err.decode())
        told.append(json.loads(out))
    stored = sum(each["stored"] for each in told)
    seconds = max(each["seconds"] for each in told)
    return {
        "stored": stored,
        "seconds": seconds,
        "records stored/s": round(stored / seconds, 1),
        "dumps of each": [each["dumps"] for each in told],
    }


@contextmanager
def lock_waits(url: str) -> Iterator[dict[str, Any]]:
    """Samples who waits for a lock on a PostgreSQL database, 20 times a second."""
    found: dict[str, Any] = {}
    ended = threading.Event()
    samples: list[tuple[int, int]] = []

    def watch() -> None:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            while not ended.wait(0.05):
                row = connection.execute(text(WAITING), {"name": engine.url.database}).one()
                samples.append((row[0], row[1]))
        engine.dispose()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
        waiting = [each for each in samples if each[0]]
        found["samples with a lock wait"] = f"{len(waiting)} of {len(samples)}"
        found["for a turn to write"] = sum(1 for each in samples if each[1])
        found["longest queue"] = max((each[0] for each in samples), default=0)


def speed(bench: Bench) -> None:
    make_dumps(bench.home / "pages", bench.options.pages, bench.options.seed, pages=True)
    results = []
    for kind, processes, shared in (
        ("postgresql", 1, True),
        ("postgresql", 2, True),
        ("postgresql", 4, True),
        ("postgresql", 2, False),
        ("sqlite", 1, True),
        ("sqlite", 2, True),
    ):
        with bench.place(kind, "pages") as place:
            watched = lock_waits(place.url) if kind == "postgresql" else closing(_Nothing())
            with watched as waits:
                told = ingest_together(place, processes, shared=shared)
            seen = {"database": kind, "processes": processes, "shared": shared}
            told |= waits if kind == "postgresql" else {}
            results.append(seen | told)
            print(json.dumps(results[-1]), flush=True)


class _Nothing:
    def close(self) -> None:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--articles", type=int, default=120, help="of the dumps for the kills")
    parser.add_argument("--pages", type=int, default=600, help="of the dumps for the speed")
    parser.add_argument("--no-speed", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        with private_server(find_binaries()) as server:
            bench = Bench(home, server, options)
            make_dumps(home / "dumps", options.articles, options.seed)
            if options.kills:
                undisturbed(bench)
                with ThreadPoolExecutor(2) as threads:
                    list(threads.map(lambda kind: kill_on(bench, kind), ("sqlite", "postgresql")))
            told = {
                "PostgreSQL": server.version,
                "kills survived": sum(bench.kills.values()),
                **bench.kills,
                "runs compared": bench.compared,
                "differences": len(bench.differences),
                "which": bench.differences,
            }
            print(json.dumps(told, indent=2), flush=True)
            if not options.no_speed:
                speed(bench)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 1 if bench.differences else 0


if __name__ == "__main__":
    sys.exit(main())
