"""How fast several processes fill one store, and what waits for locks meanwhile."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks.faults_world import Failed, Place, World, make_dumps, told_in_time

with suppress(ModuleNotFoundError):  # `needed` tells it
    import psutil

SETTINGS = (
    ("postgresql", 1, True),
    ("postgresql", 2, True),
    ("postgresql", 4, True),
    ("postgresql", 2, False),
    ("sqlite", 1, True),
    ("sqlite", 2, True),
)
"""Kind of database, processes, and whether they share the dumps."""
WAITING = """
SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'),
       count(*) FILTER (WHERE wait_event_type = 'Lock' AND wait_event = 'advisory')
FROM pg_stat_activity WHERE datname = :name
"""
LOOK_SECONDS = 0.05


def speed(world: World, pages: int, seed: int) -> None:
    """Print a line of figures for each setting."""
    make_dumps(world.home / "pages", pages, seed, pages=True)
    for kind, processes, shared in SETTINGS:
        with world.place(kind, "pages") as place:
            place.finish("db", "upgrade")
            watched = lock_waits(place.url) if kind == "postgresql" else nullcontext({})
            with watched as waits, consumption() as used:
                told = ingest_together(place, processes, shared=shared)
            seen = {"database": kind, "processes": processes, "shared": shared}
            spent = used["processor seconds"] + used["of the server"]
            used["records stored per processor second"] = round(told["stored"] / spent, 1)
            print(json.dumps(seen | told | used | waits), flush=True)


def ingest_together(place: Place, processes: int, *, shared: bool) -> dict[str, Any]:
    """Several processes on the same dumps; what they did, and how long the longest took."""
    # A field that no record has: other options are other work, which is not shared.
    extra = [[] if shared else ["--map", f"author=nothing{i}"] for i in range(processes)]
    started = [
        place.start("ingest", str(place.dumps), *more, "--format", "json") for more in extra
    ]
    told = []
    for process in started:
        out, err = told_in_time(process)
        if process.returncode != 0:
            raise Failed(err)
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
def watched(watch: Callable[[threading.Event], None]) -> Iterator[None]:
    """Have a thread watch while the block runs; the event tells it to end."""
    ended = threading.Event()
    thread = threading.Thread(target=watch, args=(ended,))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def consumption() -> Iterator[dict[str, Any]]:
    """Processor time of all processes below this one, and how busy the machine was altogether.

    The rate per processor second can be compared where others work on the same cores.
    """
    found: dict[str, Any] = {}
    before, last = _times(), {}
    psutil.cpu_percent()

    def watch(ended: threading.Event) -> None:
        while not ended.wait(LOOK_SECONDS):
            last.update(_times())

    try:
        with watched(watch):
            yield found
    finally:
        used: Counter[bool] = Counter()
        for process, (server, seconds) in last.items():
            used[server] += seconds - before.get(process, (server, 0.0))[1]
        found["processor seconds"] = round(used[False], 1)
        found["of the server"] = round(used[True], 1)
        found["cores busy"] = round(psutil.cpu_percent() / 100, 2)


def _times() -> dict[psutil.Process, tuple[bool, float]]:
    """Of each process below this one: whether it is the server's, and its processor time."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            found[process] = (process.name().startswith("postgres"), times.user + times.system)
    return found


@contextmanager
def lock_waits(url: str) -> Iterator[dict[str, Any]]:
    """Samples who waits for a lock on a PostgreSQL database, 20 times a second."""
    found: dict[str, Any] = {}
    samples: list[tuple[int, int]] = []

    def watch(ended: threading.Event) -> None:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            while not ended.wait(LOOK_SECONDS):
                row = connection.execute(text(WAITING), {"name": engine.url.database}).one()
                samples.append((row[0], row[1]))
        engine.dispose()

    try:
        with watched(watch):
            yield found
    finally:
        waiting = [each for each in samples if each[0]]
        found["samples with a lock wait"] = f"{len(waiting)} of {len(samples)}"
        found["for a turn to write"] = sum(1 for each in samples if each[1])
        found["longest queue"] = max((each[0] for each in samples), default=0)
