"""Every format gives the same pages, however it is packed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.core.model import Ignored, Record
from aggregator.readers import Entry
from tests.readers import dumps
from tests.readers.conftest import Read


def _records(entries: list[Entry]) -> list[Record]:
    assert all(isinstance(entry, Record | Ignored) for entry in entries), entries
    return [entry for entry in entries if isinstance(entry, Record)]


@pytest.mark.parametrize("name", dumps.MAKERS)
def test_each_format_delivers_its_pages_in_order(read: Read, name: str) -> None:
    records = _records(read(dumps.MAKERS[name](5), f"dump.{name}"))
    assert [record.url for record in records] == [dumps.url(n) for n in range(1, 6)]
    for number, record in enumerate(records, start=1):
        payload = record.payload
        body = payload if isinstance(payload, str) else payload.decode()
        assert dumps.text(number) in body


@pytest.mark.parametrize("name", dumps.MAKERS)
def test_a_format_is_told_without_a_name(read: Read, name: str) -> None:
    assert len(_records(read(dumps.MAKERS[name](3), "nameless"))) == 3


@pytest.mark.parametrize("wrong", ["dump.txt", "dump.warc", "dump.html", "dump.csv.gz"])
@pytest.mark.parametrize("name", ["jsonl", "warc", "parquet", "rss", "json"])
def test_content_goes_before_the_name(read: Read, name: str, wrong: str) -> None:
    assert len(_records(read(dumps.MAKERS[name](3), wrong))) == 3


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
@pytest.mark.parametrize("name", dumps.MAKERS)
def test_compression_changes_nothing(read: Read, name: str, packed: str) -> None:
    plain = dumps.MAKERS[name](3)
    assert read(dumps.COMPRESSORS[packed](plain), f"x.{name}.{packed}") == read(plain, f"x.{name}")


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
def test_members_and_frames_one_after_another_are_one_dump(read: Read, packed: str) -> None:
    compress = dumps.COMPRESSORS[packed]
    data = b"".join(compress(part) for part in dumps.warc_parts(4))
    assert read(data) == read(dumps.warc(4))


@pytest.mark.parametrize("packed", dumps.COMPRESSORS)
def test_zero_padding_behind_compressed_data_is_nothing(read: Read, packed: str) -> None:
    data = dumps.COMPRESSORS[packed](dumps.jsonl(2)) + b"\0" * 512
    assert len(_records(read(data))) == 2


@pytest.mark.parametrize("name", ["jsonl", "warc", "json", "csv", "parquet"])
def test_standard_input_is_read_like_a_file(name: str) -> None:
    program = (
        "from aggregator.readers import *\n"
        "from aggregator.core.options import ReadingOptions as O\n"
        "(dump,) = find_dumps(['-'], O())\n"
        "print(dump.path, *(type(e).__name__ for e in read_dump(dump, O())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=dumps.COMPRESSORS["gz"](dumps.MAKERS[name](3)),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == [b"-", b"Record", b"Record", b"Record"]
