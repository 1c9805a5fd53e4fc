"""JSON Lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.core.model import Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.entries import Entry, damage_of, too_large
from aggregator.readers.fields import Source
from aggregator.readers.jsonrows import object_entry
from aggregator.readers.stream import DumpStream, Oversized, lines

_BOM = b"\xef\xbb\xbf"


def read_jsonl(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """One entry a line that is not blank, at ``line N``.

    When the dump is damaged, the line that the damage cuts off, or the one that would
    follow, is the rejection that tells it.
    """
    limit = options.max_record_bytes
    read = stream.first_line - 1  # lines that are told
    for number, line in enumerate(lines(stream, limit), start=stream.first_line):
        locator = f"line {number}"
        if isinstance(line, Oversized):
            entry: Entry = too_large(locator, line, limit)
        elif line.strip():
            entry = object_entry(line.removeprefix(_BOM), locator, source)
        else:
            read = number
            continue
        if isinstance(entry, Rejection) and _ended_by_damage(stream, line):
            break  # what is wrong with this line is that it was cut off
        yield entry
        read = number
    damaged = damage_of(stream, f"line {read + 1}")
    if damaged is not None:
        yield damaged


def _ended_by_damage(stream: DumpStream, line: bytes | Oversized) -> bool:
    ends = isinstance(line, bytes) and line.endswith(b"\n")
    return not ends and not stream.peek(1) and stream.damage is not None
