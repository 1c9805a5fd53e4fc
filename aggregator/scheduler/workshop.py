"""What all rounds of a process share: store, settings, clock, pipelines, and the wish to stop."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aggregator.pipeline import Pipeline, options_of
from aggregator.scheduler.clock import Clock
from aggregator.scheduler.owner import dead_owners
from aggregator.settings import Settings
from aggregator.store import daemons
from aggregator.store.daemons import Identity
from aggregator.store.dumps import Tally
from aggregator.store.engine import Connection, Engine
from aggregator.store.persistence import Persistence


class Workshop:
    """Used by several threads at once, each of which borrows a pipeline for a dump."""

    def __init__(
        self, engine: Engine, settings: Settings, identity: Identity, clock: Clock
    ) -> None:
        self.engine = engine
        self.store = Persistence(engine, settings.retry)
        self.settings = settings
        self.identity = identity
        self.clock = clock
        self.stopping = threading.Event()
        """Set when the process is to end: rounds end after the batch that they are at."""
        self._lock = threading.Lock()
        self._idle: list[Pipeline] = []
        self._lent = 0
        """Dumps that are being read."""
        self._counts: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}
        self._errors: dict[str, str | None] = {}

    def close(self) -> None:
        """Stop the cleaning processes; no round may be under way."""
        while self._idle:
            self._idle.pop().__exit__()

    def agree(self) -> None:
        """Raise StoreError unless the store was made as the settings say."""
        with self.pipeline():
            pass

    def renew(self, settings: Settings) -> None:
        """Work with other settings from the next dump on; raises StoreError as `agree` does."""
        made = self._made(settings).__enter__()
        with self._lock:
            retired, self._idle = self._idle, [made]
            self.settings = settings
        for pipeline in retired:
            pipeline.__exit__()

    @contextmanager
    def pipeline(self) -> Iterator[Pipeline]:
        """A pipeline for one thread; after an exception it is not used again."""
        settings = self.settings
        with self._lock:
            pipeline = self._idle.pop() if self._idle else None
        pipeline = pipeline or self._made(settings).__enter__()
        reusable = False
        self._lend(1)
        try:
            yield pipeline
            reusable = settings is self.settings
        finally:
            self._lend(-1)
            self._take_figures(pipeline)
            if reusable:
                with self._lock:
                    self._idle.append(pipeline)
            else:
                pipeline.__exit__()

    def count(self, tally: Tally) -> None:
        """Add a dump that was read to the figures of this process."""
        with self._lock:
            self._counts.update(dumps=1, records=tally.read, rejected=tally.rejected)

    def is_news(self, source: str, error: str | None) -> bool:
        """Whether a round's error is worth a line: not the one of the round before."""
        with self._lock:
            before = self._errors.get(source)
            self._errors[source] = error
        return error is not None and error != before

    def figures(self) -> dict[str, Any]:
        """What this process did so far: counts, and seconds for each stage."""
        with self._lock:
            seconds = {name: round(value, 3) for name, value in self._seconds.items()}
            names = [source.name for source in self.settings.sources]
            return {
                **self._counts,
                "reading": self._lent,
                "seconds": seconds,
                "sources": names,
            }

    def dead(self, connection: Connection) -> list[str]:
        """Owners of dumps that have died."""
        now = self.clock.now().wall
        return dead_owners(daemons.present(connection), daemons.moment(connection, now))

    def _made(self, settings: Settings) -> Pipeline:
        options = options_of(settings, settings.daemon.parallel)
        return Pipeline(self.engine, options, lambda: self.clock.now().wall)

    def _lend(self, number: int) -> None:
        with self._lock:
            self._lent += number

    def _take_figures(self, pipeline: Pipeline) -> None:
        """Move a pipeline's counts into the process's; they would grow without end."""
        counts = pipeline.counts
        with self._lock:
            self._counts.update(compared=counts.compared, matched=counts.matched)
            for stage, seconds in pipeline.seconds.items():
                self._seconds[stage] = self._seconds.get(stage, 0.0) + seconds
        counts.compared = counts.matched = counts.stars = 0
        counts.of_node.clear()
        pipeline.seconds.clear()
