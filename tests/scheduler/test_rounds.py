"""One look at a source: what is read, what is left, and what is never read twice."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.check import check_store
from aggregator.core.operation import Finished
from aggregator.scheduler import rounds
from aggregator.scheduler.rounds import RoundResult, run_round
from aggregator.scheduler.sources import Source
from aggregator.scheduler.workshop import Workshop
from aggregator.store.dumps import Tally
from aggregator.store.engine import reading
from tests.scheduler.conftest import Hands
from tests.scheduler.news import lines, story
from tests.scheduler.readings import articles, readings
from tests.stores import rows

MakeSource = Callable[..., Source]


def test_a_dump_is_read_once_and_not_again(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """Unchanged, touched or renamed, a dump that was read is not read again."""
    dump = folder / "a.jsonl"
    dump.write_text(lines(1, 3))
    assert run_round(shop, source()).total.stored == 3
    run_round(shop, source())
    os.utime(dump, (5, 5))
    run_round(shop, source())
    dump.rename(folder / "b.jsonl")
    assert run_round(shop, source()).dumps == 0
    assert readings(shop) == [(3, 3, 0, 0)]


def test_defaults_format_and_mapping_of_the_source_are_used(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """What the source says of its dumps reaches the articles."""
    record = {"head": "A title", "address": "https://x.example/1", "words": story(1)["text"]}
    (folder / "dump.txt").write_text(json.dumps(record) + "\n")
    mapping = {"title": "head", "url": "address", "text": "words"}
    told = source(format="jsonl", outlet="Example Wire", language="en", mapping=mapping)
    assert run_round(shop, told).total.stored == 1
    found = rows(shop.engine, "SELECT title, outlet, language, page_url FROM cluster_members")
    assert found == [("A title", "Example Wire", "en", "https://x.example/1")]
    assert rows(shop.engine, "SELECT source FROM dumps") == [("wire",)]


@pytest.mark.parametrize("name", ["a.jsonl.part", "a.tmp", "a.jsonl~", ".a.jsonl", "A.CRDOWNLOAD"])
def test_a_partial_name_is_never_read(
    shop: Workshop, source: MakeSource, folder: Path, name: str
) -> None:
    """A file that its writer has not given its name waits, and is read when it is renamed."""
    (folder / name).write_text(lines(1, 1))
    assert run_round(shop, source()).waiting == 0
    (folder / name).rename(folder / "a.jsonl")
    assert run_round(shop, source()).total.stored == 1


def test_a_dump_is_read_when_it_has_settled(
    shop: Workshop, source: MakeSource, folder: Path, hands: Hands
) -> None:
    """While size or time change it waits; when both stood still long enough it is read whole."""
    dump, slow = folder / "a.html", source(settle_seconds=10.0)

    def grow(text: str) -> None:
        dump.write_text(text)
        os.utime(dump, (hands.wall.timestamp(), hands.wall.timestamp()))

    page = "<html><body><p>{}</p></body></html>"
    grow(page[:20])
    for text in (story(1)["text"][:50], story(1)["text"]):
        result = run_round(shop, slow)
        assert (result.dumps, result.waiting, result.settling) == (0, 1, 1)
        hands.go(8)
        grow(page.format(text))
    for seconds in (0, 5, 4):
        hands.go(seconds)
        assert run_round(shop, slow).settling == 1
    hands.go(2)
    assert run_round(shop, slow).total.stored == 1
    assert readings(shop) == [(1, 1, 0, 0)]


@pytest.mark.parametrize("time", [0, 2 * 10**9])
def test_a_file_systems_clock_says_nothing_of_a_dumps_age(
    shop: Workshop, source: MakeSource, folder: Path, hands: Hands, time: int
) -> None:
    """A file server's clock may be ahead or behind: what counts is what we saw ourselves."""
    (folder / "a.jsonl").write_text(lines(1, 1))
    os.utime(folder / "a.jsonl", (time, time))
    slow = source(settle_seconds=10.0)
    assert run_round(shop, slow).settling == 1
    hands.go(11)
    assert run_round(shop, slow).total.stored == 1


def test_a_jump_of_the_clock_completes_no_dump(
    shop: Workshop, source: MakeSource, folder: Path, hands: Hands
) -> None:
    """An hour that the clock was set forward is no hour in which the file stood still."""
    (folder / "a.jsonl").write_text(lines(1, 1))
    slow = source(settle_seconds=10.0)
    assert run_round(shop, slow).settling == 1
    hands.go(1)
    hands.monotonic -= 3600
    hands.go(3600)
    assert run_round(shop, slow).settling == 1
    hands.go(11)
    assert run_round(shop, slow).total.stored == 1


def test_a_clock_that_is_set_back_makes_no_dump_wait_for_its_old_time(
    shop: Workshop, source: MakeSource, folder: Path, hands: Hands
) -> None:
    """A dump that was seen at a time that is the future now settles from now on."""
    (folder / "a.jsonl").write_text(lines(1, 1))
    slow = source(settle_seconds=10.0)
    assert run_round(shop, slow).settling == 1
    hands.go(-7200)
    hands.monotonic += 7200
    assert run_round(shop, slow).settling == 1
    hands.go(11)
    assert run_round(shop, slow).total.stored == 1


def test_a_dump_that_changes_is_read_again(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """Another content under a known name is new; what was known of it is known."""
    dump = folder / "a.jsonl.gz"
    dump.write_bytes(gzip.compress(lines(1, 2).encode()))
    run_round(shop, source())
    dump.write_bytes(gzip.compress(lines(1, 3).encode()))
    run_round(shop, source())
    assert readings(shop) == [(2, 2, 0, 0), (3, 1, 2, 0)]


def test_finished_dumps_are_moved_under_names_of_their_own(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """Moving overwrites nothing, and a dump that is delivered again is moved unread."""
    done = folder.parent / "done"
    moving = source(finished=Finished.MOVE, move_to=str(done))
    for number in (1, 2, 2):
        (folder / "a.jsonl").write_text(lines(number, 1))
        run_round(shop, moving)
    assert sorted(path.name for path in done.iterdir()) == ["a.2.jsonl", "a.3.jsonl", "a.jsonl"]
    assert list(folder.iterdir()) == []
    assert readings(shop) == [(1, 1, 0, 0), (1, 1, 0, 0)]


def test_only_dumps_without_a_rejection_are_deleted(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """What could not be read is not thrown away."""
    (folder / "good.jsonl").write_text(lines(1, 1))
    (folder / "bad.jsonl").write_text(lines(2, 1) + "{broken\n")
    deleting = source(finished=Finished.DELETE)
    run_round(shop, deleting)
    run_round(shop, deleting)
    assert [path.name for path in folder.iterdir()] == ["bad.jsonl"]
    assert len(readings(shop)) == 2


def test_a_dump_that_cannot_be_moved_is_told_and_moved_later(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """A folder in the way fails the round, loses nothing, and is tried again."""
    done = folder.parent / "done"
    done.write_text("in the way")
    (folder / "a.jsonl").write_text(lines(1, 1))
    moving = source(finished=Finished.MOVE, move_to=str(done))
    assert "cannot be moved" in str(run_round(shop, moving).error)
    done.unlink()
    assert run_round(shop, moving).error is None
    assert (done / "a.jsonl").exists()
    assert readings(shop) == [(1, 1, 0, 0)]


def test_an_unreadable_dump_is_rejected_once_and_read_when_it_can_be(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """A pipe in the place of a dump is one rejection, not one for each look."""
    os.mkfifo(folder / "a.jsonl")
    for _ in range(3):
        run_round(shop, source())
    (folder / "a.jsonl").unlink()
    (folder / "a.jsonl").write_text(lines(1, 1))
    run_round(shop, source())
    assert readings(shop) == [(1, 0, 0, 1), (1, 1, 0, 0)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_dump_whose_folder_goes_for_a_moment_is_read_when_it_is_back(
    shop: Workshop,
    source: MakeSource,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """A dump that was there when it was looked at, and could not be opened, was not read."""
    data = lines(1, 3).encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    away = folder.with_name("away")
    real = rounds.Reading.ingest

    def vanishing(self: rounds.Reading, dump: object) -> object:
        folder.rename(away)
        try:
            return real(self, dump)  # type: ignore[arg-type]
        finally:
            away.rename(folder)

    moving = source(finished=Finished.MOVE, move_to=str(folder.parent / "done"))
    monkeypatch.setattr(rounds.Reading, "ingest", vanishing)
    result = run_round(shop, moving)
    assert (result.dumps, result.waiting, result.error) == (0, 1, None)
    monkeypatch.setattr(rounds.Reading, "ingest", real)
    assert run_round(shop, moving).total.stored == 3
    assert sum(counts[3] for counts in readings(shop)) == 0


def test_a_missing_folder_fails_the_round_and_an_empty_pattern_does_not(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    assert "no such file" in str(run_round(shop, source(path=str(folder / "none"))).error)
    assert run_round(shop, source(path=str(folder / "*.warc"))).error is None
    state = rows(shop.engine, "SELECT error, last_success_at FROM source_state")
    assert state[0][0] is None
    assert state[0][1] is not None


def test_one_dumps_bug_does_not_keep_the_others_from_being_read(
    shop: Workshop,
    source: MakeSource,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An exception that nobody foresaw is told with the dump's name, which is tried again; its
    message is not, as it may quote an article."""
    real = rounds.Reading.ingest

    def breaking(self: rounds.Reading, dump: object) -> object:
        if self.arrival.path.endswith("a.jsonl"):
            raise RuntimeError(f"a bug at {story(1)['text']}")
        return real(self, dump)  # type: ignore[arg-type]

    for name, number in (("a", 1), ("b", 2)):
        (folder / f"{name}.jsonl").write_text(lines(number, 1))
    monkeypatch.setattr(rounds.Reading, "ingest", breaking)
    result = run_round(shop, source())
    assert "a.jsonl: RuntimeError in " in str(result.error)
    assert "a bug at" not in caplog.text + str(result.error)
    monkeypatch.setattr(rounds.Reading, "ingest", real)
    run_round(shop, source())
    assert articles(shop) == 2


def test_a_stopped_round_ends_after_its_batch_and_is_gone_on_with(
    shop: Workshop, source: MakeSource, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored stays, the dump is unfinished in the log, and the next round adds up."""
    (folder / "a.jsonl").write_text(lines(1, 7))
    real = rounds.Reading.look_up

    def stop_then(self: rounds.Reading, tally: object) -> None:
        shop.stopping.set()
        real(self, tally)  # type: ignore[arg-type]

    monkeypatch.setattr(rounds.Reading, "look_up", stop_then)
    result = run_round(shop, source())
    assert (result.dumps, result.waiting) == (0, 1)
    monkeypatch.setattr(rounds.Reading, "look_up", real)
    shop.stopping.clear()
    run_round(shop, source())
    assert readings(shop) == [(2, 2, 0, 0), (7, 5, 2, 0)]
    finished = rows(shop.engine, "SELECT finished_at IS NULL FROM dump_log ORDER BY dump_id")
    assert [bool(each[0]) for each in finished] == [True, False]


def test_a_search_for_dumps_ends_when_the_process_is_to_stop(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """However many there are: none is noted, and the next round finds them all."""
    for number in range(3):
        (folder / f"{number}.jsonl").write_text(lines(number, 1))
    shop.stopping.set()
    assert run_round(shop, source()) == RoundResult()
    assert rows(shop.engine, "SELECT path FROM source_files") == []
    shop.stopping.clear()
    assert run_round(shop, source()).dumps == 3


def test_what_an_interrupted_reading_brought_is_counted_for_its_source(
    shop: Workshop, source: MakeSource, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch is counted where it is stored: the records of a reading that ended in between,
    and when the last of them came; the dump is counted when all of it was read."""
    (folder / "a.jsonl").write_text(lines(1, 7))
    real = rounds.Reading.look_up

    def stop_after_six(self: rounds.Reading, tally: Tally) -> None:
        if tally.read == 6:
            shop.stopping.set()
        real(self, tally)

    monkeypatch.setattr(rounds.Reading, "look_up", stop_after_six)
    run_round(shop, source())
    brought = "SELECT dumps, read, stored, known FROM "
    both = ("source_state", "source_days")
    assert [rows(shop.engine, brought + each) for each in both] == [[(0, 6, 6, 0)]] * 2
    newest = rows(shop.engine, "SELECT last_record_at FROM source_state")
    assert newest == [(shop.clock.now().text,)]
    shop.stopping.clear()
    monkeypatch.setattr(rounds.Reading, "look_up", real)
    run_round(shop, source())
    assert [rows(shop.engine, brought + each) for each in both] == [[(1, 13, 7, 6)]] * 2
    with reading(shop.engine) as connection:
        assert [each for each in check_store(connection) if not each.holds] == []
