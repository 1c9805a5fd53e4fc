"""``aggregator config``: the settings in force."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import RenderableType

from aggregator.cli.options import OutputOptions, command
from aggregator.cli.output import Listing, show
from aggregator.cli.session import settings_of

app = typer.Typer(no_args_is_help=True)


@command(app, "show", OutputOptions)
def show_config(options: OutputOptions) -> None:
    """Show the settings in force, with passwords masked, and where each comes from."""
    values = settings_of(options).masked()

    from aggregator.settings import origins

    given = {"database_url": options.database}
    rows = [
        {"name": ".".join(path), "value": _value(values, path), "origin": origin}
        for path, origin in origins(options.config, given).items()
    ]
    show(Listing(rows, ("name", "value", "origin"), lambda: _table(rows)), options.format)


def _value(values: dict[str, Any], path: tuple[str, ...]) -> Any:
    for name in path:
        values = values[name]
    return values


def _table(rows: list[dict[str, Any]]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import Facts

    yield Facts([(row["name"], f"{_shown(row['value'])}  ({row['origin']})") for row in rows])


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return (
            " ".join(each if isinstance(each, str) else json.dumps(each) for each in value) or "-"
        )
    return str(value)
