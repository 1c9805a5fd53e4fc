"""What a daemon without the extra says, and that figures are what Prometheus can read."""

from __future__ import annotations

import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from aggregator.scheduler.housekeeping import keep_house
from aggregator.scheduler.metrics import ALARMS, Exposition, MissingExtra
from aggregator.scheduler.workshop import Workshop


def test_a_missing_extra_is_named(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for figures without the library hears how to get it."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(MissingExtra, match=r"news-story-aggregator\[metrics\]"):
        Exposition(shop)


def test_every_figure_has_its_prefix_and_help(shop: Workshop) -> None:
    """An empty store has all figures of the store, and every kind of alarm at 0."""
    data, _kind = Exposition(shop).render(keep_house(shop))
    families = {each.name: each for each in text_string_to_metric_families(data.decode())}
    assert all(name.startswith("aggregator_") for name in families)
    assert all(each.documentation for each in families.values())
    alarms = families["aggregator_alarms"].samples
    assert {each.labels["kind"]: each.value for each in alarms} == dict.fromkeys(ALARMS, 0.0)
    assert families["aggregator_articles"].samples[0].value == 0.0
