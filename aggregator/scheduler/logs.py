"""Log lines: for people on a terminal, as one JSON object a line for programs.

A line has an event in words and fields. No field holds text of an article, and none a secret.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from typing import Any, TextIO

from aggregator.core.operation import LogFormat

NAME = "aggregator"
_LOGGER = logging.getLogger(NAME)
_PLAIN = re.compile(r"[^\s\"=\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def log(level: int, event: str, **fields: Any) -> None:
    """Write a line: what happened, and its circumstances."""
    _LOGGER.log(level, event, extra={"fields": fields})


def described(error: BaseException) -> str:
    """An unforeseen exception without its message, which may quote an article: what, and where.

    The message of an exception of ours is for the user, and is told.
    """
    name = type(error).__name__
    if type(error).__module__.partition(".")[0] == NAME:
        return f"{name}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if f"/{NAME}/" in each.filename] or frames
    if not ours:
        return name
    place = ours[-1].filename.rpartition(f"/{NAME}/")[2]
    return f"{name} in {place}, line {ours[-1].lineno}"


class _HumanFormatter(logging.Formatter):
    """``2026-05-01T10:00:00Z INFO  dump read source=wire read=12``."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one line."""
        fields = " ".join(f"{k}={_shown(v)}" for k, v in _fields(record).items())
        words = f"{_time(self, record)} {record.levelname:<7} {_event(record)}"
        return f"{words} {fields}".rstrip()


class _JsonFormatter(logging.Formatter):
    """One JSON object with time, level, event and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one line."""
        line = {
            "time": _time(self, record),
            "level": record.levelname.lower(),
            "event": _event(record),
            **_fields(record),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logging(wanted: LogFormat, stream: TextIO | None = None) -> None:
    """Send log lines to standard error (or `stream`); replaces an earlier set-up."""
    stream = stream or sys.stderr
    human = wanted is LogFormat.HUMAN or (wanted is LogFormat.AUTO and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_HumanFormatter() if human else _JsonFormatter())
    for name, level in ((NAME, logging.INFO), ("apscheduler", logging.ERROR)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, "fields", {})
    if record.exc_info and record.exc_info[1] is not None:
        return {**found, "error": described(record.exc_info[1])}
    return found


def _time(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    formatter.converter = time.gmtime
    return formatter.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")


def _event(record: logging.LogRecord) -> str:
    return " ".join(record.getMessage().split())


def _shown(value: Any) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=True)
