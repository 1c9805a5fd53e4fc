"""The tables of those who work on a store: daemons, sources, counters, alarms."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.base import Base


class Counter(Base):
    """How many there are of something, kept as they come and go: no figure reads the store."""

    __tablename__ = "counters"
    kind: Mapped[str] = mapped_column(primary_key=True)
    """stored, records (by result) or rejected (by reason)"""
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Daemon(Base):
    """A process that works on sources, and when it reported last."""

    __tablename__ = "daemons"
    owner: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    pid: Mapped[int] = mapped_column(Integer)
    process: Mapped[str]
    """What tells the process from a later one with its pid."""
    mode: Mapped[str]
    """run or once"""
    state: Mapped[str]
    """starting, running, stopping or stopped"""
    started_at: Mapped[str]
    reported_at: Mapped[str]
    lease_seconds: Mapped[float]
    figures: Mapped[str]
    """Counts of the process since its start, as JSON."""


class SourceState(Base):
    """How a source is, as the last look at it found."""

    __tablename__ = "source_state"
    source: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[str]
    """When it was first looked at."""
    last_run_at: Mapped[str | None]
    last_success_at: Mapped[str | None]
    last_record_at: Mapped[str | None]
    """When it last brought a record that was not known."""
    waiting: Mapped[int] = mapped_column(Integer)
    waiting_since: Mapped[str | None]
    """Since when the dump waits that waits longest."""
    error: Mapped[str | None]
    # What it brought ever since it was first looked at.
    dumps: Mapped[int] = mapped_column(BigInteger, server_default="0")
    read: Mapped[int] = mapped_column(BigInteger, server_default="0")
    stored: Mapped[int] = mapped_column(BigInteger, server_default="0")
    known: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rejected: Mapped[int] = mapped_column(BigInteger, server_default="0")
    revised: Mapped[int] = mapped_column(BigInteger, server_default="0")
    ignored: Mapped[int] = mapped_column(BigInteger, server_default="0")


class SourceDay(Base):
    """What a source brought within one day (UTC) of our own clock."""

    __tablename__ = "source_days"
    source: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    dumps: Mapped[int] = mapped_column(Integer)
    read: Mapped[int] = mapped_column(Integer)
    stored: Mapped[int] = mapped_column(Integer)
    known: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    revised: Mapped[int] = mapped_column(Integer)
    ignored: Mapped[int] = mapped_column(Integer)


class SourceFile(Base):
    """A dump of a source: how it stands, how it stood when it was read, and who reads it."""

    __tablename__ = "source_files"
    source: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    seen_since: Mapped[str]
    """Since when it has this size and time."""
    seen_at: Mapped[str]
    owner: Mapped[str | None]
    """The daemon that reads it now."""
    read_at: Mapped[str | None]
    read_size: Mapped[int | None] = mapped_column(BigInteger)
    read_mtime_ns: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[bytes | None]
    """Of all its bytes, when it was last read whole."""
    position: Mapped[int] = mapped_column(BigInteger)
    """Bytes of whole lines that were read, where it is one that can grow."""
    lines: Mapped[int] = mapped_column(BigInteger)
    mark: Mapped[bytes | None]
    """Of its bytes around `position`, to tell that it is still the same."""
    rejected: Mapped[int] = mapped_column(Integer)
    problem: Mapped[str | None]
    __table_args__ = (Index(None, "source", "digest"),)


class Alarm(Base):
    """A warning that stands now."""

    __tablename__ = "alarms"
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    message: Mapped[str]
    since: Mapped[str]
