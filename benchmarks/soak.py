"""A soak of the daemon: files dropped at random, kills, clock jumps, a slow and a broken source.

    python benchmarks/soak.py [--minutes 20] [--database URL] [--keep DIR] [--picture soak.png]

A daemon watches four folders: whole files (moved in, or written slowly in place), growing JSON
lines, a slow source of large dumps, and a broken one with damaged files and a folder that comes
and goes. The driver writes invented articles, ends the daemon by SIGKILL or SIGTERM every minute
or two, and sets its clock forward and back (a file that the daemon's clock reads). At the end
the driver waits until all is read, and prints what was lost, what was read twice, and how memory,
threads and file handles went; exit code 1 if anything is wrong. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
WORDS = [f"{a}{b}" for a in "bar cel dor fen gal hut".split() for b in range(400)]
SAMPLE_SECONDS = 5.0

DAEMON = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
import apscheduler.executors.base, apscheduler.schedulers.base

class Skewed(datetime):
    "The time, plus what a file says."
    @classmethod
    def now(cls, tz=None):
        try:
            skew = float(Path("skew").read_text() or 0)
        except (OSError, ValueError):
            skew = 0.0
        return (datetime.now(UTC) + timedelta(seconds=skew)).astimezone(tz)

apscheduler.schedulers.base.datetime = Skewed
import aggregator.scheduler.clock as clock
import aggregator.scheduler.timetable as timetable
timetable.datetime = Skewed
made = clock.Clock.__init__
clock.Clock.__init__ = lambda self: made(self, lambda: Skewed.now(UTC), time.monotonic)
from aggregator.cli import main
main()
"""


@dataclass
class Sample:
    """The daemon at one time; memory includes its cleaning processes (bytes)."""

    minute: float
    memory: int
    own_memory: int
    threads: int
    handles: int
    generation: int


@dataclass
class Soak:
    """The state of the driver."""

    home: Path
    url: str
    dice: random.Random
    delivered: set[str] = field(default_factory=set)
    """Addresses of all articles that were written whole."""
    broken: int = 0
    samples: list[Sample] = field(default_factory=list)
    kills: int = 0
    stops: int = 0
    slow_stops: list[float] = field(default_factory=list)
    jumps: int = 0
    generation: int = 0
    number: int = 0
    growing: int = 0
    slow_file: tuple[Path, list[str]] | None = None
    daemon: subprocess.Popen[bytes] | None = None
    problems: list[str] = field(default_factory=list)


def record(soak: Soak) -> str:
    """A new article as a JSON line; every tenth is a lightly edited copy of one before."""
    soak.number += 1
    url = f"https://site{soak.number % 7}.example/{soak.number}"
    seed = soak.number // 10 if soak.number % 10 == 0 else soak.number * 1000
    words = random.Random(seed).choices(WORDS, k=120)
    if soak.number % 10 == 0:
        words.append(f"copy{soak.number}")
    soak.delivered.add(url)
    return (
        json.dumps({"url": url, "title": f"Report {seed}", "text": " ".join(words) + "."}) + "\n"
    )


def drop(soak: Soak) -> None:
    """One action of the outside world."""
    action = soak.dice.choices(
        ["whole", "gzip", "slowly", "grow", "large", "damaged", "again", "vanish"],
        [5, 3, 3, 8, 1, 1, 1, 1],
    )[0]
    count = soak.dice.randint(1, 15)
    name = f"{soak.number:07}"
    if action == "whole":
        passing = soak.home / "whole" / f"{name}.jsonl.part"
        passing.write_text("".join(record(soak) for _ in range(count)))
        passing.rename(passing.with_suffix(""))
    elif action == "gzip":
        data = "".join(record(soak) for _ in range(count)).encode()
        (soak.home / "whole" / f"{name}.jsonl.gz").write_bytes(gzip.compress(data))
    elif action == "slowly" and soak.slow_file is None:
        soak.slow_file = (
            soak.home / "whole" / f"{name}.jsonl",
            [record(soak) for _ in range(count)],
        )
    elif action == "grow":
        with (soak.home / "grow" / f"{soak.growing:03}.jsonl").open("a") as out:
            out.writelines(record(soak) for _ in range(count))
        soak.growing += soak.dice.random() < 0.02
    elif action == "large":
        (soak.home / "large" / f"{name}.jsonl").write_text(
            "".join(record(soak) for _ in range(800))
        )
    elif action == "damaged":
        data = gzip.compress(os.urandom(20000) + b"\n")
        (soak.home / "broken" / f"{name}.jsonl.gz").write_bytes(data[: len(data) // 2])
        soak.broken += 1
    elif action == "again":
        done = list((soak.home / "done").glob("*.jsonl*"))
        if done:
            again = soak.dice.choice(done)
            (soak.home / "whole" / f"again-{name}{again.suffix}").write_bytes(again.read_bytes())
    elif action == "vanish":
        folder, away = soak.home / "broken", soak.home / "broken.away"
        folder.rename(away) if folder.exists() else None
        time.sleep(0.5)
        away.rename(folder)


def write_slowly(soak: Soak) -> None:
    """One more line, in two halves, of the file that is written in its place."""
    if soak.slow_file is None:
        return
    path, left = soak.slow_file
    line = left.pop(0)
    with path.open("a") as out:
        out.write(line[: len(line) // 2])
        out.flush()
        time.sleep(0.3)
        out.write(line[len(line) // 2 :])
    if not left:
        soak.slow_file = None


def start(soak: Soak) -> None:
    log = (soak.home / "log").open("ab")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "AGGREGATOR_DATABASE_URL": soak.url}
    soak.daemon = subprocess.Popen(
        [sys.executable, "-c", DAEMON, "run", "--log-format", "json"],
        cwd=soak.home,
        env=environment,
        stderr=log,
    )
    log.close()
    soak.generation += 1


def stop(soak: Soak, number: signal.Signals) -> None:
    daemon = soak.daemon
    assert daemon is not None
    children = psutil.Process(daemon.pid).children(recursive=True)
    began = time.monotonic()
    daemon.send_signal(number)
    code = daemon.wait(120)
    if number is signal.SIGTERM:
        soak.stops += 1
        soak.slow_stops.append(time.monotonic() - began)
        if code != 0:
            soak.problems.append(f"SIGTERM ended with exit code {code}")
    else:
        soak.kills += 1
    _gone, alive = psutil.wait_procs(children, timeout=90)
    if alive:
        soak.problems.append(f"{len(alive)} processes outlived their daemon")


def sample(soak: Soak, began: float) -> None:
    assert soak.daemon is not None
    try:
        process = psutil.Process(soak.daemon.pid)
        family = [process, *process.children(recursive=True)]
        memory = sum(each.memory_info().rss for each in family)
        soak.samples.append(
            Sample(
                (time.monotonic() - began) / 60,
                memory,
                process.memory_info().rss,
                process.num_threads(),
                process.num_fds(),
                soak.generation,
            )
        )
    except psutil.NoSuchProcess:
        soak.problems.append("the daemon ended by itself")
        start(soak)


def prepare(home: Path) -> None:
    for name in ("whole", "grow", "large", "broken"):
        (home / name).mkdir(parents=True)
    plain = {"schedule": "2s", "settle_seconds": 3}
    sources = [
        {"name": "whole", "path": "whole", "finished": "move", "move_to": "done", **plain},
        {"name": "grow", "path": "grow", "follow": True, **plain},
        {"name": "large", "path": "large", "finished": "delete", **plain},
        {"name": "broken", "path": "broken", **plain, "schedule": "5s"},
    ]
    config = {
        "workers": 2,
        "batch_records": 50,
        "sources": sources,
        "daemon": {"lease_seconds": 8},
    }
    (home / "config.yaml").write_text(json.dumps(config))


def soak_for(soak: Soak, minutes: float, calm_minutes: float) -> None:
    """Drop files, kill and set the clock; the last minutes without kills show the memory."""
    began = time.monotonic()
    end, calm = began + minutes * 60, began + (minutes - calm_minutes) * 60
    next_sample, next_kill, next_jump = began, began + 45, began + 70
    start(soak)
    while (now := time.monotonic()) < end:
        drop(soak)
        write_slowly(soak)
        time.sleep(soak.dice.uniform(0.1, 1.2))
        if now >= next_sample:
            sample(soak, began)
            next_sample = now + SAMPLE_SECONDS
        if now >= next_kill and now < calm:
            stop(soak, soak.dice.choice([signal.SIGKILL, signal.SIGTERM]))
            start(soak)
            next_kill = now + soak.dice.uniform(30, 90)
        if now >= next_jump:
            (soak.home / "skew").write_text(str(soak.dice.choice([-7200, -600, 0, 600, 86400])))
            soak.jumps += 1
            next_jump = now + soak.dice.uniform(60, 120)


def drain(soak: Soak) -> None:
    """Let the daemon read what is left, and end it."""
    while soak.slow_file is not None:
        write_slowly(soak)
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and missing(soak):
        time.sleep(2)
    stop(soak, signal.SIGTERM)


def query(soak: Soak, statement: str) -> list[tuple[Any, ...]]:
    if soak.url.startswith("sqlite:///"):
        with sqlite3.connect(soak.url.removeprefix("sqlite:///"), timeout=60) as connection:
            return connection.execute(statement).fetchall()
    import psycopg

    with psycopg.connect(soak.url) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[call-overload]


def missing(soak: Soak) -> set[str]:
    """Addresses of delivered articles that are not in the store."""
    found = query(soak, "SELECT page_url FROM articles WHERE role = 'main'")
    return soak.delivered - {url for (url,) in found}


def judge(soak: Soak) -> dict[str, Any]:
    """What the store holds at the end, and whether all is well."""
    (total, distinct) = query(soak, "SELECT count(*), count(DISTINCT page_url) FROM articles")[0]
    (wrong,) = query(
        soak, "SELECT count(*) FROM dump_log WHERE read <> stored + known + rejected"
    )[0]
    (revised,) = query(soak, "SELECT coalesce(sum(revised), 0) FROM dump_log")[0]
    rejected = query(
        soak,
        "SELECT d.path, r.reason FROM rejected_records r JOIN dump_log d"
        " ON d.dump_id = r.dump_id WHERE d.path NOT LIKE '%/broken/%'",
    )
    check = subprocess.run(
        [sys.executable, "-m", "aggregator", "db", "check"],
        cwd=soak.home,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AGGREGATOR_DATABASE_URL": soak.url},
        check=False,
        capture_output=True,
        text=True,
    )
    calm = [s for s in soak.samples if s.generation == soak.generation]
    quarter = max(1, len(calm) // 4)
    return {
        "articles delivered": len(soak.delivered),
        "articles stored": total,
        "lost": len(missing(soak)),
        "double": total - distinct,
        "unknown": distinct - len(soak.delivered),
        "revised (a half line would be one)": revised,
        "dumps whose counts do not add up": wrong,
        "rejections outside the broken source": len(rejected),
        "db check exit code": check.returncode,
        "problems": soak.problems,
        "kills": soak.kills,
        "stops": soak.stops,
        "slowest stop (s)": round(max(soak.slow_stops, default=0), 1),
        "clock jumps": soak.jumps,
        "daemon memory, early and late (MB)": [
            round(sum(s.own_memory for s in part) / len(part) / 1e6, 1)
            for part in (calm[quarter : 2 * quarter], calm[-quarter:])
            if part
        ],
        "threads (min, max)": [min(s.threads for s in calm), max(s.threads for s in calm)],
        "file handles (min, max)": [min(s.handles for s in calm), max(s.handles for s in calm)],
    }


def draw(soak: Soak, picture: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9, 6), sharex=True)
    minutes = [s.minute for s in soak.samples]
    above.plot(minutes, [s.memory / 1e6 for s in soak.samples], label="with cleaning processes")
    above.plot(minutes, [s.own_memory / 1e6 for s in soak.samples], label="daemon alone")
    above.set_ylabel("memory (MB)")
    below.plot(minutes, [s.threads for s in soak.samples], label="threads")
    below.plot(minutes, [s.handles for s in soak.samples], label="file handles")
    below.set_xlabel("minutes")
    starts = [b.minute for a, b in pairwise(soak.samples) if a.generation != b.generation]
    for axes in (above, below):
        axes.set_ylim(bottom=0)
        axes.legend(loc="lower right")
        for minute in starts:
            axes.axvline(minute, color="lightgrey", linewidth=0.7)
    above.set_title("daemon in the soak; grey lines are restarts")
    figure.tight_layout()
    figure.savefig(picture, dpi=110)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--database", help="URL; default an SQLite file of its own")
    parser.add_argument("--keep", type=Path, help="a new folder for everything")
    parser.add_argument("--picture", type=Path, default=Path("soak.png"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    home = (options.keep or Path(tempfile.mkdtemp(prefix="soak-"))).resolve()
    prepare(home)
    url = options.database or f"sqlite:///{home / 'store.sqlite3'}"
    soak = Soak(home, url, random.Random(options.seed))
    try:
        soak_for(soak, options.minutes, calm_minutes=options.minutes * 0.4)
        drain(soak)
    finally:
        if soak.daemon is not None and soak.daemon.poll() is None:
            soak.daemon.kill()
    result = judge(soak)
    print(json.dumps(result, indent=2))
    try:
        draw(soak, options.picture)
    except ImportError:
        print("no picture: matplotlib is not installed", file=sys.stderr)
    bad = ("lost", "double", "unknown", "dumps whose counts do not add up", "db check exit code")
    failed = [key for key in (*bad, "rejections outside the broken source") if result[key]]
    return 1 if failed or soak.problems else 0


if __name__ == "__main__":
    sys.exit(main())
