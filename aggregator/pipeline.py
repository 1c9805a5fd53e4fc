"""The main job: from dumps to canonical stories.

    dump ─read→ record ─clean→ page text ─split→ article(s) ─fingerprint→ signature
         ─candidates→ pairs ─verify→ matches ─cluster→ stars ─choose→ canonical ─store

    ingest:  for each dump (`readers`)
               for each batch of its records
                 leave out those whose payload is known
                 clean, split, fingerprint in worker processes (`workers`)
                 one transaction (`store_batch`):
                   take in: deliveries, articles, revisions, nodes  (`intake`, `standing`)
                   settle: candidates, verify, cluster, choose      (`settle`)
                   count and quarantine                             (`store.dumps`)

Reading, cleaning and signing are functions of a record and the options alone; results depend
on the set of what was taken in, never on its order. A batch is stored whole or not at all, so
that a killed run leaves a sound store, and running again finishes it. A transaction that fails
in a way that passes is done again as a whole (`store.persistence`).
"""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.core.canonical import CanonicalOptions, Ranking
from aggregator.core.identity import both_keys, without_login
from aggregator.core.model import Ignored, Record, Rejection
from aggregator.core.operation import RetryOptions
from aggregator.core.options import CleaningOptions, MatchingOptions
from aggregator.core.sightings import SeenPage
from aggregator.core.times import to_text
from aggregator.fingerprint import SCHEME
from aggregator.intake import Known, Outcome, take_in
from aggregator.method import METHODS
from aggregator.settle import Counts, Settler, Settling
from aggregator.standing import Circumstances
from aggregator.store import articles, dumps, info
from aggregator.store.dumps import Beginning, Tally
from aggregator.store.engine import Connection, Engine
from aggregator.store.persistence import Persistence
from aggregator.workers import Cleaned, Cleaners, Job

if TYPE_CHECKING:
    from aggregator.settings import Settings

BATCH_BYTES = 16_000_000
"""A batch is closed when its payloads reach this size, whatever the number of records."""
AHEAD = 2
"""Batches that are being cleaned while another one is stored."""

Entry = Record | Rejection | Ignored


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """What the main job depends on besides dumps and store."""

    cleaning: CleaningOptions
    matching: MatchingOptions
    canonical: CanonicalOptions
    workers: int = 0
    """Cleaning processes; 0 = one for each core."""
    batch_records: int = 1000
    retry: RetryOptions = field(default_factory=RetryOptions)

    def method(self) -> dict[str, str]:
        """What must be the same for all results of one store, by name."""
        return {
            **METHODS,
            "matching": json.dumps(asdict(self.matching), sort_keys=True),
            "canonical": json.dumps(asdict(self.canonical), sort_keys=True),
        }


def options_of(settings: Settings, side_by_side: int = 1) -> PipelineOptions:
    """What the settings say to a pipeline; `side_by_side` of them share the cores."""
    return PipelineOptions(
        settings.cleaning,
        settings.matching,
        settings.canonical,
        max(1, settings.worker_count() // max(1, side_by_side)),
        settings.batch_records,
        settings.retry,
    )


@dataclass(slots=True)
class Batch:
    """Some entries of a dump on their way: records known or being cleaned, rejections."""

    known: list[Known] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    ignored: int = 0


class Pipeline:
    """Ingests dumps into one store; use as a context manager, which holds the workers.

    `clock` gives our own time, for first-seen times and the log; nothing else depends on it.
    `cleaners` make pages of records: as many processes as the options say, by default.
    """

    def __init__(
        self,
        engine: Engine,
        options: PipelineOptions,
        clock: Callable[[], datetime],
        cleaners: Cleaners | None = None,
    ) -> None:
        self.store = Persistence(engine, options.retry)
        self.options = options
        self.counts = Counts()
        self.new_articles = 0
        """Articles that this pipeline stored and that were not there before."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """Time spent so far reading, waiting for cleaned pages, taking in, and settling."""
        self._clock = clock
        self._ranking = Ranking(options.canonical)
        self._cleaners = cleaners or Cleaners(options.cleaning, options.workers)

    def __enter__(self) -> Pipeline:
        self.store.write(lambda connection: info.agree(connection, self.options.method()))
        return self

    def __exit__(self, *error: object) -> None:
        self._cleaners.close()

    def ingest(
        self,
        path: str,
        entries: Iterable[Entry],
        progress: Callable[[Tally], None] | None = None,
        source: str | None = None,
        owner: str | None = None,
    ) -> Tally:
        """Read one dump to its end; returns its counts.

        `path`, `source` and `owner` (the process that reads it) stand in the log; the rest is
        as for `read`.
        """
        beginning = Beginning(path, self.now(), source, owner, dumps.unshared_claim())
        dump_id = self.store.write(lambda c: dumps.begin_once(c, beginning))
        return self.read(dump_id, entries, progress)

    def read(
        self,
        dump_id: int,
        entries: Iterable[Entry],
        progress: Callable[[Tally], None] | None = None,
    ) -> Tally:
        """Read a dump to its end that stands in the log as begun; returns its counts.

        `progress` is told the counts after each batch. What it raises ends the reading there,
        with what was stored so far. What `entries` raise is raised when all that they gave
        before is stored.
        """
        total = Tally()
        delivered = Delivered(entries)
        for batch in self.cleaned_ahead(delivered):
            with self.timed("clean"):
                cleaned = self._cleaners.results(batch.jobs)
            total = self.add_batch(dump_id, total, batch, cleaned)
            if progress:
                progress(total)
        if delivered.failure is not None:
            raise delivered.failure
        self.store.write(lambda c: dumps.finish_dump(c, dump_id, self.now()))
        return total

    def now(self) -> str:
        """Our own clock, as the store keeps times."""
        return to_text(self._clock())

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time that the block takes to the stage's."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - started

    def timed_entries(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The entries, with the time that reading them takes."""
        following = iter(entries)
        while True:
            with self.timed("read"):
                entry = next(following, None)
            if entry is None:
                return
            yield entry

    def cleaned_ahead(self, entries: Iterable[Entry]) -> Iterator[Batch]:
        """Batches in order, while the workers are busy with the next ones."""
        waiting: deque[Batch] = deque()
        for chunk in in_batches(self.timed_entries(entries), self.options.batch_records):
            waiting.append(self.hand_in(chunk))
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        yield from waiting

    def hand_in(self, entries: Sequence[Entry]) -> Batch:
        """Leave out records whose payload is known, and give the others to the workers."""
        known = self.known(entries)
        batch = Batch()
        fresh = []
        for i, entry in enumerate(entries):
            if isinstance(entry, Rejection):
                batch.rejected.append(entry)
            elif isinstance(entry, Ignored):
                batch.ignored += 1
            elif i in known:
                url, moment = without_login(entry.url), to_text(entry.record_time)
                batch.known.append(Known(known[i], url, moment))
            else:
                fresh.append(entry)
        batch.jobs = self._cleaners.submit(fresh)
        return batch

    def known(self, entries: Sequence[Entry]) -> dict[int, bytes]:
        """The places of records that were delivered before, with the key that says so."""
        keys = {
            i: both_keys(entry) for i, entry in enumerate(entries) if isinstance(entry, Record)
        }
        wanted = list(chain.from_iterable(keys.values()))
        delivered = self.store.read(lambda c: articles.delivered(c, wanted))
        return {i: key for i, its in keys.items() for key in its if key in delivered}

    def add_batch(
        self, dump_id: int, total: Tally, batch: Batch, cleaned: Sequence[Cleaned]
    ) -> Tally:
        """Store one batch of a dump that has these counts; returns its counts afterwards."""
        new_articles = 0  # of the last attempt, which may be one whose commit we were not told of

        def once(connection: Connection) -> Tally:
            nonlocal new_articles
            stored = dumps.tally(connection, dump_id)
            if stored != total:
                # The connection was lost when the batch was stored, and before we were told so.
                return stored
            tally, new_articles = self.store_batch(connection, dump_id, batch, cleaned)
            return total + tally

        counted = self.store.write(once)
        self.new_articles += new_articles
        return counted

    def store_batch(
        self, connection: Connection, dump_id: int, batch: Batch, cleaned: Sequence[Cleaned]
    ) -> tuple[Tally, int]:
        """Store one batch, settled and counted, in the caller's transaction.

        Returns its counts, and how many articles are new. Raises StoreError when the store's
        method was changed since this pipeline began.
        """
        info.agree(connection, self.options.method())
        pages = [each for each in cleaned if isinstance(each, SeenPage)]
        rejected = batch.rejected + [each for each in cleaned if isinstance(each, Rejection)]
        options = self.options.matching
        circumstances = Circumstances(dump_id, self.now(), options, self._ranking)
        with self.timed("take_in"):
            taken = take_in(connection, circumstances, [*batch.known, *pages])
        settler = Settler(connection, Settling(options, self._ranking, SCHEME), self.counts)
        with self.timed("settle"):
            settler.settle(taken.changes)
        dumps.quarantine(connection, dump_id, rejected)
        outcomes = taken.outcomes
        tally = Tally(
            read=len(outcomes) + len(rejected),
            stored=sum(outcome != Outcome.KNOWN for outcome in outcomes),
            known=outcomes.count(Outcome.KNOWN),
            rejected=len(rejected),
            revised=outcomes.count(Outcome.REVISED),
            ignored=batch.ignored,
        )
        dumps.count(connection, dump_id, tally, circumstances.now)
        return tally, taken.new_articles


class Delivered:
    """What a reader delivers, up to its end or its failure, which is kept for later."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = entries
        self.failure: Exception | None = None

    def __iter__(self) -> Iterator[Entry]:
        try:
            yield from self._entries
        except Exception as error:  # noqa: BLE001 raised again when all is stored
            self.failure = error


def in_batches(entries: Iterable[Entry], most: int) -> Iterator[list[Entry]]:
    """Entries in lists of at most `most`, and of at most about `BATCH_BYTES`."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += len(entry.payload) if isinstance(entry, Record) else 0
        if len(batch) >= most or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
