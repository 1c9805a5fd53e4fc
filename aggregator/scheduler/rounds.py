"""One look at one source: find, claim, read, remember, finish.

    dumps that are there ─stance→ done | settling | ready
    ready ─claim→ examined (again unchanged? the same bytes under another name? which lines?)
          ─pipeline→ counts ─remember→ moved, deleted or kept

A dump that changes while it is read is read again by a later round: its records are known by
then, and what changed is taken in.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aggregator.core.operation import Finished
from aggregator.core.times import to_text
from aggregator.readers import ReaderError
from aggregator.scheduler.arrivals import Arrival, Stance, look, stance
from aggregator.scheduler.logs import described, log
from aggregator.scheduler.reading import Interrupted, Reading, Unsettled
from aggregator.scheduler.sources import Source
from aggregator.scheduler.workshop import Workshop
from aggregator.store import sources
from aggregator.store.dumps import Tally
from aggregator.store.engine import DatabaseError, StoreError, noting, reading, reason
from aggregator.store.failures import told
from aggregator.store.sql import AnyRow

FORGET_DAYS = 30
"""A dump that is gone for so long is forgotten; its records stay known."""
_TOUCH_HOURS = 12


@dataclass(slots=True)
class RoundResult:
    """What a round did."""

    dumps: int = 0
    total: Tally = field(default_factory=Tally)
    waiting: int = 0
    """Dumps that are left for a later round."""
    settling: int = 0
    """Those of them that may still be written to."""
    error: str | None = None


def run_round(shop: Workshop, source: Source) -> RoundResult:
    """Look at a source once, and read what is ready. Never raises for what may go wrong."""
    result = RoundResult()
    try:
        _Round(shop, source, result).run()
    except (ReaderError, StoreError) as error:
        result.error = str(error)
    except DatabaseError as error:
        result.error = told(shop.engine.url, error)
    except OSError as error:
        result.error = str(error)
    if shop.is_news(source.name, result.error):
        log(logging.ERROR, "source failed", source=source.name, error=result.error)
    if result.error is not None:
        _note_failure(shop, source, result.error)
    return result


def _note_failure(shop: Workshop, source: Source, error: str) -> None:
    try:
        with noting(shop.engine) as connection:
            sources.note_state(connection, source.name, shop.clock.now().text, {"error": error})
    except DatabaseError as failed:
        log(logging.ERROR, "the failure cannot be noted", error=reason(failed))


@dataclass(slots=True)
class _Round:
    """A round under way."""

    shop: Workshop
    source: Source
    result: RoundResult
    left: list[Arrival] = field(default_factory=list)
    """Dumps that wait for a later round."""

    def run(self) -> None:
        started = self.shop.clock.now()
        with noting(self.shop.engine) as connection:
            values = {"last_run_at": started.text}
            sources.note_state(connection, self.source.name, started.text, values)
        try:
            arrivals = look(self.source, self.shop.settings.reading, self.look_up)
        except Interrupted:
            return
        for arrival in self.ready(arrivals):
            if self.shop.stopping.is_set():
                self.left.append(arrival)
                continue
            self.read(arrival)
        self.note_end(started.text)

    def look_up(self) -> None:
        """Between two dumps that are found: stop if that is wished."""
        if self.shop.stopping.is_set():
            raise Interrupted

    def ready(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """The dumps to be read now; notes how all of them stand."""
        now = self.shop.clock.now()
        with reading(self.shop.engine) as connection:
            known = sources.known_files(connection, self.source.name)
        found = []
        for arrival in arrivals:
            row = known.get(arrival.path)
            what = stance(arrival, row, self.source, now)
            if what is Stance.READY or (what is Stance.DONE and self.is_unfinished(row)):
                found.append(arrival)
            elif what is Stance.SETTLING:
                self.left.append(arrival)
                self.result.settling += 1
        self.note_arrivals(arrivals, known)
        return found

    def is_unfinished(self, row: AnyRow | None) -> bool:
        """Whether a dump that was read still waits to be moved or deleted."""
        if row is None or row.problem is not None:
            return False
        if self.source.options.finished is Finished.DELETE:
            return not row.rejected
        return self.source.options.finished is Finished.MOVE

    def note_arrivals(self, arrivals: Sequence[Arrival], known: dict[str, AnyRow]) -> None:
        now = self.shop.clock.now()
        stale = to_text(now.wall - timedelta(hours=_TOUCH_HOURS))
        changed = []
        touched, anew = [], []
        for each in arrivals:
            row = known.get(each.path)
            if row is None or (row.size, row.mtime_ns) != (each.size, each.mtime_ns):
                changed.append((each.path, each.size, each.mtime_ns))
            elif row.seen_since > now.text:
                anew.append(each.path)
            elif not stale <= row.seen_at <= now.text:
                touched.append(each.path)
        with noting(self.shop.engine) as connection:
            sources.observe(connection, self.source.name, changed, now.text)
            sources.touch(connection, self.source.name, touched, now.text)
            sources.see_anew(connection, self.source.name, anew, now.text)

    def read(self, arrival: Arrival) -> None:
        """Read one dump; what goes wrong with it does not keep the others from being read."""
        one = Reading(self.shop, self.source, arrival)
        try:
            tally = one.run()
        except Interrupted as left:
            self.left.append(arrival)
            self.result.settling += isinstance(left, Unsettled)
            return
        except (StoreError, DatabaseError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 a bug that one dump brings out
            words = described(error)
            where = {"source": self.source.name, "path": arrival.path}
            log(logging.ERROR, "dump failed", **where, error=words)
            self.result.error = f"{arrival.path}: {words}"
            self.left.append(arrival)
            return
        self.result.error = one.trouble or self.result.error
        if tally is not None:
            self.result.dumps += 1
            self.result.total += tally

    def note_end(self, started: str) -> None:
        self.result.waiting = len(self.left)
        now = self.shop.clock.now()
        values: dict[str, Any] = {"waiting": len(self.left), "waiting_since": None}
        if self.result.error is None:
            values |= {"last_success_at": now.text, "error": None}
        before = to_text(now.wall - timedelta(days=FORGET_DAYS))
        with noting(self.shop.engine) as connection:
            if self.left:
                known = sources.known_files(connection, self.source.name)
                since = [known[each.path].seen_since for each in self.left if each.path in known]
                values["waiting_since"] = min(since, default=started)
            sources.note_state(connection, self.source.name, now.text, values)
            sources.forget_unseen(connection, self.source.name, before)
