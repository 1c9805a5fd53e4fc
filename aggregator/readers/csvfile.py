"""CSV (RFC 4180) and its kin with semicolons, tabs or bars; the first row names the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace

from aggregator.core.model import Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers.entries import Entry, damage_of
from aggregator.readers.fields import Source, record_of
from aggregator.readers.stream import DumpStream, Oversized, lines

_DELIMITERS = ",;\t|"
_REPLACED = "bytes that are not UTF-8 were replaced"


@dataclass(frozen=True, slots=True)
class _BadRow:
    reason: Reason
    detail: str


class _RowTooLarge(Exception):
    """A row, or an open quotation mark, that runs over the limit."""


class _Lines:
    """The decoded lines of a CSV, with the size of the row that is being read."""

    def __init__(self, stream: DumpStream, limit: int) -> None:
        self._lines = lines(stream, limit)
        self._limit = limit
        self._size = 0
        self.repaired = self.open_ended = False

    def start_row(self) -> None:
        """Begin to count anew."""
        self._size, self.repaired = 0, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._size += line.size if isinstance(line, Oversized) else len(line)
        if isinstance(line, Oversized) or self._size > self._limit:
            raise _RowTooLarge(f"over {self._limit} bytes, or a quotation mark is never closed")
        self.open_ended = not line.endswith(b"\n")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.repaired = True
            return line.decode("utf-8", "replace")


def delimiter_of(header: str) -> str:
    """The delimiter that stands most often in a header line; the comma when none does."""
    return max(_DELIMITERS, key=header.count)


def looks_like_csv(text: str, known: frozenset[str]) -> bool:
    """Whether a text's first line is a header: at least two columns that are `known`."""
    header = text.partition("\n")[0].strip("\r\ufeff ")
    if len(header) > 2_000:
        return False
    names = [name.strip().strip('"') for name in header.split(delimiter_of(header))]
    return len(names) > 1 and sum(name in known for name in names) >= 2


def read_csv(stream: DumpStream, options: ReadingOptions, source: Source) -> Iterator[Entry]:
    """One entry a row behind the header, at ``row N`` from 1; blank rows are nothing."""
    csv.field_size_limit(max(csv.field_size_limit(), options.max_record_bytes + 1))
    header_line = stream.head().partition(b"\n")[0].decode("utf-8", "replace")
    source_lines = _Lines(stream, options.max_record_bytes)
    rows = csv.reader(source_lines, delimiter=delimiter_of(header_line), strict=True)
    header: list[str] | None = None
    number = 0
    for row in _rows(rows, source_lines):
        if isinstance(row, list) and not any(row):
            continue
        if header is None and isinstance(row, list):
            header = [name.strip().removeprefix("\ufeff") for name in row]
            continue
        number += 1
        if source_lines.open_ended and stream.damage is not None and not stream.peek(1):
            number -= 1
            break
        yield _entry(row, header, f"row {number}", source, repaired=source_lines.repaired)
    damaged = damage_of(stream, f"row {number + 1}")
    if damaged is not None:
        yield damaged


def _rows(rows: Iterator[list[str]], source_lines: _Lines) -> Iterator[list[str] | _BadRow]:
    while True:
        source_lines.start_row()
        try:
            yield next(rows)
        except StopIteration:
            return
        except _RowTooLarge as error:
            yield _BadRow(Reason.TOO_LARGE, str(error))
        except csv.Error as error:
            yield _BadRow(Reason.BAD_RECORD, str(error))


def _entry(
    row: list[str] | _BadRow,
    header: list[str] | None,
    locator: str,
    source: Source,
    *,
    repaired: bool,
) -> Entry:
    if isinstance(row, _BadRow):
        return Rejection(locator, row.reason, row.detail)
    names = header or []
    if len(row) != len(names):
        detail = f"{len(row)} columns where the header has {len(names)}"
        return Rejection(locator, Reason.BAD_RECORD, detail)
    entry = record_of(dict(zip(names, row, strict=True)), locator, source)
    if repaired and isinstance(entry, Record):
        return replace(entry, warnings=(*entry.warnings, _REPLACED))
    return entry
