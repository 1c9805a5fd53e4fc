"""Promises 4 and 5: again changes nothing, and every record read is accounted for."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import Engine

from aggregator.core.model import Ignored, Kind, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.pipeline import Entry, Pipeline
from aggregator.readers import find_dumps, read_dump
from aggregator.store.dumps import Tally
from tests.pipeline.records import as_json, clock, options, records, run
from tests.pipeline.worlds import START, results
from tests.stores import empty, rows

READING = ReadingOptions()
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}


def ingest_files(engine: Engine, folder: Path) -> list[Tally]:
    """Read all dumps of a folder into a store, as the command does."""
    with Pipeline(engine, options(), clock) as pipeline:
        return [
            pipeline.ingest(dump.path, read_dump(dump, READING))
            for dump in find_dumps([str(folder)], READING)
        ]


def write_dumps(folder: Path, dumps: dict[str, bytes], ending: str) -> Path:
    folder.mkdir()
    for name, content in dumps.items():
        (folder / (name + ending)).write_bytes(COMPRESSIONS[ending](content))
    return folder


def some_dumps(rng: random.Random) -> dict[str, bytes]:
    """A JSONL dump, and single pages with and without an address of their own."""
    made = records(rng, 24)
    lines = "".join(as_json(each) + "\n" for each in made)
    pages = [each.payload for each in made if isinstance(each.payload, bytes)]
    with_link = pages[0].replace(
        b"</head>", b'<link rel="canonical" href="https://linked.example/1"></head>'
    )
    return {
        "wire.jsonl": lines.encode(),
        "plain.html": pages[1],
        "linked.html": with_link,
        "words.txt": b"A heading of some words\n\nOne sentence of a text that is told here. " * 9,
    }


@pytest.mark.parametrize("ending", COMPRESSIONS)
def test_a_dump_again_changes_nothing(sqlite_engine: Engine, tmp_path: Path, ending: str) -> None:
    """Promise 4: the same dumps, renamed and recompressed, are known throughout."""
    dumps = some_dumps(random.Random(7))
    first = ingest_files(sqlite_engine, write_dumps(tmp_path / "first", dumps, ""))
    before = results(sqlite_engine)
    renamed = {f"another-{name}": content for name, content in dumps.items()}
    again = ingest_files(sqlite_engine, write_dumps(tmp_path / "second", renamed, ending))
    assert sum(tally.stored for tally in first) > 15
    assert [(each.read, each.known) for each in again] == [
        (each.read, each.read) for each in first
    ]
    assert results(sqlite_engine) == before


def mixture(rng: random.Random) -> list[Entry]:
    """Records good, empty, twice and revised, rejections and ignored entries, in any order."""
    entries: list[Entry] = list(records(rng, rng.randint(0, 25)))
    for number in range(rng.randint(0, 5)):
        entries.append(Rejection(f"line r{number}", Reason.BAD_JSON, "not JSON"))
        entries.append(Ignored(f"byte {number}", "WARC request"))
        entries.append(Record(f"line e{number}", b"", Kind.HTML, "https://a.example/"))
        entries.append(Record(f"line n{number}", "!!! ???", Kind.FIELDS))
    rng.shuffle(entries)
    return entries


@pytest.mark.parametrize("seed", range(4))
def test_every_record_read_is_accounted_for(engine: Engine, seed: int) -> None:
    """Promise 5: read = stored + known + rejected, per dump, in the tally, the log, the rows."""
    rng = random.Random(seed)
    entries = mixture(rng)
    for batch_records in (3, 50):
        tally = run(engine, entries, batch_records=batch_records)
        assert tally.read == sum(not isinstance(entry, Ignored) for entry in entries)
        assert tally.ignored == len(entries) - tally.read
        assert tally.read == tally.stored + tally.known + tally.rejected
        assert tally.revised <= tally.stored
    assert tally.stored == 0, "the second time everything is known"
    log = "SELECT read, stored, known, rejected, revised, ignored FROM dump_log ORDER BY dump_id"
    assert rows(engine, log)[-1] == tuple(asdict(tally).values())
    rejected = (
        "SELECT d.rejected, (SELECT count(*) FROM rejected_records r WHERE r.dump_id = d.dump_id)"
        " FROM dump_log d"
    )
    assert all(told == kept for told, kept in rows(engine, rejected))


def test_a_rejection_keeps_its_reason_and_place(engine: Engine) -> None:
    """Promise 5: quarantine says where the record stood and why it is there."""
    empty_page = Record("byte 17", b"", Kind.HTML, "https://a.example/")
    run(engine, [Rejection("line 3", Reason.BAD_JSON, "a comma is missing"), empty_page])
    kept = rows(engine, "SELECT locator, reason, detail FROM rejected_records ORDER BY locator")
    assert kept == [
        ("byte 17", "empty", "the record has no content"),
        ("line 3", "bad_json", "a comma is missing"),
    ]


LONG_URL = "https://a.example/?q=" + random.Random(1).randbytes(6000).hex()


@pytest.mark.parametrize(
    "url",
    [LONG_URL, "https://a.example/\u4e00\U0001f600", "https://a.example/'\";--%s%%:name\\"],
)
def test_odd_addresses_are_stored_alike(engine: Engine, url: str) -> None:
    """Promises 5 and 9: no URL is too long or too odd for either database."""
    text = "One sentence of a text that is told here. " * 5
    tally = run(engine, [Record("line 1", text, Kind.FIELDS, url)])
    assert tally.stored == 1
    assert rows(engine, "SELECT page_url FROM cluster_members") == [(url,)]


PAGE_WITH_AN_AGE = (
    "<html><head><title>A title of a story</title></head><body><main><article>"
    f"<h1>A title of a story</h1><p>{'One sentence of a text that is told here. ' * 9}</p>"
    '</article></main><aside class="related"><h2>Related Articles</h2><article>'
    "<h3>Another story of another day</h3><span>The Paper</span> <span>4 hours ago</span>"
    f"<p>{'Quite other words are told in this one here. ' * 20}</p></article></aside>"
    "</body></html>"
)


def test_captures_of_one_page_at_several_times_in_any_order(sqlite_engine: Engine) -> None:
    """Promise 3: the same bytes captured thrice, with an age in them, end alike in any order."""
    first = Record("line 1", PAGE_WITH_AN_AGE, Kind.HTML, "https://a.example/", record_time=START)
    later = replace(first, record_time=START + timedelta(hours=5))
    captures = [first, later, replace(first, record_time=None)]
    found = []
    for order in permutations(captures):
        empty(sqlite_engine)
        for capture in order:
            run(sqlite_engine, [capture])
        found.append(results(sqlite_engine))
    assert all(each == found[0] for each in found)


def test_each_of_two_pipelines_counts_the_new_articles_that_it_stored(engine: Engine) -> None:
    """Revisions, known records and what the other one stores meanwhile are not among them."""
    entries = records(random.Random(7), 60)
    first, second = (Pipeline(engine, options(), clock) for _ in range(2))
    tallies: list[Tally] = []
    with first, second:
        for start in range(0, len(entries), 20):
            tallies.append(first.ingest("a", entries[start : start + 10]))
            tallies.append(second.ingest("b", entries[start : start + 20]))
        stored = rows(engine, "SELECT count(*) FROM articles")[0][0]
        assert first.new_articles + second.new_articles == stored
        assert min(first.new_articles, second.new_articles) > 0
        first.ingest("a", entries)
    assert first.new_articles + second.new_articles == stored
    assert sum(each.revised for each in tallies) > 0
    assert sum(each.known for each in tallies) > 0
