"""Isolation: a page that hangs, dies or eats memory costs one page, never the dump."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.core.model import Kind, Reason, Record, Rejection
from aggregator.core.options import CleaningOptions
from aggregator.core.sightings import SeenPage
from aggregator.workers import CHUNK, Clean, Cleaned, Cleaners, clean_records
from tests.misbehaving import misbehave

ROOT = Path(__file__).parents[1]
TEXT = "One two three four five six seven eight nine ten. " * 3
OPTIONS = CleaningOptions(page_seconds=2.5, max_memory_bytes=300_000_000)


def record(number: int, word: str = "good") -> Record:
    url = f"https://paper.example/{number}"
    return Record(f"line {number}", f"{word} story {number}. {TEXT}", Kind.FIELDS, url)


@contextmanager
def cleaners(work: Clean = misbehave, processes: int = 2) -> Iterator[Cleaners]:
    made = Cleaners(OPTIONS, processes, work)
    try:
        yield made
    finally:
        made.close()


def cleaned(made: Cleaners, records: list[Record]) -> list[Cleaned]:
    return made.results(made.submit(records))


@pytest.fixture(scope="module")
def misbehaving() -> Iterator[Cleaners]:
    """Two workers that do what records say."""
    with cleaners() as made:
        yield made


@pytest.mark.parametrize(
    ("word", "reason", "detail"),
    [
        ("sleep", Reason.TIMEOUT, "cleaning took longer than 2.5 s"),
        ("spin", Reason.TIMEOUT, "cleaning took longer than 2.5 s"),
        ("exit", Reason.CLEANING_FAILED, "cleaning killed its process (exit 3)"),
        ("kill", Reason.CLEANING_FAILED, "cleaning killed its process (exit -9)"),
        ("raise", Reason.CLEANING_FAILED, "ValueError: a parser's own error"),
    ],
)
def test_a_bad_page_costs_one_page(
    misbehaving: Cleaners, word: str, reason: Reason, detail: str
) -> None:
    """The page becomes a rejection that says why; all others survive, and order is kept."""
    records = [record(number) for number in range(2 * CHUNK + 3)]
    bad = CHUNK + 4
    records[bad] = record(bad, word)
    found = cleaned(misbehaving, records)
    assert [each.locator for each in found] == [each.locator for each in records]
    assert found[bad] == Rejection(f"line {bad}", reason, detail)
    assert all(isinstance(each, SeenPage) for each in found[:bad] + found[bad + 1 :])


def test_a_page_that_eats_memory_costs_one_page() -> None:
    """It is stopped at the memory limit, long before it runs out of time."""
    made = Cleaners(replace(OPTIONS, page_seconds=60), 1, misbehave)
    try:
        found = cleaned(made, [record(0), record(1, "eat"), record(2)])
    finally:
        made.close()
    reason = (Reason.CLEANING_FAILED, "cleaning ran out of memory")
    assert found[1] == Rejection("line 1", *reason)
    assert [type(found[0]), type(found[2])] == [SeenPage, SeenPage]


def test_processes_that_cannot_start_are_told() -> None:
    """Where no worker can be started, the failure says so and is no broken pipe."""
    script = """
from multiprocessing import spawn
from aggregator.core.model import Kind, Record
from aggregator.core.options import CleaningOptions
from aggregator.workers import Cleaners, WorkersFailed
spawn.set_executable("/bin/false")
made = Cleaners(CleaningOptions(), 1)
try:
    made.results(made.submit([Record("line 1", "A text.", Kind.TEXT)]))
except WorkersFailed as failure:
    print("told:", failure)
finally:
    made.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "told: the cleaning processes cannot be started" in done.stdout


def test_several_bad_pages_in_one_chunk(misbehaving: Cleaners) -> None:
    """Each of them is found, whatever the others do."""
    words = ["good", "kill", "good", "raise", "exit", "good"]
    found = cleaned(misbehaving, [record(i, word) for i, word in enumerate(words)])
    rejected = [each.locator for each in found if isinstance(each, Rejection)]
    assert rejected == ["line 1", "line 3", "line 4"]


def test_workers_clean_as_one_process_does() -> None:
    """What comes from worker processes is what cleaning gives here, with its fingerprints."""
    records = [record(number) for number in range(CHUNK + 1)]
    with cleaners(clean_records) as made:
        found = cleaned(made, records)
    expected = clean_records(records, OPTIONS)
    assert list(map(ids, found)) == list(map(ids, expected))


def ids(page: Cleaned) -> list[tuple[object, ...]]:
    assert isinstance(page, SeenPage)
    return [
        (s.article_id, s.revision_id, s.fingerprint.digest, s.fingerprint.signature.tobytes())
        for s in page.sightings
    ]


def test_no_records_start_no_process() -> None:
    """An empty batch gives nothing, and costs nothing."""
    with cleaners() as made:
        assert cleaned(made, []) == []
        assert worker_processes() == set()


def worker_processes() -> set[int]:
    return {p.pid for p in multiprocessing.active_children() if p.pid} - _OTHERS


_OTHERS: set[int] = set()


@pytest.fixture(autouse=True)
def _note_other_processes() -> None:
    """Workers of the module's own pool are none of a single test's."""
    _OTHERS.clear()
    _OTHERS.update(p.pid for p in multiprocessing.active_children() if p.pid)


def test_workers_that_die_idle_are_replaced() -> None:
    """A process killed between two pages costs no page: the pool is made anew."""
    with cleaners() as made:
        cleaned(made, [record(0)])
        for pid in worker_processes():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        found = cleaned(made, [record(number) for number in range(CHUNK * 3)])
    assert all(isinstance(each, SeenPage) for each in found)
    assert len(found) == CHUNK * 3


def test_closing_ends_the_processes() -> None:
    """No process outlives its pool, not even one in the middle of a page."""
    with cleaners() as made:
        made.submit([record(0, "sleep")])
        wait_until(lambda: len(worker_processes()) == 2)
    assert worker_processes() == set()


PARENT = """
import sys, time
from aggregator.core.options import CleaningOptions
from aggregator.workers import Cleaners
from tests.misbehaving import misbehave
from tests.test_workers import record
import multiprocessing
cleaners = Cleaners(CleaningOptions(page_seconds=1), 2, misbehave)
cleaners.results(cleaners.submit([record(0)]))
jobs = cleaners.submit([record(1, sys.argv[1])])
time.sleep(0.3)
print(*(p.pid for p in multiprocessing.active_children()), flush=True)
cleaners.results(jobs)
print("done", flush=True)
time.sleep(3600)
"""


def start_parent(word: str) -> tuple[subprocess.Popen[str], list[int]]:
    """A process with two workers, one of which is at a page that never ends."""
    command = [sys.executable, "-c", PARENT, word]
    parent = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    return parent, [int(pid) for pid in parent.stdout.readline().split()]


@pytest.mark.parametrize("word", ["good", "spin"])
def test_a_killed_parent_leaves_no_orphans(word: str) -> None:
    """Workers of a killed process end by themselves, idle or in a page that never ends."""
    parent, workers = start_parent(word)
    parent.kill()
    parent.communicate()
    assert len(workers) == 2
    wait_until(lambda: not any(map(is_running, workers)))


def test_a_worker_whose_command_has_ended_says_nothing() -> None:
    """What it cannot take over any more is no error of its own; other errors are told."""
    code = """import aggregator.preload, sys
for error in (FileNotFoundError(2, "gone"), EOFError(), ValueError("told")):
    sys.excepthook(type(error), error, None)"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == "ValueError: told\n"


def test_an_interrupt_is_the_parents_own_affair() -> None:
    """Ctrl-C reaches the workers too, and neither costs a page nor prints a traceback."""
    with cleaners() as made:
        cleaned(made, [record(0)])
        jobs = made.submit([record(number) for number in range(CHUNK * 4)])
        for pid in worker_processes():
            os.kill(pid, signal.SIGINT)
        found = made.results(jobs)
    assert all(isinstance(each, SeenPage) for each in found)


@pytest.fixture
def never_loaded(tmp_path: Path) -> dict[str, str]:
    """An environment in which the cleaning libraries take for ever to load."""
    (tmp_path / "trafilatura.py").write_text("import time\ntime.sleep(3600)\n")
    return {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}


def test_a_command_that_has_ended_holds_nobody_up(never_loaded: dict[str, str]) -> None:
    """What it began to load for its cleaning processes ends with it, and its output with that."""
    command = [sys.executable, "-c", "from aggregator import nursery; nursery.begin()"]
    done = subprocess.run(command, env=never_loaded, capture_output=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")


INTERRUPTED = """
import time
from aggregator import nursery
nursery.begin()
try:
    print("begun", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    raise SystemExit(130)
"""


@pytest.mark.parametrize("after", [0.0, 0.03, 0.1, 0.3])
def test_an_interrupt_while_libraries_are_loaded_is_told_by_the_command_alone(
    never_loaded: dict[str, str], after: float
) -> None:
    """Ctrl-C at any moment of the start of the process that workers are forked from."""
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        env=never_loaded,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 130


def wait_until(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this never came true"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether a process lives; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_clock_that_is_set_forward_rejects_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool measures by the wall clock: an hour that it jumps is no hour of cleaning."""
    real, jump = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + jump[0])
    with cleaners() as made:
        assert isinstance(cleaned(made, [record(1)])[0], SeenPage)
        jobs = made.submit([record(2, "doze")])
        time.sleep(0.2)
        jump[0] = 3600.0
        assert isinstance(made.results(jobs)[0], SeenPage)


def test_a_clock_that_never_stops_jumping_is_believed_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page that hangs is tried again a few times, as the clock was set, and then rejected."""
    real, start = time.time, time.monotonic()
    monkeypatch.setattr(time, "time", lambda: real() + 3600 * (time.monotonic() - start))
    with cleaners(processes=1) as made:
        found = cleaned(made, [record(1, "sleep")])[0]
    assert isinstance(found, Rejection)
    assert found.reason == Reason.TIMEOUT
