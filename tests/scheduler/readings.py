"""What the log says of the readings of a test."""

from __future__ import annotations

from aggregator.scheduler.workshop import Workshop
from tests.stores import rows


def readings(shop: Workshop) -> list[tuple[int, int, int, int]]:
    """Counts of every reading in the log: read, stored, known, rejected."""
    statement = "SELECT read, stored, known, rejected FROM dump_log ORDER BY dump_id"
    return [tuple(row) for row in rows(shop.engine, statement)]  # type: ignore[misc]


def articles(shop: Workshop) -> int:
    return int(rows(shop.engine, "SELECT count(*) FROM articles")[0][0])
