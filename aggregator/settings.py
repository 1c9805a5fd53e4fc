"""The user's settings: flags over ``AGGREGATOR_*`` environment over ``config.yaml`` over defaults.

Nothing is read at import. `load_settings` reads, checks and merges; every mistake is a
`SettingsError` whose message names the file, variable or flag and the key.
"""

from __future__ import annotations

import difflib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from aggregator.core import operation
from aggregator.core.canonical import CanonicalOptions
from aggregator.core.operation import SourceOptions
from aggregator.core.options import CleaningOptions, MatchingOptions, ReadingOptions

PREFIX = "AGGREGATOR_"
CONFIG_VARIABLE = "AGGREGATOR_CONFIG"  # names the configuration file where no flag does
TEST_VARIABLES = ("AGGREGATOR_TEST_POSTGRES_URL", "AGGREGATOR_TEST_POSTGRES_BIN")
DEFAULT_FILE = "config.yaml"
LARGEST_NUMBER = 10**12
"""No setting means more; larger numbers overflow times and sizes further on."""
_MOST = {"max_depth": 250, "workers": 256}  # libxml2 nests no deeper; processes take memory
_POSITIVE = re.compile(r"max_|page_seconds|batch_|expansion_")
"""Settings that stop all work when they are 0; elsewhere 0 says "none" or "automatic"."""

_SOURCE_KEYS = {each.name for each in fields(SourceOptions)}

Path_ = tuple[str, ...]
Tree = dict[str, Any]


class SettingsError(Exception):
    """The settings cannot be used; the message is for the user."""


class Settings(BaseSettings):
    """All settings, checked; made by `load_settings`, or with keywords alone in a program."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database_url: str = "sqlite:///aggregator.sqlite3"
    """SQLAlchemy URL; the path of a relative SQLite file is relative to the config file."""
    workers: int = 0
    """Processes that clean pages; 0 = one for each core."""
    batch_records: int = 500
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


@dataclass(frozen=True, slots=True)
class _Source:
    """Settings as one place gives them, and how to name a key of it to the user."""

    place: str
    values: Tree

    def name(self, path: Path_) -> str:
        if self.place == PREFIX:
            return variable_name(path)
        return f"{self.place}: {'.'.join(path)}"


def variable_name(path: Path_) -> str:
    """The environment variable of a key: ``AGGREGATOR_MATCHING__WINDOW_DAYS``."""
    return PREFIX + "__".join(path).upper()


def load_settings(
    config: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Read and check the settings.

    `config` must exist when it is given; else the file that AGGREGATOR_CONFIG names is read,
    else ``config.yaml`` of the working directory if there is one. `overrides` are the flags,
    by key, nested for sections; None means that the flag was not given.

    Raises SettingsError for anything misspelt, malformed or out of range.
    """
    file = _config_file(config)
    sources = _sources(file, overrides)
    merged: Tree = {}
    for source in reversed(sources):
        _check_sections(source)
        merged = _merge(merged, source.values)
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        raise SettingsError("\n".join(_complaints(error, sources))) from None
    _check_numbers(settings, sources)
    return _with_source_paths(_with_database_path(settings, sources, file), file)


def origins(
    config: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> dict[Path_, str]:
    """Where the value of every key comes from: ``command line``, a variable, a file, ``default``.

    The arguments are those of `load_settings`, which must have accepted them.
    """
    sources = _sources(_config_file(config), overrides)
    named = {path: _origin(path, sources) for path in known_paths()}
    return {
        path: "default" if name == ".".join(path) else name.removesuffix(f": {'.'.join(path)}")
        for path, name in named.items()
    }


def _sources(file: Path | None, overrides: Mapping[str, Any] | None) -> list[_Source]:
    return [
        _Source("command line", _without_none(dict(overrides or {}))),
        _Source(PREFIX, _read_environment()),
        _Source(str(file), _read_yaml(file) if file else {}),
    ]


def known_paths() -> list[Path_]:
    """Every key that may be set, as paths: ``("workers",)``, ``("matching", "window_days")``."""
    return [path for path, _ in _leaves(Settings().model_dump())]


def _config_file(config: Path | None) -> Path | None:
    if config is None and os.environ.get(CONFIG_VARIABLE):
        config = Path(os.environ[CONFIG_VARIABLE])
    if config is None:
        usual = Path(DEFAULT_FILE)
        return usual if usual.exists() else None
    return config


class _UniqueKeyLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping; YAML itself takes the last silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value} stands here a second time", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


def _read_yaml(file: Path) -> Tree:
    try:
        text = file.read_text(encoding="utf-8-sig")
        values = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 a safe loader
    except IsADirectoryError:
        raise SettingsError(f"{file}: a folder, not a configuration file") from None
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not UTF-8 at byte {error.start}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: not YAML: {_yaml_reason(error)}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{file}: must hold keys with values, not a {_kind(values)}")
    return {str(key): value for key, value in values.items()}


def _yaml_reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and error.problem_mark:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split()) or type(error).__name__


def _read_environment() -> Tree:
    known = {variable_name(path[:depth]) for path in known_paths() for depth in (1, 2)}
    known |= {CONFIG_VARIABLE, *TEST_VARIABLES}
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name}: no such setting{_suggestion(name.upper(), known)}")
    for path in _json_paths():
        try:
            json.loads(os.environ.get(variable_name(path), "null"))
        except ValueError:
            raise SettingsError(f"{variable_name(path)}: must be written as JSON") from None
    values = EnvSettingsSource(Settings)()
    # The library decodes whole sections, but not the lists inside them.
    for section, key in (path for path in _json_paths() if len(path) > 1):
        text = values.get(section, {}).get(key)
        if isinstance(text, str):
            values[section][key] = json.loads(text)
    return values


def _json_paths() -> list[Path_]:
    """The sections, and the keys that are lists: their variables hold JSON."""
    leaves = list(_leaves(Settings().model_dump()))
    sections = {path[:1] for path, _ in leaves if len(path) > 1}
    return [*sorted(sections), *(path for path, value in leaves if _kind(value) == "list")]


def _check_sections(source: _Source) -> None:
    """Drop sections without keys; refuse unknown keys, and true and false for a number.

    pydantic-settings takes some unknown keys (``_env_file``) for instructions to itself.
    """
    for key in source.values:
        if key not in Settings.model_fields:
            raise SettingsError(
                f"{source.name((key,))}: {_message('extra_forbidden', '', (key,))}"
            )
    for key in [key for key, value in source.values.items() if value is None]:
        if any(path[0] == key and len(path) > 1 for path in known_paths()):
            del source.values[key]
    for path, value in _leaves(source.values):
        if isinstance(value, bool):
            raise SettingsError(f"{source.name(path)}: must not be true or false")


def _complaints(error: ValidationError, sources: list[_Source]) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        path = tuple(str(part) for part in detail["loc"])
        item = f"item {int(path[-1]) + 1} " if path[-1].isdigit() else ""
        message = _message(detail["type"], detail["msg"], path)
        yield f"{_origin(path, sources)}: {item}{message}"


def _message(kind: str, message: str, path: Path_) -> str:
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        if path[0] == "sources":
            return f"no such setting{_suggestion(path[-1], _SOURCE_KEYS)}"
        names = {".".join(known[: len(path)]) for known in known_paths()}
        return f"no such setting{_suggestion('.'.join(path), names)}"
    if kind == "missing":
        return "must be given"
    if kind in ("dataclass_type", "dict_type"):
        return "must be a section with keys of its own"
    return (
        message.removeprefix("Value error, ")
        .replace("Input should be", "must be")
        .replace("valid tuple", "valid list")
    )


def _suggestion(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _origin(path: Path_, sources: list[_Source]) -> str:
    """How to call the place that the value of a key comes from."""
    for source in sources:
        values: Any = source.values
        spoken: list[str] = []
        for part in path:
            if isinstance(values, list) and len(path) > len(spoken) + 1:
                values = values[int(part)]
                spoken.append(_item_name(values, int(part)))
                continue
            if not isinstance(values, dict):
                return source.name(tuple(spoken))
            if part not in values and not spoken:
                break
            values = values.get(part)
            spoken.append(part)
        else:
            return source.name(tuple(spoken))
    return ".".join(path)


def _item_name(item: object, number: int) -> str:
    """How to call an item of a list of sections: by its name, else by its number."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else f"item {number + 1}"


def _check_numbers(settings: Settings, sources: list[_Source]) -> None:
    for path, value in _leaves(settings.model_dump()):
        if not isinstance(value, int | float):
            continue
        positive = _POSITIVE.match(path[-1])
        if value < 0 or (positive and value == 0) or math.isnan(value):
            least = "more than 0" if positive else "0 or more"
            raise SettingsError(f"{_origin(path, sources)}: must be {least}")
        most = 1 if path[-1].endswith("_share") else _MOST.get(path[-1], LARGEST_NUMBER)
        if value > most:
            raise SettingsError(f"{_origin(path, sources)}: must be at most {most}")


_SQLITE = re.compile(r"(?P<scheme>sqlite(\+\w+)?)://(?P<path>/[^?]*)?(?P<query>\?.*)?", re.DOTALL)


def _with_database_path(settings: Settings, sources: list[_Source], file: Path | None) -> Settings:
    """Settings with an SQLite file's path made absolute.

    A relative path starts at the folder of the config file when it stands there (or is the
    default), and at the working directory when a flag or a variable gives it.
    """
    origin = _origin(("database_url",), sources)
    if not re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", settings.database_url):
        hint = "sqlite:///news.sqlite3 or postgresql://user@host/name"
        raise SettingsError(f"{origin}: must be a database URL such as {hint}")
    sqlite = _SQLITE.fullmatch(settings.database_url)
    if not sqlite:
        return settings
    path = (sqlite["path"] or "")[1:]
    if path in ("", ":memory:"):
        raise SettingsError(f"{origin}: an SQLite database needs a file: sqlite:///news.sqlite3")
    given_by_hand = any("database_url" in source.values for source in sources[:2])
    base = Path.cwd() if given_by_hand or file is None else file.absolute().parent
    url = f"{sqlite['scheme']}:///{base / path}{sqlite['query'] or ''}"
    return settings.model_copy(update={"database_url": url})


def _with_source_paths(settings: Settings, file: Path | None) -> Settings:
    """Settings with relative paths of sources made absolute: they start at the file's folder."""
    base = file.absolute().parent if file else Path.cwd()
    placed = tuple(
        replace(
            each,
            path=str(base / each.path),
            move_to=str(base / each.move_to) if each.move_to else None,
        )
        for each in settings.sources
    )
    return settings.model_copy(update={"sources": placed})


def _merge(lower: Tree, upper: Tree) -> Tree:
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = _merge(below, value) if both and below is not None else value
    return merged


def _without_none(tree: Tree) -> Tree:
    pruned = {k: _without_none(v) if isinstance(v, dict) else v for k, v in tree.items()}
    return {key: value for key, value in pruned.items() if value is not None}


def _leaves(tree: Tree, above: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, str(key)))
        else:
            yield (*above, str(key)), value


def _kind(value: object) -> str:
    many = isinstance(value, list | tuple)
    return "list" if many else "text" if isinstance(value, str) else "single value"
