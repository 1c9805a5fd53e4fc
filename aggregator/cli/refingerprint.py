"""``aggregator refingerprint``: results made anew after a change of method or settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.options import OutputOptions, command
from aggregator.cli.output import Document, show
from aggregator.cli.progress import counting
from aggregator.cli.session import opened_store, settings_of
from aggregator.core.wording import counted


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "refingerprint", OutputOptions)(refingerprint)


def refingerprint(options: OutputOptions) -> None:
    """Sign, compare and cluster all articles again, after a change of method or settings.

    All or nothing: until it is done, readers see the results as they were.
    """
    settings = settings_of(options)
    with opened_store(settings) as engine, counting("articles") as shown:
        from aggregator.pipeline import options_of
        from aggregator.refingerprint import refingerprint as do_again

        done = do_again(engine, options_of(settings), shown)
    values = {"articles": done}
    show(Document(values, [values], list(values), lambda: _told(values)), options.format)


def _told(values: dict[str, Any]) -> Iterable[RenderableType]:
    were = "was" if values["articles"] == 1 else "were"
    yield Text(f"{counted(values['articles'], 'article')} {were} signed and compared again.")
