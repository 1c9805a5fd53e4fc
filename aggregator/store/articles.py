"""Reading and writing deliveries, articles and their revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

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
_RANKED = select(
    revisions.c.revision_id,
    revisions.c.article_id,
    revisions.c.modified_at,
    revisions.c.record_time,
    revisions.c.page_url,
)
_DELIVERED = select(deliveries.c.record_key)
_CARRIED = select(appearances.c.record_key, appearances.c.revision_id)
_EXISTING = select(articles.c.article_id)
_ARTICLES = select(articles)
_REVISIONS = select(revisions)
_WITHOUT_TEXT = select(*(column for column in revisions.c if column is not revisions.c.text))
_TEXTS = select(revisions.c.revision_id, revisions.c.text).where(revisions.c.purged_at.is_(None))
_UPDATE = update(revisions).where(revisions.c.revision_id == bindparam("id"))


def delivered(connection: Connection, keys: Iterable[bytes]) -> set[bytes]:
    """Those of these record keys that were delivered before."""
    return {key for (key,) in rows_among(connection, _DELIVERED, deliveries.c.record_key, keys)}


def existing(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of these articles that are stored."""
    return {each for (each,) in rows_among(connection, _EXISTING, articles.c.article_id, ids)}


def add_deliveries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note records as delivered; one that was delivered before stays as it was."""
    insert_new(connection, deliveries, rows)


def revisions_delivered(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """The revisions that each of these deliveries carried."""
    found: dict[bytes, list[bytes]] = {}
    for key, revision in rows_among(connection, _CARRIED, appearances.c.record_key, keys):
        found.setdefault(key, []).append(revision)
    return found


def revision_ranks(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, AnyRow]:
    """Of these revisions, the ones that are stored, with what ranks them."""
    rows = rows_among(connection, _RANKED, revisions.c.revision_id, ids)
    return {row.revision_id: row for row in rows}


def ranks_of_articles(connection: Connection, ids: Iterable[str]) -> dict[str, list[AnyRow]]:
    """All revisions of these articles, with what ranks them."""
    found: dict[str, list[AnyRow]] = {}
    for row in rows_among(connection, _RANKED, revisions.c.article_id, ids):
        found.setdefault(row.article_id, []).append(row)
    return found


def load_revisions(
    connection: Connection, ids: Iterable[bytes], *, text: bool = False
) -> dict[bytes, AnyRow]:
    """These revisions, with their text or without it."""
    statement = _REVISIONS if text else _WITHOUT_TEXT
    rows = rows_among(connection, statement, revisions.c.revision_id, ids)
    return {row.revision_id: row for row in rows}


def load_articles(connection: Connection, ids: Iterable[str]) -> dict[str, AnyRow]:
    """Of these articles, the ones that are stored."""
    rows = rows_among(connection, _ARTICLES, articles.c.article_id, ids)
    return {row.article_id: row for row in rows}


def add_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add revisions of articles that are stored."""
    insert_all(connection, revisions, rows)


def update_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of revisions; rows have id and the same columns each."""
    for_each(connection, _UPDATE, rows)


def revisions_of(connection: Connection, ids: Iterable[str]) -> list[AnyRow]:
    """All revisions of these articles that were not purged: their ids and texts."""
    return list(rows_among(connection, _TEXTS, revisions.c.article_id, ids))


def write_articles(connection: Connection, rows: Sequence[Mapping[str, Any]], new: int) -> None:
    """Add articles, `new` of them, or set all values of those that are stored."""
    upsert(connection, articles, rows)
    counters.add(connection, counters.STORED, {"articles": new})


def add_appearances(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note which delivery carried which revision."""
    insert_new(connection, appearances, rows)
