"""Decompression that says where it broke.

The standard readers end silently, or drop what they had already decoded, when a later
member is damaged; a dump's entries before the damage must all be delivered, and the damage
must be told. So the members are walked here, over the libraries' decompressor objects.
Formats by magic bytes: gzip (RFC 1952), bzip2, xz, Zstandard (RFC 8878); each may hold
several members or frames one after another, and zero padding between them.
"""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aggregator.core.model import Reason
from aggregator.core.options import ReadingOptions

if sys.version_info >= (3, 14):  # pragma: no cover - the same module under its later name
    from compression import zstd
else:
    from backports import zstd

_CHUNK = 64 * 1024
_PIECE = 512
_PROBE = 4096
_MAX_MAGIC = 6
_XZ_MEMORY = 256 * 1024 * 1024
_ZSTD_WINDOW = 128 * 1024 * 1024
"""The largest window that libzstd takes unless told otherwise (RFC 8878: 8 MB at least)."""
_OVER_MEMORY = ("requires too much memory", "Memory usage limit")
"""What libzstd and the lzma module say of data whose window or dictionary is over the limit."""
_ZSTD_SKIPPABLE = tuple(bytes([low]) + b"\x2a\x4d\x18" for low in range(0x50, 0x60))


@dataclass(frozen=True, slots=True)
class Damage:
    """Why the bytes of a dump end before their time."""

    reason: Reason
    detail: str


class DamageableRaw(io.RawIOBase):
    """A raw stream that never raises: it ends, and `damage` says why it ended early."""

    damage: Damage | None = None
    start = 0
    """How many bytes of the dump stand before the stream."""

    def resumed(self) -> DamageableRaw | None:
        """A stream of what follows the damage, where that can be."""
        return None

    def readable(self) -> bool:
        """Always true, as `io.BufferedReader` asks."""
        return True


class _Member(Protocol):
    """The interface that bz2, lzma and zstd decompressors share."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _GzipMember:
    """zlib's decompressor of one gzip member, with the interface of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


@dataclass(frozen=True, slots=True)
class Codec:
    """One compression format: its name, magic bytes, and a maker of member decompressors."""

    name: str
    magics: tuple[bytes, ...]
    member: Callable[[], Any]

    def opens(self, data: bytes) -> bool:
        """Whether `data` starts with this format's magic bytes."""
        return data.startswith(self.magics)

    def may_open(self, data: bytes) -> bool:
        """Whether `data` is cut off inside this format's magic bytes."""
        return any(magic.startswith(data) for magic in self.magics)


CODECS = (
    Codec("gzip", (b"\x1f\x8b\x08",), _GzipMember),
    Codec("bzip2", (b"BZh",), bz2.BZ2Decompressor),
    Codec(
        "xz",
        (b"\xfd7zXZ\x00",),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    ),
    Codec("zstd", (b"\x28\xb5\x2f\xfd", *_ZSTD_SKIPPABLE), zstd.ZstdDecompressor),
)
_ERRORS = (zlib.error, OSError, EOFError, lzma.LZMAError, zstd.ZstdError, ValueError)


def codec_of(head: bytes) -> Codec | None:
    """The compression format whose magic bytes open `head`, or None."""
    return next((codec for codec in CODECS if codec.opens(head)), None)


class Decompressed(DamageableRaw):
    """The decompressed bytes of `source`, ending at the first damage or bomb.

    `source` is a buffered stream over a `DamageableRaw`, whose own damage is passed on.
    """

    def __init__(self, source: io.BufferedReader, codec: Codec, options: ReadingOptions) -> None:
        super().__init__()
        self._source, self._codec, self._options = source, codec, options
        self._member: _Member | None = None
        self._pending = b""
        # a damaged member can eat the next ones before the damage shows
        self._eaten: deque[bytes] = deque(maxlen=_CHUNK // _PIECE)
        self._resumable = False
        self._owns_source = True
        self._consumed = self._produced = self._members = self._gaps = 0

    def readinto(self, target: Any) -> int:
        """Fill `target` as far as the data goes; 0 means the end, or damage."""
        view = memoryview(target).cast("B")
        filled = 0
        while filled < len(view) and self.damage is None:
            data = self._some(len(view) - filled)
            if not data:
                break
            view[filled : filled + len(data)] = data
            filled += len(data)
        return filled

    def _some(self, limit: int) -> bytes:
        """At least one decompressed byte, or nothing at the end or at damage."""
        while self.damage is None:
            if self._member is None and not self._next_member():
                return b""
            data = self._advance(limit)
            if data:
                return self._counted(data)
        return b""

    def _next_member(self) -> bool:
        """Open the next member; False at the end of the data or at something else."""
        head = self._pending
        while len(head) < _MAX_MAGIC:
            more = self._take()
            if not more and not head:
                return False
            if not more:
                break
            head = head + more if self._members == 0 else (head + more).lstrip(b"\0")
        self._pending = head
        if self._codec.opens(head):
            self._member = self._codec.member()
            self._members += 1
            self._eaten.clear()
            return True
        self._judge_tail(head)
        return False

    def _judge_tail(self, tail: bytes) -> None:
        if self._codec.may_open(tail):
            self._end(Reason.TRUNCATED, f"{self._codec.name} data ends in a member's header")
        elif tail:
            self._end(Reason.CORRUPT, f"what follows the {self._codec.name} data is not such data")

    def _advance(self, limit: int) -> bytes:
        assert self._member is not None
        try:
            data = self._step(self._member, limit)
        except (*_ERRORS, MemoryError) as error:
            self._pending, self._resumable = b"".join(self._eaten) + self._pending, True
            self._fail(error)
            return b""
        if self._member.eof:
            # zero bytes pad archives and tapes between and after members
            self._pending = (self._member.unused_data + self._pending).lstrip(b"\0")
            self._member = None
        return data

    def _step(self, member: _Member, limit: int) -> bytes:
        if not member.needs_input:
            return member.decompress(b"", limit)
        self._pending = self._pending or self._take()
        if not self._pending:
            return self._flush(member, limit)
        # small pieces: a decompressor that meets damage drops what the call had decoded
        piece, self._pending = self._pending[:_PIECE], self._pending[_PIECE:]
        self._eaten.append(piece)
        return member.decompress(piece, limit)

    def _flush(self, member: _Member, limit: int) -> bytes:
        """What the member still holds when its input has ended before its end mark."""
        data = member.decompress(b"", limit)
        if not data and not member.eof:
            detail = f"{self._codec.name} data ends before its end mark"
            self._end(Reason.TRUNCATED, detail)
        return data

    def _take(self) -> bytes:
        chunk = self._source.read(_CHUNK)
        self._consumed += len(chunk)
        if not chunk:
            raw = self._source.raw
            if isinstance(raw, DamageableRaw) and raw.damage is not None:
                self.damage = raw.damage
        return chunk

    def _counted(self, data: bytes) -> bytes:
        self._produced += len(data)
        options = self._options
        if (
            self._produced > options.expansion_floor_bytes
            and self._produced > options.max_expansion * self._consumed
        ):
            times = self._produced // max(1, self._consumed)
            self._end(
                Reason.TOO_LARGE,
                f"decompression bomb: {self._codec.name} data grew {times} times,"
                f" past {self._produced} bytes; the rest was not read",
            )
        return data

    def resumed(self) -> Decompressed | None:
        """A stream from the next sound member behind the damage, or None without one.

        For dumps whose members are records, as those of a WARC are.
        """
        if not self._resumable:
            return None
        data = self._pending[1:]  # not the damaged member again
        while (found := self._probe(data)) is None:
            more = self._take()
            if not more:
                return None
            data = data[-_PROBE:] + more
        following = Decompressed(self._source, self._codec, self._options)
        following._pending = data[found:]
        following._consumed, following._produced = self._consumed, self._produced
        following._members = self._members
        # of the streams that follow one another, the first is held open until the last ends
        following._owns_source = False
        following._gaps = self._gaps + 1
        following.start = self._produced + following._gaps  # no two entries at one offset
        return following

    def _probe(self, data: bytes) -> int | None:
        """Where in `data` a member starts whose first bytes decode."""
        magic = self._codec.magics[0]
        at = data.find(magic)
        while at >= 0:
            try:
                if self._codec.member().decompress(data[at : at + _PROBE], 1 << 20):
                    return at
            except (*_ERRORS, MemoryError):
                pass  # the magic bytes stood there by chance
            at = data.find(magic, at + 1)
        return None

    def close(self) -> None:
        """Close the stream underneath."""
        if self._owns_source:
            self._source.close()
        super().close()

    def _fail(self, error: Exception) -> None:
        """End at an error of the decompressor."""
        name = self._codec.name
        if isinstance(error, MemoryError) or any(sign in str(error) for sign in _OVER_MEMORY):
            most = _XZ_MEMORY if name == "xz" else _ZSTD_WINDOW
            told = f"unpacking the {name} data takes more memory than {most >> 20} MiB"
            self._end(
                Reason.TOO_LARGE, f"{told}; compress it anew with a smaller window (no --long)"
            )
        else:
            self._end(Reason.CORRUPT, f"damaged {name} data: {error}")

    def _end(self, reason: Reason, detail: str) -> None:
        if self.damage is None:
            self.damage = Damage(reason, detail)
