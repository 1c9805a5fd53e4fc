"""Who reads a dump: one daemon at a time, and another one when that is dead."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from aggregator.scheduler import rounds
from aggregator.scheduler.rounds import run_round
from aggregator.scheduler.sources import Source
from aggregator.scheduler.workshop import Workshop
from aggregator.store import daemons, sources
from aggregator.store.engine import noting
from tests.scheduler.conftest import Hands
from tests.scheduler.news import lines
from tests.scheduler.readings import readings
from tests.stores import rows

MakeSource = Callable[..., Source]


def another(shop: Workshop, owner: str, **values: object) -> None:
    """Enter another daemon, as it would itself."""
    identity = replace(shop.identity, owner=owner, **values)  # type: ignore[arg-type]
    with noting(shop.engine) as connection:
        daemons.begin(connection, identity, "run", shop.clock.now().text, 60.0)


def claim_for(shop: Workshop, source: Source, owner: str) -> None:
    (shop_path,) = (str(path) for path in Path(source.options.path).iterdir())
    with noting(shop.engine) as connection:
        sources.observe(connection, source.name, [(shop_path, 1, 1)], shop.clock.now().text)
        assert sources.claim(connection, source.name, shop_path, owner, []) is not None


def test_what_a_living_daemon_reads_is_left_to_it(
    shop: Workshop, source: MakeSource, folder: Path
) -> None:
    """A dump that another living process has claimed waits."""
    (folder / "a.jsonl").write_text(lines(1, 1))
    another(shop, "other")
    claim_for(shop, source(), "other")
    result = run_round(shop, source())
    assert (result.dumps, result.waiting) == (0, 1)


@pytest.mark.parametrize("end", ["gone", "silent", "stopped", "forgotten"])
def test_the_claims_of_a_dead_daemon_are_taken_over(
    shop: Workshop, source: MakeSource, folder: Path, hands: Hands, end: str
) -> None:
    """Dead is a process that is gone here, silent elsewhere, stopped, or not known at all."""
    (folder / "a.jsonl").write_text(lines(1, 1))
    if end == "gone":
        another(shop, "other", process="an earlier start")
    elif end != "forgotten":
        another(shop, "other", machine="elsewhere")
    claim_for(shop, source(), "other")
    with noting(shop.engine) as connection:
        if end == "stopped":
            daemons.report(connection, "other", daemons.STOPPED, shop.clock.now().text, {})
        elif end == "silent":
            long_ago = {"reported_at": "2026-01-01T00:00:00Z"}
            table = daemons.daemons
            connection.execute(table.update().where(table.c.owner == "other").values(long_ago))
    assert run_round(shop, source()).total.stored == 1


def test_a_reader_whose_dump_was_taken_over_ends(
    shop: Workshop, source: MakeSource, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon that was taken for dead notices after its batch, and leaves the dump alone."""
    (folder / "a.jsonl").write_text(lines(1, 7))
    real = rounds.Reading.look_up

    def rob_then(self: rounds.Reading, tally: object) -> None:
        table = sources.files
        with noting(shop.engine) as connection:
            connection.execute(table.update().values(owner="thief"))
        real(self, tally)  # type: ignore[arg-type]

    monkeypatch.setattr(rounds.Reading, "look_up", rob_then)
    assert run_round(shop, source()).dumps == 0
    assert rows(shop.engine, "SELECT owner, read_at FROM source_files") == [("thief", None)]
    assert readings(shop) == [(2, 2, 0, 0)]


def no_luck(number: int) -> sqlite3.OperationalError:
    failure = sqlite3.OperationalError("no luck")
    failure.sqlite_errorcode = number
    return failure


@pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
@pytest.mark.parametrize("failure", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL])
def test_a_dump_that_cannot_be_given_back_at_once_is_given_back_later_or_told(
    shop: Workshop,
    source: MakeSource,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    failure: int,
) -> None:
    """What passes is waited for, so that the dump is not read once more; what does not is told."""
    (folder / "a.jsonl").write_text(lines(1, 1))
    failed = []

    def fail_once(*told: Any) -> None:
        if not failed and told[2].startswith("UPDATE source_files") and "read_at=" in told[2]:
            failed.append(told[2])
            raise OperationalError(told[2], None, no_luck(failure))

    event.listen(shop.engine, "before_cursor_execute", fail_once)
    try:
        assert run_round(shop, source()).total.stored == 1
    finally:
        event.remove(shop.engine, "before_cursor_execute", fail_once)
    assert len(failed) == 1
    passing = failure == sqlite3.SQLITE_BUSY
    assert ("dump not given back" in caplog.text) is not passing
    assert run_round(shop, source()).dumps == int(not passing)
