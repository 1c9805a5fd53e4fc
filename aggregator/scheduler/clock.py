"""Our own clock, which an administrator or NTP may set while we run."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.core.times import to_text

JUMP_SECONDS = 5.0
"""A larger step of the wall clock against the monotonic one is a jump; NTP slews less."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, and for how long the clock has been trusted."""

    wall: datetime
    """Aware, UTC."""
    steady_seconds: float = math.inf
    """Seconds since the clock jumped last."""

    @property
    def text(self) -> str:
        """The time as the store keeps it."""
        return to_text(self.wall)


class Clock:
    """The wall clock, watched for jumps; safe to be asked from several threads."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._lock = threading.Lock()
        self._offset = self._now_offset()
        self._jumped_at = -math.inf
        self._jumped_by = 0.0

    def now(self) -> Moment:
        """The time now; notices a jump since it was asked last."""
        with self._lock:
            offset = self._now_offset()
            by = offset - self._offset
            if abs(by) > JUMP_SECONDS:
                self._jumped_at = self._monotonic()
                self._jumped_by += by
            self._offset = offset
            return Moment(self._wall(), self._monotonic() - self._jumped_at)

    def jump(self) -> float:
        """By how many seconds the clock jumped since this was asked last; 0.0 if it did not."""
        self.now()
        with self._lock:
            by, self._jumped_by = self._jumped_by, 0.0
            return by

    def _now_offset(self) -> float:
        return self._wall().timestamp() - self._monotonic()
