"""``aggregator evaluate``: how right the stories are, against labels of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.failure import ExitCode, Failure
from aggregator.cli.options import Format, OutputOptions, bad_usage, command
from aggregator.cli.output import Document, Row, show
from aggregator.cli.session import opened_store, settings_of

if TYPE_CHECKING:
    from aggregator.core.options import MatchingOptions
    from aggregator.evaluation import Evaluation
    from aggregator.labels import Labels
    from aggregator.store.engine import Connection


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(OutputOptions):
    """Options of ``evaluate``."""

    labels: Annotated[
        Path,
        typer.Argument(
            metavar="PAIRS.csv",
            help="Labelled pairs (url_a,url_b,label,weight) or clusters (url,cluster).",
            show_default=False,
        ),
    ]
    errors: Annotated[
        bool, typer.Option("--errors", help="List each false and missed pair, and why.")
    ] = False
    curve: Annotated[
        bool, typer.Option("--curve", help="Show what other thresholds would give.")
    ] = False
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw the curves into a PNG file."),
    ] = None
    unlabelled: Annotated[
        bool, typer.Option("--unlabelled", help="List the copies that no label speaks of.")
    ] = False


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "evaluate", EvaluateOptions)(evaluate)


def evaluate(options: EvaluateOptions) -> None:
    """Score the stories against labelled pairs or clusters; the store is only read.

    A URL means the main article of its page. Labels are same (or copy, revision), not (or
    partial, event, template, different) and disputed, which counts nowhere.
    """
    from aggregator.store.engine import reading

    _require_one_table(options)
    draw = _drawing(options.plot)
    settings = settings_of(options)
    labels = _labels(options.labels)
    with opened_store(settings) as engine, reading(engine) as connection:
        found = _evaluation(connection, labels, settings.matching)
        value = _told(connection, options, found)
    draw(found)
    show(_document(options, value), options.format)


def _require_one_table(options: EvaluateOptions) -> None:
    """CSV is one table: the figures, or one list."""
    lists = (options.errors, options.curve, options.unlabelled)
    if options.format == Format.CSV and sum(lists) > 1:
        raise bad_usage("--format csv: one of --errors, --curve and --unlabelled at a time")


def _drawing(path: Path | None) -> Callable[[Evaluation], None]:
    """What draws the curves of an evaluation; nothing without a file to draw into."""
    if path is None:
        return lambda _found: None
    from aggregator.cli.plot import curve_drawer

    return curve_drawer(path)


def _labels(path: Path) -> Labels:
    from aggregator.labels import LabelError, read_labels

    try:
        return read_labels(path)
    except LabelError as error:
        raise Failure(str(error), ExitCode.USAGE) from None


def _evaluation(connection: Connection, labels: Labels, matching: MatchingOptions) -> Evaluation:
    from aggregator.evaluation import TooManyPairs, evaluate

    try:
        return evaluate(connection, labels, matching)
    except TooManyPairs as error:
        raise Failure(str(error)) from None


def _told(connection: Connection, options: EvaluateOptions, found: Evaluation) -> dict[str, Any]:
    """The evaluation as plain values; lists that were not asked for are left out."""
    from aggregator.evaluation import told, unlabelled_pairs

    value = _figures(options.labels, found)
    if options.errors:
        value["errors"] = [told(each) for each in found.errors()]
    if options.curve:
        value["curves"] = [
            {"by": by, "threshold": at, **made.figures()} for by, at, made in found.curves()
        ]
    if options.unlabelled:
        value["unlabelled"] = unlabelled_pairs(connection, found.labels)
    return value


def _figures(path: Path, found: Evaluation) -> dict[str, Any]:
    labels = found.labels
    return {
        "labels": {
            "path": str(path),
            "form": "clusters" if labels.clusters else "pairs",
            "addresses": len(labels.urls),
            "pairs": len(found.pairs),
            "disputed": len(labels.disputed),
            "repeated": labels.repeated,
        },
        "not_stored": found.not_stored,
        "unlabelled_pairs": found.unlabelled,
        "stories": found.by_story.figures(),
        "b_cubed": found.stories.figures() if found.stories else None,
        "rule": found.by_rule.figures(),
        "thresholds": {"store": asdict(found.made_with), "in_force": asdict(found.in_force)},
        "splits": [
            {"split": name, "value": of, **made.figures()} for name, of, made in found.splits()
        ],
    }


def _document(options: EvaluateOptions, value: dict[str, Any]) -> Document:
    from aggregator.cli import evaluation as shown

    chosen: tuple[Sequence[Row], Sequence[str]]
    if options.errors:
        chosen = [shown.error_row(each) for each in value["errors"]], shown.ERROR_COLUMNS
    elif options.curve:
        chosen = value["curves"], shown.CURVE_COLUMNS
    elif options.unlabelled:
        chosen = value["unlabelled"], shown.UNLABELLED_COLUMNS
    else:
        chosen = shown.score_rows(value), shown.SCORE_COLUMNS
    rows, columns = chosen
    return Document(value, rows, columns, lambda: shown.parts(value))
