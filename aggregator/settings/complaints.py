"""What is wrong with settings, in words for the user."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.core.operation import SourceOptions
from aggregator.settings.model import SOURCE_KEYS, SOURCES, Path_, known_paths

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """An entry of `sources` as far as it can be read, and those of its keys that cannot."""

    options: SourceOptions
    refused: frozenset[str] = frozenset()


class SettingsError(Exception):
    """The settings cannot be used; the message is for the user, a line for each mistake.

    `drafts` are the sources among them, so that theirs can be told at once with these.
    """

    def __init__(
        self, complaints: str | Iterable[str], drafts: Iterable[SourceDraft] = ()
    ) -> None:
        lines = [complaints] if isinstance(complaints, str) else complaints
        super().__init__("\n".join(lines))
        self.drafts = tuple(drafts)


def path_of(detail: ErrorDetails) -> Path_:
    """Which value it is that pydantic found something wrong with."""
    return tuple(str(part) for part in detail["loc"])


def in_words(detail: ErrorDetails) -> str:
    """What pydantic found wrong with a value."""
    path = path_of(detail)
    if detail["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return no_such_setting(path)
    item = f"item {int(path[-1]) + 1} " if path[-1].isdigit() else ""
    return item + _of_value(detail["type"], detail["msg"])


def _of_value(kind: str, message: str) -> str:
    if kind == "missing":
        return "must be given"
    if kind in ("dataclass_type", "dict_type"):
        return "must be a section with keys of its own"
    return (
        message.removeprefix("Value error, ")
        .replace("Input should be", "must be")
        .replace("valid tuple", "valid list")
    )


def no_such_setting(path: Path_) -> str:
    """That a key does not exist, and which one may be meant."""
    if path[0] == SOURCES and len(path) > 1:
        return f"no such setting{suggestion(path[-1], SOURCE_KEYS)}"
    names = {".".join(known[: len(path)]) for known in known_paths()}
    return f"no such setting{suggestion('.'.join(path), names)}"


def suggestion(name: str, known: Collection[str]) -> str:
    """Which of the known names may be meant, if one is like it."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
