"""Reading and writing deliveries, articles and their revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from aggregator.store import counters
from aggregator.store.schema import appearances, articles, deliveries, revisions
from aggregator.store.sql import AnyRow, chunks, insert_all, insert_new, upsert

OF_REVISION = tuple(column.name for column in revisions.c if column.name in articles.c)
"""What an article and each of its revisions both have."""
RANKED = (
    revisions.c.revision_id,
    revisions.c.article_id,
    revisions.c.modified_at,
    revisions.c.record_time,
    revisions.c.page_url,
)


def delivered(connection: Connection, keys: Iterable[bytes]) -> set[bytes]:
    """Those of these record keys that were delivered before."""
    found: set[bytes] = set()
    for chunk in chunks(keys):
        column = deliveries.c.record_key
        found.update(connection.scalars(select(column).where(column.in_(chunk))))
    return found


def existing(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of these articles that are stored."""
    found: set[str] = set()
    for chunk in chunks(ids):
        column = articles.c.article_id
        found.update(connection.scalars(select(column).where(column.in_(chunk))))
    return found


def add_deliveries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note records as delivered; one that was delivered before stays as it was."""
    insert_new(connection, deliveries, rows)


def revisions_delivered(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """The revisions that each of these deliveries carried."""
    statement = select(appearances.c.record_key, appearances.c.revision_id)
    found: dict[bytes, list[bytes]] = {}
    for chunk in chunks(keys):
        for row in connection.execute(statement.where(appearances.c.record_key.in_(chunk))).all():
            found.setdefault(row.record_key, []).append(row.revision_id)
    return found


def revision_ranks(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, AnyRow]:
    """Of these revisions, the ones that are stored, with what ranks them."""
    found: dict[Any, AnyRow] = {}
    for chunk in chunks(ids):
        statement = select(*RANKED).where(revisions.c.revision_id.in_(chunk))
        found.update((row.revision_id, row) for row in connection.execute(statement).all())
    return found


def ranks_of_articles(connection: Connection, ids: Iterable[str]) -> dict[str, list[AnyRow]]:
    """All revisions of these articles, with what ranks them."""
    found: dict[str, list[AnyRow]] = {}
    for chunk in chunks(ids):
        statement = select(*RANKED).where(revisions.c.article_id.in_(chunk))
        for row in connection.execute(statement).all():
            found.setdefault(row.article_id, []).append(row)
    return found


def load_revisions(
    connection: Connection, ids: Iterable[bytes], *, text: bool = False
) -> dict[bytes, AnyRow]:
    """These revisions, with their text or without it."""
    columns = [column for column in revisions.c if text or column is not revisions.c.text]
    found: dict[Any, AnyRow] = {}
    for chunk in chunks(ids):
        statement = select(*columns).where(revisions.c.revision_id.in_(chunk))
        found.update((row.revision_id, row) for row in connection.execute(statement).all())
    return found


def load_articles(connection: Connection, ids: Iterable[str]) -> dict[str, AnyRow]:
    """Of these articles, the ones that are stored."""
    found: dict[Any, AnyRow] = {}
    for chunk in chunks(ids):
        statement = select(articles).where(articles.c.article_id.in_(chunk))
        found.update((row.article_id, row) for row in connection.execute(statement).all())
    return found


def add_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add revisions of articles that are stored."""
    insert_all(connection, revisions, rows)


def update_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of revisions; rows have id and the same columns each."""
    if rows:
        statement = update(revisions).where(revisions.c.revision_id == bindparam("id"))
        connection.execute(statement, list(rows))


def revisions_of(connection: Connection, ids: Iterable[str]) -> list[AnyRow]:
    """All revisions of these articles that were not purged: their ids and texts."""
    found: list[AnyRow] = []
    for chunk in chunks(ids):
        statement = select(revisions.c.revision_id, revisions.c.text)
        those = (revisions.c.article_id.in_(chunk), revisions.c.purged_at.is_(None))
        found += connection.execute(statement.where(*those))
    return found


def write_articles(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add articles, or set all values of those that are stored."""
    before = existing(connection, (row["article_id"] for row in rows))
    upsert(connection, articles, rows)
    counters.add(connection, counters.STORED, {"articles": len(rows) - len(before)})


def add_appearances(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note which delivery carried which revision."""
    insert_new(connection, appearances, rows)
