"""Reading the whole store, one article a row, in the order of article ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

from aggregator.store.queries import Values

FIELDS: Final = (
    "article_id",
    "cluster_id",
    "is_canonical",
    "role",
    "page_url",
    "url",
    "title",
    "outlet",
    "published_at",
    "language",
    "text",
)
"""What an exported article has, in this order."""

_PAGE: Final = 500
_ARTICLES: Final = """
SELECT m.article_id, m.cluster_id, m.is_canonical, m.role, m.page_url, m.url, m.title, m.outlet,
       m.published_at, m.language, r.text
FROM (
  SELECT a.article_id, a.revision_number FROM articles a
  WHERE a.article_id > :last {canonical} ORDER BY a.article_id LIMIT :page
) a
JOIN cluster_members m ON m.article_id = a.article_id
JOIN revisions r ON r.revision_number = a.revision_number
ORDER BY m.article_id
"""
_CANONICAL: Final = """
AND EXISTS (SELECT 1 FROM clusters c WHERE c.cluster_id = 'c' || substr(a.article_id, 2))
"""


def export_articles(connection: Connection, *, canonical_only: bool) -> Iterator[Values]:
    """Every article with its latest text, or with `canonical_only` one for each cluster."""
    statement = text(_ARTICLES.format(canonical=_CANONICAL if canonical_only else ""))
    last = ""
    while True:
        rows = connection.execute(statement, {"last": last, "page": _PAGE}).mappings().all()
        for row in rows:
            yield {**row, "is_canonical": bool(row["is_canonical"])}
        if len(rows) < _PAGE:
            return
        last = rows[-1]["article_id"]
