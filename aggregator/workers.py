"""Cleaning and signing records in worker processes, one page's misfortune at a time.

A page that hangs, or that kills its process, costs that page alone: its chunk is done again
record by record, and the guilty record becomes a rejection.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from aggregator.cleaning import clean, registered_domain
from aggregator.core.identity import page_address
from aggregator.core.model import Reason, Record, Rejection
from aggregator.core.options import CleaningOptions
from aggregator.core.sightings import SeenPage, articles_of, see
from aggregator.fingerprint import fingerprints

Cleaned = SeenPage | Rejection

CHUNK = 16
"""Records that a worker takes at a time."""
_RECYCLE = 2000
"""Chunks after which a worker makes room for a fresh one: parsers leak."""


def clean_record(record: Record, options: CleaningOptions) -> Cleaned:
    """Clean, split and sign one record: a function of the record and the options alone."""
    page = clean(record, options)
    if isinstance(page, Rejection):
        return page
    prints = fingerprints(article.text for article in articles_of(page))
    carrier = registered_domain(page_address(record, page.own_url)) or page.site_name
    seen = see(record, page, prints, carrier)
    if not seen.sightings:
        return Rejection(record.locator, Reason.NO_TEXT, "the page has no word of text")
    return seen


def _clean_chunk(records: Sequence[Record], options: CleaningOptions) -> list[Cleaned]:
    return [clean_record(record, options) for record in records]


@dataclass(slots=True)
class Job:
    """A chunk on its way through the workers."""

    records: Sequence[Record]
    future: ProcessFuture


class Cleaners:
    """A pool of worker processes; results come in the order in which records were handed in.

    `processes` 0 means one for each core. The processes start with the first record.
    """

    def __init__(self, options: CleaningOptions, processes: int) -> None:
        self.options = options
        self.processes = processes or os.cpu_count() or 1
        self._pool: ProcessPool | None = None

    def close(self) -> None:
        """Stop the processes; what they were at is lost."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()

    def submit(self, records: Sequence[Record]) -> list[Job]:
        """Hand in records; `results` waits for them."""
        chunks = [records[i : i + CHUNK] for i in range(0, len(records), CHUNK)]
        return [self._schedule(chunk) for chunk in chunks]

    def results(self, jobs: Sequence[Job]) -> list[Cleaned]:
        """The cleaned records of these jobs, in their order."""
        return [cleaned for job in jobs for cleaned in self._result(job)]

    def _schedule(self, records: Sequence[Record]) -> Job:
        if self._pool is None:
            # A fork of this process would inherit its database connections.
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["aggregator.workers"])
            self._pool = ProcessPool(self.processes, max_tasks=_RECYCLE, context=context)
        limit = self.options.page_seconds
        return Job(
            records, self._pool.schedule(_clean_chunk, (records, self.options), timeout=limit)
        )

    def _result(self, job: Job) -> list[Cleaned]:
        try:
            found: list[Cleaned] = job.future.result()
        except (FutureTimeout, ProcessExpired, MemoryError) as error:
            if len(job.records) == 1:
                return [self._rejection(job.records[0], error)]
            return self.results([self._schedule([record]) for record in job.records])
        return found

    def _rejection(self, record: Record, error: BaseException) -> Rejection:
        if isinstance(error, FutureTimeout):
            detail = f"cleaning took longer than {self.options.page_seconds:g} s"
            return Rejection(record.locator, Reason.TIMEOUT, detail)
        detail = "cleaning ran out of memory"
        if isinstance(error, ProcessExpired):
            detail = f"cleaning killed its process (exit {error.exitcode})"
        return Rejection(record.locator, Reason.CLEANING_FAILED, detail)
