"""What the dump itself says of a record, put beside what its page says."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from aggregator.cleaning import dates
from aggregator.cleaning.addresses import registered_domain
from aggregator.cleaning.language import primary_language
from aggregator.cleaning.script import tidy
from aggregator.core.model import Declared, ExtractedArticle, Record


def fill(article: ExtractedArticle, record: Record, notes: list[str]) -> ExtractedArticle:
    """`article` with the dump's values where the page has none, and an outlet if one is known.

    The outlet is the page's, else the dump's, else the user's, else the registered domain of the
    record's URL.
    """
    said = either(record.declared, record.fallback)
    return replace(
        article,
        title=article.title or value(said.title),
        author=article.author or value(said.author),
        outlet=article.outlet or value(said.outlet) or outlet_of(record.url),
        published=article.published or moment(said.published, "published", record, notes),
        modified=article.modified or moment(said.modified, "modified", record, notes),
        language=article.language or primary_language(said.language),
        section=article.section or value(said.section),
    )


def either(said: Declared, fallback: Declared) -> Declared:
    """What the dump says, and what the user says where it says nothing."""
    gaps = [each.name for each in fields(said) if not getattr(said, each.name)]
    return replace(said, **{name: getattr(fallback, name) for name in gaps})


def outlet_of(url: str | None) -> str | None:
    """The registered domain that stands for an outlet nobody names."""
    return registered_domain(url) if url else None


def value(text: str | None) -> str | None:
    """A declared string on one line; None if it is blank."""
    return (tidy(text) or None) if text else None


def moment(text: str | None, field: str, record: Record, notes: list[str]) -> datetime | None:
    """A declared time; one that cannot be read, or cannot be, is a note and None."""
    if not text or not text.strip():
        return None
    found = dates.parse_time(text) or dates.parse_written(text)
    if found is not None and dates.Bounds(record.record_time).hold(found):
        return found
    notes.append(f"{field}: {tidy(text)[:60]!r} is no date that can be, stored without date")
    return None
