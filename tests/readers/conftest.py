"""Reading bytes as if they were a dump."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from aggregator.core.model import Declared, Record
from aggregator.core.options import ReadingOptions
from aggregator.readers import Entry, find_dumps, read_dump

Read = Callable[..., list[Entry]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read bytes as a dump of a given name; options are those of `ReadingOptions`."""

    def reading(
        data: bytes,
        name: str = "dump",
        defaults: Declared | None = None,
        mapping: Mapping[str, str] | None = None,
        default_url: str | None = None,
        **limits: Any,
    ) -> list[Entry]:
        path = tmp_path / name
        path.write_bytes(data)
        options = ReadingOptions(**limits)
        (dump,) = find_dumps([str(path)], options)
        return list(read_dump(dump, options, defaults, mapping, default_url))

    return reading


@pytest.fixture
def record(read: Read) -> Callable[..., Record]:
    """Read bytes that are a dump of one record."""

    def reading(*args: Any, **keywords: Any) -> Record:
        (entry,) = read(*args, **keywords)
        assert isinstance(entry, Record), entry
        return entry

    return reading
