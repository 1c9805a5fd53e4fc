"""How ``evaluate`` tells its figures, errors and curves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.explanation import in_words
from aggregator.cli.tables import Facts, safe, table
from aggregator.core.scores import SCORE_FIGURES

Values = dict[str, Any]

SCORE_COLUMNS = ("split", "value", "pairs", *SCORE_FIGURES)
CURVE_COLUMNS = ("by", "threshold", "pairs", *SCORE_FIGURES)
ERROR_COLUMNS = (
    "error",
    "url_a",
    "url_b",
    "label",
    "weight",
    "article_a",
    "article_b",
    "title_a",
    "title_b",
    "relation",
    "verdict",
    "rule",
    "score",
    "points",
    "resemblance",
    "containment_a_in_b",
    "containment_b_in_a",
)
UNLABELLED_COLUMNS = (
    "url_a",
    "url_b",
    "label",
    "cluster_id",
    "relation",
    "resemblance",
    "containment",
    "containment_reverse",
    "outlet_a",
    "outlet_b",
    "title_a",
    "title_b",
)
"""Those of labelled pairs first: a person fills in the label and has rows to evaluate with."""

_SHOWN = ("precision", "recall", "f1", "merged")
_ADDRESSES = 20
"""Addresses that are not stored, of which so many are shown to people."""


def score_rows(value: Values) -> list[Values]:
    """All scores as rows: over everything, then split."""
    rows = [
        {"split": "all", "value": "stories", **value["stories"]},
        {"split": "all", "value": "rule", **value["rule"]},
    ]
    if value["b_cubed"]:
        rows.append({"split": "all", "value": "b-cubed", **value["b_cubed"]})
    return rows + list(value["splits"])


def error_row(error: Values) -> Values:
    """An error as one flat row."""
    return {"error": _kind(error), **(error["evidence"] or {}), **error}


def _kind(error: Values) -> str:
    return "false" if error["together"] else "missed"


def parts(value: Values) -> Iterator[RenderableType]:
    """The whole evaluation for a person."""
    yield from _about(value)
    yield table(
        ("", "#pairs", "#precision", "#recall", "#F1", "#put together"),
        [_score_line(_name(row), row) for row in score_rows(value)],
        folds=(0,),
    )
    if "errors" in value:
        yield from _errors(value)
    if "curves" in value:
        yield from _curves(value["curves"])
    if "unlabelled" in value:
        yield from _unlabelled(value["unlabelled"])


def _name(row: Values) -> str:
    named = {"stories": "stories", "rule": "the rule, pair by pair", "b-cubed": "stories, B-cubed"}
    return named[row["value"]] if row["split"] == "all" else f"{row['split']}: {row['value']}"


def _score_line(name: str, row: Values) -> list[Text]:
    return [safe(name), safe(row.get("pairs")), *(_figure(row.get(each)) for each in _SHOWN)]


def _figure(value: float | None) -> Text:
    return safe("-" if value is None else f"{value:.3f}")


def _about(value: Values) -> Iterator[RenderableType]:
    labels = value["labels"]
    what = "labelled clusters" if labels["form"] == "clusters" else "labelled pairs"
    counted = f"{labels['pairs']:,} pairs to score"
    if labels["disputed"]:
        counted += f", {labels['disputed']:,} disputed left out"
    if labels["repeated"]:
        counted += f", {labels['repeated']:,} rows repeat an earlier one"
    facts = [
        (what, counted),
        ("addresses", f"{labels['addresses']:,}, {len(value['not_stored']):,} not stored"),
        ("without label", f"{value['unlabelled_pairs']:,} pairs in one story"),
    ]
    changed = _changed(value["thresholds"])
    if changed:
        facts.append(("the rule", f"with other thresholds than the store: {changed}"))
    yield Facts(facts)
    yield from (safe(f"  not stored: {url}") for url in value["not_stored"][:_ADDRESSES])
    if len(value["not_stored"]) > _ADDRESSES:
        yield Text(f"  and {len(value['not_stored']) - _ADDRESSES:,} more (--format json)")
    yield Text()


def _changed(thresholds: dict[str, Values]) -> str:
    store, ours = thresholds["store"], thresholds["in_force"]
    return ", ".join(f"{n} {store[n]:g} -> {ours[n]:g}" for n in ours if ours[n] != store[n])


def _errors(value: Values) -> Iterator[RenderableType]:
    for error in value["errors"]:
        yield Text()
        about = f"{_kind(error):<6}  labelled {error['label']}, weight {error['weight']:g}"
        yield safe(about, "bold")
        yield Facts([(side, error[f"url_{side}"]) for side in "ab"], indent=2)
        titles = [(side, error[f"title_{side}"]) for side in "ab"]
        yield Facts([*titles, ("rule", _reason(error, value["thresholds"]["store"]))], indent=2)
        yield Facts(_evidence(error), indent=2)
    if not value["errors"]:
        yield Text("\nNo errors.")


def _reason(error: Values, thresholds: Values) -> str:
    if error["evidence"] is None:
        return "one of them is not stored"
    told = f"{error['rule']}: {in_words({**error, 'thresholds': thresholds})}"
    if error["verdict"] == "same" and not error["together"]:
        return f"{told}; but they have different canonical articles"
    if error["verdict"] != "same" and error["together"]:
        return f"{told}; but both are copies of their canonical article"
    return told


def _evidence(error: Values) -> list[tuple[str, object]]:
    shown = error["evidence"] or {}
    hidden = {"equal"}
    texts = (
        f"{name.replace('_', ' ')} {value:.2f}"
        if isinstance(value, float)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in shown.items()
        if name not in hidden
    )
    return [("evidence", ", ".join(texts))]


def _curves(curves: Iterable[Values]) -> Iterator[RenderableType]:
    by: dict[str, list[Values]] = {}
    for row in curves:
        by.setdefault(row["by"], []).append(row)
    for name, rows in by.items():
        best = max(rows, key=lambda row: row["f1"] or 0.0)
        yield Text(f"\nput together from this {name} on", style="bold")
        yield table(
            ("", "#pairs", "#precision", "#recall", "#F1", "#put together"),
            [
                _score_line(f"{row['threshold']:.2f}{' best' if row is best else ''}", row)
                for row in rows
            ],
            folds=(0,),
        )


def _unlabelled(rows: list[Values]) -> Iterator[RenderableType]:
    yield Text(f"\ncopies that no label speaks of: {len(rows):,}", style="bold")
    for row in rows:
        yield Text()
        how = f"{row['relation']}  resemblance {row['resemblance']:.2f}"
        contained = f"containment {row['containment']:.2f} / {row['containment_reverse']:.2f}"
        yield safe(f"{row['cluster_id']}  {how}  {contained}")
        for side in "ab":
            yield Facts([(side, row[f"url_{side}"]), ("", row[f"title_{side}"])], indent=2)
