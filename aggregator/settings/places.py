"""Where settings stand: flags, the environment and the configuration file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic_settings import EnvSettingsSource

from aggregator.settings.complaints import SettingsError, suggestion
from aggregator.settings.model import (
    PREFIX,
    Path_,
    Settings,
    Tree,
    kind,
    known_paths,
    leaves,
    variable_name,
)

CONFIG_VARIABLE = "AGGREGATOR_CONFIG"  # names the configuration file where no flag does
TEST_VARIABLES = ("AGGREGATOR_TEST_POSTGRES_URL", "AGGREGATOR_TEST_POSTGRES_BIN")
DEFAULT_FILE = "config.yaml"


@dataclass(frozen=True, slots=True)
class Place:
    """Settings as one place gives them, and how to name a key of it to the user."""

    name: str
    values: Tree

    def named(self, path: Path_) -> str:
        """How to call a key of this place."""
        if self.name == PREFIX:
            return variable_name(path)
        return f"{self.name}: {'.'.join(path)}"


def all_places(file: Path | None, overrides: Mapping[str, Any] | None) -> list[Place]:
    """All places, those first whose values win; raises SettingsError for what is malformed."""
    return [
        Place("command line", _without_none(dict(overrides or {}))),
        Place(PREFIX, _read_environment()),
        Place(str(file), _read_yaml(file) if file else {}),
    ]


def config_file(given: Path | None) -> Path | None:
    """The configuration file: the given one, else the one of the environment or of here."""
    if given is None and os.environ.get(CONFIG_VARIABLE):
        given = Path(os.environ[CONFIG_VARIABLE])
    if given is None:
        usual = Path(DEFAULT_FILE)
        return usual if usual.exists() else None
    return given


def merged(places: list[Place]) -> Tree:
    """The values of all places in one tree."""
    found: Tree = {}
    for place in reversed(places):
        found = _merge(found, place.values)
    return found


def origin(path: Path_, places: list[Place]) -> str:
    """How to call the place that the value of a key comes from."""
    for place in places:
        values: Any = place.values
        spoken: list[str] = []
        for part in path:
            if isinstance(values, list) and len(path) > len(spoken) + 1:
                values = values[int(part)]
                spoken.append(item_name(values, int(part)))
                continue
            if not isinstance(values, dict):
                return place.named(tuple(spoken))
            if part not in values and not spoken:
                break
            values = values.get(part)
            spoken.append(part)
        else:
            return place.named(tuple(spoken))
    return ".".join(path)


def item_name(item: object, number: int) -> str:
    """How to call an item of a list of sections: by its name, else by its number."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else f"item {number + 1}"


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
        raise SettingsError(f"{file}: must hold keys with values, not a {kind(values)}")
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
            raise SettingsError(f"{name}: no such setting{suggestion(name.upper(), known)}")
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
    every = list(leaves(Settings().model_dump()))
    sections = {path[:1] for path, _ in every if len(path) > 1}
    return [*sorted(sections), *(path for path, value in every if kind(value) == "list")]


def _merge(lower: Tree, upper: Tree) -> Tree:
    both = dict(lower)
    for key, value in upper.items():
        below = both.get(key)
        nested = isinstance(value, dict) and isinstance(below, dict)
        both[key] = _merge(below, value) if nested and below is not None else value
    return both


def _without_none(tree: Tree) -> Tree:
    pruned = {k: _without_none(v) if isinstance(v, dict) else v for k, v in tree.items()}
    return {key: value for key, value in pruned.items() if value is not None}
