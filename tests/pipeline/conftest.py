"""Fixtures for the main job's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.stores import opened


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """A store in an SQLite file, without rows."""
    with opened(sqlite_url) as made:
        yield made
