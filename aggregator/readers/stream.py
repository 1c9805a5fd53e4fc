"""A dump's bytes: opened, decompressed, read piece by piece with bounded memory."""

from __future__ import annotations

import codecs
import io
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from aggregator.core.model import Reason
from aggregator.core.options import ReadingOptions
from aggregator.readers.compression import Damage, DamageableRaw, Decompressed, codec_of

HEAD_BYTES = 64 * 1024
"""How much of a dump is looked at to tell its format."""
_BUFFER = 4 * HEAD_BYTES


class _FileRaw(DamageableRaw):
    """A file or standard input; an I/O error in the middle ends it as damage."""

    def __init__(self, file: BinaryIO, most: int = sys.maxsize) -> None:
        """`most` is how many bytes there are to read, from where the file stands."""
        super().__init__()
        self._file, self._left = file, most

    def readinto(self, target: Any) -> int:
        """Fill `target` as far as the file goes, so that a peek sees a whole head."""
        view = memoryview(target).cast("B")[: self._left]
        filled = 0
        while filled < len(view) and self.damage is None:
            try:
                data = self._file.read(len(view) - filled)
            except (OSError, ValueError) as error:
                self.damage = Damage(Reason.UNREADABLE, f"reading failed: {error}")
                break
            if not data:
                break
            view[filled : filled + len(data)] = data
            filled += len(data)
        self._left -= filled
        return filled

    def close(self) -> None:
        """Close the file; standard input stays open, it is not ours."""
        if self._file is not sys.stdin.buffer:
            self._file.close()
        super().close()


class DumpStream(io.BufferedReader):
    """Buffered bytes of a dump, decompressed; `damage` says why they ended early."""

    def __init__(self, raw: DamageableRaw, location: str | None = None, start: int = 0) -> None:
        """`location` is the file whose bytes these are as they stand, or None.

        `start` is the offset in the dump's decompressed bytes at which the stream begins.
        """
        super().__init__(raw, _BUFFER)
        self._damageable = raw
        self.location, self.start = location, start
        self.first_line = 1

    @property
    def damage(self) -> Damage | None:
        """Why the bytes ended early, once their end was reached; else None."""
        return self._damageable.damage

    def resumed(self) -> DumpStream | None:
        """The stream behind the damage that ended this one, where that can be."""
        following = self._damageable.resumed() if self.damage is not None else None
        return None if following is None else DumpStream(following, None, following.start)

    def head(self) -> bytes:
        """The first bytes, up to `HEAD_BYTES`, without consuming them."""
        return self.peek(HEAD_BYTES)[:HEAD_BYTES]


class _Transcoded(DamageableRaw):
    """UTF-8 instead of another encoding; what does not decode becomes U+FFFD."""

    def __init__(self, source: DumpStream, encoding: str) -> None:
        super().__init__()
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._pending = b""

    def readinto(self, target: Any) -> int:
        """Fill `target` as far as the data goes; 0 means the end, or damage."""
        view = memoryview(target).cast("B")
        filled = 0
        while filled < len(view):
            if not self._pending and not self._decode_more():
                break
            part = self._pending[: len(view) - filled]
            self._pending = self._pending[len(part) :]
            view[filled : filled + len(part)] = part
            filled += len(part)
        return filled

    def _decode_more(self) -> bool:
        while data := self._source.read(HEAD_BYTES):
            self._pending = self._decoder.decode(data).encode("utf-8", "replace")
            if self._pending:
                return True
        self.damage = self._source.damage
        self._pending = self._decoder.decode(b"", final=True).encode("utf-8", "replace")
        return bool(self._pending)

    def close(self) -> None:
        """Close the stream underneath."""
        self._source.close()
        super().close()


def as_utf8(stream: DumpStream, encoding: str) -> DumpStream:
    """The stream's text, which stands in `encoding`, as UTF-8 without a byte order mark."""
    return DumpStream(_Transcoded(stream, encoding))


@dataclass(frozen=True, slots=True)
class Oversized:
    """A piece that was larger than allowed and was skipped; `size` in bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a file that grows: its bytes from `start` up to `end`."""

    start: int
    end: int
    first_line: int
    """Number of the first of these lines, from 1."""


def open_part(location: str, part: Part) -> DumpStream:
    """Open some lines of a file that is not compressed.

    Raises OSError when it cannot be opened or is no file.
    """
    file = _open(location)
    file.seek(part.start)
    stream = DumpStream(_FileRaw(file, part.end - part.start))
    stream.first_line = part.first_line
    return stream


def open_stream(location: str, options: ReadingOptions) -> DumpStream:
    """Open a file, or standard input for "-", and undo its compression.

    Raises OSError when it cannot be opened or is neither a file nor standard input.
    """
    plain = DumpStream(_FileRaw(_open(location)), None if location == "-" else location)
    codec = codec_of(plain.head())
    if codec is None:
        return plain
    return DumpStream(Decompressed(plain, codec, options))


def _open(location: str) -> BinaryIO:
    if location == "-":
        if sys.stdin is None:
            raise OSError("standard input is closed")
        return cast(BinaryIO, sys.stdin.buffer)
    # non-blocking, or opening a pipe that took the file's place would wait for a writer
    descriptor = os.open(location, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def lines(stream: DumpStream, limit: int) -> Iterator[bytes | Oversized]:
    """The lines of `stream` with their line ends; longer ones than `limit` are skipped."""
    while line := stream.readline(limit + 2):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        size = len(line)
        while not line.endswith(b"\n") and (line := stream.readline(_BUFFER)):
            size += len(line)
        yield Oversized(size)


def whole(stream: DumpStream, limit: int) -> bytes | Oversized:
    """All bytes of a one-record dump, or `Oversized` when there are more than `limit`."""
    data = stream.read(limit + 1)
    if len(data) <= limit:
        return data
    size = len(data)
    while chunk := stream.read(_BUFFER):
        size += len(chunk)
    return Oversized(size)
