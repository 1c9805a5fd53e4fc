"""Cleaning that goes wrong as its record asks: run for real in a worker process."""

from __future__ import annotations

import os
import re
import signal
import time

from aggregator.core.model import Record
from aggregator.core.options import CleaningOptions
from aggregator.workers import Cleaned, clean_record


def misbehave(record: Record, options: CleaningOptions) -> Cleaned:
    """Do what the record's first word says, then clean the record as ever."""
    word = str(record.payload).partition(" ")[0]
    match word:
        case "sleep":
            time.sleep(3600)
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
    return clean_record(record, options)
