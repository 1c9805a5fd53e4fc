"""Reading and writing deliveries, articles and their revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from aggregator.store import counters
from aggregator.store.schema import appearances, articles, deliveries, revisions
from aggregator.store.sql import (
    AnyRow,
    for_each,
    insert_all,
    insert_new,
    rows_among,
    upsert,
)

OF_REVISION = tuple(column.name for column in revisions.c if column.name in articles.c)
"""What an article and each of its revisions both have."""
_RANK = (
    revisions.c.revision_number,
    revisions.c.article_number,
    revisions.c.revision_id,
    revisions.c.modified_at,
    revisions.c.record_time,
    revisions.c.page_url,
)
_RANKED = select(*_RANK)
_DELIVERED = select(deliveries.c.record_key, deliveries.c.delivery_number)
_CARRIED = (
    select(deliveries.c.record_key, *_RANK)
    .join(appearances, appearances.c.delivery_number == deliveries.c.delivery_number)
    .join(revisions, revisions.c.revision_number == appearances.c.revision_number)
)
_NUMBERS = select(articles.c.article_id, articles.c.article_number)
_ARTICLES = select(articles)
_REVISIONS = select(revisions)
_WITHOUT_TEXT = select(*(column for column in revisions.c if column is not revisions.c.text))
_TEXTS = select(revisions.c.revision_number, revisions.c.text).where(
    revisions.c.purged_at.is_(None)
)
_UPDATE = update(revisions).where(revisions.c.revision_number == bindparam("number"))
_LAST = select(
    *(
        select(func.coalesce(func.max(column), 0)).scalar_subquery()
        for column in (
            deliveries.c.delivery_number,
            articles.c.article_number,
            revisions.c.revision_number,
        )
    )
)


def delivered(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, int]:
    """Those of these record keys that were delivered before, with the deliveries' numbers."""
    return dict(map(tuple, rows_among(connection, _DELIVERED, deliveries.c.record_key, keys)))


def numbers(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Those of these articles that are stored, with their numbers."""
    return dict(map(tuple, rows_among(connection, _NUMBERS, articles.c.article_id, ids)))


@dataclass(slots=True)
class Numbering:
    """The last numbers that were given; writers take turns, so that nobody else gives any."""

    delivery: int
    article: int
    revision: int


def last_numbers(connection: Connection) -> Numbering:
    """The last numbers that deliveries, articles and revisions have; 0 where there are none."""
    return Numbering(*connection.execute(_LAST).one())


def add_deliveries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note records as delivered, none of which was before."""
    insert_all(connection, deliveries, rows)


def revisions_delivered(
    connection: Connection, keys: Iterable[bytes]
) -> dict[bytes, list[AnyRow]]:
    """The revisions that each of these deliveries carried, with what ranks them."""
    found: dict[bytes, list[AnyRow]] = {}
    for row in rows_among(connection, _CARRIED, deliveries.c.record_key, keys):
        found.setdefault(row.record_key, []).append(row)
    return found


def ranks_of_articles(connection: Connection, wanted: Iterable[int]) -> dict[int, list[AnyRow]]:
    """All revisions of the articles of these numbers, with what ranks them."""
    found: dict[int, list[AnyRow]] = {}
    for row in rows_among(connection, _RANKED, revisions.c.article_number, wanted):
        found.setdefault(row.article_number, []).append(row)
    return found


def load_revisions(
    connection: Connection, wanted: Iterable[int], *, text: bool = False
) -> dict[int, AnyRow]:
    """The revisions of these numbers, with their text or without it."""
    statement = _REVISIONS if text else _WITHOUT_TEXT
    rows = rows_among(connection, statement, revisions.c.revision_number, wanted)
    return {row.revision_number: row for row in rows}


def load_articles(connection: Connection, wanted: Iterable[int]) -> dict[int, AnyRow]:
    """The articles of these numbers."""
    rows = rows_among(connection, _ARTICLES, articles.c.article_number, wanted)
    return {row.article_number: row for row in rows}


def add_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add revisions of articles that are stored."""
    insert_all(connection, revisions, rows)


def update_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of revisions; rows have `number` and the same columns each."""
    for_each(connection, _UPDATE, rows)


def revisions_of(connection: Connection, wanted: Iterable[int]) -> list[AnyRow]:
    """All revisions of the articles of these numbers that were not purged: numbers and texts."""
    return rows_among(connection, _TEXTS, revisions.c.article_number, wanted)


def write_articles(connection: Connection, rows: Sequence[Mapping[str, Any]], new: int) -> None:
    """Add articles, `new` of them, or set all values of those that are stored."""
    upsert(connection, articles, rows)
    counters.add(connection, counters.STORED, {"articles": new})


def add_appearances(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note which delivery carried which revision."""
    insert_new(connection, appearances, rows)
