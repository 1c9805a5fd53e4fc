"""WARC records told apart in a stream of bytes (ISO 28500:2017, and 1.0).

FastWARC and warcio were tried: both stop for good at the first damaged header, and FastWARC
delivers a record that the file's end cuts off as if it were whole. A dump's sound records
must be read on both sides of a damaged one, so the frames are found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aggregator.core.model import Reason, Rejection
from aggregator.readers.answers import parse_headers
from aggregator.readers.entries import damage_of
from aggregator.readers.stream import DumpStream, Oversized
from aggregator.readers.tape import Tape

_PIECE = 64 * 1024
_MAX_HEADER_BYTES = 1_000_000
_VERSION = re.compile(rb"WARC/\d\.\d+\r?\n")
_NEXT = re.compile(rb"\r?\n\r?\n(?=WARC/\d\.\d+\r?\n)")
_BOUNDARY = re.compile(rb"(?:\r?\n){2}|(?:\r?\n)?WARC/\d|\s*\Z")
_BOUNDARY_BYTES = 16
_WRONG_LENGTH = "the Content-Length of the WARC record was wrong"


@dataclass(frozen=True, slots=True)
class Frame:
    """One WARC record: where it starts (decompressed bytes), its lower-case headers, block.

    When the block is larger than allowed, `block` is its beginning and `oversized` its size.
    """

    offset: int
    headers: Mapping[str, str]
    block: bytes
    oversized: Oversized | None = None
    warnings: tuple[str, ...] = ()

    @property
    def locator(self) -> str:
        """The record's id, else its byte offset."""
        return record_locator(self.headers, self.offset)


def record_locator(headers: Mapping[str, str], offset: int) -> str:
    """The locator of a record with these headers that starts at `offset`."""
    identity = headers.get("warc-record-id", "").strip()
    return identity if 0 < len(identity) <= 200 else f"byte {offset}"


def warc_frames(stream: DumpStream, limit: int) -> Iterator[Frame | Rejection]:
    """A WARC's records as `Frame`, and as `Rejection` what is damaged or none.

    Blocks larger than `limit` bytes are not held.
    """
    return _Framer(stream, limit).frames()


class _Framer:
    def __init__(self, stream: DumpStream, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self._tape = Tape(stream)
        self._cut = False

    def frames(self) -> Iterator[Frame | Rejection]:
        while line := self._first_line():
            offset = self._tape.offset - len(line)
            yield self._record(offset) if _VERSION.match(line) else self._garbage(offset)
        if not self._cut and (damaged := damage_of(self._stream, f"byte {self._tape.offset}")):
            yield damaged

    def _first_line(self) -> bytes:
        while line := self._tape.readline(_PIECE):
            if line.strip(b"\r\n\0"):
                return line
        return b""

    def _garbage(self, offset: int) -> Rejection:
        if not self._skip_to_next() and self._stream.damage is not None:
            return self._cut_off({}, offset)
        size = self._tape.offset - offset
        detail = f"{size} bytes at byte {offset} are no WARC record"
        return Rejection(f"byte {offset}", Reason.BAD_RECORD, detail)

    def _record(self, offset: int) -> Frame | Rejection:
        lines, problem = self._header_lines()
        headers = parse_headers(lines)
        length = _content_length(headers)
        if problem is None and length is None:
            problem = "no valid Content-Length"
        if self._cut:
            return self._cut_off(headers, offset)
        if length is None or problem is not None:
            self._skip_to_next()
            locator = record_locator(headers, offset)
            return Rejection(
                locator, Reason.BAD_RECORD, f"WARC record at byte {offset}: {problem}"
            )
        if length > self._limit:
            return self._skipped(headers, offset, length)
        return self._framed(headers, offset, length)

    def _header_lines(self) -> tuple[list[bytes], str | None]:
        """The header's lines, and what is wrong with it; sets `_cut` at the file's end."""
        lines: list[bytes] = []
        size = 0
        while line := self._tape.readline(_PIECE):
            if not line.strip(b"\r\n"):
                return lines, None
            if _VERSION.match(line):
                self._tape.push(line)
                return lines, "another record starts inside its header"
            size += len(line)
            if size > _MAX_HEADER_BYTES:
                return lines, f"a header over {_MAX_HEADER_BYTES} bytes"
            lines.append(line)
        self._cut = True
        return lines, None

    def _framed(self, headers: Mapping[str, str], offset: int, length: int) -> Frame | Rejection:
        block = self._tape.read(length)
        if len(block) == length and self._at_boundary():
            return Frame(offset, headers, block)
        inner = _NEXT.search(block)
        if inner is not None:
            self._tape.push(block[inner.end() :])
            return Frame(offset, headers, block[: inner.start()], warnings=(_WRONG_LENGTH,))
        if len(block) < length:
            return self._cut_off(headers, offset)
        return self._prolonged(headers, offset, block)

    def _at_boundary(self) -> bool:
        ahead = self._tape.read(_BOUNDARY_BYTES)
        self._tape.push(ahead)
        return _BOUNDARY.match(ahead) is not None

    def _prolonged(
        self, headers: Mapping[str, str], offset: int, block: bytes
    ) -> Frame | Rejection:
        """A record whose length says less than there is: all up to the next record."""
        parts, size = [block], len(block)
        while (line := self._tape.readline(_PIECE)) and size <= self._limit:
            if _VERSION.match(line):
                self._tape.push(line)
                break
            parts.append(line)
            size += len(line)
        if size > self._limit:
            self._skip_to_next()
            return Frame(offset, headers, block, Oversized(size))
        if self._stream.damage is not None and not line:
            return self._cut_off(headers, offset)
        whole = b"".join(parts).rstrip(b"\r\n")
        return Frame(offset, headers, whole, warnings=(_WRONG_LENGTH,))

    def _skipped(self, headers: Mapping[str, str], offset: int, length: int) -> Frame | Rejection:
        """A record too large to hold; a length that lies does not swallow what follows."""
        parts: list[bytes] = []
        size = 0
        while size < length:
            line = self._tape.readline(min(_PIECE, length - size))
            if not line:
                return self._cut_off(headers, offset)
            if _VERSION.match(line):
                self._tape.push(line)
                break
            size += len(line)
            if size <= self._limit:
                parts.append(line)
            elif len(parts) > 1:
                parts = [b"".join(parts)[:_PIECE]]
        if size > self._limit:
            return Frame(offset, headers, b"".join(parts), Oversized(size))
        whole = b"".join(parts).rstrip(b"\r\n")
        return Frame(offset, headers, whole, warnings=(_WRONG_LENGTH,))

    def _skip_to_next(self) -> bool:
        """Read up to the next record; False when the stream ends before one."""
        starts_line = True
        while line := self._tape.readline(_PIECE):
            if starts_line and _VERSION.match(line):
                self._tape.push(line)
                return True
            starts_line = line.endswith(b"\n")
        return False

    def _cut_off(self, headers: Mapping[str, str], offset: int) -> Rejection:
        self._cut = True
        locator = record_locator(headers, offset)
        damaged = damage_of(self._stream, locator)
        detail = f"the file ends inside the WARC record that starts at byte {offset}"
        return damaged or Rejection(locator, Reason.TRUNCATED, detail)


def _content_length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
