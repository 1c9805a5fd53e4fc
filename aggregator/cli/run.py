"""``aggregator run``: the daemon, or one round of it for cron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.failure import ExitCode, Failure
from aggregator.cli.options import Options, bad_usage, command
from aggregator.cli.session import opened_store
from aggregator.core.operation import LogFormat

if TYPE_CHECKING:
    from aggregator.scheduler.sources import Load
    from aggregator.settings import Settings
    from aggregator.store.engine import Engine


@dataclass(frozen=True, kw_only=True)
class RunOptions(Options):
    """Options of ``run``."""

    once: Annotated[
        bool, typer.Option("--once", help="One round of every source now, for cron.")
    ] = False
    log_format: Annotated[
        LogFormat | None,
        typer.Option("--log-format", help="How log lines are written.", show_default=False),
    ] = None


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "run", RunOptions)(run)


def run(options: RunOptions) -> None:
    """Read the dumps of the configured sources by their schedules, until a signal ends it.

    SIGTERM and Ctrl-C finish the current batch, a second one ends at once; SIGHUP reads the
    configuration again. Log lines go to standard error.
    """
    from aggregator.scheduler.logs import set_up_logging

    settings = _settings(options)
    set_up_logging(options.log_format or settings.daemon.log_format)
    with opened_store(settings, create=True) as engine:
        ending = _work(options, settings, engine)
    if ending:
        raise typer.Exit(ending)


def _settings(options: RunOptions) -> Settings:
    """The settings, with their sources checked; raises Failure with all that is wrong."""
    from aggregator.scheduler.sources import SourceError, loaded
    from aggregator.settings import SettingsError

    try:
        return loaded(_load(options))[0]
    except (SettingsError, SourceError) as error:
        raise bad_usage(str(error)) from None


def _load(options: RunOptions) -> Load:
    from aggregator.settings import load_settings

    return lambda: load_settings(options.config, {"database_url": options.database})


def _work(options: RunOptions, settings: Settings, engine: Engine) -> int:
    from aggregator.garbage import spare_what_is_loaded
    from aggregator.scheduler.clock import Clock
    from aggregator.scheduler.daemon import Daemon, Given
    from aggregator.scheduler.metrics import MissingExtra

    spare_what_is_loaded()
    given = Given(engine, settings, _load(options), Clock())
    try:
        daemon = Daemon(given, "once" if options.once else "run")
        return int(daemon.once() if options.once else daemon.run())
    except MissingExtra as error:
        raise bad_usage(str(error)) from None
    except OverflowError as error:
        raise Failure(f"metrics.port: {error}", ExitCode.USAGE) from None
