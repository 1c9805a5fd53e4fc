"""That a process works on a store: entered, reported again and again, and said goodbye.

By this others tell whether what it claimed is still its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aggregator.scheduler.clock import Clock
from aggregator.scheduler.logs import log
from aggregator.scheduler.owner import forget_ended
from aggregator.store import daemons, sources
from aggregator.store.daemons import Identity
from aggregator.store.engine import Connection, DatabaseError, Engine, StoreError, noting, reason

INGEST = "ingest"
"""The mode of a process that reads given dumps; the others are those of `Daemon`."""
_REPORTS_A_LEASE = 4
"""Reports within one lease: some may be late before anyone takes us for dead."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process works, and as whom."""

    engine: Engine
    identity: Identity
    clock: Clock
    lease_seconds: float
    """One that did not report for so long is dead."""


class Presence:
    """Reports every quarter of a lease, and when the state changes, from a thread of its own."""

    def __init__(self, place: Place, mode: str) -> None:
        self.place, self.mode = place, mode
        self.state = "starting"
        self.trouble: str | None = None
        """Why the last report failed; None when it did not."""
        self.reported = time.monotonic()
        """When the last report succeeded (monotonic seconds)."""
        self._wake = threading.Event()
        self._ended = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="reporter", daemon=True)

    def enter(self) -> None:
        """Enter this process into the store, and begin to report. Raises what the store does."""
        with noting(self.place.engine) as connection:
            moment = daemons.moment(connection, self.place.clock.now().wall)
            forget_ended(connection, daemons.present(connection), moment)
            self._begin(connection)
        self._thread.start()

    def _begin(self, connection: Connection) -> None:
        now, lease = self.place.clock.now().text, self.place.lease_seconds
        daemons.begin(connection, self.place.identity, self.mode, now, lease)

    def turn(self, state: str) -> None:
        """Be in another state from now on."""
        self.state = state
        self._wake.set()

    def leave(self, patience: float | None = None) -> None:
        """Give back all dumps and say goodbye, as far as the store lets us.

        `patience` is how long another writer is waited for (seconds; None: as ever). One that
        leaves without a word is known to be dead by its process or its lease.
        """
        self._ended = True
        self._wake.set()
        self._thread.join(timeout=5 if patience is None else patience)
        self.state = daemons.STOPPED
        try:
            with noting(self.place.engine, patience) as connection:
                sources.release_all(connection, self.place.identity.owner)
                if self.mode == INGEST:
                    # Nothing is left to be told of it: the log has what it read.
                    daemons.forget(connection, [self.place.identity.owner])
                    return
            self.report()
        except (DatabaseError, StoreError) as error:
            log(logging.WARNING, "no goodbye in the store", error=_words(error))

    def report(self) -> None:
        """Write the heartbeat once; raises what the store raises."""
        now = self.place.clock.now().text
        with noting(self.place.engine) as connection:
            owner = self.place.identity.owner
            told = (owner, self.state, now, self.figures())
            if not daemons.report(connection, *told):
                # We were taken for dead and forgotten, where nobody can see that we live.
                self._begin(connection)
                daemons.report(connection, *told)
        self.reported = time.monotonic()

    def figures(self) -> Mapping[str, Any]:
        """What the process does, as `daemons.report` keeps it: one dump is being read."""
        return {"reading": 1}

    def look_after(self) -> None:
        """What is done with each report; raises what the store raises."""
        self.report()

    def keep_house(self) -> None:
        """Report, and what belongs to it; a store in trouble is told once."""
        with self._lock:
            self._keep_house()

    def _work(self) -> None:
        while not self._ended:
            self.keep_house()
            self._wake.wait(self.place.lease_seconds / _REPORTS_A_LEASE)
            self._wake.clear()

    def _keep_house(self) -> None:
        try:
            self.look_after()
        except (DatabaseError, StoreError) as error:
            if self.trouble is None:
                log(logging.ERROR, "no report to the store", error=_words(error))
            self.trouble = _words(error)
            return
        if self.trouble is not None:
            log(logging.INFO, "reports reach the store again")
        self.trouble = None


def _words(error: DatabaseError | StoreError) -> str:
    return str(error) if isinstance(error, StoreError) else reason(error)
