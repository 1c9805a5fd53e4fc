"""Makers of valid dumps of every format, with `count` pages each."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
from collections.abc import Callable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}


def text(number: int) -> str:
    return f"Page {number}: the ferry to the islands runs again after the storm of the week."


def url(number: int) -> str:
    return f"https://news.example/page-{number}"


def page(number: int) -> bytes:
    return (
        f"<!DOCTYPE html>\n<html><head><title>Page {number}</title></head>"
        f"<body>\n\n<p>{text(number)}</p></body></html>"
    ).encode()


def rows(count: int) -> list[dict[str, str]]:
    return [{"url": url(n), "title": f"Page {n}", "text": text(n)} for n in range(1, count + 1)]


def jsonl(count: int) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows(count))


def json_array(count: int) -> bytes:
    return json.dumps(rows(count), indent=1).encode()


def csv_table(count: int) -> bytes:
    lines = [f'{r["url"]},{r["title"]},"{r["text"]}"\r\n' for r in rows(count)]
    return ("url,title,text\r\n" + "".join(lines)).encode()


def rss(count: int) -> bytes:
    items = "".join(
        f"<item><title>{r['title']}</title><link>{r['url']}</link>"
        f"<description>{r['text']}</description>"
        "<pubDate>Mon, 06 Sep 2021 16:45:00 GMT</pubDate></item>\n"
        for r in rows(count)
    )
    head = '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>All the news</title>'
    return f"{head}<language>en</language>\n{items}</channel></rss>\n".encode()


def warc_record(kind: str, number: int, block: bytes, **headers: str) -> bytes:
    """One WARC record; keywords become headers, with dashes for underscores."""
    lines = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{number:012}>",
        "WARC-Target-URI": url(number),
        "WARC-Date": "2024-05-01T10:00:00Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "WARC/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
    return head.encode() + b"\r\n" + block + b"\r\n\r\n"


def answer(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP answer; keywords become headers."""
    lines = {"Content-Type": "text/html; charset=utf-8"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
    return head.encode() + b"\r\n" + body


def warc_parts(count: int) -> list[bytes]:
    return [warc_record("response", n, answer(page(n))) for n in range(1, count + 1)]


def warc(count: int) -> bytes:
    return b"".join(warc_parts(count))


def arc(count: int) -> bytes:
    version = b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    parts = [b"filedesc://x.arc 0.0.0.0 20240501100000 text/plain %d\n" % len(version), version]
    for n in range(1, count + 1):
        block = answer(page(n))
        parts += [b"\n", f"{url(n)} 192.0.2.1 20240501100000 text/html {len(block)}\n".encode()]
        parts += [block]
    return b"".join(parts) + b"\n"


def parquet(count: int, group: int = 2) -> bytes:
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    table = pyarrow.Table.from_pylist(rows(count))
    pyarrow.parquet.write_table(table, file, row_group_size=group, compression="gzip")
    return file.getvalue()


MAKERS: dict[str, Callable[[int], bytes]] = {
    "jsonl": jsonl,
    "json": json_array,
    "csv": csv_table,
    "rss": rss,
    "warc": warc,
    "arc": arc,
    "parquet": parquet,
}
"""Makers by the file name's ending."""
