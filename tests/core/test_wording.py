"""Numbers in sentences."""

from __future__ import annotations

import pytest

from aggregator.core.wording import counted


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 stories"), (1, "1 story"), (2000, "2,000 stories")]
)
def test_one_is_singular_and_thousands_are_parted(count: int, expected: str) -> None:
    assert counted(count, "story", "stories") == expected


def test_a_plural_has_an_s_unless_told() -> None:
    assert (counted(1, "record"), counted(2, "record")) == ("1 record", "2 records")
