"""The verdict on a pair of texts, from its evidence and what is known of both articles.

Copies differ as editors make them differ: cut from the end, a new lead or title, sentences
changed. So two texts are ``near`` when most of the one with fewer shingles stands in the
other, and less is asked the more their titles and openings agree; what they share must begin
near the beginning of both, or the one carries the other inside its own story.

Pages of one site, or of sites that belong together, may share a form and tell different
facts: most of their numbers differ, or their titles differ where their texts differ. Those are
templates, at any resemblance.
docs/matching.md shows how the thresholds were found and how much each of them moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from aggregator.core.evidence import Evidence
from aggregator.core.options import MatchingOptions
from aggregator.core.tokens import SHINGLE_WORDS

RULE: Final = "points-2"
"""Name of the whole rule; changes with any change of its verdicts."""


class Rule(StrEnum):
    """What decided: the condition that was not met, or that nothing spoke against a copy."""

    EQUAL = "equal"
    OUTSIDE_WINDOW = "outside-window"
    SHORT = "short"
    LITTLE_LEFT = "little-left"
    LITTLE_IN_COMMON = "little-in-common"
    SHARED_PASSAGE = "shared-passage"
    TEMPLATE_TITLE_NUMBERS = "template-title-numbers"
    TEMPLATE_NUMBERS = "template-numbers"
    TEMPLATE_TITLE = "template-title"
    OWN_SUBJECT = "own-subject"
    CARRIED = "carried"
    COPY = "copy"


POINTS: Final = "points"


class Relation(StrEnum):
    """How two texts are related (DESIGN section 2)."""

    EXACT = "exact"
    NEAR = "near"
    PARTIAL = "partial"


class Verdict(StrEnum):
    """Whether two articles are copies of one text; only ``same`` pairs may share a cluster."""

    SAME = "same"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What the decision may know of an article besides its text.

    `site` is the registered domain of the page that carries it. `published` is aware, UTC
    (the record's time where the page tells none), None when unknown. `language` is an ISO
    639-1 code. `short`: too little text to compare safely, ``exact`` only.
    """

    title: str | None = None
    outlet: str | None = None
    site: str | None = None
    published: datetime | None = None
    word_count: int = 0
    language: str | None = None
    short: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`rule` names the deciding rule; `score` (0..1) orders pairs by how alike they are."""

    relation: Relation | None
    verdict: Verdict
    rule: Rule
    score: float

    @property
    def same(self) -> bool:
        """Whether the two are copies of one text."""
        return self.verdict is Verdict.SAME


class Condition(NamedTuple):
    """One thing that two texts must meet to be ``near``; `rule` decides where they do not.

    `figure` names what is measured: a field of `Evidence`, ``points``, ``days_apart``,
    ``short_texts``. `found` is its value, `limit` what it must reach (`at_least`) or not pass.
    """

    rule: Rule
    figure: str
    found: float
    limit: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether the pair meets it."""
        return self.found >= self.limit if self.at_least else self.found <= self.limit


def decide(evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions) -> Decision:
    """Decide on a pair: the first condition that it does not meet; symmetric in a and b."""
    if evidence.equal:
        if beyond_window(a, b, options, equal=True):
            return Decision(None, Verdict.APART, Rule.OUTSIDE_WINDOW, 0.0)
        return Decision(Relation.EXACT, Verdict.SAME, Rule.EQUAL, 1.0)
    for condition in conditions(evidence, a, b, options):
        if not condition.met:
            return _apart(condition, evidence, options)
    score = min(points(evidence, a, b, options), 1.0)
    return Decision(Relation.NEAR, Verdict.SAME, Rule.COPY, score)


def _apart(condition: Condition, evidence: Evidence, options: MatchingOptions) -> Decision:
    rule = condition.rule
    partial = rule in (Rule.SHARED_PASSAGE, Rule.CARRIED) and _share_passage(evidence, options)
    # A pair that a rule holds apart scores below every pair that only lacks points.
    score = condition.found if condition.figure == POINTS else 0.0
    return Decision(Relation.PARTIAL if partial else None, Verdict.APART, rule, score)


def conditions(
    evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions
) -> Iterator[Condition]:
    """What two texts that are not equal must meet to be ``near``, in order."""
    apart = _days_apart(a, b)
    if options.window_days and apart is not None:
        yield _at_most(Rule.OUTSIDE_WINDOW, "days_apart", apart, options.window_days)
    yield _at_most(Rule.SHORT, "short_texts", a.short + b.short, 0)
    shingles = options.short_main_words - SHINGLE_WORDS + 1
    yield _at_least(Rule.LITTLE_LEFT, "compared", evidence.compared, shingles)
    shared = _share_passage(evidence, options)
    too_few = Rule.SHARED_PASSAGE if shared else Rule.LITTLE_IN_COMMON
    yield _at_least(too_few, POINTS, points(evidence, a, b, options), options.near_points)
    yield from _same_facts(evidence, a, b, options)
    if not _titled_alike(evidence, options):
        yield _at_most(Rule.CARRIED, "begins", evidence.begins, options.begins_words)


def _at_least(rule: Rule, figure: str, found: float, limit: float) -> Condition:
    return Condition(rule, figure, found, limit, at_least=True)


def _at_most(rule: Rule, figure: str, found: float, limit: float) -> Condition:
    return Condition(rule, figure, found, limit, at_least=False)


def points(evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions) -> float:
    """How much speaks for a copy: containment, and agreement of titles and of openings."""
    total = evidence.containment + options.title_points * evidence.title
    return total + options.lead_points * evidence.lead if _elsewhere(a, b) else total


def may_be_related(evidence: Evidence, options: MatchingOptions) -> bool:
    """Whether any titles, openings and passages could make two unequal texts related.

    False is certain: no points beyond containment and full agreement, so not ``near``, and too
    small a share for ``partial``. The sum is that of `points`, so that rounding agrees too.
    """
    best = evidence.containment + max(options.title_points, 0.0)
    best += max(options.lead_points, 0.0)
    return best >= options.near_points or evidence.containment >= options.passage_share


def _elsewhere(a: TextFacts, b: TextFacts) -> bool:
    """Whether two sites carry them; a text of unknown origin may come from the other's site."""
    return bool(a.site and b.site and a.site != b.site)


def beyond_window(a: TextFacts, b: TextFacts, options: MatchingOptions, *, equal: bool) -> bool:
    """Whether two texts were published too far apart to be copies, whatever they share."""
    days = options.exact_window_days if equal else options.window_days
    apart = _days_apart(a, b)
    return bool(days) and apart is not None and apart > days


def _days_apart(a: TextFacts, b: TextFacts) -> float | None:
    if a.published is None or b.published is None:
        return None
    return abs((a.published - b.published).total_seconds()) / 86_400


def _titled_alike(evidence: Evidence, options: MatchingOptions) -> bool:
    """Whether most of one text stands under the same title: cut, or extended before."""
    return evidence.title == 1 and evidence.containment >= options.titled_containment


def _same_facts(
    evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions
) -> Iterator[Condition]:
    """That two texts do not tell different facts in one form.

    Different sites of one network, or that take one service's automated reports, share forms
    too. But there an editor's numbers and names differ as well, so more has to contradict; or
    the titles must repeat the form and the texts differ in more than a few words.
    """
    form = options.template_frame <= evidence.title_frame < 1
    numbers = _at_least(
        Rule.TEMPLATE_NUMBERS, "numbers", evidence.numbers, options.template_numbers
    )
    enough = options.own_words - (evidence.title_frame >= options.template_frame / 2)
    told_apart = evidence.own_words >= enough
    subject = _at_most(Rule.OWN_SUBJECT, "own_subject", evidence.own_subject, options.own_subject)
    if not _elsewhere(a, b) or (form and evidence.containment < options.template_verbatim):
        named = int(evidence.title_numbers_differ)
        yield _at_most(Rule.TEMPLATE_TITLE_NUMBERS, "title_numbers_differ", named, 0)
        yield numbers
        if form:
            yield _at_most(Rule.TEMPLATE_TITLE, "own_subject", evidence.own_subject, 0)
        if told_apart:
            yield subject
        return
    if evidence.own_numbers >= options.template_own_numbers or evidence.own_subject > 0:
        yield numbers
    # Copies under new titles name other subjects too; a form's titles share the form's words.
    if told_apart and evidence.title > 0:
        yield subject


def _share_passage(evidence: Evidence, options: MatchingOptions) -> bool:
    return (
        evidence.longest_run >= options.passage_words
        and evidence.containment >= options.passage_share
    )
