"""Cleaning and signing records in worker processes, one page's misfortune at a time.

A page that hangs, eats memory or kills its process costs that page alone: its chunk is done
again record by record, and the guilty record becomes a rejection.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from aggregator import nursery
from aggregator.core.model import Reason, Record, Rejection
from aggregator.core.options import CleaningOptions
from aggregator.core.sightings import SeenPage

Cleaned = SeenPage | Rejection
Clean = Callable[[Sequence[Record], CleaningOptions], list[Cleaned]]
"""What is done with a chunk of records; importable by name, as another process runs it."""

CHUNK = 64
"""Records that a worker takes at a time, at most: what a chunk itself costs is shared by them."""
_FEWEST = 16
_SIZE = 250_000
"""Bytes or characters of records with which a chunk of `_FEWEST` or more is large enough."""
_AMPLE_SECONDS = 10.0
"""A time limit of a page that leaves room for a chunk of any size; with less chunks stay small."""
_RECYCLE = 500
"""Chunks after which a worker makes room for a fresh one: parsers leak."""
_RESTARTS = 5
"""Times that a job is done again after the pool itself broke, or the clock was set."""
_JUMP_SECONDS = 1.0
"""After a larger step of the wall clock against the monotonic one no time limit is believed."""
_LOOK_SECONDS = 1.0
"""How often a waiting job looks whether its pool still works."""


def clean_records(records: Sequence[Record], options: CleaningOptions) -> list[Cleaned]:
    """`cleanwork.clean_records`: named here, loaded where it is done."""
    from aggregator import cleanwork

    return cleanwork.clean_records(records, options)


def _clocks() -> float:
    """By how much the wall clock is ahead of the monotonic one (seconds)."""
    return time.time() - time.monotonic()


class WorkersFailed(OSError):
    """No worker process can be started or kept; the message says what the system said."""


@dataclass(slots=True)
class Job:
    """A chunk on its way through the workers."""

    records: Sequence[Record]
    pool: ProcessPool
    future: ProcessFuture[list[Cleaned]]
    restarts: int = 0
    clocks: float = field(default_factory=_clocks)
    """The difference of the clocks when it was handed in."""


class Cleaners:
    """A pool of worker processes; results come in the order in which records were handed in.

    `processes` 0 means one for each core. The processes start with the first record. `work`
    is what they do with records.
    """

    def __init__(
        self, options: CleaningOptions, processes: int, work: Clean = clean_records
    ) -> None:
        self.options = options
        self.processes = processes or os.cpu_count() or 1
        self.work = work
        self._pool: ProcessPool | None = None

    def close(self) -> None:
        """Stop the processes; what they were at is lost."""
        if self._pool is not None:
            _stop(self._pool)
            self._pool = None

    def submit(self, records: Sequence[Record]) -> list[Job]:
        """Hand in records; `results` waits for them."""
        most = CHUNK if self.options.page_seconds >= _AMPLE_SECONDS else _FEWEST
        return [self._schedule(chunk) for chunk in _in_chunks(records, most)]

    def results(self, jobs: Sequence[Job]) -> list[Cleaned]:
        """The cleaned records of these jobs, in their order.

        Raises WorkersFailed when the processes themselves break again and again.
        """
        return [cleaned for job in jobs for cleaned in self._result(job)]

    def _schedule(self, records: Sequence[Record], restarts: int = 0) -> Job:
        arguments = (self.work, records, self.options)
        try:
            pool = self._working_pool()
            future = pool.schedule(_clean_chunk, arguments, timeout=self.options.page_seconds)
        except (OSError, EOFError, BrokenProcessPool) as error:
            # A broken pipe here is not the reader of our output going away.
            cause = error.__cause__ or error
            raise WorkersFailed(f"the cleaning processes cannot be started: {cause!r}") from error
        return Job(records, pool, future, restarts)

    def _working_pool(self) -> ProcessPool:
        if self._pool is not None and not self._pool.active:
            self.close()
        if self._pool is None:
            self._pool = ProcessPool(
                self.processes,
                max_tasks=_RECYCLE,
                initializer=_prepare_process,
                initargs=(self.options.max_memory_bytes,),
                context=nursery.context(),
            )
        return self._pool

    def _result(self, job: Job) -> list[Cleaned]:
        error = _outcome(job)
        if error is None:
            return job.future.result()
        if isinstance(error, BrokenProcessPool):
            if job.restarts == _RESTARTS:
                raise WorkersFailed(f"the cleaning processes break: {error}") from error
            return self._result(self._schedule(job.records, job.restarts + 1))
        jumped = abs(_clocks() - job.clocks) > _JUMP_SECONDS and job.restarts < _RESTARTS
        if isinstance(error, FutureTimeout) and jumped:
            # The pool measures by the wall clock, which somebody has set meanwhile.
            return self._result(self._schedule(job.records, job.restarts + 1))
        if len(job.records) == 1:
            return [self._rejection(job.records[0], error)]
        return self.results([self._schedule([record]) for record in job.records])

    def _rejection(self, record: Record, error: BaseException) -> Rejection:
        exitcode = error.exitcode if isinstance(error, ProcessExpired) else None
        if isinstance(error, FutureTimeout) or exitcode == -signal.SIGALRM:
            detail = f"cleaning took longer than {self.options.page_seconds:g} s"
            return Rejection(record.locator, Reason.TIMEOUT, detail)
        if exitcode is not None:
            detail = f"cleaning killed its process (exit {exitcode})"
        elif isinstance(error, MemoryError):
            detail = "cleaning ran out of memory"
        else:
            detail = f"{type(error).__name__}: {error}"[:300]
        return Rejection(record.locator, Reason.CLEANING_FAILED, detail)


def _in_chunks(records: Sequence[Record], most: int = CHUNK) -> Iterator[Sequence[Record]]:
    start = size = 0
    for end, record in enumerate(records, start=1):
        size += len(record.payload)
        if end - start == most or (end - start >= _FEWEST and size >= _SIZE):
            yield records[start:end]
            start, size = end, 0
    if start < len(records):
        yield records[start:]


def _outcome(job: Job) -> BaseException | None:
    """Wait for a job; returns what went wrong, or None."""
    while True:
        try:
            return job.future.exception(timeout=_LOOK_SECONDS)
        except FutureTimeout:
            # A pool that breaks forgets the jobs that it had not begun to hand out.
            if not job.pool.active and not job.future.done():
                return BrokenProcessPool("the pool stopped")


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare_process(memory_bytes: int) -> None:
    """Run in each new worker."""
    from aggregator.cleanwork import warm_up

    warm_up()
    _limit_memory(memory_bytes)


def _limit_memory(more: int) -> None:
    """Let this process take so many bytes more than it has, where the system can tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except OSError:
        return
    has = pages * resource.getpagesize()
    _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = has + more if hard == resource.RLIM_INFINITY else min(has + more, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _clean_chunk(
    work: Clean, records: Sequence[Record], options: CleaningOptions
) -> list[Cleaned]:
    # The pool keeps the time limit; the alarm does where its process was killed.
    signal.setitimer(signal.ITIMER_REAL, options.page_seconds + 1)
    try:
        return work(records, options)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
