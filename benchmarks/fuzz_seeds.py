"""What the fuzz run mutates: the project's fixtures in every form, and shared pages if present."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from aggregator.core.model import Kind, Record
from aggregator.core.options import ReadingOptions
from aggregator.readers import Dump, find_dumps, read_dump
from aggregator.readers.sniffing import suffix_format

PROJECT = Path(__file__).resolve().parents[1]
_MAX_SEED = 60_000
"""Larger seeds are cut to so many bytes, so that one run tries many inputs."""
_ROWS = 8


@dataclass(frozen=True, slots=True)
class Seed:
    """Sound bytes of one form; `form` names the reader, `binary` how they are mutated."""

    form: str
    data: bytes
    binary: bool = False


def seeds(shared: Path | None = None) -> dict[str, list[Seed]]:
    """Seeds by form; with the folder `shared` some of its pages too."""
    records = list(_records())
    found = [*_fixtures(), *_made(records)]
    if shared is not None:
        found += _shared_pages(shared)
    forms: dict[str, list[Seed]] = {}
    for seed in found:
        forms.setdefault(seed.form, []).append(seed)
    return dict(sorted(forms.items()))


def clean_seeds(shared: Path | None = None) -> dict[Kind, list[Record]]:
    """Records for the cleaner, by kind, from the same dumps."""
    found: dict[Kind, list[Record]] = {kind: [] for kind in Kind}
    for record in _records():
        found[record.kind].append(record)
    pages = _shared_pages(shared) if shared is not None else ()
    for page in pages:
        found[Kind.HTML].append(Record("page", page.data, Kind.HTML, "https://news.example/a"))
    return found


def _records() -> Iterator[Record]:
    options = ReadingOptions()
    for dump in find_dumps([str(PROJECT / "fixtures" / "dumps")], options):
        for entry in read_dump(dump, options):
            if isinstance(entry, Record) and len(entry.payload) <= _MAX_SEED:
                yield entry


def _fixtures() -> Iterator[Seed]:
    for path in sorted((PROJECT / "fixtures").glob("[dh]*/**/*")):
        form = suffix_format(path.name)
        if path.is_file() and form is not None:
            packed = path.suffix in (".gz", ".bz2", ".xz", ".zst")
            yield Seed(form.value, path.read_bytes()[:_MAX_SEED], packed)


def _shared_pages(shared: Path) -> Iterator[Seed]:
    pages = sorted((shared / "data" / "article-extraction" / "html").glob("*.gz"))
    for path in pages[::9]:
        yield Seed("html", gzip.decompress(path.read_bytes())[:_MAX_SEED])
    crawl = shared / "data" / "news-pairs" / "pages.warc.gz"
    if not crawl.exists():
        return
    for number, entry in enumerate(read_dump(Dump(str(crawl), str(crawl)), ReadingOptions())):
        if number >= 3_000:
            return
        if number % 100 == 0 and isinstance(entry, Record) and isinstance(entry.payload, bytes):
            yield Seed("html", entry.payload)


def _made(records: list[Record]) -> Iterator[Seed]:
    """The forms that the fixtures do not have, with their texts."""
    texts = [r for r in records if r.kind is Kind.FIELDS and isinstance(r.payload, str)]
    for start in range(0, 3 * _ROWS, _ROWS):
        rows = [_row(record) for record in texts[start : start + _ROWS]]
        yield Seed("json", json.dumps(rows, ensure_ascii=start == 0).encode())
        yield Seed("json", json.dumps({"status": "ok", "articles": rows}, indent=1).encode())
        yield Seed("csv", _table(rows, ","))
        yield Seed("csv", _table(rows, ";\t|"[start // _ROWS]))
        yield Seed("rss", _rss(rows))
        yield Seed("atom", _atom(rows))
        yield Seed("jsonfeed", _json_feed(rows))
        yield from (Seed("parquet", data, True) for data in _parquet(rows))
    pages = [r for r in records if r.kind is Kind.HTML and isinstance(r.payload, bytes)]
    for start in range(0, 12, 4):
        yield Seed("arc", _arc(pages[start : start + 4]))


def _row(record: Record) -> dict[str, Any]:
    said = record.declared
    return {
        "url": record.url or "https://news.example/a",
        "title": said.title or "A title",
        "date": said.published or "2024-05-01T10:00:00Z",
        "language": said.language or "en",
        "text": record.payload,
    }


def _table(rows: list[dict[str, Any]], delimiter: str) -> bytes:
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return file.getvalue().encode()


def _rss(rows: list[dict[str, Any]]) -> bytes:
    items = "".join(
        f"<item><title>{escape(row['title'])}</title><link>{escape(row['url'])}</link>"
        f"<guid>{number}</guid><category>News</category>"
        "<pubDate>Mon, 06 Sep 2021 16:45:00 GMT</pubDate>"
        f"<content:encoded><![CDATA[<p>{row['text']}</p>]]></content:encoded></item>\n"
        for number, row in enumerate(rows)
    )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:content='
    head += '"http://purl.org/rss/1.0/modules/content/"><channel><title>All the news</title>'
    return f"{head}{items}</channel></rss>".encode()


def _atom(rows: list[dict[str, Any]]) -> bytes:
    entries = "".join(
        f"<entry><title>{escape(row['title'])}</title><link href='{escape(row['url'])}'/>"
        f"<id>{number}</id><updated>2024-05-01T10:00:00+02:00</updated>"
        f"<content type='html'>{escape('<p>' + row['text'] + '</p>')}</content></entry>\n"
        for number, row in enumerate(rows)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">{entries}</feed>'.encode()


def _json_feed(rows: list[dict[str, Any]]) -> bytes:
    items = [
        {"id": row["url"], "url": row["url"], "title": row["title"], "content_text": row["text"]}
        for row in rows
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "All the news", "items": items}
    return json.dumps(feed, indent=1).encode()


def _arc(pages: list[Record]) -> bytes:
    version = b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    parts = [b"filedesc://x.arc 0.0.0.0 20240501100000 text/plain %d\n" % len(version), version]
    for page in pages:
        body = page.payload if isinstance(page.payload, bytes) else page.payload.encode()
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
        url = (page.url or "https://news.example/a").encode()
        parts += [b"\n%s 192.0.2.1 20240501100000 text/html %d\n" % (url, len(block)), block]
    return b"".join(parts) + b"\n"


def _parquet(rows: list[dict[str, Any]]) -> Iterator[bytes]:
    """Plain, nested, dictionary, large and binary columns; each compression; no rows at all."""
    import pyarrow

    nested = [
        row | {"source": {"name": "The News"}, "authors": ["A", "B"], "published_at": 1.7e9}
        for row in rows
    ]
    plain = pyarrow.Table.from_pylist(rows)
    texts = pyarrow.array([row["text"] for row in rows])
    yield _written(plain, "none")
    yield _written(pyarrow.Table.from_pylist(nested), "snappy")
    yield _written(plain.set_column(4, "text", texts.cast(pyarrow.large_string())), "zstd")
    yield _written(plain.set_column(4, "text", texts.cast(pyarrow.binary())), "gzip")
    yield _written(plain.set_column(4, "text", texts.dictionary_encode()), "lz4")
    days = pyarrow.array([19_000] * len(rows), pyarrow.date32())
    yield _written(plain.set_column(2, "date", days), "brotli")
    moments = pyarrow.array([1_700_000_000] * len(rows), pyarrow.timestamp("s", "Europe/Oslo"))
    yield _written(plain.set_column(2, "date", moments), "none")
    yield _written(plain.slice(0, 0), "none")


def _written(table: Any, compression: str) -> bytes:
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file, row_group_size=3, compression=compression)
    return file.getvalue()
