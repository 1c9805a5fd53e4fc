"""The options of a running daemon; `aggregator.settings` fills them from the user.

What needs a library or the file system to be checked (cron expressions, time zones, formats)
is checked by `aggregator.scheduler.sources`, before anything runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Finished(StrEnum):
    """What is done with a dump that was read to its end."""

    KEEP = "keep"
    MOVE = "move"
    DELETE = "delete"
    """Only without a rejected record: what could not be read is not thrown away."""


class LogFormat(StrEnum):
    """How log lines are written."""

    AUTO = "auto"
    """For people on a terminal, as JSON elsewhere."""
    HUMAN = "human"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """A place where dumps arrive, and when it is looked at. None means "as in general"."""

    name: str
    path: str
    """File, folder (with all below) or pattern."""
    schedule: str = "1m"
    """An interval (``30s``, ``5m``, ``2h``, ``1d``), or a cron expression of five fields."""
    time_zone: str = "UTC"
    """IANA name of the zone in which a cron expression is meant."""
    format: str | None = None
    """Format of all its dumps; None = told by content."""
    outlet: str | None = None
    """Outlet, where page and dump tell none."""
    language: str | None = None
    """Language, where none is told."""
    mapping: dict[str, str] = field(default_factory=dict)
    """Our field names and the dump's keys for them."""
    finished: Finished = Finished.KEEP
    move_to: str | None = None
    """Folder for `Finished.MOVE`."""
    settle_seconds: float = 10.0
    """A dump is complete when it did not change for so long."""
    follow: bool = False
    """Read the whole lines of growing JSON lines at once, and do not wait for the end."""
    silent_hours: float | None = None
    rejected_share: float | None = None
    keep_days: int | None = None
    keep_megabytes: int | None = None


@dataclass(frozen=True, slots=True)
class DaemonOptions:
    """How the daemon works."""

    parallel: int = 2
    """Dumps that are read at the same time; each has cleaning processes of its own."""
    stop_seconds: float = 60.0
    """A batch that is not done so long after a signal is given up; nothing is lost by it."""
    lease_seconds: float = 60.0
    """A daemon that did not report for so long is dead, and others take over its dumps."""
    log_format: LogFormat = LogFormat.AUTO


@dataclass(frozen=True, slots=True)
class MetricsOptions:
    """The HTTP server for health checks and figures."""

    port: int = 0
    """0 = no server."""
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class RetryOptions:
    """How long a transaction is tried again that failed in a way that passes."""

    seconds: float = 60.0
    """After the first failure; 0 = it is never tried again."""
    first_wait_seconds: float = 0.2
    """The wait before the second try is random up to this, and twice as much each time ..."""
    longest_wait_seconds: float = 10.0
    """... but never more than this."""


@dataclass(frozen=True, slots=True)
class RetentionOptions:
    """How long texts are kept that no source has limits of its own for; 0 = for ever."""

    days: int = 0
    """Days by our own clock since a text was first seen."""
    megabytes: int = 0
    """Text of each source in UTF-8 (10**6 bytes); the oldest go first."""


@dataclass(frozen=True, slots=True)
class AlarmOptions:
    """When to warn; 0 turns an alarm off."""

    cluster_size: int = 1000
    """A cluster with more articles has run away."""
    silent_hours: float = 48.0
    """A source without a new record for so long is silent."""
    records_share: float = 0.5
    """A source that brings less than this share of its usual day has lost records."""
    rejected_share: float = 0.1
    """A source that had more of its records rejected within a day is broken."""
