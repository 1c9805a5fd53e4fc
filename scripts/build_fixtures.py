"""Build ``fixtures/dumps`` and ``fixtures/hostile`` from ``fixtures/sources``.

``sources/dumps.toml`` lists every built dump with the stories it holds; ``sources/stories``
has one file per story (header lines, a blank line, paragraphs) and ``sources/skins`` the page
of each outlet. Times, record ids and compression headers are fixed, so a second build gives
the same content. Files of the two folders that no source names are written by hand.

    python scripts/build_fixtures.py            write what differs
    python scripts/build_fixtures.py --check    exit 1 and name the files that differ
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import html
import json
import lzma
import sys
import tomllib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import zstandard
from fastwarc.warc import WarcRecord, WarcRecordType
from hostile_fixtures import HOSTILE

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SOURCES = FIXTURES / "sources"

GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


@dataclass(frozen=True)
class Story:
    """One source file: its header lines and its paragraphs.

    A paragraph that begins with ``> `` is a standfirst, ``# `` a sub-heading, ``! `` the
    caption of a picture (page furniture, in no body).
    """

    header: dict[str, str]
    paragraphs: tuple[str, ...]

    @property
    def body(self) -> list[str]:
        """The paragraphs that belong to the article's text, without their marks."""
        kept = (p for p in self.paragraphs if not p.startswith("! "))
        return [p[2:] if p[:2] in ("> ", "# ") else p for p in kept]


def load_story(name: str) -> Story:
    """Read ``sources/stories/<name>.txt``."""
    head, _, body = (SOURCES / "stories" / f"{name}.txt").read_text("utf-8").partition("\n\n")
    header = dict(line.split(": ", 1) for line in head.splitlines())
    return Story(header, tuple(p.strip() for p in body.split("\n\n") if p.strip()))


# Pages


def _paragraph_html(paragraph: str) -> str:
    text = html.escape(paragraph.partition(" ")[2], quote=False)
    match paragraph[:2]:
        case "> ":
            return f'<p class="standfirst">{text}</p>'
        case "# ":
            return f"<h2>{text}</h2>"
        case "! ":
            return (
                f'<figure><img src="/media/{uuid.uuid5(uuid.NAMESPACE_URL, text).hex[:12]}.jpg"'
                f' alt=""><figcaption>{text}</figcaption></figure>'
            )
    return f"<p>{html.escape(paragraph, quote=False)}</p>"


def _long_date(stamp: str) -> str:
    if not stamp:
        return ""
    moment = datetime.fromisoformat(stamp)
    day = f"{moment.day} {moment:%B %Y}"
    return f"{day}, {moment:%H:%M}" if "T" in stamp else day


def _json_ld(header: dict[str, str]) -> str:
    publisher = header["outlet"]
    published = header.get("published", "")
    record = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": header.get("title", ""),
        "mainEntityOfPage": header.get("url", ""),
        "datePublished": published,
        "dateModified": header.get("modified", published),
        "author": {"@type": "Person", "name": header.get("author", publisher)},
        "publisher": {"@type": "Organization", "name": publisher},
    }
    return json.dumps(record, ensure_ascii=False, indent=1).replace("</", "<\\/")


def page_html(story: Story) -> str:
    """Put a story into the page of its outlet (header ``skin``)."""
    header = story.header
    skin = header["skin"]
    published = header.get("published", "")
    first = story.body[0]
    values = {
        "language": "en",
        "section": "News",
        "author": "",
        "modified": published,
        "published": published,
        "description": first[:150].rsplit(" ", 1)[0],
        **header,
    }
    values = {key: html.escape(value) for key, value in values.items()}
    values["published_long"] = _long_date(published)
    values["jsonld"] = _json_ld(header)
    values["body"] = "\n".join(map(_paragraph_html, story.paragraphs))
    return Template((SOURCES / "skins" / f"{skin}.html").read_text("utf-8")).substitute(values)


# Dumps: each kind returns the bytes of one file, before compression


def _as_html(entry: dict[str, Any]) -> bytes:
    (name,) = entry["stories"]
    return page_html(load_story(name)).encode(entry.get("encoding", "utf-8"))


def _as_text(entry: dict[str, Any]) -> bytes:
    (name,) = entry["stories"]
    story = load_story(name)
    lines = [story.header["title"], "", *story.body]
    return ("\n".join(lines) + "\n").encode(entry.get("encoding", "utf-8"))


def _news_please(story: Story) -> dict[str, Any]:
    """The fields that the crawler news-please writes; its times carry no zone."""

    def stamp(key: str) -> str | None:
        value = story.header.get(key)
        return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S}" if value else None

    url = story.header.get("url")
    author = story.header.get("author")
    return {
        "authors": [author] if author else [],
        "date_download": stamp("captured"),
        "date_modify": stamp("modified"),
        "date_publish": stamp("published"),
        "description": None,
        "filename": f"{uuid.uuid5(uuid.NAMESPACE_URL, url or '').hex}.json",
        "image_url": None,
        "language": story.header.get("language", "en"),
        "localpath": None,
        "maintext": "\n".join(story.body),
        "source_domain": (urlsplit(url).hostname or "").removeprefix("www.") if url else None,
        "title": story.header.get("title"),
        "title_page": None,
        "title_rss": None,
        "url": url,
    }


def _plain_fields(story: Story) -> dict[str, Any]:
    """A small export: only what is known, under common names."""
    renamed = {"published": "published_at", "modified": "modified_at"}
    fields = {renamed.get(k, k): v for k, v in story.header.items() if k != "skin"}
    return {**fields, "text": "\n".join(story.body)}


def _as_jsonl(entry: dict[str, Any]) -> bytes:
    make = _news_please if entry.get("fields") == "news-please" else _plain_fields
    rows = [make(load_story(name)) for name in entry["stories"]]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _http(status: str, content_type: str, payload: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(payload)}\r\nConnection: close\r\n\r\n".encode() + payload


def _warc_exchanges(entry: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The addresses a crawler visited, each with its answer."""
    for name in entry["stories"]:
        story = load_story(name)
        page = page_html(story).encode("utf-8")
        address = story.header.get("fetched", story.header["url"])
        yield address, _http("200 OK", "text/html; charset=utf-8", page)
    for url in entry.get("images", ()):
        yield url, _http("200 OK", "image/gif", GIF)
    for url in entry.get("missing", ()):
        gone = b"<html><head><title>Not found</title></head><body><h1>404</h1></body></html>"
        yield url, _http("404 Not Found", "text/html; charset=utf-8", gone)


def _warc_record(
    kind: WarcRecordType, seed: str, when: datetime, url: str | None, content: bytes
) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind, record_urn=f"uuid:{uuid.uuid5(uuid.NAMESPACE_URL, seed)}".encode())
    record.headers["WARC-Date"] = f"{when:%Y-%m-%dT%H:%M:%SZ}"
    if url is None:
        record.headers["Content-Type"] = "application/warc-fields"
    else:
        record.headers["WARC-Target-URI"] = url
        word = "request" if kind == WarcRecordType.request else "response"
        record.headers["Content-Type"] = f"application/http; msgtype={word}"
    record.set_bytes_content(content)
    return record


def _warc_records(entry: dict[str, Any]) -> Iterator[WarcRecord]:
    when: datetime = entry["captured"].astimezone(UTC)
    path = entry["path"]
    info = b"software: build_fixtures/1.0\r\nformat: WARC File Format 1.1\r\n"
    yield _warc_record(WarcRecordType.warcinfo, path, when, None, info)
    for number, (url, answer) in enumerate(_warc_exchanges(entry)):
        when += timedelta(seconds=7)
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        request = f"GET {target} HTTP/1.1\r\nHost: {parts.hostname}\r\n\r\n".encode()
        seed = f"{path}#{number}"
        yield _warc_record(WarcRecordType.request, f"{seed}?", when, url, request)
        yield _warc_record(WarcRecordType.response, seed, when, url, answer)


def _as_warc(entry: dict[str, Any]) -> bytes:
    """WARC 1.1 (ISO 28500); with gzip each record is a member of its own, as the norm asks."""
    packed = entry["path"].endswith(".gz")
    out = bytearray()
    for record in _warc_records(entry):
        stream = BytesIO()
        record.write(stream, checksum_data=True)
        out += gzip.compress(stream.getvalue(), mtime=0) if packed else stream.getvalue()
    return bytes(out)


KINDS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "html": _as_html,
    "jsonl": _as_jsonl,
    "text": _as_text,
    "warc": _as_warc,
}

PACKERS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (lambda data: gzip.compress(data, mtime=0), gzip.decompress),
    ".bz2": (bz2.compress, bz2.decompress),
    ".xz": (lzma.compress, lzma.decompress),
    ".zst": (
        lambda data: zstandard.ZstdCompressor(level=9).compress(data),
        lambda data: zstandard.ZstdDecompressor().decompress(data),
    ),
}


def _unpacked(path: Path, data: bytes) -> bytes:
    """The content behind the compression, as compressors differ between versions.

    A hostile file may not unpack: it is compared as it is.
    """
    if path.suffix not in PACKERS or path.parent.name == "hostile":
        return data
    return PACKERS[path.suffix][1](data)


def build_all() -> dict[Path, bytes]:
    """Every built file with its content, compressed where its name says so."""
    built: dict[Path, bytes] = {}
    for entry in tomllib.loads((SOURCES / "dumps.toml").read_text("utf-8"))["dump"]:
        path = FIXTURES / "dumps" / entry["path"]
        data = KINDS[entry["kind"]](entry)
        if path.suffix in PACKERS and entry["kind"] != "warc":
            data = PACKERS[path.suffix][0](data)
        built[path] = data
    return built | {FIXTURES / "hostile" / name: make() for name, make in HOSTILE.items()}


def main() -> int:
    """Write the files whose content differs, or with ``--check`` only name them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 on a difference"
    )
    check = parser.parse_args().check
    stale = [
        (path, data)
        for path, data in build_all().items()
        if not path.exists() or _unpacked(path, path.read_bytes()) != _unpacked(path, data)
    ]
    for path, data in stale:
        print(f"{'differs' if check else 'written'}: {path.relative_to(FIXTURES)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
