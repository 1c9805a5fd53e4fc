"""Labelled pairs and labelled clusters: what a person said of articles, read from a CSV.

Two forms, told apart by the header; other columns are passed over:

    url_a,url_b,label[,weight]    a pair; weight (1 where empty) says how many it stands for
    url,cluster                   an article and any name for the story it belongs to
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SAME: Final = frozenset({"same", "copy", "revision"})
"""Labels of two articles that belong into one story."""
NOT_SAME: Final = frozenset({"partial", "not", "event", "template", "different"})
"""Labels of two articles that do not."""
DISPUTED: Final = "disputed"
"""Label of a pair on which people disagree: left out of every score."""

_PAIR_COLUMNS: Final = ("url_a", "url_b", "label")
_CLUSTER_COLUMNS: Final = ("url", "cluster")


class LabelError(ValueError):
    """A CSV that cannot be used; the message names the file, the line and the reason."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two addresses and what a person said of the articles there."""

    url_a: str
    url_b: str
    label: str
    weight: float = 1.0

    @property
    def same(self) -> bool:
        """Whether the label calls them copies."""
        return self.label in SAME

    @property
    def ends(self) -> frozenset[str]:
        """The two addresses, in no order."""
        return frozenset((self.url_a, self.url_b))


@dataclass(slots=True)
class Labels:
    """What a CSV holds: `pairs` of the one form, or `clusters` (by address) of the other.

    `disputed` pairs are in none of the scores; `repeated` counts rows that say again what an
    earlier one said.
    """

    pairs: list[LabelledPair] = field(default_factory=list)
    disputed: list[LabelledPair] = field(default_factory=list)
    clusters: dict[str, str] = field(default_factory=dict)
    repeated: int = 0

    @property
    def urls(self) -> list[str]:
        """All addresses, each once, in the order of the file."""
        ends = (url for each in self.pairs + self.disputed for url in (each.url_a, each.url_b))
        return list(dict.fromkeys([*ends, *self.clusters]))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the file, and its words in a complaint."""

    path: Path
    line: int
    cells: dict[str, str]

    def wrong(self, reason: str) -> LabelError:
        return LabelError(f"{self.path}: line {self.line}: {reason}")

    def cell(self, name: str) -> str:
        value = self.cells.get(name, "")
        if not value:
            raise self.wrong(f"{name} is empty")
        return value


def read_labels(path: Path) -> Labels:
    """Read a CSV of either form (UTF-8).

    Raises LabelError for a file that cannot be read, and for the first row that cannot.
    """
    labels = Labels()
    seen: dict[frozenset[str], LabelledPair] = {}
    for row in _rows(path):
        if "cluster" in row.cells and "url_a" not in row.cells:
            _add_article(labels, row)
        else:
            _add_pair(labels, row, seen)
    if not labels.urls:
        raise LabelError(f"{path}: no labelled pair or article in it")
    return labels


def _rows(path: Path) -> Iterator[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = _header(path, reader)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield _row(path, reader.line_num, header, cells)
    except OSError as error:
        raise LabelError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: not UTF-8 text ({error.reason})") from None
    except csv.Error as error:
        raise LabelError(f"{path}: line {reader.line_num}: not CSV: {error}") from None


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    header = [name.strip().lower() for name in next(reader, [])]
    forms = (_PAIR_COLUMNS, _CLUSTER_COLUMNS)
    if not any(set(form) <= set(header) for form in forms):
        wanted = " or ".join(",".join(form) for form in forms)
        found = ",".join(header)[:100] or "nothing"
        raise LabelError(f"{path}: line 1: the header must hold {wanted}; found {found}")
    return header


def _row(path: Path, line: int, header: list[str], cells: list[str]) -> _Row:
    row = _Row(path, line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
    if len(cells) != len(header):
        raise row.wrong(f"{len(cells)} cells, but the header has {len(header)}")
    return row


def _add_pair(labels: Labels, row: _Row, seen: dict[frozenset[str], LabelledPair]) -> None:
    label = row.cell("label").lower()
    if label not in SAME | NOT_SAME | {DISPUTED}:
        known = ", ".join(sorted(SAME | NOT_SAME | {DISPUTED}))
        raise row.wrong(f"label {label!r} is none of {known}")
    pair = LabelledPair(row.cell("url_a"), row.cell("url_b"), label, _weight(row))
    if pair.url_a == pair.url_b:
        raise row.wrong("url_a and url_b are the same")
    earlier = seen.setdefault(pair.ends, pair)
    if earlier is not pair:
        if earlier.label != label:
            raise row.wrong(f"this pair is {label!r} here and {earlier.label!r} further up")
        labels.repeated += 1
        return
    (labels.disputed if label == DISPUTED else labels.pairs).append(pair)


def _weight(row: _Row) -> float:
    told = row.cells.get("weight") or "1"
    try:
        weight = float(told)
    except ValueError:
        weight = math.nan
    if not 0 <= weight < math.inf:
        raise row.wrong(f"weight {told!r} is no number from 0 on")
    return weight


def _add_article(labels: Labels, row: _Row) -> None:
    url, cluster = row.cell("url"), row.cell("cluster")
    earlier = labels.clusters.get(url)
    if earlier not in (None, cluster):
        raise row.wrong(f"this address is in cluster {cluster!r} here, {earlier!r} further up")
    labels.repeated += earlier is not None
    labels.clusters[url] = cluster
