"""How ``clusters explain`` tells a comparison: the rule in words, the figures, the texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from aggregator.cli.tables import Facts, minute, safe
from aggregator.core.evidence import NOWHERE

COLUMNS = (
    "article_a",
    "article_b",
    "same_cluster",
    "canonical_article_id",
    "relation",
    "verdict",
    "rule",
    "score",
    "points",
    "resemblance",
    "containment_a_in_b",
    "containment_b_in_a",
    "proposed",
    "stored",
)
"""What CSV has of an explanation."""

RULES = {
    "equal": "their words are equal, one by one",
    "copy": (
        "{points:.2f} points, and {near_points:g} are enough; what they share begins within"
        " {begins_words} words of both"
    ),
    "carried": (
        "{points:.2f} points would be enough, but what they share begins only at word {begins}"
        " of one of them (at most {begins_words}): it carries the other inside its own story"
    ),
    "outside-window": "they were published too far apart to be copies",
    "short": "one of them is too short to be compared safely: only equal words would do",
    "little-left": "fewer than {short_main_words} words of one are left to compare",
    "template-title-numbers": (
        "each title names a number that the other has not: one form filled with different facts"
    ),
    "template-numbers": (
        "they share only {numbers:.2f} of their numbers (at least {template_numbers:g}):"
        " one form filled with different facts"
    ),
    "template-title": (
        "their titles share their frame ({title_frame:.2f}, from {template_frame:g}) and name"
        " different subjects: one form filled with different facts"
    ),
    "own-subject": (
        "{own_subject:.2f} of what tells each title from the other (at most"
        " {own_subject_most:g}) is told in its own text alone: they have different subjects"
    ),
    "shared-passage": (
        "they share a passage of {longest_run} words, but {points:.2f} points are too few"
        " ({near_points:g})"
    ),
    "little-in-common": "{points:.2f} points are too few ({near_points:g})",
}
"""What each rule of `aggregator.core.decision` means, with the figures that decided."""

_LONG = 60
"""Words that are shown of a shared passage that is much longer: its beginning and end."""


def csv_row(found: dict[str, Any]) -> dict[str, Any]:
    """An explanation as one flat row, without the texts."""
    a, b = found["articles"]
    return {
        "article_a": a["article_id"],
        "article_b": b["article_id"],
        **found["evidence"],
        **{name: value for name, value in found.items() if name in COLUMNS},
    }


def in_words(found: dict[str, Any]) -> str:
    """Why the rule decided as it did."""
    thresholds = dict(found["thresholds"])
    thresholds["own_subject_most"] = thresholds.pop("own_subject", None)
    values = {**thresholds, **found["evidence"], "points": found["points"]}
    told = RULES.get(found["rule"])
    return told.format(**values) if told else found["rule"]


def parts(found: dict[str, Any]) -> Iterator[RenderableType]:
    """The whole explanation for a person."""
    for name, article in zip("AB", found["articles"], strict=True):
        yield _article(name, article)
    yield Text()
    yield _answer(found)
    yield Text()
    yield _figures(found)
    if found["conditions"]:
        yield Text("\nwhat it takes to be near", style="bold")
        yield Facts([_condition(each) for each in found["conditions"]], indent=2)
    if found["with_canonicals"]:
        yield Text("\ncompared with the canonical articles", style="bold")
        for each in found["with_canonicals"]:
            yield _with_canonical(each)
    yield Text("\nthe texts (= shared, A and B: what each has in the other's place)", style="bold")
    for passage in found["passages"]:
        yield _passage(passage)


def _article(name: str, article: dict[str, Any]) -> RenderableType:
    title = safe(f"{name}  ", "bold") + safe(article["title"] or "(no title)", "bold")
    return Group(
        title,
        Facts(
            (
                ("article", article["article_id"]),
                ("cluster", article["cluster_id"]),
                ("outlet", article["outlet"] or article["carrier"]),
                ("published", minute(article["published_at"])),
                ("role", article["role"]),
                ("words", f"{article['word_count']}{' (short)' if article['short'] else ''}"),
            ),
            indent=3,
        ),
    )


def _answer(found: dict[str, Any]) -> RenderableType:
    a, b = found["articles"]
    relation = found["relation"] or "not related"
    together = "in one story" if found["same_cluster"] else "in two stories"
    lines = [Text(f"They are {together}; compared with each other they are {relation}:")]
    lines.append(Text(f"{in_words(found)} (rule {found['rule']})."))
    if found["same_cluster"] and not (a["is_canonical"] or b["is_canonical"]):
        lines.append(Text(f"Both are copies of the canonical {found['canonical_article_id']}."))
    if found["verdict"] == "same" and not found["same_cluster"]:
        lines.append(
            Text("A story holds copies of its canonical article; these two have different ones.")
        )
    return Group(*lines)


def _figures(found: dict[str, Any]) -> RenderableType:
    evidence = found["evidence"]
    pairs = [
        ("resemblance", f"{evidence['resemblance']:.3f}"),
        ("A in B", f"{evidence['containment_a_in_b']:.3f}"),
        ("B in A", f"{evidence['containment_b_in_a']:.3f}"),
        ("points", _points(found)),
    ]
    hidden = {"equal", "resemblance", "containment_a_in_b", "containment_b_in_a"}
    pairs += [
        (name.replace("_", " "), _figure(value))
        for name, value in evidence.items()
        if name not in hidden
    ]
    pairs.append(("candidates", _candidates(found)))
    return Facts(pairs)


FIGURES = {
    "days_apart": ("published days apart", ""),
    "short_texts": ("texts too short to compare", ""),
    "compared": ("shingles to compare", ""),
    "points": ("points", "more in common, or titles and openings more alike"),
    "title_numbers_differ": ("titles name different numbers (1 = yes)", "the same numbers named"),
    "numbers": ("share of numbers in common", "more of the numbers the same"),
    "own_subject": (
        "what tells each title apart, told in its own text alone",
        "the same subject named",
    ),
    "begins": ("word at which what they share begins", "shared from nearer the beginning"),
}
"""What each figure of a condition is, and what would change it."""


def _condition(each: dict[str, Any]) -> tuple[str, str]:
    """Whether a condition is met, and if not, what would have had to be different."""
    name, change = FIGURES[each["figure"]]
    told = f"{name}: {each['found']:.6g}, {'at least' if each['at_least'] else 'at most'}"
    told = f"{told} {each['limit']:g}"
    if each["figure"] == "begins" and each["found"] >= NOWHERE:
        return "NO", f"they share no passage; it would have to begin by word {each['limit']:g}"
    if each["met"]:
        return "yes", told
    by = "short" if each["at_least"] else "over"
    return "NO", f"{told}; {each['missing']:.6g} {by}{f' ({change})' if change else ''}"


def _figure(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _points(found: dict[str, Any]) -> str:
    """The points and what they are made of."""
    evidence, thresholds = found["evidence"], found["thresholds"]
    contained = max(evidence["containment_a_in_b"], evidence["containment_b_in_a"])
    title = thresholds["title_points"] * evidence["title"]
    lead = found["points"] - contained - title
    made_of = f"{contained:.3f} contained + {title:.3f} for titles + {lead:.3f} for openings"
    return f"{found['points']:.3f} = {made_of}; {thresholds['near_points']:g} are enough"


def _candidates(found: dict[str, Any]) -> str:
    if found["shared_keys"] is None:
        return "one text: their words are equal"
    proposed = "proposed" if found["proposed"] else "not proposed"
    stored = "stored" if found["stored"] else "not stored"
    return f"{proposed} by the index ({found['shared_keys']} shared keys); the match is {stored}"


def _with_canonical(each: dict[str, Any]) -> Text:
    relation = each["relation"] or "not related"
    return Text(
        f"  {each['article_id']} - {each['canonical_article_id']}\n"
        f"    {relation}, {each['verdict']} ({each['rule']}), resemblance"
        f" {each['resemblance']:.3f}, containment {each['containment']:.3f}"
        f" / {each['containment_reverse']:.3f}"
    )


def _passage(passage: dict[str, Any]) -> RenderableType:
    if passage["shared"]:
        return safe("= ") + safe(_shortened(passage["a"]), "dim")
    sides = Table.grid(padding=(0, 1, 0, 0), expand=True)
    sides.add_column(width=1)
    sides.add_column(ratio=1, overflow="fold")
    sides.add_column(width=1)
    sides.add_column(ratio=1, overflow="fold")
    sides.add_row("A", safe(passage["a"] or "-"), "B", safe(passage["b"] or "-"))
    return sides


def _shortened(text: str) -> str:
    words = text.split()
    if len(words) <= _LONG + _LONG // 3:
        return " ".join(words)
    half = _LONG // 2
    left_out = len(words) - 2 * half
    return f"{' '.join(words[:half])} [... {left_out} words ...] {' '.join(words[-half:])}"
