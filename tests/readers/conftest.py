"""Reading bytes as if they were a dump."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from aggregator.core.model import Record
from aggregator.core.options import ReadingOptions
from aggregator.readers import Entry, find_dumps, read_dump

Read = Callable[..., list[Entry]]
LIMITS = fields(ReadingOptions)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read bytes as a dump of a given name.

    Further arguments are those of `ReadingOptions` and of `read_dump`, by name.
    """

    def reading(data: bytes, name: str = "dump", **told: Any) -> list[Entry]:
        path = tmp_path / name
        path.write_bytes(data)
        limits = {each.name: told.pop(each.name) for each in LIMITS if each.name in told}
        options = ReadingOptions(**limits)
        (dump,) = find_dumps([str(path)], options)
        return list(read_dump(dump, options, **told))

    return reading


@pytest.fixture
def record(read: Read) -> Callable[..., Record]:
    """Read bytes that are a dump of one record."""

    def reading(*args: Any, **keywords: Any) -> Record:
        (entry,) = read(*args, **keywords)
        assert isinstance(entry, Record), entry
        return entry

    return reading
