"""What a new configuration changes, and which of it needs a new start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from aggregator.settings import Settings

_AT_START = (
    "database_url",
    "metrics.",
    "daemon.parallel",
    "daemon.lease_seconds",
    "daemon.log_format",
)
"""Keys whose change is seen at the next start only."""


@dataclass(frozen=True, slots=True)
class Change:
    """A key whose value is another now; passwords are masked."""

    key: str
    before: Any
    after: Any
    at_start: bool = False
    """It takes effect with the next start."""


def changes(old: Settings, new: Settings) -> list[Change]:
    """What is different, in the order of the keys; sources by their names."""
    before, after = old.masked(), new.masked()
    found = [
        Change(key, a, b, key.startswith(_AT_START))
        for key, a, b in _different(before, after)
        if key != "sources"
    ]
    return found + list(_of_sources(old, new))


def _different(before: Any, after: Any, above: str = "") -> Iterator[tuple[str, Any, Any]]:
    for key in before:
        if isinstance(before[key], dict):
            yield from _different(before[key], after[key], f"{above}{key}.")
        elif before[key] != after[key]:
            yield above + key, before[key], after[key]


def _of_sources(old: Settings, new: Settings) -> Iterator[Change]:
    before = {each.name: each for each in old.sources}
    after = {each.name: each for each in new.sources}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Change(f"sources.{name}", "present", "removed")
        elif name not in before:
            yield Change(f"sources.{name}", "absent", "added")
        else:
            for each in fields(after[name]):
                values = [getattr(of[name], each.name) for of in (before, after)]
                if values[0] != values[1]:
                    yield Change(f"sources.{name}.{each.name}", *values)
