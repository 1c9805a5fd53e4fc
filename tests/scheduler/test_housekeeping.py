"""Figures, alarms and what is forgotten: looked after beside the rounds, at a bounded price."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text

from aggregator.check import check_store
from aggregator.core.operation import AlarmOptions
from aggregator.scheduler.housekeeping import keep_house
from aggregator.scheduler.metrics import Exposition
from aggregator.scheduler.rounds import run_round
from aggregator.scheduler.sources import Source
from aggregator.scheduler.status import status
from aggregator.scheduler.workshop import Workshop
from aggregator.store import daemons
from aggregator.store.counters import recount
from aggregator.store.engine import Engine, noting, reading, writing
from aggregator.store.schema import metadata
from tests.scheduler.conftest import Hands
from tests.scheduler.news import lines
from tests.stores import rows

MakeSource = Callable[..., Source]
BOUNDED = {"store_info", "counters", "daemons", "source_state", "source_days", "alarms"}
"""Tables whose size does not depend on how many articles and dumps there were."""
DAY = 86_400


@pytest.fixture
def configured(shop: Workshop, source: MakeSource) -> Iterator[Callable[..., Source]]:
    """Gives the workshop a source, and alarms, for one test."""
    before = shop.settings

    def configure(alarms: AlarmOptions | None = None, **options: Any) -> Source:
        made = source(**options)
        update = {"sources": (made.options,), "alarms": alarms or AlarmOptions()}
        shop.settings = before.model_copy(update=update)
        return made

    yield configure
    shop.settings = before


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Collects what is sent to the database."""
    found: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        found.append((told[2], told[3]))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
@pytest.mark.parametrize("cluster_size", [0, 1, 1000])
def test_no_figure_reads_a_table_that_grows(
    shop: Workshop, configured: MakeSource, folder: Path, cluster_size: int
) -> None:
    """Metrics, alarms and `status` search by indexes, however much is stored; the query plan
    of each of their statements says so."""
    made = configured(AlarmOptions(cluster_size=cluster_size))
    (folder / "a.jsonl").write_text(lines(1, 3) + "{broken\n")
    run_round(shop, made)
    with statements(shop.engine) as sent:
        Exposition(shop).render(keep_house(shop))
        with reading(shop.engine) as connection:
            status(connection, shop.settings, shop.clock.now().wall)
    growing = metadata.tables.keys() - BOUNDED
    scanned = []
    with shop.engine.connect() as connection:
        for statement, values in sent:
            if statement.lstrip().startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                scanned += [row[3] for row in plan if row[3].split()[0] == "SCAN"]
    assert scanned, "the plans were read"
    assert [step for step in scanned if step.split()[1] in growing] == []


def test_figures_are_what_counting_would_give(
    shop: Workshop, configured: MakeSource, folder: Path
) -> None:
    """Stored, known, rejected, revised records, articles, clusters and dumps, as they come."""
    made = configured()
    (folder / "a.jsonl").write_text(lines(1, 5) + "{broken\n[]\n")
    run_round(shop, made)
    revised = lines(2, 1).replace('"text": "', '"text": "Later it was said. ')
    (folder / "b.jsonl").write_text(lines(1, 2) + revised)
    run_round(shop, made)
    found = keep_house(shop).figures
    assert (found.articles, found.clusters, found.dumps, found.largest_cluster) == (5, 5, 2, 1)
    assert found.records == {"stored": 6, "known": 2, "rejected": 2, "revised": 1, "ignored": 0}
    assert sum(found.rejected.values()) == 2
    with reading(shop.engine) as connection:
        assert [each for each in check_store(connection) if not each.holds] == []


@pytest.fixture
def stocked(shop: Workshop, configured: MakeSource, folder: Path) -> None:
    """A source brought two records."""
    (folder / "a.jsonl").write_text(lines(1, 2))
    run_round(shop, configured())


@pytest.mark.parametrize(
    ("damage", "finding", "wrong_figures"),
    [
        (
            "UPDATE counters SET value = value + 7 WHERE name = 'clusters'",
            "stored clusters: 7 too many",
            1,
        ),
        (
            "UPDATE source_state SET read = read + 7, known = known + 7",
            "source wire: 7 records too many",
            2,
        ),
    ],
)
@pytest.mark.usefixtures("stocked")
def test_a_figure_that_is_wrong_is_found_and_counted_again(
    shop: Workshop, damage: str, finding: str, wrong_figures: int
) -> None:
    """`db check` compares it with what is stored and with the log; `recount` sets it right."""
    with noting(shop.engine) as connection:
        connection.execute(text(damage))
    with reading(shop.engine) as connection:
        (wrong,) = (each for each in check_store(connection) if not each.holds)
    assert wrong.findings == [finding]
    assert recounted(shop) == [wrong_figures, 0]


def recounted(shop: Workshop) -> list[int]:
    """How many figures are wrong at a first and at a second count, after which all are right."""
    found = []
    for _ in range(2):
        with writing(shop.engine) as connection:
            found.append(recount(connection))
    with reading(shop.engine) as connection:
        assert [each for each in check_store(connection) if not each.holds] == []
    return found


def test_figures_that_are_lost_are_counted_again(
    shop: Workshop, configured: MakeSource, folder: Path
) -> None:
    """All counters and totals of sources, as they were."""
    (folder / "a.jsonl").write_text(lines(1, 2) + "{broken\n")
    run_round(shop, configured())
    before = keep_house(shop).figures
    with noting(shop.engine) as connection:
        for table in ("counters", "source_state", "source_days"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert recounted(shop)[1] == 0
    assert keep_house(shop).figures == before
    brought = rows(shop.engine, "SELECT source, dumps, read, stored, rejected FROM source_state")
    assert brought == [("wire", 1, 3, 2, 1)]


def told(shop: Workshop) -> dict[str, set[str]]:
    """The kinds of alarms that metrics and `status` tell."""
    data, _kind = Exposition(shop).render(keep_house(shop))
    families = {each.name: each for each in text_string_to_metric_families(data.decode())}
    metric = {s.labels["kind"] for s in families["aggregator_alarms"].samples if s.value}
    with reading(shop.engine) as connection:
        found = status(connection, shop.settings, shop.clock.now().wall)
    return {"metric": metric, "status": {each["kind"] for each in found["alarms"]}}


def test_each_alarm_is_a_warning_a_metric_and_a_line_and_ends(
    shop: Workshop,
    configured: MakeSource,
    folder: Path,
    hands: Hands,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """All five kinds begin with one warning, stand in metric and status, and end with a line."""
    caplog.set_level(logging.INFO, "aggregator")
    made = configured(AlarmOptions(cluster_size=2, silent_hours=30))
    for day in range(5):
        (folder / f"{day}.jsonl").write_text(lines(day * 20, 20))
        run_round(shop, made)
        hands.go(DAY)
    assert told(shop) == {"metric": set(), "status": set()}
    copies = "".join(lines(900, 1).replace("news", f"n{site}") for site in range(3))
    (folder / "bad.jsonl").write_text(copies + "{broken\n" * 9)
    run_round(shop, made)
    hands.go(2 * DAY)
    (folder / "bad2.jsonl").write_text("{broken\n" * 9)
    run_round(shop, made)
    run_round(shop, replace(made, options=replace(made.options, path="/nowhere/at/all")))
    every = {"runaway_cluster", "failing_source", "silent_source", "lost_records"}
    every |= {"rejection_rate"}
    for _again in range(2):
        assert told(shop) == {"metric": every, "status": every}
    begun = [each for each in caplog.records if each.getMessage() == "alarm"]
    assert {each.fields["kind"] for each in begun} == every  # type: ignore[attr-defined]
    assert len(begun) == 5
    assert {each.levelno for each in begun} == {logging.WARNING}

    configured(AlarmOptions(cluster_size=5, silent_hours=30))
    for day in range(5, 9):
        (folder / f"{day}.jsonl").write_text(lines(day * 20, 20))
        run_round(shop, made)
        hands.go(DAY)
    assert told(shop) == {"metric": set(), "status": set()}
    ended = [each for each in caplog.records if each.getMessage() == "alarm is over"]
    assert {each.fields["kind"] for each in ended} == every  # type: ignore[attr-defined]


def test_the_alarms_of_another_daemons_sources_are_left_to_it(
    shop: Workshop, configured: MakeSource, hands: Hands
) -> None:
    """Two daemons with different sources on one store do not end each other's alarms; what
    nobody works on any more raises none."""
    made = configured(path="/nowhere/at/all")
    run_round(shop, made)
    assert told(shop)["status"] == {"failing_source"}
    other = replace(shop.identity, owner="other", machine="elsewhere")
    with noting(shop.engine) as connection:
        daemons.begin(connection, other, "run", shop.clock.now().text, 60.0)
        daemons.report(
            connection, "other", "running", shop.clock.now().text, {"sources": ["wire"]}
        )
    configured(name="cable")
    assert told(shop)["status"] == {"failing_source"}
    with noting(shop.engine) as connection:
        daemons.report(connection, "other", daemons.STOPPED, shop.clock.now().text, {})
    assert told(shop)["status"] == set()


def test_daemons_that_ended_are_forgotten_but_for_the_last(shop: Workshop, hands: Hands) -> None:
    """A round every five minutes leaves no long list behind."""
    with noting(shop.engine) as connection:
        for number in range(20):
            identity = replace(shop.identity, owner=f"once{number:02}")
            now = f"2020-01-01T00:00:{number:02}Z"
            daemons.begin(connection, identity, "once", now, 60.0)
            daemons.report(connection, identity.owner, daemons.STOPPED, now, {})
            if shop.engine.dialect.name == "postgresql":  # its clock is the server's
                table = daemons.daemons
                those = table.update().where(table.c.owner == identity.owner)
                connection.execute(those.values(reported_at=now))
    keep_house(shop)
    left = rows(shop.engine, "SELECT owner FROM daemons ORDER BY owner")
    assert {owner for (owner,) in left} == {"once19", shop.identity.owner}
    with reading(shop.engine) as connection:
        found = status(connection, shop.settings, shop.clock.now().wall)
    assert [each["owner"] for each in found["daemons"]] == [shop.identity.owner]
