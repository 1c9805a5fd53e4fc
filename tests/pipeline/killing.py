"""Ingests a dump in a process that may be killed: run as a script.

    python -m tests.pipeline.killing URL FILE FIRST STEP

takes every STEP-th record of FILE from FIRST on, and tells of each batch on standard output.
The file holds the records with their cleaned pages, which real workers made beforehand: to
start workers takes longer than to store the dump, which is what is disturbed here.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aggregator.core.identity import record_key
from aggregator.core.model import Record
from aggregator.core.options import CleaningOptions
from aggregator.pipeline import Pipeline, PipelineOptions
from aggregator.store.dumps import Tally
from aggregator.store.engine import open_engine
from aggregator.workers import Cleaned, Cleaners

CleanedDump = tuple[PipelineOptions, list[tuple[Record, Cleaned]]]


class Beforehand(Cleaners):
    """Gives what other cleaners made of the same records."""

    def __init__(self, options: CleaningOptions, cleaned: list[tuple[Record, Cleaned]]) -> None:
        super().__init__(options, 1)
        self.of_key = {record_key(record): each for record, each in cleaned}

    def submit(self, records: Sequence[Record]) -> list[bytes]:
        return [record_key(record) for record in records]

    def results(self, keys: Sequence[bytes]) -> list[Cleaned]:
        return [self.of_key[key] for key in keys]


def load(path: Path) -> CleanedDump:
    """A dump of `clean_beforehand`."""
    dump: CleanedDump = pickle.loads(path.read_bytes())
    return dump


def clean_beforehand(options: PipelineOptions, records: list[Record], path: Path) -> None:
    """Write a dump with its cleaned pages to a file."""
    cleaners = Cleaners(options.cleaning, options.workers)
    cleaned = cleaners.results(cleaners.submit(records))
    cleaners.close()
    path.write_bytes(pickle.dumps((options, list(zip(records, cleaned, strict=True)))))


def tell(tally: Tally) -> None:
    sys.stdout.write(f"{tally.read}\n")
    sys.stdout.flush()


def main(url: str, path: str, first: str, step: str) -> None:
    options, cleaned = load(Path(path))
    engine = open_engine(url, must_exist=True)
    cleaners = Beforehand(options.cleaning, cleaned)
    with Pipeline(engine, options, lambda: datetime(2026, 1, 1, tzinfo=UTC), cleaners) as pipeline:
        records = [record for record, _page in cleaned[int(first) :: int(step)]]
        pipeline.ingest("dump", records, progress=tell)
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
