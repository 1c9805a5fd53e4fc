"""Cleaning that goes wrong as its record asks: run for real in a worker process."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Sequence

from aggregator.core.model import Record
from aggregator.core.options import CleaningOptions
from aggregator.workers import Cleaned, clean_records


def misbehave(records: Sequence[Record], options: CleaningOptions) -> list[Cleaned]:
    """Do what each record's first word says, then clean the records as ever."""
    for record in records:
        _obey(record)
    return clean_records(records, options)


def _obey(record: Record) -> None:
    word = str(record.payload).partition(" ")[0]
    match word:
        case "sleep":
            time.sleep(3600)
        case "doze":
            time.sleep(0.6)
        case "spin":
            # A regular expression that never ends keeps the interpreter's lock.
            re.match(r"(a+)+$", "a" * 60 + "b")
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "eat":
            eaten = [b"x" * 50_000_000 for _ in range(100_000)]
            raise AssertionError(len(eaten))
        case "raise":
            raise ValueError("a parser's own error")
