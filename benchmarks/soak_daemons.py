"""The daemons of the soak: started, killed, stopped, told to read their configuration again.

Their clock is the system's plus what a file says, by a small library (`soak_clock.c`) that is
compiled here and loaded before the C library: neither the daemon nor its libraries know. Where
there is no C compiler, the clock does not jump.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soak_world import SETTLE_SECONDS

with suppress(ModuleNotFoundError):  # `needed` tells it
    import psutil

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0


@dataclass(frozen=True)
class Sample:
    """The first daemon at one time; `family` is its memory with that of its children (bytes)."""

    minute: float
    own: int
    family: int
    threads: int
    handles: int
    generation: int


@dataclass
class Daemons:
    """The daemon that is always there, and a second one at times."""

    home: Path
    url: str
    dice: random.Random
    library: Path | None
    first: subprocess.Popen[bytes] | None = None
    second: subprocess.Popen[bytes] | None = None
    generation: int = 0
    starts: int = 0
    kills: int = 0
    stops: int = 0
    hangups: int = 0
    refusals: int = 0
    jumps: int = 0
    stop_seconds: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def configure(self, **changes: Any) -> None:
        """Write the configuration."""
        plain = {"schedule": "2s", "settle_seconds": SETTLE_SECONDS}
        sources = [
            {"name": "whole", "path": "whole", "finished": "move", "move_to": "done", **plain},
            {"name": "grow", "path": "grow", "follow": True, **plain},
            {"name": "slow", "path": "slow", "finished": "delete", **plain},
            {"name": "broken", "path": "broken", **plain, "schedule": "5s"},
        ]
        config = {
            "workers": 2,
            "batch_records": 50,
            "sources": sources,
            "daemon": {"lease_seconds": 8, "stop_seconds": 30},
            **changes,
        }
        passing = self.home / "config.yaml.new"
        passing.write_text(json.dumps(config))  # JSON is YAML
        passing.replace(self.home / "config.yaml")

    def environment(self) -> dict[str, str]:
        """Of every process: our package, the store, and the clock that can be set."""
        own = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_")}
        own |= {"PYTHONPATH": str(ROOT), "AGGREGATOR_DATABASE_URL": self.url}
        if self.library is not None:
            own |= {
                "LD_PRELOAD": str(self.library),
                "SOAK_CLOCK": str(self.home / "clock"),
            }
        return own

    def call(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "aggregator", *words],
            cwd=self.home,
            env={**self.environment(), **environment},
            check=False,
            capture_output=True,
            text=True,
        )

    def start(self) -> subprocess.Popen[bytes]:
        """Start a daemon; their log lines go to one file."""
        self.starts += 1
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "aggregator", "run", "--log-format", "json"],
                cwd=self.home,
                env=self.environment(),
                stderr=log,
            )

    def start_first(self) -> None:
        """Start the one that is always there."""
        self.first = self.start()
        self.generation += 1

    def end(self, daemon: subprocess.Popen[bytes], number: signal.Signals) -> None:
        """End a daemon, and see that nothing of it stays."""
        try:
            children = psutil.Process(daemon.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        began = time.monotonic()
        daemon.send_signal(number)
        code = daemon.wait(PATIENCE)
        if number is signal.SIGKILL:
            self.kills += 1
        else:
            self.stops += 1
            self.stop_seconds.append(time.monotonic() - began)
            if code != 0:
                self.problems.append(f"{number.name} ended with exit code {code}")
        _gone, alive = psutil.wait_procs(children, timeout=90)
        if alive:
            self.problems.append(f"{len(alive)} processes outlived their daemon")

    def disturb(self) -> None:
        """Kill or stop the first daemon and start it again, or let a second one come or go."""
        number = self.dice.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
        if self.second is not None and self.dice.random() < 0.5:
            self.end(self.second, number)
            self.second = None
            return
        if self.second is None and self.dice.random() < 0.4:
            self.second = self.start()
            return
        assert self.first is not None
        owner = f":{self.first.pid}:"
        self.end(self.first, number)
        if number is signal.SIGKILL and not any(
            owner in each["owner"] and each["state"] == "dead" for each in self.status()["daemons"]
        ):
            self.problems.append("status does not call a killed daemon dead")
        self.start_first()

    def status(self) -> dict[str, Any]:
        """What ``aggregator status`` says."""
        found: dict[str, Any] = json.loads(self.call("status", "--format", "json").stdout)
        return found

    def hang_up(self) -> None:
        """Let the first daemon read its configuration again, sometimes one with a mistake."""
        assert self.first is not None
        events, change = "configuration changed", {"alarms": {"silent_hours": self.hangups + 1}}
        if self.dice.random() < 0.3:
            events, change = "configuration refused", {"sources": [{"name": "x"}]}
            self.refusals += 1
        self.hangups += 1
        before = self.logged(events)
        if not self.logged_since_start("started"):
            return  # too early: nobody would hear it
        self.configure(**change)
        self.first.send_signal(signal.SIGHUP)
        if not self.waited(lambda: self.logged(events) > before):
            self.problems.append(f"no {events!r} after SIGHUP")
        self.configure()

    def logged(self, event: str) -> int:
        """How often something stands in the log."""
        return (self.home / "log").read_text().count(f'"event": "{event}')

    def logged_since_start(self, event: str) -> bool:
        """Whether the first daemon said so itself."""
        assert self.first is not None
        needle = f":{self.first.pid}:"
        lines = (self.home / "log").read_text().splitlines()
        return any(f'"event": "{event}"' in line and needle in line for line in lines)

    def waited(self, what: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Wait until something is so; False when it does not become so."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if what():
                return True
            time.sleep(0.5)
        return False

    def jump(self) -> None:
        """Set the clock, if that can be done."""
        if self.library is None:
            return
        seconds = self.dice.choice([-86400, -7200, -600, 0, 600, 7200, 86400])
        passing = self.home / "clock.new"
        passing.write_text(str(seconds))
        passing.replace(self.home / "clock")
        self.jumps += 1

    def sample(self) -> None:
        """Measure the first daemon; one that ended by itself is a problem."""
        assert self.first is not None
        try:
            process = psutil.Process(self.first.pid)
            own = process.memory_info().rss
            children = sum(each.memory_info().rss for each in process.children(recursive=True))
            minute = (time.monotonic() - self.began) / 60
            threads, handles = process.num_threads(), process.num_fds()
        except psutil.NoSuchProcess:
            if self.first.poll() is not None:
                self.problems.append(f"the daemon ended by itself: {self.first.returncode}")
                self.start_first()
            return
        found = Sample(minute, own, own + children, threads, handles, self.generation)
        self.samples.append(found)

    def end_all(self) -> None:
        """Stop what runs."""
        for daemon in (self.first, self.second):
            if daemon is not None and daemon.poll() is None:
                self.end(daemon, signal.SIGTERM)
        self.first = self.second = None

    def kill_all(self) -> None:
        """End what runs, whatever happened."""
        for daemon in (self.first, self.second):
            if daemon is not None and daemon.poll() is None:
                daemon.kill()


def compiled_clock(home: Path) -> Path | None:
    """The library that lets the clock jump; None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    library, source = home / "soak_clock.so", Path(__file__).with_name("soak_clock.c")
    subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True
    )
    return library
