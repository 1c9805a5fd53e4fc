"""What a daemon without the extra says, and that figures are what Prometheus can read."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from aggregator.core.operation import MetricsOptions
from aggregator.scheduler.daemon import Daemon, Given
from aggregator.scheduler.housekeeping import keep_house
from aggregator.scheduler.metrics import ALARMS, Exposition, MissingExtra
from aggregator.scheduler.rounds import run_round
from aggregator.scheduler.sources import Source
from aggregator.scheduler.workshop import Workshop
from tests.scheduler.news import lines
from tests.stores import rows

DOCS = (Path(__file__).parents[2] / "docs" / "daemon.md").read_text("utf-8")


def test_a_missing_extra_is_named(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for figures without the library hears how to get it."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(MissingExtra, match=r"news-story-aggregator\[metrics\]"):
        Exposition(shop)


def test_a_daemon_that_cannot_show_figures_does_not_enter_the_store(
    shop: Workshop, source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes one for dead that never began."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    before = rows(shop.engine, "SELECT owner FROM daemons")
    with pytest.raises(MissingExtra):
        new_daemon(shop, source()).run()
    assert rows(shop.engine, "SELECT owner FROM daemons") == before


def new_daemon(shop: Workshop, source: Source) -> Daemon:
    """One that has not begun, with a server for figures."""
    wanted = {"sources": (source.options,), "metrics": MetricsOptions(port=1)}
    settings = shop.settings.model_copy(update=wanted)
    return Daemon(Given(shop.engine, settings, lambda: settings, shop.clock), "run")


def test_a_daemon_that_starts_is_alive_and_not_ready(
    shop: Workshop, source: Callable[..., Source]
) -> None:
    """Whoever restarts what is not healthy lets it wait for its database."""
    daemon = new_daemon(shop, source())
    assert (daemon.problem(), daemon.readiness()) == (None, "starting")


def test_every_figure_has_its_prefix_and_help(shop: Workshop) -> None:
    """An empty store has all figures of the store, and every kind of alarm at 0."""
    data, _kind = Exposition(shop).render(keep_house(shop))
    families = {each.name: each for each in text_string_to_metric_families(data.decode())}
    assert all(name.startswith("aggregator_") for name in families)
    assert all(each.documentation for each in families.values())
    alarms = families["aggregator_alarms"].samples
    assert {each.labels["kind"]: each.value for each in alarms} == dict.fromkeys(ALARMS, 0.0)
    assert families["aggregator_articles"].samples[0].value == 0.0


def test_the_documented_metrics_and_labels_are_those_that_there_are(
    shop: Workshop, source: Callable[..., Source], folder: Path
) -> None:
    """Each line of the table in docs/daemon.md names metrics and their labels, and none is
    missing; those of the process itself are the library's."""
    before, made = shop.settings, source()
    shop.settings = before.model_copy(update={"sources": (made.options,)})
    (folder / "a.jsonl").write_text(lines(1, 2) + "{broken\n")
    run_round(shop, made)
    data, _kind = Exposition(shop).render(keep_house(shop))
    shop.settings = before
    found = {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(data.decode())
        for sample in family.samples
        if not sample.name.startswith("aggregator_process_")
    }
    table = re.findall(r"^\| (`aggregator_[^|]+) \|([^|]*)\|", DOCS, re.M)
    documented = {
        name: set(re.findall(r"`(\w+)`", labels))
        for names, labels in table
        for name in re.findall(r"`(aggregator_\w+)`", names)
        if name != "aggregator_process_"
    }
    assert documented == found
