"""The daemon's heartbeat: writes into the store that this process lives, and keeps house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aggregator.scheduler.housekeeping import Overview, keep_house
from aggregator.scheduler.presence import Place, Presence
from aggregator.scheduler.workshop import Workshop


class Reporter(Presence):
    """A presence that takes the figures of the store and lets alarms stand."""

    def __init__(self, shop: Workshop, mode: str) -> None:
        lease = shop.settings.daemon.lease_seconds
        super().__init__(Place(shop.engine, shop.identity, shop.clock, lease), mode)
        self.shop = shop
        self.overview: Overview | None = None
        """As the last report found it."""

    def figures(self) -> Mapping[str, Any]:
        """What this process did so far."""
        return self.shop.figures()

    def look_after(self) -> None:
        """Report, take the figures and let alarms stand."""
        self.report()
        self.overview = keep_house(self.shop)
