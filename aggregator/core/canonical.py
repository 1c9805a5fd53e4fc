"""Choosing the canonical article by ordered rules, and naming the rule that decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from aggregator.core.model import Role
from aggregator.core.times import order_key


class CanonicalRule(StrEnum):
    """The rules; their order is the user's (``canonical.rules``)."""

    PREFERRED_OUTLETS = "preferred_outlets"
    MAIN_FIRST = "main_first"
    EARLIEST_PUBLISHED = "earliest_published"
    LONGEST = "longest"
    ARTICLE_ID = "article_id"


ONLY_COPY = "only_copy"
"""The reason stored for a cluster of one."""


@dataclass(frozen=True, slots=True)
class CanonicalOptions:
    """How the copy that stands for a cluster is chosen.

    `rules` are tried in order until one separates two articles; the article id always
    separates, and is added when it is left out.
    """

    rules: tuple[CanonicalRule, ...] = tuple(CanonicalRule)
    preferred_outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules look at in one article. `published` as `times.to_text` writes it."""

    article_id: str
    role: Role
    outlet: str | None
    published: str | None
    word_count: int


Rank = tuple[str | int, ...]
"""Comparable rank of an article under some options; the smallest is the best."""


class Ranking:
    """Ranks articles under one set of options."""

    def __init__(self, options: CanonicalOptions) -> None:
        self.rules = (*options.rules, CanonicalRule.ARTICLE_ID)
        self._preferred = {name.casefold(): i for i, name in enumerate(options.preferred_outlets)}
        keys: dict[CanonicalRule, Callable[[Candidate], str | int]] = {
            CanonicalRule.PREFERRED_OUTLETS: self._preference,
            CanonicalRule.MAIN_FIRST: lambda article: article.role != Role.MAIN,
            CanonicalRule.EARLIEST_PUBLISHED: lambda article: order_key(article.published),
            CanonicalRule.LONGEST: lambda article: -article.word_count,
            CanonicalRule.ARTICLE_ID: lambda article: article.article_id,
        }
        self._keys = [keys[rule] for rule in self.rules]

    def rank(self, article: Candidate) -> Rank:
        """Rank of an article: the smallest of a cluster is its canonical article."""
        return tuple(key(article) for key in self._keys)

    def reason(self, best: Rank, ranks: Iterable[Rank]) -> str:
        """Name of the rule that set the canonical's rank apart from the next best of all."""
        others = [rank for rank in ranks if rank != best]
        if not others:
            return ONLY_COPY
        return next(
            rule for rule, a, b in zip(self.rules, best, min(others), strict=True) if a != b
        )

    def _preference(self, article: Candidate) -> int:
        return self._preferred.get((article.outlet or "").casefold(), len(self._preferred))


def earliest_rank(article: Candidate) -> Rank:
    """Rank of an article for "who had this text first": published, then id."""
    return (order_key(article.published), article.article_id)
