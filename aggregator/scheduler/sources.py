"""The sources of the configuration, checked before anything runs."""

from __future__ import annotations

import glob
import math
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aggregator.core.model import Declared
from aggregator.core.operation import Finished, SourceOptions
from aggregator.readers import FIELD_NAMES, Format
from aggregator.scheduler.schedule import ScheduleError, Trigger, parse_schedule, parse_zone

_NAME = re.compile(r"\w[\w.-]{0,99}")
_LANGUAGE = re.compile("[a-z]{2,3}")
_NUMBERS = ("settle_seconds", "silent_hours", "rejected_share", "keep_days", "keep_megabytes")


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
    complaints = [
        f"sources.{each.name or '(no name)'}.{complaint}"
        for each in every
        for complaint in _complaints(each)
    ]
    names = [each.name for each in every]
    complaints += [
        f"sources.{name}.name: another source has this name too"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    complaints += _complaints_of_two(every)
    if complaints:
        raise SourceError("\n".join(complaints))
    return [_source(each) for each in every]


def sources_by_name(options: Iterable[SourceOptions]) -> dict[str, Source]:
    """The sources by their names; raises SourceError also when there is none."""
    found = {each.name: each for each in checked_sources(options)}
    if not found:
        raise SourceError("sources: there is none; name at least one in the configuration")
    return found


def _source(options: SourceOptions) -> Source:
    trigger = parse_schedule(options.schedule, parse_zone(options.time_zone))
    return Source(options, trigger, Format(options.format) if options.format else None)


def _complaints(options: SourceOptions) -> Iterator[str]:
    if not _NAME.fullmatch(options.name):
        yield "name: must be letters, digits, dots, dashes and underscores"
    if not Path(options.path).name or "\0" in options.path:
        yield "path: must be a file, a folder or a pattern"
    yield from _schedule_complaints(options)
    if options.format is not None and options.format not in list(Format):
        yield f"format: must be one of {', '.join(Format)}"
    if options.language is not None and not _LANGUAGE.fullmatch(options.language):
        yield f"language: {options.language!r} is no code such as en or fa"
    yield from _mapping_complaints(options)
    yield from _number_complaints(options)
    if options.follow and options.finished is not Finished.KEEP:
        yield "finished: must be keep where follow is true, as a growing dump is never finished"
    yield from _folder_complaints(options)


def _complaints_of_two(every: list[SourceOptions]) -> Iterator[str]:
    """What is wrong with two sources together."""
    for number, one in enumerate(every):
        for other in every[:number]:
            if one.name != other.name and Path(one.path).resolve() == Path(other.path).resolve():
                yield f"sources.{one.name}.path: source {other.name} looks there too"
        for other in every:
            if one.move_to and one is not other and is_watched(other.path, one.move_to):
                where = f"where {other.name} looks for dumps"
                yield f"sources.{one.name}.move_to: must not lie {where}"


def _schedule_complaints(options: SourceOptions) -> Iterator[str]:
    try:
        zone = parse_zone(options.time_zone)
    except ScheduleError as error:
        yield f"time_zone: {error}"
        return
    try:
        parse_schedule(options.schedule, zone)
    except ScheduleError as error:
        yield f"schedule: {error}"


def _mapping_complaints(options: SourceOptions) -> Iterator[str]:
    for name, key in sorted(options.mapping.items()):
        if name not in FIELD_NAMES:
            yield f"mapping.{name}: must be one of {', '.join(FIELD_NAMES)}"
        elif not key:
            yield f"mapping.{name}: must be the dump's key"


def _number_complaints(options: SourceOptions) -> Iterator[str]:
    for name in _NUMBERS:
        number = getattr(options, name)
        if number is not None and not 0 <= number < math.inf:
            yield f"{name}: must be 0 or more"
    if options.rejected_share is not None and 1 < options.rejected_share < math.inf:
        yield "rejected_share: must be at most 1: a share, no percentage"


def _folder_complaints(options: SourceOptions) -> Iterator[str]:
    if options.finished is not Finished.MOVE:
        if options.move_to is not None:
            yield "move_to: is used only where finished is move"
        return
    if options.move_to is None:
        yield "move_to: must be given where finished is move"
    elif is_watched(options.path, options.move_to):
        yield "move_to: must not lie where the source looks for dumps"


def is_watched(path: str, folder: str) -> bool:
    """Whether a file in `folder` could be found under the source's `path` again."""
    base = path
    while glob.has_magic(base):
        base = os.path.dirname(base)  # noqa: PTH120 a pattern is no path
    watched = Path(base).resolve()
    return Path(folder).resolve().is_relative_to(watched) and (
        base == path or Path(folder).resolve() == watched or "**" in path
    )
