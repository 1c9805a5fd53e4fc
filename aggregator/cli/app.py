"""The ``aggregator`` command: its nouns, and what stands before them."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator import __version__
from aggregator.cli import (
    articles,
    clusters,
    config,
    database,
    evaluate,
    export,
    ingest,
    logs,
    refingerprint,
    run,
    status,
)
from aggregator.cli.options import Config, Database, require_utf8_output

app = typer.Typer(
    name="aggregator",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aggregator {__version__}")
        raise typer.Exit


@app.callback()
def before_command(
    ctx: typer.Context,
    config: Config = None,
    database: Database = None,
    version: Annotated[  # noqa: ARG001 the callback prints it
        bool,
        typer.Option(
            "--version", help="Show the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Deduplicating news aggregation: every story once, every copy accounted for."""
    require_utf8_output()
    ctx.obj = {"config": config, "database": database}


ingest.register(app)
run.register(app)
app.add_typer(clusters.app, name="clusters", help="Stories and their copies.")
app.add_typer(articles.app, name="articles", help="Single articles.")
app.add_typer(logs.dumps, name="dumps", help="What was read.")
app.add_typer(logs.rejections, name="rejections", help="What could not become an article.")
evaluate.register(app)
export.register(app)
refingerprint.register(app)
status.register(app)
app.add_typer(database.app, name="db", help="The store itself.")
app.add_typer(config.app, name="config", help="The settings in force.")
