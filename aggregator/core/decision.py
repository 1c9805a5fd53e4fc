"""The verdict on a pair of texts, from its evidence and what is known of both articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
