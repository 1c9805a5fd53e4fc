"""Dumps that grow: read on from where they stood, also when they are rotated."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.scheduler import rounds
from aggregator.scheduler.rounds import run_round
from aggregator.scheduler.sources import Source
from aggregator.scheduler.workshop import Workshop
from tests.scheduler.conftest import Hands
from tests.scheduler.news import lines
from tests.scheduler.readings import articles, readings
from tests.stores import rows

MakeSource = Callable[..., Source]


def test_growing_lines_are_followed_from_where_they_stood(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """Only whole new lines are read, each once; a line without its end waits for it."""
    dump = folder / "a.jsonl"
    follow = source(follow=True, settle_seconds=10.0)
    whole = lines(1, 5)
    cut = whole.index("\n") + 30
    dump.write_text(whole[:cut])
    assert run_round(shop, follow).total.stored == 1
    assert run_round(shop, follow).dumps == 0
    dump.write_text(whole)
    assert run_round(shop, follow).total.stored == 4
    with dump.open("a") as more:
        more.write("\n\n" + lines(6, 1))
    run_round(shop, follow)
    assert readings(shop) == [(1, 1, 0, 0), (4, 4, 0, 0), (1, 1, 0, 0)]
    locators = rows(shop.engine, "SELECT locator FROM deliveries")
    assert {name for (name,) in locators} == {f"line {n}" for n in (1, 2, 3, 4, 5, 8)}


@pytest.mark.parametrize(
    "dump", [gzip.compress(lines(1, 3).encode()), b"<html><body><p>" + lines(1, 3).encode()]
)
def test_a_dump_that_cannot_be_followed_waits_until_it_has_settled(
    shop: Workshop, source: MakeSource, folder: Path, hands: Hands, dump: bytes
) -> None:
    """In a source that is followed, a compressed dump or a page is not read half either."""
    follow = source(follow=True, settle_seconds=10.0)
    for part in (dump[:20], dump[:-9], dump):
        (folder / "a").write_bytes(part)
        result = run_round(shop, follow)
        assert (result.dumps, result.waiting, result.settling) == (0, 1, 1)
        hands.go(5)
    hands.go(6)
    run_round(shop, follow)
    (counts,) = readings(shop)
    assert counts[3] == 0


@pytest.mark.parametrize("first", ["{", '{"ti', ""])
def test_a_first_line_that_is_not_whole_waits(
    shop: Workshop, source: MakeSource, folder: Path, first: str
) -> None:
    """The beginning of a growing dump, whatever it looks like, is no record."""
    follow = source(follow=True, settle_seconds=10.0)
    (folder / "a.jsonl").write_text(first)
    assert run_round(shop, follow).dumps == 0
    (folder / "a.jsonl").write_text(lines(1, 1))
    assert run_round(shop, follow).total.stored == 1
    assert readings(shop) == [(1, 1, 0, 0)]


def test_a_rotated_dump_brings_nothing_twice_and_loses_nothing(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """Renamed with lines that were not read yet, emptied and written on, replaced: each line is
    stored once."""
    follow = source(follow=True, settle_seconds=10.0)
    dump = folder / "a.jsonl"
    dump.write_text(lines(1, 3))
    run_round(shop, follow)
    with dump.open("a") as more:
        more.write(lines(4, 2))
    dump.rename(folder / "a.1.jsonl")
    dump.write_text(lines(6, 1))
    run_round(shop, follow)
    assert articles(shop) == 6
    os.truncate(dump, 0)
    run_round(shop, follow)
    with dump.open("a") as more:
        more.write(lines(7, 2))
    run_round(shop, follow)
    assert articles(shop) == 8
    assert sum(stored for _read, stored, _known, _rejected in readings(shop)) == 8


def test_a_dump_that_is_replaced_while_it_is_looked_at_is_not_read_torn(
    shop: Workshop, source: MakeSource, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between finding the new lines and opening the dump, another file takes its name: no line
    of it is cut where the old one had a line's end."""
    follow = source(follow=True, settle_seconds=10.0)
    dump, other = folder / "a.jsonl", folder / "a.tmp"
    dump.write_text(lines(1, 3))
    other.write_text(lines(100, 1)[:-3] + ' ", "more": "longer"}\n' + lines(1, 3))
    real = rounds.Reading.ingest

    def replacing(self: rounds.Reading, found: object) -> object:
        if other.exists():
            other.replace(dump)
        return real(self, found)  # type: ignore[arg-type]

    monkeypatch.setattr(rounds.Reading, "ingest", replacing)
    assert (run_round(shop, follow).dumps, articles(shop)) == (0, 0)
    assert run_round(shop, follow).total.stored == 4
    assert sum(counts[3] for counts in readings(shop)) == 0


def test_a_last_line_without_end_is_read_when_the_file_has_settled(
    shop: Workshop, source: MakeSource, folder: Path, hands: Hands
) -> None:
    """Nothing is lost of a file whose writer ends without a line end, and goes on later."""
    dump = folder / "a.jsonl"
    follow = source(follow=True, settle_seconds=10.0)
    dump.write_text(lines(1, 2).rstrip("\n"))
    assert run_round(shop, follow).total.stored == 1
    hands.go(11)
    assert run_round(shop, follow).total.stored == 1
    with dump.open("a") as more:
        more.write("\n" + lines(3, 1))
    run_round(shop, follow)
    assert articles(shop) == 3


def test_lines_that_were_replaced_are_read_from_the_start(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """A rotated file that has grown larger than the old one is no continuation of it."""
    dump = folder / "a.jsonl"
    dump.write_text(lines(1, 2))
    run_round(shop, source())
    dump.write_text(lines(10, 4))
    assert run_round(shop, source()).total.stored == 4
    dump.write_text(lines(20, 1))
    assert run_round(shop, source()).total.stored == 1
    assert articles(shop) == 7
