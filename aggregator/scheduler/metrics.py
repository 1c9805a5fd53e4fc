"""Figures for Prometheus (text exposition format), with the library of the extra ``metrics``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from aggregator.core.times import from_text
from aggregator.scheduler.housekeeping import Overview
from aggregator.scheduler.workshop import Workshop
from aggregator.store.figures import Alarm

if TYPE_CHECKING:
    from prometheus_client.core import Metric

ALARMS = (
    "runaway_cluster",
    "failing_source",
    "silent_source",
    "rejection_rate",
    "lost_records",
)
"""All kinds of alarms: a metric that comes and goes cannot be watched."""


class MissingExtra(Exception):
    """The library is not installed; the message says how to get it."""


class Exposition:
    """Renders what the daemon knows; asks the store nothing."""

    def __init__(self, shop: Workshop) -> None:
        try:
            from prometheus_client import CollectorRegistry, ProcessCollector
        except ImportError:
            raise MissingExtra(
                "metrics need the extra `metrics`: install news-story-aggregator[metrics]"
            ) from None
        self.shop = shop
        self.overview: Overview | None = None
        self.registry = CollectorRegistry()
        self.registry.register(self)
        ProcessCollector(namespace="aggregator", registry=self.registry)

    def render(self, overview: Overview | None) -> tuple[bytes, str]:
        """The figures as text, and its content type."""
        from prometheus_client import exposition

        self.overview = overview
        return exposition.generate_latest(self.registry), exposition.CONTENT_TYPE_LATEST

    def collect(self) -> Iterator[Metric]:
        """Give the registry its metrics; their names are documented in docs/daemon.md."""
        yield from _of_process(self.shop.figures())
        if self.overview is not None:
            yield from _of_store(self.overview)
            yield from _of_sources(self.overview, self.shop)
            yield _alarms(self.overview.alarms)


def _of_process(figures: dict[str, Any]) -> Iterator[Metric]:
    compared, matched = figures.get("compared", 0), figures.get("matched", 0)
    yield _counter("candidates", "Pairs that this process compared exactly.", compared)
    pairs = {"same": matched, "apart": compared - matched}
    yield _counters("pairs", "Pairs that this process verified, by verdict.", "verdict", pairs)
    help_ = "Seconds that this process spent, by stage."
    yield _counters("stage_seconds", help_, "stage", figures.get("seconds", {}))


def _of_store(overview: Overview) -> Iterator[Metric]:
    counted = overview.figures
    yield _counters("records", "Records ever read, by result.", "result", counted.records)
    help_ = "Records ever rejected, by reason."
    yield _counters("rejected_records", help_, "reason", counted.rejected)
    yield _counter("dumps", "Dumps ever read.", counted.dumps)
    yield _gauge("articles", "Articles in the store.", counted.articles)
    yield _gauge("clusters", "Clusters in the store.", counted.clusters)
    yield _gauge("largest_cluster_articles", "Size of the largest.", counted.largest_cluster)


def _of_sources(overview: Overview, shop: Workshop) -> Iterator[Metric]:
    now = shop.clock.now().wall
    names = [source.name for source in shop.settings.sources if source.name in overview.states]
    states = {name: overview.states[name] for name in names}
    waiting = {name: state.waiting for name, state in states.items()}
    yield _gauges("source_waiting_dumps", "Dumps that wait to be read.", waiting)
    lag = {
        name: max(0.0, (now - since).total_seconds()) if since else 0.0
        for name, since in ((n, from_text(s.waiting_since)) for n, s in states.items())
    }
    yield _gauges("source_lag_seconds", "How long the oldest of them waits.", lag)
    for column, name, words in (
        ("last_run_at", "source_last_run", "Last look at the source"),
        ("last_success_at", "source_last_success", "Last look that did not fail"),
        ("last_record_at", "source_last_record", "Last new record"),
    ):
        times = {n: from_text(getattr(s, column)) for n, s in states.items()}
        found = {n: moment.timestamp() for n, moment in times.items() if moment}
        yield _gauges(f"{name}_timestamp_seconds", f"{words} (Unix time).", found)


def _alarms(standing: Iterable[Alarm]) -> Metric:
    counts = dict.fromkeys(ALARMS, 0)
    for alarm in standing:
        counts[alarm.kind] = counts.get(alarm.kind, 0) + 1
    return _gauges("alarms", "Alarms that stand now, by kind.", counts, label="kind")


def _counter(name: str, words: str, value: float) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    return CounterMetricFamily(f"aggregator_{name}", words, value=value)


def _counters(name: str, words: str, label: str, values: dict[str, Any]) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"aggregator_{name}", words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _gauge(name: str, words: str, value: float) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(f"aggregator_{name}", words, value=value)


def _gauges(name: str, words: str, values: dict[str, Any], label: str = "source") -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"aggregator_{name}", words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
