"""Real daemons in processes of their own: signals, claims, death, health and status."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.running import Cli, free_port
from tests.scheduler.news import lines
from tests.stores import opened, rows

ROOT = Path(__file__).parents[2]
MANY = 120
PATIENCE = 240.0
"""Seconds after which something that must happen has not."""


class Place:
    """A configuration, a watched folder and a store, and the command that works on them."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        self.folder = home / "in"
        self.folder.mkdir()
        self.started: list[subprocess.Popen[str]] = []

    def configure(self, settings: dict[str, Any] | None = None, **source: Any) -> None:
        plain = {"name": "wire", "path": "in", "schedule": "1s", "settle_seconds": 0}
        config = {
            "workers": 1,
            "batch_records": 2,
            "sources": [{**plain, **source}],
            **(settings or {}),
        }
        (self.home / "config.yaml").write_text(json.dumps(config))  # JSON is YAML

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "aggregator", *words]

    def environment(self) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_")}
        return {**own, "PYTHONPATH": str(ROOT), "AGGREGATOR_DATABASE_URL": self.url}

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        log = (self.home / f"log{len(self.started)}").open("w")
        process = subprocess.Popen(
            self.command(*words),
            cwd=self.home,
            env={**self.environment(), **environment},
            stderr=log,
            text=True,
        )
        log.close()
        self.started.append(process)
        return process

    def log(self, number: int = 0) -> list[dict[str, Any]]:
        """The log lines of a process that were written so far."""
        text = (self.home / f"log{number}").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def events(self, event: str, number: int = 0) -> list[dict[str, Any]]:
        return [line for line in self.log(number) if line["event"] == event]

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = Cli(self.home, self.url).json("status")
        return found


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str) -> Iterator[Place]:
    made = Place(tmp_path, sqlite_url)
    yield made
    end(made)


@pytest.fixture
def either_place(tmp_path: Path, database_url: str) -> Iterator[Place]:
    made = Place(tmp_path, database_url)
    yield made
    end(made)


def end(place: Place) -> None:
    for process in place.started:
        process.kill()
        process.wait()


def wait_for(what: Callable[[], Any], process: subprocess.Popen[str] | None = None) -> Any:
    """Wait until something is so; fails when the process ends before."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := what():
            return found
        assert process is None or process.poll() is None, "the process ended"
        time.sleep(0.05)
    pytest.fail("it did not happen")


def test_one_round_reads_what_is_there_and_says_how_it_ended(place: Place) -> None:
    """`run --once` exits with 3 when records were rejected, and with 1 when a source fails."""
    place.configure()
    (place.folder / "a.jsonl").write_text(lines(1, 3) + "{broken\n")
    assert place.start("run", "--once").wait(PATIENCE) == 3
    (told,) = place.events("dump read")
    assert (told["read"], told["stored"], told["source"]) == (4, 3, "wire")
    assert "Report number" not in (place.home / "log0").read_text()
    place.configure(path="nowhere")
    assert place.start("run", "--once").wait(PATIENCE) == 1
    found = place.status()
    assert [each["state"] for each in found["daemons"]] == ["stopped"]
    assert found["sources"][0]["read"] == 4
    assert [alarm["kind"] for alarm in found["alarms"]] == ["failing_source"]


def test_a_signal_ends_the_daemon_after_its_batch_and_a_kill_is_seen(place: Place) -> None:
    """SIGTERM in the middle of a dump: exit 0, batches whole, no process left; the next daemon
    goes on. After a SIGKILL `status` says dead, and the dump is taken over at once."""
    place.configure({"daemon": {"lease_seconds": 1}})
    (place.folder / "a.jsonl").write_text(lines(1, MANY))
    with opened(place.url) as engine:
        end_and_go_on(place, engine)


def end_and_go_on(place: Place, engine: Engine) -> None:
    def stored() -> int:
        return int(rows(engine, "SELECT coalesce(sum(stored), 0) FROM dump_log")[0][0])

    daemon = place.start("run")
    wait_for(lambda: place.events("started"), daemon)
    wait_for(stored, daemon)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE) == 0
    assert place.events("dump interrupted")
    assert 0 < stored() < MANY
    assert stored() % 2 == 0

    before = stored()
    killed = place.start("run")
    wait_for(lambda: stored() > before, killed)
    wait_for(lambda: place.status()["daemons"][0]["state"] == "working", killed)
    killed.kill()
    killed.wait()
    assert place.status()["daemons"][0]["state"] == "dead"

    last = place.start("run", "--once")
    assert last.wait(PATIENCE) == 0
    assert rows(engine, "SELECT count(*) FROM articles") == [(MANY,)]
    sums = "SELECT sum(stored), sum(read) - sum(stored + known + rejected) FROM dump_log"
    assert rows(engine, sums) == [(MANY, 0)]


def is_reading(engine: Engine) -> bool:
    """Whether the log has a dump that was begun and not ended."""
    return bool(rows(engine, "SELECT 1 FROM dump_log WHERE finished_at IS NULL"))


def test_a_second_signal_ends_at_once(place: Place) -> None:
    """Whoever presses Ctrl-C twice does not wait for a batch; the exit code names the signal."""
    place.configure({"batch_records": 5000})
    (place.folder / "a.jsonl").write_text(lines(1, 5000))
    with opened(place.url) as engine:
        daemon = place.start("run")
        wait_for(lambda: is_reading(engine), daemon)
        daemon.send_signal(signal.SIGINT)
        wait_for(lambda: place.events("stopping"), daemon)
        daemon.send_signal(signal.SIGINT)
        assert daemon.wait(60) == 128 + signal.SIGINT
        assert rows(engine, "SELECT count(*) FROM articles") == [(0,)]


def test_a_batch_that_takes_too_long_is_given_up(place: Place) -> None:
    """The end comes within stop_seconds, with exit code 0 and nothing half stored."""
    place.configure({"batch_records": 5000, "daemon": {"stop_seconds": 0.1}})
    (place.folder / "a.jsonl").write_text(lines(1, 5000))
    with opened(place.url) as engine:
        daemon = place.start("run")
        wait_for(lambda: is_reading(engine), daemon)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(90) == 0
        assert place.events("a batch was given up; it is read again next time")
        assert rows(engine, "SELECT count(*) FROM articles") == [(0,)]
        assert rows(engine, "SELECT owner FROM source_files") == [(None,)]


def test_the_end_comes_also_when_the_database_does_not_answer(place: Place) -> None:
    """A transaction of somebody else that never ends keeps no daemon from ending with 0."""
    place.configure({"batch_records": 5000, "daemon": {"stop_seconds": 0.5}})
    (place.folder / "a.jsonl").write_text(lines(1, 5000))
    with opened(place.url) as engine:
        daemon = place.start("run")
        wait_for(lambda: is_reading(engine), daemon)
        path = place.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as other:
            # From here on nothing of the daemon's is stored, whether it tries to by now or not.
            other.execute("BEGIN IMMEDIATE")
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(90) == 0
        assert is_reading(engine)
        assert rows(engine, "SELECT count(*) FROM articles") == [(0,)]


def test_two_daemons_read_each_dump_once(either_place: Place) -> None:
    """Two daemons on one store share the dumps; none is read twice, none is left."""
    place = either_place
    place.configure()
    for number in range(12):
        (place.folder / f"{number}.jsonl").write_text(lines(number * 4, 4))
    daemons = [place.start("run"), place.start("run")]

    def finished() -> bool:
        return sum(len(place.events("dump read", n)) for n in (0, 1)) >= 12

    wait_for(finished)
    for daemon in daemons:
        daemon.send_signal(signal.SIGTERM)
    assert [daemon.wait(PATIENCE) for daemon in daemons] == [0, 0]
    assert not place.events("health server"), "no port is opened that nobody asked for"
    with opened(place.url) as engine:
        assert rows(engine, "SELECT count(*), sum(known), sum(stored) FROM dump_log") == [
            (12, 0, 48)
        ]


def test_the_configuration_is_read_again_at_a_hangup(place: Place) -> None:
    """SIGHUP says what changed and works by it; a configuration with a mistake changes nothing,
    and the work goes on by the old one."""
    place.configure()
    daemon = place.start("run")
    wait_for(lambda: place.events("started"), daemon)
    place.configure(schedule="never")
    daemon.send_signal(signal.SIGHUP)
    (refused,) = wait_for(lambda: place.events("configuration refused, the old one stays"), daemon)
    assert "sources.wire.schedule" in refused["error"]
    (place.home / "config.yaml").write_text("sources: [")
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: len(place.events("configuration refused, the old one stays")) == 2, daemon)
    (place.folder / "a.jsonl").write_text(lines(5, 1))
    wait_for(lambda: place.events("dump read"), daemon)
    (place.home / "other").mkdir()
    place.configure(path="other")
    daemon.send_signal(signal.SIGHUP)
    (changed,) = wait_for(lambda: place.events("configuration changed"), daemon)
    assert changed["key"] == "sources.wire.path"
    (place.home / "other" / "a.jsonl").write_text(lines(1, 1))
    wait_for(lambda: len(place.events("dump read")) == 2, daemon)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE) == 0


def page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_health_figures_and_service_manager_are_told(place: Place, tmp_path: Path) -> None:
    """The pages answer on the loopback address, and systemd hears of start, life and end."""
    port = free_port()
    place.configure({"metrics": {"port": port}, "daemon": {"lease_seconds": 2}})
    (place.folder / "a.jsonl").write_text(lines(1, 3) + "{broken\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        daemon = place.start("run", **told)
        assert b"READY=1" in manager.recv(1000)
        assert manager.recv(1000) == b"WATCHDOG=1"
        wait_for(lambda: page(port, "/readyz") == (200, "ok\n"), daemon)
        assert page(port, "/healthz") == (200, "ok\n")
        assert place.events("health server")[0]["host"] == "127.0.0.1"
        assert page(port, "/etc/passwd")[0] == 404
        text = wait_for(
            lambda: (
                (t := page(port, "/metrics")[1])
                and "aggregator_articles 3.0" in t
                and 'success_timestamp_seconds{source="wire"}' in t
                and t
            ),
            daemon,
        )
        for line in (
            'aggregator_records_total{result="stored"} 3.0',
            'aggregator_rejected_records_total{reason="bad_json"} 1.0',
            'aggregator_source_waiting_dumps{source="wire"} 0.0',
            'aggregator_alarms{kind="runaway_cluster"} 0.0',
        ):
            assert line in text
        assert 'aggregator_source_last_success_timestamp_seconds{source="wire"}' in text
        daemon.send_signal(signal.SIGTERM)
        while b"STOPPING=1" not in manager.recv(1000):
            pass
        assert daemon.wait(PATIENCE) == 0


def test_a_source_that_cannot_be_used_is_refused_at_the_start(place: Place) -> None:
    """Exit code 2 with the key, and no store is made."""
    place.configure(schedule="never")
    assert place.start("run").wait(PATIENCE) == 2
    assert "sources.wire.schedule: 'never'" in (place.home / "log0").read_text()
    assert not (place.home / "store.sqlite3").exists()
