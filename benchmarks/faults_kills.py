"""Series of kills: what killed processes leave must end as if nobody had been killed."""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.faults_world import BATCH, Failed, Place, Process, World, told_in_time

KINDS = ("sqlite", "postgresql")
SMALL = {"AGGREGATOR_BATCH_RECORDS": str(BATCH)}
MOST_EXTRA = 100
"""Series at random times that fill up the number of kills, at most: not every one is in time."""


@dataclass
class Series:
    """One store that was disturbed, and then finished."""

    kind: str
    name: str
    kills: dict[str, int] = field(default_factory=dict)
    """By how they came."""
    compared: int = 0
    differences: list[str] = field(default_factory=list)

    def ended(self, how: str, process: Process, said: str) -> None:
        """Count a kill, if the process did not end by itself before."""
        if process.returncode == -signal.SIGKILL:
            self.kills[how] = self.kills.get(how, 0) + 1
        elif process.returncode != 0:
            self.differences.append(f"{how}: exit code {process.returncode}: {said}")

    def compare(self, place: Place, expected: dict[str, bytes]) -> None:
        """Compare a store with the undisturbed one."""
        found = place.results()
        self.compared += 1
        self.differences += [name for name in found if found[name] != expected[name]]


@dataclass(frozen=True)
class Undisturbed:
    """What a run does that nobody disturbs."""

    results: dict[str, bytes]
    commits: int
    """Transactions of its main thread that write."""
    seconds: float


def undisturbed(world: World) -> Undisturbed:
    """The results that all others must equal; raises Failed if the databases differ."""
    found, seconds, commits = [], 0.0, 0
    for kind in KINDS:
        with world.place(kind) as place:
            count = ("0", "before", "ingest", str(place.dumps))
            started = time.monotonic()
            _out, err = place.finish(*count, module="tests.faults.stopping")
            seconds = time.monotonic() - started
            commits = int(err.rpartition("commits: ")[2])
            found.append(place.results())
    if found[0] != found[1]:
        raise Failed("the undisturbed runs of both databases differ")
    return Undisturbed(found[0], commits, seconds)


class Journal:
    """The series that are done; kept in a file, so that an interrupted run can be gone on with."""

    def __init__(self, path: Path | None, options: dict[str, Any]) -> None:
        self.series: list[Series] = []
        self._path, self._lock = path, threading.Lock()
        if path is None:
            return
        lines = path.read_text().splitlines() if path.exists() else []
        if not lines:
            path.write_text(json.dumps(options) + "\n")
        elif json.loads(lines[0]) != options:
            raise Failed(f"{path}: is of a run with other options: {lines[0]}")
        self.series = [Series(**json.loads(line)) for line in lines[1:]]

    def add(self, series: Series) -> None:
        """Keep a series, and say how far we are."""
        with self._lock:
            self.series.append(series)
            if self._path is not None:
                with self._path.open("a") as file:
                    file.write(json.dumps(asdict(series)) + "\n")
            told = self.summary()
        done = ", ".join(f"{told[name]} {name}" for name in ("kills", "compared", "differences"))
        print(f"{done} (last: {series.kind}, {series.name})", file=sys.stderr, flush=True)

    def find(self, kind: str, name: str) -> Series | None:
        """A series that is done."""
        with self._lock:
            return next((s for s in self.series if (s.kind, s.name) == (kind, name)), None)

    def kills_on(self, kind: str) -> int:
        """So many processes were killed on this kind of database."""
        with self._lock:
            return sum(sum(each.kills.values()) for each in self.series if each.kind == kind)

    def summary(self) -> dict[str, Any]:
        """The figures of all series."""
        by_way: Counter[str] = Counter()
        for each in self.series:
            by_way.update({f"{each.kind}, {how}": n for how, n in each.kills.items()})
        differences = [
            f"{each.kind}, {each.name}: {difference}"
            for each in self.series
            for difference in each.differences
        ]
        return {
            "kills": by_way.total(),
            "by way": dict(sorted(by_way.items())),
            "compared": sum(each.compared for each in self.series),
            "differences": len(differences),
            "which": differences,
        }


@dataclass(frozen=True)
class Killer:
    """Kills on one kind of database."""

    world: World
    kind: str
    model: Undisturbed
    journal: Journal
    seed: int

    def run(self, kills: int) -> None:
        """All series, until so many processes were killed."""
        dice = random.Random(f"{self.seed} {self.kind}")
        self.series("run --once 0", self.once)
        self.series("one of two", self.two)
        points = [(n, m) for n in range(1, self.model.commits + 1) for m in ("before", "after")]
        dice.shuffle(points)
        for at, (number, moment) in enumerate(points):
            left = kills - self.journal.kills_on(self.kind)
            if left <= 0:
                break
            again = left > len(points) - at
            self.series(f"{moment} commit {number}", self.at_commit(number, moment, again=again))
        for extra in range(1, MOST_EXTRA + 1):
            if self.journal.kills_on(self.kind) >= kills:
                break
            self.series(f"run --once {extra}", self.once)

    def series(self, name: str, work: Callable[[Series, Place, random.Random], None]) -> None:
        """Do one series, if it was not done before; what fails in it is a difference."""
        if self.journal.find(self.kind, name) is not None:
            return
        series = Series(self.kind, name)
        dice = random.Random(f"{self.seed} {self.kind} {name}")
        try:
            with self.world.place(self.kind) as place:
                work(series, place, dice)
                series.compare(place, self.model.results)
        except Failed as error:
            series.differences.append(str(error))
        self.journal.add(series)

    def at_random(self, series: Series, place: Place, dice: random.Random, *words: str) -> None:
        """Kill a command at a random time."""
        process = place.start(*words, **SMALL)
        time.sleep(self.model.seconds * dice.uniform(0.3, 1.0))
        process.kill()
        _out, said = told_in_time(process)
        series.ended(f"{words[0]} at random", process, said)

    def once(self, series: Series, place: Place, dice: random.Random) -> None:
        """Rounds for cron, killed three times, then left alone."""
        for _ in range(3):
            self.at_random(series, place, dice, "run", "--once")
        place.finish("run", "--once")

    def two(self, series: Series, place: Place, dice: random.Random) -> None:
        """Two that share the dumps; one is killed, the other must do all of it."""
        other = place.start("ingest", str(place.dumps), **SMALL)
        try:
            self.at_random(series, place, dice, "ingest", str(place.dumps))
        finally:
            _out, said = told_in_time(other)
        series.ended("the other of two", other, said)

    def at_commit(
        self, number: int, moment: str, *, again: bool
    ) -> Callable[[Series, Place, random.Random], None]:
        """Killed at a commit, with `again` at a random time too, then left alone."""

        def work(series: Series, place: Place, dice: random.Random) -> None:
            words = (str(number), moment, "ingest", str(place.dumps))
            process = place.start(*words, module="tests.faults.stopping", **SMALL)
            _out, said = told_in_time(process)
            series.ended(f"{moment} a commit", process, said)
            if again:
                self.at_random(series, place, dice, "ingest", str(place.dumps))
            place.finish("ingest", str(place.dumps))

        return work


def kill(world: World, journal: Journal, kills: int, seed: int) -> None:
    """Kill so many processes, half of them on each kind of database."""
    model = undisturbed(world)
    print(f"undisturbed: {model.seconds:.1f} s, {model.commits} commits", file=sys.stderr)
    killers = [Killer(world, kind, model, journal, seed) for kind in KINDS]
    with ThreadPoolExecutor(len(KINDS)) as threads:
        for _ in threads.map(lambda each: each.run(kills // len(KINDS)), killers):
            pass
