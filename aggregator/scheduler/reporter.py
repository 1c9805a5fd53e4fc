"""The heartbeat: a thread that writes into the store that this process lives, and keeps house."""

from __future__ import annotations

import logging
import threading
import time

from aggregator.scheduler.housekeeping import Overview, keep_house
from aggregator.scheduler.logs import log
from aggregator.scheduler.workshop import Workshop
from aggregator.store import daemons, sources
from aggregator.store.engine import DatabaseError, StoreError, noting, reason

_REPORTS_A_LEASE = 4
"""Reports within one lease: some may be late before anyone takes us for dead."""


class Reporter:
    """Reports every quarter of a lease, and when the state changes."""

    def __init__(self, shop: Workshop, mode: str) -> None:
        self.shop, self.mode = shop, mode
        self.state = "starting"
        self.overview: Overview | None = None
        """As the last report found it."""
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
        lease = self.shop.settings.daemon.lease_seconds
        now = self.shop.clock.now().text
        with noting(self.shop.engine) as connection:
            daemons.begin(connection, self.shop.identity, self.mode, now, lease)
        self._thread.start()

    def turn(self, state: str) -> None:
        """Be in another state from now on."""
        self.state = state
        self._wake.set()

    def leave(self) -> None:
        """Give back all dumps and say goodbye, as far as the store lets us."""
        self._ended = True
        self._wake.set()
        self._thread.join(timeout=5)
        self.state = daemons.STOPPED
        try:
            with noting(self.shop.engine) as connection:
                sources.release_all(connection, self.shop.identity.owner)
            self.report()
        except (DatabaseError, StoreError) as error:
            log(logging.WARNING, "no goodbye in the store", error=_words(error))

    def report(self) -> None:
        """Write the heartbeat once; raises what the store raises."""
        now = self.shop.clock.now().text
        with noting(self.shop.engine) as connection:
            owner = self.shop.identity.owner
            daemons.report(connection, owner, self.state, now, self.shop.figures())
        self.reported = time.monotonic()

    def _work(self) -> None:
        while not self._ended:
            self.keep_house()
            self._wake.wait(self.shop.settings.daemon.lease_seconds / _REPORTS_A_LEASE)
            self._wake.clear()

    def keep_house(self) -> None:
        """Report, take the figures and let alarms stand; a store in trouble is told once."""
        with self._lock:
            self._keep_house()

    def _keep_house(self) -> None:
        try:
            self.report()
            self.overview = keep_house(self.shop)
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
