"""A byte stream that can be read in lines and blocks, pushed back, and knows where it is."""

from __future__ import annotations

from aggregator.readers.stream import DumpStream


class Tape:
    """`DumpStream` with an offset (decompressed bytes) and room to push bytes back."""

    def __init__(self, stream: DumpStream) -> None:
        self.stream = stream
        self.offset = stream.start
        self._back, self._at = b"", 0  # bytes pushed back, and how far they are read again

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        data = self._again(self._at + size)
        if len(data) < size:
            data += self.stream.read(size - len(data))
        self.offset += len(data)
        return data

    def readline(self, limit: int) -> bytes:
        """The next line with its end, or its first `limit` bytes; empty at the end."""
        line = self._again(
            self._back.find(b"\n", self._at, self._at + limit) + 1 or self._at + limit
        )
        if not line.endswith(b"\n") and len(line) < limit:
            line += self.stream.readline(limit - len(line))
        self.offset += len(line)
        return line

    def push(self, data: bytes) -> None:
        """Give back what was read last."""
        if data and self._back[: self._at].endswith(data):
            self._at -= len(data)
        else:
            self._back, self._at = data + self._back[self._at :], 0
        self.offset -= len(data)

    def _again(self, end: int) -> bytes:
        data = self._back[self._at : end]
        self._at += len(data)
        if self._at == len(self._back):
            self._back, self._at = b"", 0
        return data
