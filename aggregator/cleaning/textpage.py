"""Plain-text records as pages: the split text with times, outlets and the dump's own word."""

from __future__ import annotations

from datetime import datetime

from aggregator.cleaning import dates, declared
from aggregator.cleaning.lines import When
from aggregator.cleaning.pieces import Piece
from aggregator.cleaning.plaintext import split_text
from aggregator.core.model import ExtractedArticle, Page, Record, Role


def page_of(record: Record, text: str) -> Page:
    """The page of a plain-text record; what the dump declares fills what the page leaves out."""
    split = split_text(text)
    notes: list[str] = []
    main = article_of(split.main, Role.MAIN, record, notes) if split.main.body else None
    if main is not None:
        main = declared.fill(main, record, notes)
    embedded = tuple(article_of(piece, Role.EMBEDDED, record, notes) for piece in split.embedded)
    return Page(main=main, embedded=embedded, warnings=tuple(notes))


def article_of(piece: Piece, role: Role, record: Record, notes: list[str]) -> ExtractedArticle:
    """A piece as an article; a time that cannot be is left out, with a note."""
    return ExtractedArticle(
        role=role,
        text=piece.text,
        title=piece.title,
        author=piece.author,
        outlet=piece.outlet,
        link=piece.link if role is Role.EMBEDDED else None,
        published=moment_of(piece.when, record.record_time, notes),
    )


def moment_of(
    when: When | None, record_time: datetime | None, notes: list[str]
) -> datetime | None:
    """The moment that a line tells; an age needs the record's own time, else it is None."""
    if when is None:
        return None
    if when.age is not None:
        return dates.resolve(when.age, record_time)
    if when.moment is None or dates.Bounds(record_time).hold(when.moment):
        return when.moment
    notes.append(f"published: {when.moment:%Y-%m-%d} cannot be, stored without date")
    return None
