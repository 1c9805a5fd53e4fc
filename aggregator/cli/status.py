"""``aggregator status``: what the daemons and the store are doing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.options import OutputOptions, command
from aggregator.cli.output import Document, show
from aggregator.cli.session import opened_store, settings_of
from aggregator.core.wording import counted

_COUNTS = ("read", "stored", "rejected")


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "status", OutputOptions)(status)


def status(options: OutputOptions) -> None:
    """Show the daemons that work on the store, its figures, the sources and the alarms.

    A daemon is idle, working, stopping, stopped, stalled (there, but silent for longer than
    its lease) or dead (gone without a goodbye). CSV has the sources only.
    """
    from aggregator.scheduler.status import status as collect
    from aggregator.store.engine import reading

    settings = settings_of(options)
    with opened_store(settings) as engine, reading(engine) as connection:
        values = collect(connection, settings, datetime.now(UTC))
    sources = values["sources"]
    columns = tuple(sources[0]) if sources else ("source",)
    show(Document(values, sources, columns, lambda: _tables(values)), options.format)


def _tables(values: dict[str, Any]) -> Iterator[RenderableType]:
    from aggregator.cli.tables import safe, table

    now = values["time"]
    if values["daemons"]:
        yield table(
            ("state", "mode", "#started", "#last report", "daemon"),
            (
                (
                    safe(each["state"]),
                    safe(each["mode"]),
                    safe(_ago(each["started_at"], now)),
                    safe(_ago(each["reported_at"], now)),
                    safe(each["owner"]),
                )
                for each in values["daemons"]
            ),
        )
    else:
        yield Text("No daemon has worked on this store.")
    for each in values["daemons"]:
        yield from _work(each)
    yield Text(_stored(values))
    yield Text(_records(values))
    for reason, count in values["rejected_by_reason"].items():
        yield safe(f"  rejected, {reason}: {count:,}")
    if values["sources"]:
        yield _sources(values["sources"], now)
    if not values["alarms"]:
        yield Text("No alarm.")
    for alarm in values["alarms"]:
        yield safe("ALARM {kind} {subject}: {message} (since {since})".format(**alarm))


def _work(daemon: dict[str, Any]) -> Iterator[Text]:
    """What a daemon did since its start: pairs by verdict, and seconds by stage."""
    from aggregator.cli.tables import safe

    compared, matched = daemon.get("compared", 0), daemon.get("matched", 0)
    if not daemon.get("seconds"):
        return
    pairs = counted(compared, "candidate pair")
    stages = ", ".join(f"{name} {spent:,.1f} s" for name, spent in daemon["seconds"].items())
    verdicts = f"{matched:,} verified as the same, {compared - matched:,} as apart"
    yield safe(f"  {daemon['owner']}: {pairs}, {verdicts}; {stages}")


def _stored(values: dict[str, Any]) -> str:
    articles = counted(values["articles"], "article")
    stories = counted(values["clusters"], "story", "stories")
    largest = f"the largest of {values['largest_cluster']:,}"
    return f"{articles} in {stories}, {largest}; {counted(values['dumps'], 'dump')} read"


def _records(values: dict[str, Any]) -> str:
    results = (f"{count:,} {result}" for result, count in values["records"].items())
    return f"records: {', '.join(results)}"


def _sources(sources: list[dict[str, Any]], now: str) -> RenderableType:
    from aggregator.cli.tables import safe, table

    heads = ("#last success", "#new record", "#waiting", "#lag s")
    return table(
        (*heads, *(f"#{name}" for name in _COUNTS), "source"),
        (
            (
                safe(_ago(each["last_success_at"], now)),
                safe(_ago(each["last_record_at"], now)),
                safe(each["waiting"]),
                safe(each["lag_seconds"]),
                *(safe(each[name]) for name in _COUNTS),
                safe(each["source"]),
            )
            for each in sources
        ),
    )


def _ago(moment: str | None, now: str) -> str:
    """How long ago a time was, in one unit."""
    if moment is None:
        return "never"
    then, today = (datetime.fromisoformat(text) for text in (moment, now))
    seconds = max(0, int((today - then).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
