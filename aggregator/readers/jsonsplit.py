"""The top-level values of a JSON document, cut out one by one with bounded memory.

A streaming parser (ijson) was considered: it fails for good at the first damaged value and
builds a value of any size in memory. Here only brackets and strings are followed; each
value is parsed on its own, so that one bad value costs itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.readers.stream import DumpStream, Oversized

_CHUNK = 64 * 1024
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.S)
_AT_BASE = re.compile(rb'["\[\]{},]')
_INSIDE = re.compile(rb'["\[\]{}]')


class JsonSplitter:
    """Iterates over the values of an array, or of objects that follow one another.

    With `in_array` the stream stands just behind the array's ``[`` and the values end at its
    ``]`` (then `closed`); else they end with the stream. Values over `limit` bytes come as
    `Oversized`. After the iteration `unfinished` tells whether the stream ended inside a
    value or before the array's end; what stood there is `rest`.
    """

    def __init__(self, stream: DumpStream, limit: int, in_array: bool) -> None:
        self._stream, self._limit, self._in_array = stream, limit, in_array
        self._value = bytearray()
        self._size = self._depth = 0
        self._in_string = False
        self._behind = b""
        self.closed = False

    def __iter__(self) -> Iterator[bytes | Oversized]:
        carried = b""
        while not self.closed and (chunk := self._stream.read(_CHUNK)):
            chunk = carried + chunk
            # an escape that the chunk's end cuts in two
            carried = b"\\" if self._ends_in_open_escape(chunk) else b""
            yield from self._values(chunk[: len(chunk) - len(carried)])
        if not self.closed and not self._in_array and not self.unfinished:
            last: list[bytes | Oversized] = []
            self._finish(b"", last)
            yield from last

    @property
    def unfinished(self) -> bool:
        """Whether the data ended before the value or the array that was open."""
        return self._depth > 0 or self._in_string or (self._in_array and not self.closed)

    def trailing(self) -> bytes:
        """Some of what follows the array's end, white space aside; reads to the stream's end."""
        found = self._behind.strip()
        while chunk := self._stream.read(_CHUNK):
            found = found or chunk.strip()
        return found

    @staticmethod
    def _ends_in_open_escape(chunk: bytes) -> bool:
        return (len(chunk) - len(chunk.rstrip(b"\\"))) % 2 == 1

    def _values(self, chunk: bytes) -> list[bytes | Oversized]:
        """The values that end in this chunk."""
        done: list[bytes | Oversized] = []
        begin = at = 0
        while not self.closed and (sign := self._next_sign(chunk, at)) is not None:
            begin = self._take(sign, chunk, begin, done)
            at = sign.end()
        if not self.closed:
            self._add(chunk[begin:])
        return done

    def _next_sign(self, chunk: bytes, at: int) -> re.Match[bytes] | None:
        """The next bracket, or comma between values, that stands in no string."""
        while at < len(chunk):
            if self._in_string:
                at = self._string_end(chunk, at)
                continue
            found = (_INSIDE if self._depth else _AT_BASE).search(chunk, at)
            if found is None or found.group() != b'"':
                return found
            self._in_string = True
            at = found.end()
        return None

    def _take(
        self, sign: re.Match[bytes], chunk: bytes, begin: int, done: list[bytes | Oversized]
    ) -> int:
        """Follow one sign; where in the chunk the value that is open then begins."""
        start, end = sign.span()
        if sign.group() in (b"{", b"["):
            if self._depth == 0:
                self._finish(chunk[begin:start], done)
                begin = start
            self._depth += 1
            return begin
        if self._depth == 0:
            if sign.group() == b",":
                self._finish(chunk[begin:start], done)
                return end
            if not self._in_array or sign.group() != b"]":
                return begin
            self._finish(chunk[begin:start], done)
            self.closed, self._behind = True, chunk[end:]
            return end
        self._depth -= 1
        if self._depth > 0:
            return begin
        self._finish(chunk[begin:end], done)
        return end

    def _string_end(self, chunk: bytes, at: int) -> int:
        found = _STRING.match(chunk, at)
        end = found.end() if found else at
        if end < len(chunk):  # a quotation mark, the string's end
            self._in_string = False
            end += 1
        return end

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size <= self._limit:
            self._value += data
        else:
            self._value.clear()

    def _finish(self, data: bytes, done: list[bytes | Oversized]) -> None:
        """End a value with its last bytes; nothing but white space is no value."""
        self._add(data)
        if self._size > self._limit:
            done.append(Oversized(self._size))
        elif value := bytes(self._value).strip():
            done.append(value)
        self._value.clear()
        self._size = 0
