"""ARC, the format before WARC (Internet Archive, version 1 and 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.core.model import Ignored, Reason, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.answers import Answer, parse_answer
from aggregator.readers.entries import Entry, damage_of
from aggregator.readers.fields import Source
from aggregator.readers.stream import DumpStream, Oversized
from aggregator.readers.tape import Tape
from aggregator.readers.warc import Capture, entry_of

_PIECE = 64 * 1024
_HEADER = re.compile(
    rb"(?P<url>\S.*?) (?P<ip>[\d.:a-fA-F-]+) (?P<date>\d{14}) (?P<type>\S+)"
    rb"(?: .*)? (?P<length>\d{1,15})\r?\n"
)
_NEXT = re.compile(
    rb"\r?\n(?=(?:https?|ftp|dns):\S* [\d.:a-fA-F-]+ \d{14} \S+(?: [^\n]*)? \d{1,15}\r?\n)"
)


def read_arc(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """One entry an ARC record, at ``byte N`` (decompressed)."""
    tape = Tape(stream)
    while line := tape.readline(_PIECE):
        if not line.strip():
            continue
        offset = tape.offset - len(line)
        header = _HEADER.match(line)
        if header is None:
            if not _skip_to_next(tape) and stream.damage is not None:
                tape.offset = offset
                break
            detail = f"{tape.offset - offset} bytes that are no ARC record"
            yield Rejection(f"byte {offset}", Reason.BAD_RECORD, detail)
            continue
        entry = _record(tape, header, offset, options, source)
        yield entry
        if isinstance(entry, Rejection) and entry.reason is Reason.TRUNCATED:
            return
    damaged = damage_of(stream, f"byte {tape.offset}")
    if damaged is not None:
        yield damaged


def _skip_to_next(tape: Tape) -> bool:
    """Read up to the next record; False when the stream ends before one."""
    while line := tape.readline(_PIECE):
        if _HEADER.match(line):
            tape.push(line)
            return True
    return False


def _record(
    tape: Tape, header: re.Match[bytes], offset: int, options: ReadingOptions, source: Source
) -> Entry:
    locator, length = f"byte {offset}", int(header["length"])
    block = tape.read(min(length, options.max_record_bytes))
    inner = _NEXT.search(block) if len(block) < length else None
    oversized = None
    if inner is not None:  # the length lies: it swallowed what follows
        tape.push(block[inner.end() :])
        block = block[: inner.start()]
    elif len(block) < length:
        if not _skip(tape, length - len(block)):
            told = f"the file ends inside the ARC record that starts at byte {offset}"
            return damage_of(tape.stream, locator) or Rejection(locator, Reason.TRUNCATED, told)
        oversized = Oversized(length)
    if header["url"].startswith(b"filedesc:"):
        return Ignored(locator, "ARC file description")
    return entry_of(_capture(header, locator, block, oversized), options, source)


def _skip(tape: Tape, size: int) -> bool:
    while size > 0 and (chunk := tape.read(min(size, _PIECE))):
        size -= len(chunk)
    return size == 0


def _capture(
    header: re.Match[bytes], locator: str, block: bytes, oversized: Oversized | None
) -> Capture:
    answer = parse_answer(block)
    if answer.status is None:
        told = header["type"].decode("latin-1")
        answer = Answer(None, {"content-type": told}, block)
    return Capture(
        locator=locator,
        url=header["url"].decode("utf-8", "replace"),
        time=header["date"].decode("ascii"),
        answer=answer,
        oversized=oversized,
    )
