"""From a cleaned page to the articles seen on it, with their identities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.core.identity import (
    address_warning,
    article_id,
    capture_key,
    embedded_key,
    has_address,
    normalise_address,
    page_address,
    record_key,
    revision_id,
    without_login,
)
from aggregator.core.model import ExtractedArticle, Page, Record, Role, Sent
from aggregator.core.options import MatchingOptions
from aggregator.core.times import to_text
from aggregator.core.tokens import Fingerprint


@dataclass(frozen=True, slots=True)
class Sighting(Sent):
    """One article as one record shows it; `position` 0 is the page's main article.

    `url` is the article's own address where it has one.
    """

    article_id: str
    revision_id: bytes
    position: int
    content: ExtractedArticle
    url: str | None
    carrier: str | None
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class SeenPage(Sent):
    """What one record gives the store: its page's address and the articles seen on it."""

    record_key: bytes
    locator: str
    address: str
    page_url: str | None
    record_time: str | None
    sightings: tuple[Sighting, ...]
    warnings: tuple[str, ...] = ()


def articles_of(page: Page) -> list[ExtractedArticle]:
    """The page's articles in the order of their positions."""
    return ([page.main] if page.main else []) + list(page.embedded)


def see(
    record: Record,
    page: Page,
    fingerprints: Sequence[Fingerprint],
    carrier: str | None,
) -> SeenPage:
    """Name the articles of a page; `fingerprints` are those of `articles_of(page)`.

    Articles without a single word are left out: they have nothing to compare.
    """
    address = page_address(record, page.own_url)
    repeats: Counter[str] = Counter()
    sightings: list[Sighting] = []
    articles = enumerate(articles_of(page), start=0 if page.main else 1)
    for (position, content), print_ in zip(articles, fingerprints, strict=True):
        if not print_.word_count:
            continue
        key = "" if content.role == Role.MAIN else embedded_key(content, print_.digest)
        repeats[key] += 1
        identifier = article_id(address, content.role, key, repeats[key])
        sightings.append(
            Sighting(
                article_id=identifier,
                revision_id=revision_id(identifier, content, carrier),
                position=position,
                content=content,
                url=_url(content, address, record),
                carrier=carrier,
                fingerprint=print_,
            )
        )
    return SeenPage(
        record_key=capture_key(record) if page.time_dependent else record_key(record),
        locator=record.locator,
        address=address,
        page_url=without_login(record.url or page.own_url),
        record_time=to_text(record.record_time),
        sightings=tuple(sightings),
        warnings=(*record.warnings, *_address_warning(record), *page.warnings),
    )


def _address_warning(record: Record) -> tuple[str, ...]:
    unclear = record.url and normalise_address(record.url) is None
    return (address_warning(record.url),) if unclear else ()


def _url(content: ExtractedArticle, address: str, record: Record) -> str | None:
    if content.role == Role.EMBEDDED:
        return content.link
    if record.feed_item:
        return normalise_address(record.url)
    return address if has_address(address) else None


def is_short(role: Role, words: int, options: MatchingOptions) -> bool:
    """Whether an article of so many words matches only when equal."""
    if role == Role.EMBEDDED:
        return words < options.short_embedded_words
    return words < options.short_main_words
