"""The tables of those who work on a store: daemons, sources, counters, alarms."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from aggregator.store.base import Bytewise, Real, metadata

counters = Table(
    "counters",
    metadata,
    # stored, records (by result) or rejected (by reason)
    Column("kind", Bytewise, primary_key=True),
    Column("name", Bytewise, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""How many there are of something, kept as they come and go: no figure reads the store."""

daemons = Table(
    "daemons",
    metadata,
    Column("owner", Bytewise, primary_key=True),
    Column("machine", Bytewise, nullable=False),
    Column("pid", Integer, nullable=False),
    # What tells the process from a later one with its pid.
    Column("process", Bytewise, nullable=False),
    # run or once
    Column("mode", Bytewise, nullable=False),
    # starting, running, stopping or stopped
    Column("state", Bytewise, nullable=False),
    Column("started_at", Bytewise, nullable=False),
    Column("reported_at", Bytewise, nullable=False),
    Column("lease_seconds", Real, nullable=False),
    # Counts of the process since its start, as JSON.
    Column("figures", Bytewise, nullable=False),
)
"""A process that works on sources, and when it reported last."""

source_state = Table(
    "source_state",
    metadata,
    Column("source", Bytewise, primary_key=True),
    # When it was first looked at.
    Column("since", Bytewise, nullable=False),
    Column("last_run_at", Bytewise),
    Column("last_success_at", Bytewise),
    # When it last brought a record that was not known.
    Column("last_record_at", Bytewise),
    Column("waiting", Integer, nullable=False),
    # Since when the dump waits that waits longest.
    Column("waiting_since", Bytewise),
    Column("error", Bytewise),
    # What it brought ever since it was first looked at.
    Column("dumps", BigInteger, server_default="0", nullable=False),
    Column("read", BigInteger, server_default="0", nullable=False),
    Column("stored", BigInteger, server_default="0", nullable=False),
    Column("known", BigInteger, server_default="0", nullable=False),
    Column("rejected", BigInteger, server_default="0", nullable=False),
    Column("revised", BigInteger, server_default="0", nullable=False),
    Column("ignored", BigInteger, server_default="0", nullable=False),
)
"""How a source is, as the last look at it found."""

source_days = Table(
    "source_days",
    metadata,
    Column("source", Bytewise, primary_key=True),
    Column("day", Bytewise, primary_key=True),
    Column("dumps", Integer, nullable=False),
    Column("read", Integer, nullable=False),
    Column("stored", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("ignored", Integer, nullable=False),
)
"""What a source brought within one day (UTC) of our own clock."""

source_files = Table(
    "source_files",
    metadata,
    Column("source", Bytewise, primary_key=True),
    Column("path", Bytewise, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    # Since when it has this size and time.
    Column("seen_since", Bytewise, nullable=False),
    Column("seen_at", Bytewise, nullable=False),
    # The daemon that reads it now.
    Column("owner", Bytewise),
    Column("read_at", Bytewise),
    Column("read_size", BigInteger),
    Column("read_mtime_ns", BigInteger),
    # Of all its bytes, when it was last read whole.
    Column("digest", LargeBinary),
    # Bytes of whole lines that were read, where it is one that can grow.
    Column("position", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    # Of its bytes around `position`, to tell that it is still the same.
    Column("mark", LargeBinary),
    Column("rejected", Integer, nullable=False),
    Column("problem", Bytewise),
    Index(None, "source", "digest"),
)
"""A dump of a source: how it stands, how it stood when it was read, and who reads it."""

alarms = Table(
    "alarms",
    metadata,
    Column("kind", Bytewise, primary_key=True),
    Column("subject", Bytewise, primary_key=True),
    Column("message", Bytewise, nullable=False),
    Column("since", Bytewise, nullable=False),
)
"""A warning that stands now."""
