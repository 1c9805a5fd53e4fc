"""Clearing what can be made again from the texts, and going through all articles."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, delete, select

from aggregator.store.articles import articles
from aggregator.store.index import postings
from aggregator.store.matches import matches
from aggregator.store.nodes import clusters, nodes


def clear_results(connection: Connection) -> None:
    """Remove matches, clusters, nodes and the candidate index; articles and texts stay."""
    for table in (matches, clusters, postings, nodes):
        connection.execute(delete(table))


def article_batches(connection: Connection, size: int) -> Iterator[list[str]]:
    """The ids of all articles in ascending order, in lists of at most `size`."""
    last = ""
    while True:
        statement = select(articles.c.article_id).where(articles.c.article_id > last)
        batch = list(connection.scalars(statement.order_by(articles.c.article_id).limit(size)))
        if not batch:
            return
        yield batch
        last = batch[-1]
