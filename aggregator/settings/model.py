"""What can be set: every key with its default, and how keys are named."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from pydantic_settings import BaseSettings, SettingsConfigDict

from aggregator.core import operation
from aggregator.core.canonical import CanonicalOptions
from aggregator.core.operation import SourceOptions
from aggregator.core.options import CleaningOptions, MatchingOptions, ReadingOptions

PREFIX = "AGGREGATOR_"
SOURCES = "sources"
"""The key whose value is a list of sections."""
SOURCE_KEYS = frozenset(each.name for each in fields(SourceOptions))

Path_ = tuple[str, ...]
Tree = dict[str, Any]


class Settings(BaseSettings):
    """All settings, checked; made by `load_settings`, or with keywords alone in a program."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database_url: str = "sqlite:///aggregator.sqlite3"
    """SQLAlchemy URL; the path of a relative SQLite file is relative to the config file."""
    workers: int = 0
    """Processes that clean pages; 0 = one for each core."""
    batch_records: int = 1000
    """Records that are stored in one transaction."""
    reading: ReadingOptions = ReadingOptions()
    cleaning: CleaningOptions = CleaningOptions()
    matching: MatchingOptions = MatchingOptions()
    canonical: CanonicalOptions = CanonicalOptions()
    sources: tuple[SourceOptions, ...] = ()
    """Where the daemon finds dumps; relative paths start at the config file's folder."""
    daemon: operation.DaemonOptions = operation.DaemonOptions()
    metrics: operation.MetricsOptions = operation.MetricsOptions()
    alarms: operation.AlarmOptions = operation.AlarmOptions()
    retention: operation.RetentionOptions = operation.RetentionOptions()
    retry: operation.RetryOptions = operation.RetryOptions()

    @classmethod
    def settings_customise_sources(cls, *args: Any, **sources: Any) -> tuple[Any, ...]:
        """Take keywords only: `load_settings` reads the other sources, and says so."""
        return (sources["init_settings"] if sources else args[1],)

    def worker_count(self) -> int:
        """Processes to clean pages in: as set, or one for each core we may use."""
        return self.workers or available_cores()

    def masked(self) -> Tree:
        """The settings as plain values for the user's eyes: no password is among them."""
        shown: Tree = json.loads(self.model_dump_json())
        shown["database_url"] = mask_password(self.database_url)
        return shown


def available_cores() -> int:
    """Cores that this process may use."""
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1


def mask_password(url: str) -> str:
    """A database URL with its passwords replaced by ``***``, also one that is malformed."""
    without = re.sub(r"(://[^:/@]*:).*@", r"\1***@", url)
    return re.sub(r"(?i)([?&]\w*password=)[^&]*", r"\1***", without)


def variable_name(path: Path_) -> str:
    """The environment variable of a key: ``AGGREGATOR_MATCHING__WINDOW_DAYS``."""
    return PREFIX + "__".join(path).upper()


def known_paths() -> list[Path_]:
    """Every key that may be set, as paths: ``("workers",)``, ``("matching", "window_days")``."""
    return [path for path, _ in leaves(Settings().model_dump())]


def leaves(tree: Tree, above: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """All values of a tree that are no sections, with their paths."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*above, str(key)))
        else:
            yield (*above, str(key)), value


def kind(value: object) -> str:
    """What to call a value that is no section."""
    many = isinstance(value, list | tuple)
    return "list" if many else "text" if isinstance(value, str) else "single value"
