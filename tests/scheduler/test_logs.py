"""Log lines for people and for programs: one line each, whatever stands in a name."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest

from aggregator.core.operation import LogFormat
from aggregator.scheduler.logs import log, set_up_logging
from aggregator.scheduler.schedule import parse_zone

HOSTILE = 'in/a\nb\x1b[31m "c" = \u202e.jsonl'


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    yield io.StringIO()
    for name in ("aggregator", "apscheduler"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def test_a_program_gets_one_object_a_line(stream: io.StringIO) -> None:
    """JSON elsewhere than on a terminal, with the fields under their names."""
    set_up_logging(LogFormat.AUTO, stream)
    log(logging.WARNING, "dump read", path=HOSTILE, read=3, seconds=0.25)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    del told["time"]
    expected = {"level": "warning", "event": "dump read", "path": HOSTILE, "read": 3}
    assert told == {**expected, "seconds": 0.25}


def test_people_get_one_line_without_control_characters(stream: io.StringIO) -> None:
    """A name in a dump folder cannot forge a line or colour the terminal."""
    set_up_logging(LogFormat.HUMAN, stream)
    log(logging.INFO, "dump read", path=HOSTILE, read=3, seconds=0.25)
    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()
    assert line.endswith("read=3 seconds=0.25")
    assert "INFO    dump read path=" in line


def test_an_error_of_the_library_is_one_line(stream: io.StringIO) -> None:
    """A traceback of APScheduler becomes the error's name and place; its message may quote an
    article, and is not told."""
    set_up_logging(LogFormat.JSON, stream)
    try:
        parse_zone(5)  # type: ignore[arg-type]
    except TypeError:
        logging.getLogger("apscheduler.executors.default").exception("Job failed")
    (line,) = stream.getvalue().splitlines()
    place = r"TypeError in scheduler/schedule.py, line \d+"
    assert re.fullmatch(place, json.loads(line)["error"])
