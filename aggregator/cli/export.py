"""``aggregator export``: the whole store as a file."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from aggregator.cli.failure import Failure
from aggregator.cli.options import Options, bad_usage, command
from aggregator.cli.output import one_line, write_csv
from aggregator.cli.session import reading_store

_OPENED = Path("/proc")
"""Where files that a process has open have names; ``/dev/stdout`` and ``/dev/fd`` lead there."""
ROWS_A_GROUP = 5_000
"""Articles that Parquet keeps together, and that stand in memory at a time."""


class ExportFormat(StrEnum):
    """How the articles are written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, kw_only=True)
class ExportOptions(Options):
    """Options of ``export``."""

    format: Annotated[
        ExportFormat, typer.Option("--format", help="How the articles are written.")
    ] = ExportFormat.JSONL
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there, all or nothing."),
    ] = None
    canonical_only: Annotated[
        bool, typer.Option("--canonical-only", help="One article for each story.")
    ] = False


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "export", ExportOptions)(export)


def export(options: ExportOptions) -> None:
    """Export the latest text of every article with its story, ordered by article id."""
    from aggregator.store.export import FIELDS, export_articles

    if options.format == ExportFormat.PARQUET and options.output is None:
        raise bad_usage("--format parquet: name a file with --output")
    with reading_store(options) as connection:
        rows = export_articles(connection, canonical_only=options.canonical_only)
        with _destination(options.output) as stream:
            if options.format == ExportFormat.PARQUET:
                _write_parquet(stream, rows)
                return
            _write_text(stream, rows, options.format, FIELDS)


def _write_text(
    stream: IO[bytes], rows: Iterable[dict[str, Any]], format_: ExportFormat, columns: Any
) -> None:
    import io

    text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="")
    if format_ == ExportFormat.CSV:
        write_csv(text, columns, rows)
    else:
        text.writelines(one_line(row) + "\n" for row in rows)
    text.flush()
    text.detach()


def _write_parquet(stream: IO[bytes], rows: Iterator[dict[str, Any]]) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise Failure("Parquet needs pyarrow: install the extra `parquet`") from None

    from aggregator.store.export import FIELDS

    schema = pa.schema(
        [(name, pa.bool_() if name == "is_canonical" else pa.string()) for name in FIELDS]
    )
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        while group := list(islice(rows, ROWS_A_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


@contextmanager
def _destination(path: Path | None) -> Iterator[IO[bytes]]:
    """Where the export goes; a file appears under its name when it is whole.

    A pipe, a device and what a shell has opened are written on as they are; where a link points is
    replaced, not the link.
    """
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        with path.open("ab") if _is_special(path) else _beside(_target(path)) as stream:
            yield stream
    except OSError as error:
        if error.errno is None:
            raise
        # The user knows nothing of the file beside.
        raise OSError(error.errno, error.strerror, str(path)) from error


def _is_special(path: Path) -> bool:
    """Whether what stands there is no file at rest: a pipe, a device, what a shell has opened."""
    places = [path, path.parent / path.readlink()] if path.is_symlink() else [path]
    opened = any(_OPENED in Path(os.path.realpath(each.parent)).parents for each in places)
    return opened or (path.exists() and not path.is_file())


def _target(path: Path) -> Path:
    """Where a link points in the end, or the path itself; raises OSError for a loop."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


@contextmanager
def _beside(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file that takes the path's place at the end, if nothing is raised."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as f:
        beside = Path(f.name)
        try:
            yield f
            f.flush()
            os.fsync(f.fileno())
            beside.chmod(_usual_mode())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _usual_mode() -> int:
    """The mode of a file that is made in the ordinary way: a temporary one is private."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
