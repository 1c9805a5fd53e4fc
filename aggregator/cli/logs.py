"""``aggregator dumps`` and ``aggregator rejections``: what was read, and what could not be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.options import LARGEST, SliceOptions, command
from aggregator.cli.output import Row, show_slice
from aggregator.cli.session import reading_store
from aggregator.core.model import Reason

dumps = typer.Typer(no_args_is_help=True)
rejections = typer.Typer(no_args_is_help=True)

_COUNTS = ("read", "stored", "known", "rejected", "revised", "ignored")
DUMP_COLUMNS = ("dump_id", "path", *_COUNTS, "started_at", "finished_at", "state")
REJECTION_COLUMNS = ("dump_id", "path", "locator", "reason", "detail")

Path_ = Annotated[
    str | None, typer.Option("--path", metavar="PATH", help="Of the dump with this path.")
]


@dataclass(frozen=True, kw_only=True)
class DumpOptions(SliceOptions):
    """Options of ``dumps list``."""

    path: Path_ = None


@command(dumps, "list", DumpOptions)
def list_dumps(options: DumpOptions) -> None:
    """List the dumps that were read, the latest first, with counts that add up.

    read = stored + known + rejected; revised is a part of stored; ignored entries are no records.
    A reading is finished, under way, or interrupted: run it again, what it stored is known.
    """
    from aggregator.scheduler.status import with_states
    from aggregator.store.logs import list_dumps as query

    with reading_store(options) as connection:
        found = query(connection, options.path, options.slice())
        rows = with_states(connection, found, datetime.now(UTC))
    show_slice(rows, DUMP_COLUMNS, _dump_table, options)


def _dump_table(rows: Sequence[Row]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import minute, safe, table

    if not rows:
        yield Text("No dumps.")
        return
    yield table(
        ("#id", "state", "started", *(f"#{name}" for name in _COUNTS[:4]), "path"),
        (
            (
                safe(row["dump_id"]),
                safe(row["state"]),
                minute(row["started_at"]),
                *(safe(row[name]) for name in _COUNTS[:4]),
                safe(row["path"]),
            )
            for row in rows
        ),
    )


@dataclass(frozen=True, kw_only=True)
class RejectionOptions(SliceOptions):
    """Options of ``rejections list``."""

    reason: Annotated[Reason | None, typer.Option("--reason", help="For this reason.")] = None
    dump: Annotated[
        int | None,
        typer.Option("--dump", metavar="ID", min=1, max=LARGEST, help="Of the dump with this id."),
    ] = None
    path: Path_ = None


@command(rejections, "list", RejectionOptions)
def list_rejections(options: RejectionOptions) -> None:
    """List the records that could not become articles, the latest first, and why."""
    from aggregator.store.logs import RejectionFilter
    from aggregator.store.logs import list_rejections as query

    wanted = RejectionFilter(options.reason, options.dump, options.path)
    with reading_store(options) as connection:
        rows = query(connection, wanted, options.slice())
    show_slice(rows, REJECTION_COLUMNS, _rejection_table, options)


def _rejection_table(rows: Sequence[Row]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import safe, table

    if not rows:
        yield Text("No rejections.")
        return
    yield table(
        ("reason", "where", "detail"),
        (
            (
                safe(row["reason"]),
                safe(f"{row['path']}: {row['locator']}"),
                safe(row["detail"]),
            )
            for row in rows
        ),
        folds=(1, 2),
    )
