"""Running each source by its schedule: APScheduler, set up so that nothing is dropped.

The library drops a run that is a second late, unless told otherwise, and one that comes while
the last is under way. Here a late run is still made, several missed ones are made once, and one
that comes in the middle of another follows it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.scheduler.schedule import first_run
from aggregator.scheduler.sources import Source

Work = Callable[[str], None]
"""What is done when a source is due; it is given the source's name."""


class Timetable:
    """The sources with their times; at most one run of a source is under way.

    `scheduler` is for tests: by default runs are made in `parallel` threads.
    """

    def __init__(self, work: Work, parallel: int, scheduler: Any = None) -> None:
        self.work = work
        self.scheduler = scheduler or BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(max(1, parallel))}, timezone=UTC
        )
        self._lock = threading.Lock()
        self._overdue: set[str] = set()
        self.scheduler.add_listener(self._came_too_soon, EVENT_JOB_MAX_INSTANCES)
        ended = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED
        self.scheduler.add_listener(self._has_ended, ended)

    def start(self) -> None:
        """Begin to run what is due."""
        self.scheduler.start()

    def stop(self) -> None:
        """Begin no further run; those under way go on in their threads."""
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)

    def set(self, source: Source, last: datetime | None, now: datetime) -> None:
        """Put a source on the timetable, or change its times; `last` is when it ran last."""
        due = first_run(source.trigger, last, now)
        if due is None:
            return
        self.scheduler.add_job(
            self.work,
            source.trigger,
            args=[source.name],
            id=source.name,
            name=source.name,
            next_run_time=due,
            replace_existing=True,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def soon(self, name: str, due: datetime) -> None:
        """Let a source be looked at by then, if it would be later."""
        try:
            job = self.scheduler.get_job(name)
            planned = getattr(job, "next_run_time", None)
            if job is not None and (planned is None or planned > due):
                self.scheduler.modify_job(name, next_run_time=due)
        except JobLookupError:
            return

    def remove(self, names: Iterable[str]) -> None:
        """Take sources off; a run under way goes on."""
        for name in names:
            try:
                self.scheduler.remove_job(name)
            except JobLookupError:
                continue

    def due_times(self) -> dict[str, datetime | None]:
        """When each source is due next."""
        return {job.id: getattr(job, "next_run_time", None) for job in self.scheduler.get_jobs()}

    def is_alive(self) -> bool:
        """Whether the thread that starts the runs is at work."""
        thread = getattr(self.scheduler, "_thread", None)
        return bool(self.scheduler.running) and (thread is None or thread.is_alive())

    def _came_too_soon(self, event: Any) -> None:
        with self._lock:
            self._overdue.add(event.job_id)

    def _has_ended(self, event: Any) -> None:
        with self._lock:
            overdue = event.job_id in self._overdue
            self._overdue.discard(event.job_id)
        if overdue and self.scheduler.running:
            try:
                self.scheduler.modify_job(event.job_id, next_run_time=datetime.now(UTC))
            except JobLookupError:
                return
