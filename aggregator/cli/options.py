"""Commands with their options in a dataclass, and the options that all of them share."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, get_type_hints

import typer

from aggregator.cli.failure import ExitCode, Failure, told_plainly

if TYPE_CHECKING:
    from aggregator.store.queries import Slice


class Format(StrEnum):
    """How data is written to standard output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


LARGEST: Final = 1_000_000_000
"""The largest number that an option takes: more than any store has, and databases take it."""

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file; else config.yaml here."),
]
Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Store to use, over all other settings."),
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Published then or later.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Published then or before.")
]
Outlet = Annotated[str | None, typer.Option("--outlet", metavar="NAME", help="From this outlet.")]
Language = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="In this language: en, fa.")
]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What every command takes."""

    config: Config = None
    database: Database = None


@dataclass(frozen=True, kw_only=True)
class OutputOptions(Options):
    """What every command takes that writes data."""

    format: Annotated[
        Format, typer.Option("--format", help="How the data is written.", show_default=True)
    ] = Format.TABLE


@dataclass(frozen=True, kw_only=True)
class SliceOptions(OutputOptions):
    """What every list takes: which slice of it is wanted."""

    limit: Annotated[
        int, typer.Option("--limit", min=1, max=LARGEST, help="Rows at most.", metavar="NUMBER")
    ] = 50
    offset: Annotated[
        int,
        typer.Option("--offset", min=0, max=LARGEST, help="Rows to pass over.", metavar="NUMBER"),
    ] = 0

    def slice(self) -> Slice:
        """What to ask for: one row more than is shown, which tells that there are more."""
        from aggregator.store.queries import Slice

        return Slice(self.limit + 1, self.offset)


Given = TypeVar("Given", bound=Options)


def command(
    app: typer.Typer, name: str, options: type[Given]
) -> Callable[[Callable[[Given], None]], Callable[[Given], None]]:
    """Register a function of an options dataclass as a Typer command.

    Each field of the dataclass, with its annotation and default, is an option or argument;
    --config and --database may also stand before the command.
    """

    def register(body: Callable[[Given], None]) -> Callable[[Given], None]:
        def run(ctx: typer.Context, **values: Any) -> None:
            with told_plainly():
                body(options(**{**values, **_given_before(ctx, values)}))

        run.__doc__ = _unwrapped(body.__doc__ or "")
        run.__annotations__ = {"ctx": typer.Context, **_annotations(options)}
        run.__signature__ = _signature(options)  # type: ignore[attr-defined]
        app.command(name)(run)
        return body

    return register


def _unwrapped(docstring: str) -> str:
    """Paragraphs on one line each: the help wraps them to the width of the terminal."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _annotations(options: type[Options]) -> dict[str, Any]:
    return get_type_hints(options, include_extras=True)


def _signature(options: type[Options]) -> inspect.Signature:
    hints = _annotations(options)
    context = inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    parameters = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(options)
    ]
    return inspect.Signature([context, *parameters])


def _given_before(ctx: typer.Context, values: dict[str, Any]) -> dict[str, Any]:
    """The shared options that stand before the command and not after it."""
    before: dict[str, Any] = ctx.find_root().obj or {}
    return {name: value for name, value in before.items() if values.get(name) is None}


def require_utf8_output() -> None:
    """Write UTF-8 whatever the locale says: news is in all scripts, and JSON is UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def parse_moment(text: str | None, option: str, *, end: bool = False) -> str | None:
    """A time that the user gave, as the store keeps times; `end` takes a day to its end.

    Raises Failure for anything but a date or an RFC 3339 time with its zone.
    """
    from datetime import UTC, datetime, time

    from aggregator.core.times import to_text

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-10-03"):
            moment = datetime.combine(moment, time(23, 59, 59) if end else time(), tzinfo=UTC)
        return to_text(moment)
    except (ValueError, OverflowError):
        raise bad_usage(
            f"{option}: {text!r} is no time such as 2026-10-03 or 2026-10-03T11:20:00Z"
        ) from None


def bad_usage(message: str) -> Failure:
    """A failure of what the user wrote."""
    return Failure(message, ExitCode.USAGE)
