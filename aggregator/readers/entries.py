"""What every reader yields and is given."""

from __future__ import annotations

from aggregator.core.model import Ignored, Reason, Record, Rejection
from aggregator.readers.stream import DumpStream, Oversized

Entry = Record | Rejection | Ignored
"""One entry of a dump; every entry gives exactly one."""


def too_large(locator: str, piece: Oversized, limit: int) -> Rejection:
    """The rejection of a piece that was skipped for its size."""
    return Rejection(locator, Reason.TOO_LARGE, f"{piece.size} bytes; the limit is {limit}")


def damage_of(stream: DumpStream, locator: str) -> Rejection | None:
    """The rejection of the entry at which the bytes of a damaged dump end, or None."""
    if stream.damage is None:
        return None
    return Rejection(locator, stream.damage.reason, stream.damage.detail)
