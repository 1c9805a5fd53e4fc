"""The verdict on a pair of texts, from its evidence and what is known of both articles.

Copies differ as editors make them differ: cut from the end, a new lead or title, sentences
changed. So two texts are ``near`` when most of the one with fewer shingles stands in the
other, and less is asked the more their titles and openings agree; what they share must begin
near the beginning of both, or the one carries the other inside its own story.

Pages of one site, or of sites that belong together, may share a form and tell different
facts: most of their numbers differ, or their titles differ where their texts differ. Those are
templates, on one site at any resemblance.
docs/matching.md shows how the thresholds were found and how much each of them moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from aggregator.core.evidence import Evidence
from aggregator.core.options import MatchingOptions
from aggregator.core.tokens import SHINGLE_WORDS

RULE: Final = "points-2"
"""Name of this rule; changes with any change of its verdicts."""


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
    rule: str
    score: float

    @property
    def same(self) -> bool:
        """Whether the two are copies of one text."""
        return self.verdict is Verdict.SAME


def decide(evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions) -> Decision:
    """Decide on a pair by the first rule that applies; symmetric in a and b."""
    if beyond_window(a, b, options, equal=evidence.equal):
        return Decision(None, Verdict.APART, "outside-window", 0.0)
    if evidence.equal:
        return Decision(Relation.EXACT, Verdict.SAME, "equal", 1.0)
    if a.short or b.short:
        return Decision(None, Verdict.APART, "short", 0.0)
    if evidence.compared + SHINGLE_WORDS - 1 < options.short_main_words:
        return Decision(None, Verdict.APART, "little-left", 0.0)
    passage = Relation.PARTIAL if _share_passage(evidence, options) else None
    gained = points(evidence, a, b, options)
    if gained < options.near_points:
        rule = "shared-passage" if passage else "little-in-common"
        return Decision(passage, Verdict.APART, rule, gained)
    # A pair that a rule holds apart scores below every pair that only lacks points.
    template = _template(evidence, a, b, options)
    if template:
        return Decision(None, Verdict.APART, template, 0.0)
    if evidence.begins > options.begins_words and not _titled_alike(evidence, options):
        return Decision(passage, Verdict.APART, "carried", 0.0)
    return Decision(Relation.NEAR, Verdict.SAME, "copy", min(gained, 1.0))


def points(evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions) -> float:
    """How much speaks for a copy: containment, and agreement of titles and of openings."""
    total = evidence.containment + options.title_points * evidence.title
    if a.site and b.site and a.site != b.site:
        total += options.lead_points * evidence.lead
    return total


def beyond_window(a: TextFacts, b: TextFacts, options: MatchingOptions, *, equal: bool) -> bool:
    """Whether two texts were published too far apart to be copies, whatever they share."""
    days = options.exact_window_days if equal else options.window_days
    if not days or a.published is None or b.published is None:
        return False
    return abs((a.published - b.published).total_seconds()) > days * 86_400


def _titled_alike(evidence: Evidence, options: MatchingOptions) -> bool:
    """Whether most of one text stands under the same title: cut, or extended before."""
    return evidence.title == 1 and evidence.containment >= options.titled_containment


def _template(
    evidence: Evidence, a: TextFacts, b: TextFacts, options: MatchingOptions
) -> str | None:
    """Why two texts tell different facts in one form, if they do.

    A text of unknown origin may come from the other's site. Different sites of one network, or
    that take one service's automated reports, share forms too. But there an editor's numbers
    and names differ as well, so more has to contradict; or the titles must repeat the form and
    the texts differ in more than a few words.
    """
    form = options.template_frame <= evidence.title_frame < 1
    facts = _different_facts(evidence, form, options)
    if facts is None or not (a.site and b.site and a.site != b.site):
        return facts
    if form and evidence.containment < options.template_verbatim:
        return facts
    several = evidence.own_numbers >= options.template_own_numbers or evidence.own_subject > 0
    if evidence.numbers < options.template_numbers and several:
        return "template-numbers"
    # Copies under new titles name other subjects too; a form's titles share the form's words.
    own = evidence.own_subject > options.own_subject and evidence.title > 0
    return "own-subject" if own else None


def _different_facts(evidence: Evidence, form: bool, options: MatchingOptions) -> str | None:
    if evidence.title_numbers_differ:
        return "template-title-numbers"
    if evidence.numbers < options.template_numbers:
        return "template-numbers"
    if form and evidence.own_subject > 0:
        return "template-title"
    return "own-subject" if evidence.own_subject > options.own_subject else None


def _share_passage(evidence: Evidence, options: MatchingOptions) -> bool:
    return (
        evidence.longest_run >= options.passage_words
        and evidence.containment >= options.passage_share
    )
