"""Ingests one record when it is told to: run as a script, at the same time as another.

    python -m tests.faults.meeting URL FILE NUMBER

The record is that number of FILE (`tests.pipeline.killing.clean_beforehand`). ``ready`` on
standard output says that nothing is left but to store it; a line on standard input lets go.
``storing`` is said right before the transaction begins that stores it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from aggregator.pipeline import Entry, Pipeline
from aggregator.store.engine import open_engine
from tests.pipeline.killing import Beforehand, load
from tests.pipeline.records import clock


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def waiting(record: Entry, engine: Engine) -> Iterator[Entry]:
    """The record; the end of the dump comes when somebody lets go."""
    yield record
    say("ready")
    sys.stdin.readline()
    event.listen(engine, "before_cursor_execute", say_storing)


def say_storing(connection: Connection, *_statement: object) -> None:
    """Right before the first statement of what writes: on SQLite it waits for the lock."""
    if connection.get_execution_options().get("writes"):
        say("storing")


def main(url: str, path: str, number: str) -> None:
    options, cleaned = load(Path(path))
    engine = open_engine(url, must_exist=True)
    with Pipeline(engine, options, clock, Beforehand(options.cleaning, cleaned)) as pipeline:
        pipeline.ingest("dump", waiting(cleaned[int(number)][0], engine))
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
