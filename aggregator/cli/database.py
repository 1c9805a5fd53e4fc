"""``aggregator db``: the store itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.failure import ExitCode, Failure, complain
from aggregator.cli.options import OutputOptions, command
from aggregator.cli.output import Document, Listing, show
from aggregator.cli.session import opened_store, reading_store, settings_of, store_failures
from aggregator.core.wording import counted

if TYPE_CHECKING:
    from aggregator.store.engine import Engine

app = typer.Typer(no_args_is_help=True)


@command(app, "upgrade", OutputOptions)
def upgrade(options: OutputOptions) -> None:
    """Make the store if there is none, or bring an older one to this version.

    The figures that are kept as they come and go are counted again. Says so when the results were
    made by other methods or settings, and are to be made again.
    """
    settings = settings_of(options)
    url = settings.database_url
    with store_failures(url):
        from aggregator.pipeline import options_of
        from aggregator.store import info
        from aggregator.store.counters import recount
        from aggregator.store.engine import open_engine, writing
        from aggregator.store.migrate import upgrade as bring_up_to_date

        engine = open_engine(url, must_exist=False)
        before, after = bring_up_to_date(engine)
        with writing(engine) as connection:
            corrected = recount(connection)
            other = info.differing(connection, options_of(settings).method())
    values = {
        "version_before": before,
        "version": after,
        "corrected": corrected,
        "to_refingerprint": other,
    }
    show(Document(values, [values], list(values), lambda: _upgraded(values)), options.format)


def _upgraded(values: dict[str, Any]) -> Iterable[RenderableType]:
    before, after = values["version_before"], values["version"]
    if before == after:
        yield Text(f"The store has version {after} already.")
    elif before is None:
        yield Text(f"A new store of version {after}.")
    else:
        yield Text(f"The store had version {before} and has {after} now.")
    if corrected := values["corrected"]:
        were = "was" if corrected == 1 else "were"
        yield Text(f"{counted(corrected, 'figure')} {were} wrong, and {were} counted again.")
    if other := values["to_refingerprint"]:
        made = f"Its results were made with another {' and '.join(other)}"
        yield Text(f"{made}: run `aggregator refingerprint`.")


@dataclass(frozen=True, kw_only=True)
class PurgeOptions(OutputOptions):
    """Options of ``db purge``."""

    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go; change nothing.")
    ] = False


@command(app, "purge", PurgeOptions)
def purge(options: PurgeOptions) -> None:
    """Take texts out of the store that are kept no longer, as retention in the settings says.

    Addresses, signatures and clusters stay, so that nothing comes back as new.
    """
    from aggregator import retention
    from aggregator.pipeline import options_of

    settings = settings_of(options)
    now = datetime.now(UTC)
    limits = retention.keeping(settings, now)
    with opened_store(settings) as engine:
        if options.dry_run:
            extent = retention.would_purge(engine, *limits)
        else:
            extent = retention.purge(engine, options_of(settings), limits, now)
        values = {"dry_run": options.dry_run, **asdict(extent)}
        show(Document(values, [values], list(values), lambda: _purged(values)), options.format)
        if extent.texts and not options.dry_run:
            _give_space_back(engine)


def _give_space_back(engine: Engine) -> None:
    from aggregator.store.engine import StoreError
    from aggregator.store.retention import give_space_back

    try:
        give_space_back(engine)
    except StoreError as error:
        raise Failure(str(error)) from None


def _purged(values: dict[str, Any]) -> Iterable[RenderableType]:
    texts, size = counted(values["texts"], "text"), counted(values["bytes"], "byte")
    articles = counted(values["articles"], "article")
    stories = counted(values["clusters"], "story", "stories")
    gone = "is gone" if values["texts"] == 1 else "are gone"
    done = "would go" if values["dry_run"] else gone
    yield Text(f"{texts} ({size}) of {articles} in {stories} {done}.")


@command(app, "check", OutputOptions)
def check(options: OutputOptions) -> None:
    """Prove that the store is sound; print each finding, repair nothing.

    Exits with 1 if something is wrong. Reads the whole store.
    """
    from aggregator.check import check_store

    with reading_store(options) as connection:
        checked = list(check_store(connection))
    rows = [{**asdict(each), "holds": each.holds} for each in checked]
    columns = ("claim", "holds", "count", "findings")
    show(Listing(rows, columns, lambda: _checked(rows)), options.format)
    wrong = sum(not each.holds for each in checked)
    if wrong:
        complain(f"{wrong} of {len(checked)} claims do not hold")
        raise typer.Exit(ExitCode.FAILURE)


def _checked(rows: list[dict[str, Any]]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import safe

    for row in rows:
        yield safe("ok     " if row["holds"] else "WRONG  ") + safe(row["claim"])
        for finding in row["findings"]:
            yield safe(f"         {finding}")
        if row["count"] > len(row["findings"]):
            yield safe(f"         ... {row['count']} in all")
