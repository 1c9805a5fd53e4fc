"""Writing data to standard output, as a table, JSON, JSON lines or CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import typer
from rich.console import RenderableType

from aggregator.cli.options import Format, SliceOptions

Row = Mapping[str, Any]
"""Plain values as JSON has them, nested at most as objects and lists."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of one kind: in JSON a list, in CSV a line each."""

    rows: Sequence[Row]
    columns: Sequence[str]
    """Header of the CSV, also when there is no row; `flat` names of nested values."""
    table: Callable[[], Iterable[RenderableType]]


@dataclass(frozen=True, slots=True)
class Document:
    """One thing: in JSON an object; `rows` are what CSV has of it."""

    value: Row
    rows: Sequence[Row]
    columns: Sequence[str]
    table: Callable[[], Iterable[RenderableType]]


def show(data: Listing | Document, format_: Format) -> None:
    """Write data to standard output."""
    if format_ == Format.TABLE:
        from aggregator.cli.tables import print_all

        print_all(data.table())
    elif format_ == Format.CSV:
        write_csv(sys.stdout, data.columns, data.rows)
    elif isinstance(data, Document):
        write_json(sys.stdout, [data.value], lines=format_ == Format.JSONL, several=False)
    else:
        write_json(sys.stdout, data.rows, lines=format_ == Format.JSONL)


def show_slice(
    found: Sequence[Row],
    columns: Sequence[str],
    table: Callable[[Sequence[Row]], Iterable[RenderableType]],
    wanted: SliceOptions,
) -> None:
    """Write a slice of a list to standard output, and to standard error where the list goes on.

    `found` is what `wanted.slice` gives: one row more than wanted where there are more.
    """
    rows = found[: wanted.limit]
    show(Listing(rows, columns, lambda: table(rows)), wanted.format)
    if len(found) > len(rows):
        typer.echo(f"These are {len(rows)}; there are more: see --limit and --offset.", err=True)


def write_json(
    stream: TextIO, values: Iterable[Row], *, lines: bool, several: bool = True
) -> None:
    """Write objects: one a line, or indented, in one list when there may be `several`."""
    if lines:
        stream.writelines(one_line(value) + "\n" for value in values)
        return
    shown = list(values) if several else next(iter(values))
    stream.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")


def one_line(value: Row) -> str:
    """A JSON object on one line."""
    return json.dumps(value, ensure_ascii=False)


def write_csv(stream: TextIO, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a header and the rows (RFC 4180, but with the line ends of the system)."""
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(flat(row)) for row in rows)


def flat(row: Row, above: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a row with names such as ``canonical_title``, as CSV has them."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name}_")
        else:
            yield above + name, _cell(value)


def _cell(value: Any) -> Any:
    """A list becomes its items with spaces between them; null becomes nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(each if isinstance(each, str) else one_line(each) for each in value)
    return value
