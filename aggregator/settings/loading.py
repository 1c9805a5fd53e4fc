"""Reading the settings: every place is read, checked and merged."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from aggregator.core.operation import SourceOptions
from aggregator.settings.complaints import (
    SettingsError,
    SourceDraft,
    in_words,
    no_such_setting,
    path_of,
)
from aggregator.settings.model import (
    SOURCE_KEYS,
    SOURCES,
    Path_,
    Settings,
    Tree,
    known_paths,
    leaves,
)
from aggregator.settings.places import (
    Place,
    all_places,
    config_file,
    item_name,
    merged,
    origin,
)

LARGEST_NUMBER = 10**12
"""No setting means more; larger numbers overflow times and sizes further on."""
_MOST = {"max_depth": 250, "workers": 256}  # libxml2 nests no deeper; processes take memory
_LEAST = {"max_memory_bytes": 100_000_000}  # with less, parsing alone fails on ordinary pages
_POSITIVE = re.compile(r"max_|page_seconds|batch_|expansion_")
"""Settings that stop all work when they are 0; elsewhere 0 says "none" or "automatic"."""
_SQLITE = re.compile(r"(?P<scheme>sqlite(\+\w+)?)://(?P<path>/[^?]*)?(?P<query>\?.*)?", re.DOTALL)


def load_settings(
    config: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Read and check the settings.

    `config` must exist when it is given; else the file that AGGREGATOR_CONFIG names is read,
    else ``config.yaml`` of the working directory if there is one. `overrides` are the flags,
    by key, nested for sections; None means that the flag was not given.

    Raises SettingsError for anything misspelt, malformed or out of range: all that is wrong with
    the values at once.
    """
    file = config_file(config)
    places = all_places(file, overrides)
    complaints = [complaint for place in places for complaint in _odd_keys(place)]
    values = merged(places)
    settings, found = _read(values)
    complaints += [f"{origin(path_of(each), places)}: {in_words(each)}" for each in found]
    if settings is not None:
        complaints += _wrong_numbers(settings, places)
        complaints += _wrong_database(settings, places)
    if complaints or settings is None:
        raise SettingsError(complaints, _drafts(values.get(SOURCES), found, file))
    return settings.model_copy(
        update={
            "database_url": _placed_database(settings.database_url, places, file),
            SOURCES: tuple(_placed(each, file) for each in settings.sources),
        }
    )


def _read(values: Tree) -> tuple[Settings | None, list[ErrorDetails]]:
    """The settings, or what is wrong with the kinds of values."""
    try:
        return Settings(**values), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_context=False, include_input=False)


def origins(
    config: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> dict[Path_, str]:
    """Where the value of every key comes from: ``command line``, a variable, a file, ``default``.

    The arguments are those of `load_settings`, which must have accepted them.
    """
    places = all_places(config_file(config), overrides)
    named = {path: origin(path, places) for path in known_paths()}
    return {
        path: "default" if name == ".".join(path) else name.removesuffix(f": {'.'.join(path)}")
        for path, name in named.items()
    }


def _odd_keys(place: Place) -> Iterator[str]:
    """Complaints of unknown keys, and of true and false for a number, which are dropped.

    So are sections without keys. pydantic-settings takes some unknown keys (``_env_file``) for
    instructions to itself.
    """
    for key in [key for key in place.values if key not in Settings.model_fields]:
        yield f"{place.named((key,))}: {no_such_setting((key,))}"
        del place.values[key]
    for key in [key for key, value in place.values.items() if value is None]:
        if any(path[0] == key and len(path) > 1 for path in known_paths()):
            del place.values[key]
    for path, value in list(leaves(place.values)):
        if isinstance(value, bool):
            yield f"{place.named(path)}: must not be true or false"
            section = place.values
            for part in path[:-1]:
                section = section[part]
            del section[path[-1]]


def _wrong_numbers(settings: Settings, places: list[Place]) -> Iterator[str]:
    """Complaints of numbers that are too large or too small."""
    for path, value in leaves(settings.model_dump()):
        if isinstance(value, int | float) and (wrong := _wrong_number(path[-1], value)):
            yield f"{origin(path, places)}: {wrong}"


def _wrong_number(name: str, value: float) -> str | None:
    positive = _POSITIVE.match(name)
    if value < 0 or (positive and value == 0) or math.isnan(value):
        return "must be more than 0" if positive else "must be 0 or more"
    if value < _LEAST.get(name, 0):
        return f"must be at least {_LEAST[name]}"
    most = 1 if name.endswith("_share") else _MOST.get(name, LARGEST_NUMBER)
    return f"must be at most {most}" if value > most else None


def _drafts(
    entries: object, found: Iterable[ErrorDetails], file: Path | None
) -> Iterator[SourceDraft]:
    """The entries of `sources`, without the keys in which something was found wrong."""
    refused: dict[str, set[str]] = {}
    for section, item, *keys in (path_of(each) for each in found if len(each["loc"]) > 1):
        if section == SOURCES:
            refused.setdefault(item, set()).update(keys[:1])
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            wrong = frozenset(refused.get(str(number), ()))
            sound = {k: v for k, v in entry.items() if k in SOURCE_KEYS - wrong}
            values = {"name": item_name(entry, number), "path": "", **sound}
            made = TypeAdapter(SourceOptions).validate_python(values)
            yield SourceDraft(_placed(made, file), wrong)


def _placed(source: SourceOptions, file: Path | None) -> SourceOptions:
    """A source with its relative paths made absolute: they start at the file's folder."""
    base = file.absolute().parent if file else Path.cwd()
    move_to = str(base / source.move_to) if source.move_to else None
    return replace(source, path=str(base / source.path), move_to=move_to)


def _wrong_database(settings: Settings, places: list[Place]) -> Iterator[str]:
    """Complaints of what is no database URL."""
    url, place = settings.database_url, origin(("database_url",), places)
    if not re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", url):
        hint = "sqlite:///news.sqlite3 or postgresql://user@host/name"
        yield f"{place}: must be a database URL such as {hint}"
    sqlite = _SQLITE.fullmatch(url)
    if sqlite and _sqlite_path(sqlite) in ("", ":memory:"):
        yield f"{place}: an SQLite database needs a file: sqlite:///news.sqlite3"


def _placed_database(url: str, places: list[Place], file: Path | None) -> str:
    """The database URL, with an SQLite file's path made absolute.

    A relative path starts at the folder of the config file when it stands there (or is the
    default), and at the working directory when a flag or a variable gives it.
    """
    sqlite = _SQLITE.fullmatch(url)
    if not sqlite:
        return url
    given_by_hand = any("database_url" in each.values for each in places[:2])
    base = Path.cwd() if given_by_hand or file is None else file.absolute().parent
    return f"{sqlite['scheme']}:///{base / _sqlite_path(sqlite)}{sqlite['query'] or ''}"


def _sqlite_path(url: re.Match[str]) -> str:
    return (url["path"] or "")[1:]
