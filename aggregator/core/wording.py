"""Numbers in sentences for people."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """``1 record``, ``2,000 records``; `several` where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
