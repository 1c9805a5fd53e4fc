"""Processes on several machines: by its reports alone it is known whether one of them lives.

A process namespace of its own makes a process one of another machine: the system does not let us
see whether it is there, and its number may be that of another one here.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from aggregator.core.options import ReadingOptions
from aggregator.readers import Dump, find_dumps
from aggregator.scheduler.owner import this_process
from aggregator.scheduler.sharing import BeingRead, Claimed
from tests.faults.test_sharing import SOUND, place_of, sharing
from tests.running import PROJECT
from tests.stores import rows

LEASE = 3.0
"""Four reports come within it: on a busy machine some of them late."""
Holder = subprocess.Popen[str]


@pytest.fixture(scope="session")
def elsewhere() -> list[str]:
    """A command before a command: it runs where nobody here can see it."""
    unshare = shutil.which("unshare")
    own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = [unshare or "", *own_user, "--pid", "--fork", "--kill-child"]
    if not unshare or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("no process namespace can be made here")
    return command


@pytest.fixture
def dump(tmp_path: Path) -> Dump:
    path = tmp_path / "a.jsonl"
    path.write_text(SOUND + "\n")
    return next(find_dumps([str(path)], ReadingOptions()))


@pytest.fixture
def holder(engine: Engine, elsewhere: list[str], dump: Dump) -> Iterator[Holder]:
    """A process of another machine that has claimed the dump, and lives."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.faults.holding", url, dump.path, str(LEASE)]
    process = subprocess.Popen(
        [*elsewhere, *command],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("holds ")
        yield process
    finally:
        process.kill()
        process.communicate()


def reports(engine: Engine) -> str:
    """When the other process reported last."""
    ((time_,),) = rows(engine, "SELECT reported_at FROM daemons")
    return str(time_)


def test_a_dump_is_left_to_a_process_elsewhere_until_its_lease_is_over(
    engine: Engine, holder: Holder, dump: Dump
) -> None:
    """While it reports it keeps what it claimed; nobody here can see that it died, so that its
    claim holds until its last report is too old."""
    assert rows(engine, "SELECT machine FROM daemons") != [(this_process().machine,)]
    other = sharing(engine, place_of(engine))
    first, start = reports(engine), time.monotonic()
    while time.monotonic() - start < 1.5 * LEASE:
        assert isinstance(other.claim(dump), BeingRead)
        time.sleep(0.1)
    assert reports(engine) > first
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    last = reports(engine)
    looked = [other.claim(dump)]
    while isinstance(looked[-1], BeingRead):
        assert len(looked) < 600, "it was never taken over"
        time.sleep(0.1)
        looked.append(other.claim(dump))
    assert isinstance(looked[0], BeingRead)
    assert isinstance(looked[-1], Claimed)
    assert reports(engine) == last, "it was dead"
