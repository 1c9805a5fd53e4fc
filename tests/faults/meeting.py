"""Ingests one record when it is told to: run as a script, at the same time as another.

    python -m tests.faults.meeting URL FILE NUMBER

The record is that number of FILE (`tests.pipeline.killing.clean_beforehand`). ``ready`` on
standard output says that nothing is left but to store it; a line on standard input lets go.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from aggregator.pipeline import Entry, Pipeline
from aggregator.store.engine import open_engine
from tests.pipeline.killing import Beforehand, load
from tests.pipeline.records import clock


def waiting(record: Entry) -> Iterator[Entry]:
    """The record; the end of the dump comes when somebody lets go."""
    yield record
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


def main(url: str, path: str, number: str) -> None:
    options, cleaned = load(Path(path))
    engine = open_engine(url, must_exist=True)
    with Pipeline(engine, options, clock, Beforehand(options.cleaning, cleaned)) as pipeline:
        pipeline.ingest("dump", waiting(cleaned[int(number)][0]))
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
