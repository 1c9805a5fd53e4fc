"""The document inside a recorded HTTP answer (RFC 9112), as crawlers really store it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.readers.stream import Oversized

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]+)", re.I)
_MAX_HEADER_LINES = 500
_WINDOW = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status (None when there is no status line), lower-case headers, body."""

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case; "" when not said."""
        return media_type(self.headers.get("content-type"))

    @property
    def charset(self) -> str | None:
        """The charset that the Content-Type names, or None."""
        return charset_of(self.headers.get("content-type"))


def media_type(content_type: str | None) -> str:
    """The media type of a Content-Type value without its parameters, lower case."""
    return (content_type or "").partition(";")[0].strip().lower()


def charset_of(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type value, or None."""
    found = _CHARSET.search(content_type or "")
    return found.group(1) if found else None


def parse_headers(lines: list[bytes]) -> dict[str, str]:
    """Header lines as a mapping with lower-case names; the first of equal names counts.

    Folded lines are joined (RFC 9112 section 5.2); lines without a colon are passed over.
    """
    headers: dict[str, str] = {}
    name = ""
    for line in lines[:_MAX_HEADER_LINES]:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[:1] in (" ", "\t") and name:
            headers[name] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if colon and name not in headers:
            headers[name] = value.strip()
        elif not colon or name in headers:
            name = ""
    return headers


def parse_answer(block: bytes) -> Answer:
    """Split a recorded answer into status, headers and body, still encoded."""
    found = _STATUS.match(block)
    if found is None:
        return Answer(None, {}, block)
    lines, body = _header_lines(block)
    return Answer(int(found.group(1)), parse_headers(lines[1:]), body)


def _header_lines(block: bytes) -> tuple[list[bytes], bytes]:
    end = re.search(rb"\r?\n\r?\n", block)
    if end is None:
        return block.split(b"\n"), b""
    return block[: end.start()].split(b"\n"), block[end.end() :]


def document(answer: Answer, limit: int) -> bytes | Oversized:
    """The body with chunks joined and content encodings undone, at most `limit` bytes.

    Crawlers often store a body decoded and keep the headers of its encoding; then the body
    is taken as it is. Raises ValueError when it is encoded and cannot be decoded.
    """
    body = answer.body
    if "chunked" in answer.headers.get("transfer-encoding", "").lower():
        body = _joined(body)
    encoding = answer.headers.get("content-encoding", "").lower().strip()
    if encoding in ("", "identity", "none", "utf-8"):
        return body if len(body) <= limit else Oversized(len(body))
    return _decoded(body, encoding, limit)


def _joined(body: bytes) -> bytes:
    """The data of a chunked body; the body itself when it is not chunked."""
    parts: list[bytes] = []
    at = 0
    while (found := _CHUNK_SIZE.match(body, at)) is not None:
        size = int(found.group(1), 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[found.end() : found.end() + size])
        at = found.end() + size
        at += len(body[at : at + 2]) - len(body[at : at + 2].lstrip(b"\r\n"))
    if not parts:
        return body
    # a broken chunk: what stands behind it is kept rather than lost
    return b"".join(parts) + body[at:]


def _decoded(body: bytes, encoding: str, limit: int) -> bytes | Oversized:
    import urllib3
    from urllib3.exceptions import HTTPError

    answer = urllib3.HTTPResponse(
        io.BytesIO(body), headers={"content-encoding": encoding}, preload_content=False
    )
    try:
        data: bytes = answer.read(limit + 1, decode_content=True)
    except (HTTPError, OSError, ValueError, MemoryError) as error:
        if _looks_plain(body):
            return body if len(body) <= limit else Oversized(len(body))
        raise ValueError(f"content encoding {encoding}: {error}") from None
    return data if len(data) <= limit else Oversized(len(data))


def _looks_plain(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<" or (b"\0" not in body[:_WINDOW] and body[:256].isascii())
