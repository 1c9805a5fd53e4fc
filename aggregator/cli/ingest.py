"""``aggregator ingest``: read dumps now."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.failure import ExitCode, complain, end_if_interrupted
from aggregator.cli.options import OutputOptions, bad_usage, command, parse_moment
from aggregator.cli.output import Document, show
from aggregator.cli.progress import Progress, in_words, progress
from aggregator.cli.session import opened_store, settings_of
from aggregator.core.wording import counted

if TYPE_CHECKING:
    from aggregator.core.model import Declared
    from aggregator.readers import Dump
    from aggregator.scheduler.sharing import Claimed, ReadMeanwhile, Sharing
    from aggregator.settings import Settings
    from aggregator.store.dumps import Tally
    from aggregator.store.logs import Totals
    from aggregator.store.persistence import Persistence

EXAMPLES = 3
"""Rejections of one reason that are shown at the end of a run."""
HURRY_SECONDS = 0.5
"""How long an interrupted run waits for another writer to say goodbye."""


@dataclass(frozen=True, kw_only=True)
class IngestOptions(OutputOptions):
    """Options of ``ingest``."""

    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help='Files, folders (with all below), patterns, or "-" for standard input.',
            show_default=False,
        ),
    ]
    outlet: Annotated[
        str | None,
        typer.Option("--outlet", metavar="NAME", help="Outlet, where page and dump tell none."),
    ] = None
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Address of the page, if it is one dump."),
    ] = None
    date: Annotated[
        str | None,
        typer.Option("--date", metavar="TIME", help="Published time, where none is told."),
    ] = None
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="CODE", help="Language, where none is told: en, fa."),
    ] = None
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=KEY", help="Our name of a field, and the dump's key."),
    ] = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked for."""

    options: IngestOptions
    settings: Settings
    defaults: Declared
    mapping: dict[str, str]


@dataclass(slots=True)
class Run:
    """What one call of ``ingest`` did so far."""

    total: Tally
    """Of the dumps that were read to their end."""
    begun: Tally | None = None
    """Of the dump that is being read."""
    dumps: int = 0
    others: int = 0
    """Dumps that other processes read meanwhile."""
    rejected_by_others: int = 0
    """Records of these that were rejected."""
    new_articles: int = 0
    """Articles that this process stored and that were not there before."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Rejections by reason, whoever read the dump."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """The first rejections of each reason, in words."""


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "ingest", IngestOptions)(ingest)


def ingest(options: IngestOptions) -> None:
    """Read dumps now, and settle their articles into stories.

    Formats are told by content: text, HTML, JSON lines, WARC and others, also compressed.
    Several processes that are given the same dumps at once share them.
    """
    from aggregator import nursery

    job = Job(options, settings_of(options), _defaults(options), _mapping(options))
    count = _count_dumps(options, job.settings)
    # Before the store's libraries are loaded: there is something to read, most often new.
    nursery.begin()
    from aggregator.store.dumps import Tally
    from aggregator.store.logs import totals
    from aggregator.store.persistence import Persistence

    with opened_store(job.settings, create=True) as engine:
        store = Persistence(engine, job.settings.retry)
        before, started = store.read(totals), time.monotonic()
        run = Run(Tally())
        with _told_how_far(run), progress(count) as shown:
            _read_all(job, store, shown, run)
        seconds = time.monotonic() - started
        values = _values(run, before, store.read(totals), seconds)
    show(Document(values, [values], list(values), lambda: _summary(values)), options.format)
    if run.rejected:
        _tell_rejections(run)
        raise typer.Exit(ExitCode.REJECTED)


def _defaults(options: IngestOptions) -> Declared:
    """What the user says of dumps that say nothing; raises Failure for what cannot be so."""
    from aggregator.core.identity import normalise_address
    from aggregator.core.model import Declared

    if options.url is not None and normalise_address(options.url) is None:
        raise bad_usage(f"--url: {options.url!r} is no http or https address")
    if options.language is not None and not re.fullmatch("[a-z]{2,3}", options.language):
        raise bad_usage(f"--language: {options.language!r} is no code such as en or fa")
    published = parse_moment(options.date, "--date")
    return Declared(outlet=options.outlet, published=published, language=options.language)


def _mapping(options: IngestOptions) -> dict[str, str]:
    """The dump's key for each of our names that the user gives one for."""
    from aggregator.readers import FIELD_NAMES

    found = {}
    for pair in options.mapping or ():
        name, _, key = pair.partition("=")
        if name not in FIELD_NAMES or not key:
            known = ", ".join(FIELD_NAMES)
            raise bad_usage(f"--map: {pair!r} is no NAME=KEY with one of our names: {known}")
        found[name] = key
    return found


def _count_dumps(options: IngestOptions, settings: Settings) -> int:
    """How many dumps stand under the paths; raises Failure where there is none."""
    count = sum(1 for _dump in _find(options, settings))
    if options.url is not None and count > 1:
        raise bad_usage(f"--url: one page has this address, and {count} dumps are given")
    return count


def _find(options: IngestOptions, settings: Settings) -> Iterator[Dump]:
    from aggregator.readers import ReaderError, find_dumps

    try:
        return find_dumps(options.paths, settings.reading)
    except ReaderError as error:
        raise bad_usage(str(error)) from None


@contextmanager
def _told_how_far(run: Run) -> Iterator[None]:
    """Tell what became of the records so far when a signal ends the run."""
    try:
        yield
    except KeyboardInterrupt:
        done = run.total + run.begun if run.begun else run.total
        complain(f"so far: {in_words(done)}")
        raise


def _read_all(job: Job, store: Persistence, shown: Progress, run: Run) -> None:
    from aggregator.garbage import spare_what_is_loaded
    from aggregator.pipeline import Pipeline, options_of
    from aggregator.readers import read_dump

    spare_what_is_loaded()

    def go_on(tally: Tally) -> None:
        run.begun = tally
        shown.count(tally)
        end_if_interrupted()

    options, reading = job.options, job.settings.reading
    pipeline = Pipeline(store.engine, options_of(job.settings), lambda: datetime.now(UTC))
    with pipeline, _sharing(job, store) as sharing:
        for claimed in sharing.claims(_find(options, job.settings)):
            dump = claimed.dump
            entries = read_dump(dump, reading, job.defaults, job.mapping, options.url)
            tally = pipeline.read(claimed.dump_id, shown.entries(entries), go_on)
            shown.finish(dump.path, tally)
            run.total, run.begun = run.total + tally, None
            run.dumps += 1
            if tally.rejected:
                _note_rejections(store, run, claimed)
        for read in sharing.others:
            run.others += 1
            run.rejected_by_others += _note_rejections(store, run, read)
    run.new_articles = pipeline.new_articles


@contextmanager
def _sharing(job: Job, store: Persistence) -> Iterator[Sharing]:
    """Our share in the dumps, as long as this process is entered in the store."""
    from aggregator.scheduler.clock import Clock
    from aggregator.scheduler.owner import this_process
    from aggregator.scheduler.presence import INGEST, Place, Presence
    from aggregator.scheduler.sharing import Sharing, manner_of

    settings = job.settings
    place = Place(store.engine, this_process(), Clock(), settings.daemon.lease_seconds)
    said = (job.defaults, job.mapping, job.options.url)
    manner = manner_of(*said, settings.reading, settings.cleaning)
    presence = Presence(place, INGEST)
    store.insist(presence.enter)
    patience = None
    try:
        presence.turn("running")
        yield Sharing(place, store, manner, complain)
    except KeyboardInterrupt:
        patience = HURRY_SECONDS
        raise
    finally:
        presence.leave(patience)


def _note_rejections(store: Persistence, run: Run, read: Claimed | ReadMeanwhile) -> int:
    """Add what was rejected in a dump that was read; returns how many records that were."""
    from aggregator.store.logs import rejections_by_reason

    found = store.read(lambda c: rejections_by_reason(c, read.dump_id, EXAMPLES))
    for reason, (count, rows) in found.items():
        run.rejected[reason] += count
        examples = run.examples.setdefault(reason, [])
        room = EXAMPLES - len(examples)
        path = read.dump.path
        examples += [f"{path}: {row['locator']}: {row['detail']}" for row in rows[:room]]
    return sum(count for count, _rows in found.values())


def _values(run: Run, before: Totals, after: Totals, seconds: float) -> dict[str, Any]:
    return {
        "dumps": run.dumps,
        "read_by_others": run.others,
        "rejected_by_others": run.rejected_by_others,
        **asdict(run.total),
        "new_articles": run.new_articles,
        "articles_before": before.articles,
        "articles": after.articles,
        "clusters_before": before.clusters,
        "clusters": after.clusters,
        "seconds": round(seconds, 1),
    }


def _summary(values: dict[str, Any]) -> Iterator[RenderableType]:
    """The counts as an addition, and what became of the store."""
    for line in _summary_lines(values):
        yield Text(line, no_wrap=True, overflow="ignore")


def _summary_lines(values: dict[str, Any]) -> Iterator[str]:
    read, dumps = counted(values["read"], "record"), counted(values["dumps"], "dump")
    parts = "{stored:,} stored + {known:,} known + {rejected:,} rejected".format(**values)
    yield f"{read} read from {dumps} = {parts}"
    if values["read_by_others"]:
        left = counted(values["read_by_others"], "dump")
        rejected = counted(values["rejected_by_others"], "record")
        told = f", {rejected} of them rejected" if values["rejected_by_others"] else ""
        yield f"{left} more read by other processes meanwhile{told}"
    if values["revised"] or values["ignored"]:
        other = counted(values["ignored"], "other entry", "other entries")
        records = "is no record" if values["ignored"] == 1 else "are no records"
        brought = f"{values['revised']:,} of the stored brought revisions"
        yield f"{brought}; {other} of the dumps {records}"
    articles = counted(values["articles"], "article")
    stories = counted(values["clusters"], "story", "stories")
    if values["articles_before"] == values["articles"] and not values["stored"]:
        yield f"Nothing changed: {articles} in {stories}, as before."
        return
    new = counted(values["new_articles"], "new article")
    yield f"{new}; the store has {articles} in {stories} ({values['clusters_before']:,} before)."
    rate = values["read"] / max(values["seconds"], 0.1)
    yield f"{values['seconds']:,.1f} s, {rate:,.0f} records/s"


def _tell_rejections(run: Run) -> None:
    """Say on standard error what was rejected and why: the first few of each reason."""
    others = f", {run.rejected_by_others:,} of them by others" if run.rejected_by_others else ""
    complain(f"rejected: {counted(run.rejected.total(), 'record')}{others}")
    for reason, count in run.rejected.most_common():
        complain(f"  {reason}: {count:,}")
        for example in run.examples[reason]:
            complain(f"    {example}")
        if count > len(run.examples[reason]):
            complain(f"    ... see `aggregator rejections list --reason {reason}`")
