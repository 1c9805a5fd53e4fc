"""Files that grow at their end: which of their lines are new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aggregator.readers.compression import codec_of
from aggregator.readers.encoding import bom_encoding
from aggregator.readers.paths import Dump
from aggregator.readers.sniffing import Format, sniff
from aggregator.readers.stream import HEAD_BYTES, Part

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file was read: bytes, lines, and a hash of its bytes around that place."""

    position: int = 0
    lines: int = 0
    mark: bytes | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What there is to read of a growing file, and the place behind its last whole line."""

    part: Part
    behind: Place
    blank: bool
    """There is nothing but white space in it."""


def can_grow(dump: Dump) -> bool:
    """Whether a dump can be read on from where it stood: JSON lines in UTF-8, not compressed.

    Raises OSError when it cannot be read.
    """
    with Path(dump.location).open("rb") as file:
        head = file.read(HEAD_BYTES)
    if codec_of(head) is not None or bom_encoding(head) not in (None, "utf-8"):
        return False
    return (dump.format or (sniff(head, dump.path) if head else None)) is Format.JSONL


def next_stretch(location: str, place: Place, *, size: int, complete: bool) -> Stretch:
    """What to read of a file of `size` bytes that was read up to `place`.

    Starts anew when the bytes before that place changed. The last line counts when it has its
    line end, or when the file is `complete`; the place behind is before it even so, as a line
    without an end may still grow.

    Raises OSError when it cannot be read.
    """
    with Path(location).open("rb") as file:
        if place.mark is None or place.position > size or _mark(file, place) != place.mark:
            place = Place()
        file.seek(place.position)
        lines, behind, at, blank = place.lines, place.position, place.position, True
        while at < size and (block := file.read(min(_BLOCK, size - at))):
            blank = blank and not block.strip()
            if (last := block.rfind(b"\n")) >= 0:
                behind = at + last + 1
                lines += block.count(b"\n")
            at += len(block)
        found = Place(behind, lines)
        found = Place(behind, lines, _mark(file, found))
    part = Part(place.position, at if complete else behind, place.lines + 1)
    return Stretch(part, found, blank or part.end == part.start)


def _mark(file: BinaryIO, place: Place) -> bytes:
    """Hash of the first bytes, and of those before a place."""
    file.seek(0)
    state = hashlib.blake2b(file.read(min(HEAD_BYTES, place.position)), digest_size=16)
    file.seek(max(0, place.position - HEAD_BYTES))
    state.update(file.read(min(HEAD_BYTES, place.position)))
    return state.digest()
