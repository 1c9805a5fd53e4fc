"""The daemon itself, and one round for cron: start, signals, reload, end.

    run:   sources checked → store entered → timetable started → signals until the end
    once:  sources checked → store entered → one round of each source → goodbye

The first SIGTERM or SIGINT ends every round after the batch that it is at; a batch that is not
done within `daemon.stop_seconds` is given up, and nothing of it is stored. The second one ends
the process at once. SIGHUP reads the configuration again.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from types import FrameType

from aggregator.core.times import from_text, to_text
from aggregator.scheduler.changes import changes
from aggregator.scheduler.clock import Clock
from aggregator.scheduler.logs import log
from aggregator.scheduler.metrics import Exposition
from aggregator.scheduler.notify import notify, reloading, watchdog_seconds
from aggregator.scheduler.owner import this_process
from aggregator.scheduler.reporter import Reporter
from aggregator.scheduler.rounds import RoundResult, run_round
from aggregator.scheduler.server import Answer, HealthServer, told
from aggregator.scheduler.sources import Load, Source, SourceError, loaded, sources_by_name
from aggregator.scheduler.timetable import Timetable
from aggregator.scheduler.workshop import Workshop
from aggregator.settings import Settings, SettingsError
from aggregator.store import sources as stored
from aggregator.store.engine import DatabaseError, Engine, StoreError, reading, reason

LOOK_AGAIN_SECONDS = 1.5
"""How long after `settle_seconds` a dump that was settling is looked at again."""
_TICK_SECONDS = 0.5
_GOODBYE_SECONDS = 5.0
"""So long a process that gives up tries to say goodbye in the store."""
_STUCK_SECONDS = 300.0
"""Without a report to the store for so long, the process is taken to hang."""


class Ending(IntEnum):
    """How a process ended, as its exit code."""

    WELL = 0
    FAILED = 1
    REJECTED = 3
    """Done, but some records were rejected."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a daemon is started with."""

    engine: Engine
    settings: Settings
    load: Load
    clock: Clock


class Daemon:
    """One process that works on the sources of its configuration."""

    def __init__(self, given: Given, mode: str) -> None:
        """Raises SourceError for sources that cannot be used."""
        self.given = given
        self.sources = sources_by_name(given.settings.sources)
        identity = this_process()
        self.shop = Workshop(given.engine, given.settings, identity, given.clock)
        self.reporter = Reporter(self.shop, mode)
        self.timetable = Timetable(self.work, given.settings.daemon.parallel)
        self._reload = threading.Event()
        self._ping_at = 0.0 if watchdog_seconds() is not None else math.inf
        self._running = 0
        self._idle = threading.Condition()

    def run(self) -> Ending:
        """Work by the schedules until a signal ends it.

        Raises at the start only: StoreError, and before anything is entered in the store
        MissingExtra and what the system says where the health server cannot listen.
        """
        with self._served(), self._at_work():
            self.plan()
            self.timetable.start()
            self.reporter.turn("running")
            self.tell_start()
            notify("READY=1", "STATUS=running")
            while not self.shop.stopping.wait(_TICK_SECONDS):
                self.tick()
            self.end()
        return Ending.WELL

    def once(self) -> Ending:
        """One round of each source now, and a second one for dumps that were still settling."""
        with self._at_work():
            self.reporter.turn("running")
            results = self.rounds(list(self.sources.values()))
            settling = [s for s in self.sources.values() if results[s.name].settling]
            if settling:
                longest = max(source.options.settle_seconds for source in settling)
                self.shop.stopping.wait(longest + LOOK_AGAIN_SECONDS)
                for name, result in self.rounds(settling).items():
                    result.total += results[name].total
                    results[name] = result
        self.reporter.keep_house()
        if any(result.error for result in results.values()):
            return Ending.FAILED
        rejected = any(result.total.rejected for result in results.values())
        return Ending.REJECTED if rejected else Ending.WELL

    def rounds(self, sources: list[Source]) -> dict[str, RoundResult]:
        """A round of each of these sources, some side by side."""
        with ThreadPoolExecutor(max(1, self.shop.settings.daemon.parallel)) as threads:
            results = threads.map(lambda source: run_round(self.shop, source), sources)
            return {s.name: result for s, result in zip(sources, results, strict=True)}

    def work(self, name: str) -> None:
        """A round of the source with this name, when it is due."""
        source = self.sources.get(name)
        if source is None or self.shop.stopping.is_set():
            return
        with self._idle:
            self._running += 1
        try:
            if run_round(self.shop, source).settling:
                wait = timedelta(seconds=source.options.settle_seconds + LOOK_AGAIN_SECONDS)
                self.timetable.soon(name, self.shop.clock.now().wall + wait)
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def plan(self) -> None:
        """Put all sources on the timetable, from when they ran last."""
        states = {}
        try:
            with reading(self.shop.engine) as connection:
                states = stored.all_states(connection)
        except DatabaseError as error:
            log(logging.ERROR, "missed runs cannot be told", error=reason(error))
        now = self.shop.clock.now().wall
        for name, source in self.sources.items():
            last = from_text(states[name].last_run_at) if name in states else None
            self.timetable.set(source, last, now)

    def tick(self) -> None:
        """What is looked at twice a second."""
        jumped = self.shop.clock.jump()
        if jumped:
            log(logging.WARNING, "the clock jumped", seconds=round(jumped, 1))
            self.plan()
        if self._reload.is_set():
            self._reload.clear()
            notify(*reloading())
            self.reload()
            notify("READY=1")
        if time.monotonic() >= self._ping_at and self.problem() is None:
            notify("WATCHDOG=1")
            self._ping_at = time.monotonic() + (watchdog_seconds() or math.inf)

    def reload(self) -> None:
        """Read the configuration again; a bad one changes nothing, and says why."""
        old = self.shop.settings
        try:
            new, found = loaded(self.given.load)
            if old.masked() != new.masked() or old.database_url != new.database_url:
                self.shop.renew(new)
        except (SettingsError, SourceError, StoreError, DatabaseError) as error:
            words = reason(error) if isinstance(error, DatabaseError) else str(error)
            log(logging.ERROR, "configuration refused, the old one stays", error=words)
            return
        different = changes(old, new)
        for each in different:
            told_ = {"key": each.key, "before": each.before, "after": each.after}
            when = "at the next start" if each.at_start else "now"
            log(logging.INFO, "configuration changed", **told_, effective=when)
        if not different:
            log(logging.INFO, "configuration unchanged")
        self.timetable.remove(self.sources.keys() - found.keys())
        changed = [s for n, s in found.items() if self._options(n) != s.options]
        self.sources = found
        for source in changed:
            self.timetable.set(source, None, self.shop.clock.now().wall)

    def _options(self, name: str) -> object:
        source = self.sources.get(name)
        return source.options if source else None

    def end(self) -> None:
        """Wait for the rounds to end; `_watch_the_end` sees that it is not for ever."""
        self.timetable.stop()
        self.reporter.turn("stopping")
        notify("STOPPING=1", "STATUS=finishing the current batch")
        log(logging.INFO, "stopping")
        with self._idle:
            while self._running:
                self._idle.wait(_TICK_SECONDS)

    def _watch_the_end(self) -> None:
        """End the process in time after a signal, whatever its other threads wait for.

        That may be a batch, but also a database that does not answer any more.
        """
        self.shop.stopping.wait()
        time.sleep(self.shop.settings.daemon.stop_seconds)
        log(logging.WARNING, "a batch was given up; it is read again next time")
        goodbye = threading.Thread(target=self.reporter.leave, daemon=True)
        goodbye.start()
        goodbye.join(_GOODBYE_SECONDS)
        os._exit(Ending.WELL)

    def problem(self) -> str | None:
        """What is wrong with this process itself; None = nothing."""
        begun = self.reporter.state != "starting"
        if begun and not self.timetable.is_alive() and not self.shop.stopping.is_set():
            return "the scheduler does not run"
        silent = time.monotonic() - self.reporter.reported
        if silent > _STUCK_SECONDS and self.reporter.trouble is None:
            return f"no report for {silent:.0f} s"
        return None

    def readiness(self) -> str | None:
        """Why it cannot work now; None = it can."""
        if self.shop.stopping.is_set():
            return "stopping"
        if self.reporter.trouble is not None:
            return f"the store: {self.reporter.trouble}"
        return "starting" if self.reporter.state != "running" else self.problem()

    def tell_start(self) -> None:
        """The line that says that work begins, and when."""
        due = [moment for moment in self.timetable.due_times().values() if moment]
        first = to_text(min(due, default=None))
        owner = self.shop.identity.owner
        log(logging.INFO, "started", owner=owner, sources=len(self.sources), next_run=first)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Signals taken, entered in the store, and all of it undone at the end."""
        self.shop.agree()
        self.reporter.enter()
        before = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        }
        threading.Thread(target=self._watch_the_end, name="end", daemon=True).start()
        try:
            yield
        finally:
            self.timetable.stop()
            self.reporter.leave()
            self.shop.close()
            for number, handler in before.items():
                signal.signal(number, handler)
            log(logging.INFO, "stopped")

    @contextmanager
    def _served(self) -> Iterator[None]:
        """The HTTP server, where one is wanted."""
        options = self.shop.settings.metrics
        if not options.port:
            yield
            return
        exposition = Exposition(self.shop)

        def metrics() -> Answer:
            data, kind = exposition.render(self.reporter.overview)
            return told(None)[0], data, kind

        pages = {
            "/healthz": lambda: told(self.problem()),
            "/readyz": lambda: told(self.readiness()),
            "/metrics": metrics,
        }
        server = HealthServer(options.host, options.port, pages)
        log(logging.INFO, "health server", host=options.host, port=server.port)
        try:
            yield
        finally:
            server.close()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._reload.set()
        elif self.shop.stopping.is_set():
            os._exit(128 + number)
        else:
            self.shop.stopping.set()
