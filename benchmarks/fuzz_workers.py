"""Fuzz inputs in worker processes that may hang or die: each costs one input, and is told."""

from __future__ import annotations

import faulthandler
import logging
import multiprocessing
import os
import resource
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from fuzz_cases import Cases
from fuzz_checks import Checked

_MEMORY_STEP = 300 * 1024
"""An input that raises the peak by so much is a finding (KiB)."""
_MOST_DATA = 6 << 30
_WALL_FACTOR = 12
"""Waiting costs no processor time: after so many times the limit an input is stuck, not slow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: how many inputs, from which seed, in how many workers, seconds for each."""

    inputs: int
    seed: int
    workers: int
    seconds: float
    shared: Path | None


@dataclass(frozen=True, slots=True)
class Result:
    """One input: what it gave, processor seconds, and the worker's memory behind it (MiB)."""

    number: int
    target: str
    packing: str
    checked: Checked
    seconds: float
    process: int
    resident: float
    peak: float


@dataclass(slots=True)
class _Worker:
    process: Any
    results: Connection
    current: Any
    index: int


def results(plan: Plan) -> Iterator[Result]:
    """The results of all inputs, as they come; a dead worker's input is one with a finding."""
    context = multiprocessing.get_context("fork")
    cases = Cases(plan.seed, plan.shared)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        workers = [_start(context, cases, plan, folder, (n, n)) for n in range(plan.workers)]
        while workers:
            ready = wait([worker.results for worker in workers])
            for worker in [each for each in workers if each.results in ready]:
                try:
                    yield worker.results.recv()
                    continue
                except EOFError:
                    worker.process.join()
                workers.remove(worker)
                if worker.process.exitcode == 0:
                    continue
                number = worker.current.value
                yield _killed(worker, cases, folder)
                following = (worker.index, number + plan.workers)
                workers.append(_start(context, cases, plan, folder, following))


def _start(context: Any, cases: Cases, plan: Plan, folder: str, place: tuple[int, int]) -> _Worker:
    """A worker process; `place` is its index and the number of its first input."""
    index, first = place
    receiving, sending = context.Pipe(duplex=False)
    current = context.Value("q", first, lock=False)
    own = Path(folder) / str(index)
    own.mkdir(exist_ok=True)
    numbers = range(first, plan.inputs, plan.workers)
    arguments = (cases, numbers, plan.seconds, own, (sending, current))
    process = context.Process(target=_work, args=arguments, daemon=True)
    process.start()
    sending.close()
    return _Worker(process, receiving, current, index)


def _killed(worker: _Worker, cases: Cases, folder: str) -> Result:
    number, exitcode = worker.current.value, worker.process.exitcode
    case = cases[number]
    late = exitcode in (1, -signal.SIGPROF)
    what = "took too long" if late else f"killed its process (exit {exitcode})"
    trace = (Path(folder) / str(worker.index) / "trace").read_text("utf-8", "replace")
    checked = Checked(findings=[f"{trace}\nan input that {what}"])
    return Result(number, case.target, case.packing, checked, 0.0, worker.process.pid, 0.0, 0.0)


def _work(
    cases: Cases, numbers: range, seconds: float, folder: Path, ends: tuple[Connection, Any]
) -> None:
    """Try the inputs of one worker; a limit that is passed ends the process.

    `ends` are the pipe for results, and the number of the input that is tried.
    """
    sending, current = ends
    # an interrupted run tells what it has seen, and ends its workers itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)
    has = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (has + _MOST_DATA, resource.RLIM_INFINITY))
    with (folder / "trace").open("w") as trace:
        faulthandler.enable(trace)
        # the stack is written, then the signal does what it does: it kills
        faulthandler.register(signal.SIGPROF, trace, chain=True)
        parent = os.getppid()
        for number in numbers:
            if os.getppid() != parent:  # it was killed
                return
            current.value = number
            faulthandler.dump_traceback_later(_WALL_FACTOR * seconds, exit=True, file=trace)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            sending.send(_tried(cases, number, folder))
            signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
    sending.close()


def _tried(cases: Cases, number: int, folder: Path) -> Result:
    case = cases[number]
    before, start = _peak(), time.process_time()
    checked = case.check(folder)
    seconds = time.process_time() - start
    after = _peak()
    grown = (after - before) // 1024
    # the first inputs of a process load the libraries
    checked.claim(after - before < _MEMORY_STEP, f"{grown} MiB for {len(case.data)} bytes")
    held = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    place = (os.getpid(), held / 2**20, after / 1024)
    return Result(number, case.target, case.packing, checked, seconds, *place)


def _peak() -> int:
    """The most memory that this process has held (KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
