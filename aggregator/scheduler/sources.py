"""The sources of the configuration, checked before anything runs."""

from __future__ import annotations

import glob
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from aggregator.core.model import Declared
from aggregator.core.operation import Finished, SourceOptions
from aggregator.readers import FIELD_NAMES, Format
from aggregator.scheduler.schedule import ScheduleError, Trigger, parse_schedule, parse_zone
from aggregator.settings import Settings, SettingsError, SourceDraft

Load = Callable[[], Settings]
"""Reads the configuration again; raises SettingsError."""

_NAME = re.compile(r"\w[\w.-]{0,99}")
_LANGUAGE = re.compile("[a-z]{2,3}")
_NUMBERS = ("settle_seconds", "silent_hours", "rejected_share", "keep_days", "keep_megabytes")
_TOGETHER = frozenset(("path", "finished", "move_to", "follow"))
"""Keys that are checked against one another."""


class Complaint(NamedTuple):
    """A key of a source that cannot be used, and why not."""

    key: str
    words: str


Found = tuple[SourceDraft, Complaint]


class SourceError(ValueError):
    """A source cannot be used; the message names it and the key, a line for each mistake."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source that can be worked on."""

    options: SourceOptions
    trigger: Trigger
    format: Format | None

    @property
    def name(self) -> str:
        """Its name in logs, figures and the store."""
        return self.options.name

    @property
    def defaults(self) -> Declared:
        """What the user says of dumps that say nothing."""
        return Declared(outlet=self.options.outlet, language=self.options.language)


def checked_sources(options: Iterable[SourceOptions]) -> list[Source]:
    """The sources, ready to work on; raises SourceError naming every key that is wrong."""
    every = list(options)
    complaints = _all_complaints([SourceDraft(each) for each in every])
    if complaints:
        raise SourceError("\n".join(complaints))
    return [_source(each) for each in every]


def sources_by_name(options: Iterable[SourceOptions]) -> dict[str, Source]:
    """The sources by their names; raises SourceError also when there is none."""
    found = {each.name: each for each in checked_sources(options)}
    if not found:
        raise SourceError("sources: there is none; name at least one in the configuration")
    return found


def loaded(load: Load) -> tuple[Settings, dict[str, Source]]:
    """The settings with their sources by name; all that is wrong with both is told at once.

    Raises SettingsError, and SourceError when nothing is wrong but with the sources.
    """
    try:
        settings = load()
    except SettingsError as error:
        raise SettingsError([str(error), *_all_complaints(error.drafts)]) from None
    return settings, sources_by_name(settings.sources)


def _all_complaints(drafts: Sequence[SourceDraft]) -> list[str]:
    """What is wrong with sources, but for what their refused keys alone have to do with."""
    found = [
        (draft, complaint)
        for draft in drafts
        for complaint in _complaints(draft.options)
        if complaint.key not in _doubtful(draft)
    ]
    sound = [each for each in drafts if not _doubtful(each) & {"path", "move_to"}]
    found += _same_names(drafts)
    found += _same_places(sound)
    found += _moves_to_others(sound)
    return [f"sources.{d.options.name or '(no name)'}.{c.key}: {c.words}" for d, c in found]


def _doubtful(draft: SourceDraft) -> frozenset[str]:
    """The keys of which nothing can be said, as those that they depend on are refused."""
    return draft.refused | (_TOGETHER if draft.refused & _TOGETHER else frozenset())


def _source(options: SourceOptions) -> Source:
    trigger = parse_schedule(options.schedule, parse_zone(options.time_zone))
    return Source(options, trigger, Format(options.format) if options.format else None)


def _complaints(options: SourceOptions) -> Iterator[Complaint]:
    if not _NAME.fullmatch(options.name):
        yield Complaint("name", "must be letters, digits, dots, dashes and underscores")
    if not Path(options.path).name or "\0" in options.path:
        yield Complaint("path", "must be a file, a folder or a pattern")
    yield from _schedule_complaints(options)
    if options.format is not None and options.format not in list(Format):
        yield Complaint("format", f"must be one of {', '.join(Format)}")
    if options.language is not None and not _LANGUAGE.fullmatch(options.language):
        yield Complaint("language", f"{options.language!r} is no code such as en or fa")
    yield from _mapping_complaints(options)
    yield from _number_complaints(options)
    if options.follow and options.finished is not Finished.KEEP:
        words = "must be keep where follow is true, as a growing dump is never finished"
        yield Complaint("finished", words)
    yield from _folder_complaints(options)


def _schedule_complaints(options: SourceOptions) -> Iterator[Complaint]:
    try:
        zone = parse_zone(options.time_zone)
    except ScheduleError as error:
        yield Complaint("time_zone", str(error))
        zone = parse_zone("UTC")
    try:
        parse_schedule(options.schedule, zone)
    except ScheduleError as error:
        yield Complaint("schedule", str(error))


def _mapping_complaints(options: SourceOptions) -> Iterator[Complaint]:
    for name, key in sorted(options.mapping.items()):
        if name not in FIELD_NAMES:
            yield Complaint(f"mapping.{name}", f"must be one of {', '.join(FIELD_NAMES)}")
        elif not key:
            yield Complaint(f"mapping.{name}", "must be the dump's key")


def _number_complaints(options: SourceOptions) -> Iterator[Complaint]:
    for name in _NUMBERS:
        number = getattr(options, name)
        if number is not None and not 0 <= number < math.inf:
            yield Complaint(name, "must be 0 or more")
    if options.rejected_share is not None and 1 < options.rejected_share < math.inf:
        yield Complaint("rejected_share", "must be at most 1: a share, no percentage")


def _folder_complaints(options: SourceOptions) -> Iterator[Complaint]:
    if options.finished is not Finished.MOVE:
        if options.move_to is not None:
            yield Complaint("move_to", "is used only where finished is move")
        return
    if options.move_to is None:
        yield Complaint("move_to", "must be given where finished is move")
    elif "\0" in options.move_to:
        yield Complaint("move_to", "must be a folder")
    elif Watched.by(options.path).holds(_place(options.move_to)):
        yield Complaint("move_to", "must not lie where the source looks for dumps")


def _same_names(drafts: Iterable[SourceDraft]) -> Iterator[Found]:
    counts = Counter(each.options.name for each in drafts)
    for draft in {each.options.name: each for each in drafts}.values():
        if counts[draft.options.name] > 1:
            yield draft, Complaint("name", "another source has this name too")


def _same_places(drafts: Iterable[SourceDraft]) -> Iterator[Found]:
    first: dict[Path, str] = {}
    for draft in drafts:
        name = draft.options.name
        other = first.setdefault(_place(draft.options.path), name)
        if other != name:
            yield draft, Complaint("path", f"source {other} looks there too")


def _moves_to_others(drafts: Sequence[SourceDraft]) -> Iterator[Found]:
    """Sources that move dumps to where another one finds them."""
    lookers: dict[Path, list[tuple[Watched, SourceDraft]]] = {}
    for draft in drafts:
        watched = Watched.by(draft.options.path)
        lookers.setdefault(watched.folder, []).append((watched, draft))
    for draft in drafts:
        if draft.options.move_to is None:
            continue
        target = _place(draft.options.move_to)
        above = (each for folder in (target, *target.parents) for each in lookers.get(folder, ()))
        for watched, other in above:
            if other is not draft and watched.holds(target):
                where = f"where {other.options.name} looks for dumps"
                yield draft, Complaint("move_to", f"must not lie {where}")
                break


def _place(path: str) -> Path:
    """Where a path leads to, by the links on its way; as it stands where that cannot be told."""
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError, ValueError):
        return Path(path)


@dataclass(frozen=True, slots=True)
class Watched:
    """Where a source finds dumps: a folder, and perhaps all folders below it."""

    folder: Path
    below: bool

    @classmethod
    def by(cls, path: str) -> Watched:
        """Where a source with this path looks."""
        base = path
        while glob.has_magic(base):
            base = os.path.dirname(base)  # noqa: PTH120 a pattern is no path
        return cls(_place(base), base == path or "**" in path)

    def holds(self, folder: Path) -> bool:
        """Whether a file in this folder, an absolute path, could be found there again."""
        return folder == self.folder or (self.below and folder.is_relative_to(self.folder))
