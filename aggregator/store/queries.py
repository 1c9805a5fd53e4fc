"""Reading for people: lists and single things, through the SQL views.

Every order is made of numbers, ids and times (text that compares bytewise), so that SQLite and
PostgreSQL give the same rows in the same order. Rows are plain values, as JSON has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from aggregator.core.identity import (
    article_id,
    article_of_cluster_id,
    cluster_id,
    normalise_address,
)
from aggregator.core.model import Role
from aggregator.store.views import MATCHES_OF_ARTICLE

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is wanted."""

    limit: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ClusterFilter:
    """Which clusters are wanted; None means any.

    `since` and `until` are times as the store keeps them: the cluster's last copy was not
    published before `since`, its first not after `until`. `outlet` (ASCII letters in any
    case) and `language` are those of at least one member.
    """

    since: str | None = None
    until: str | None = None
    min_size: int = 1
    outlet: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles are wanted; None means any. `short` articles match only when equal."""

    since: str | None = None
    until: str | None = None
    outlet: str | None = None
    language: str | None = None
    role: str | None = None


_NEWEST_FIRST = "ORDER BY c.size DESC, c.newest DESC, c.cluster_id DESC"
_CLUSTERS = """
WITH page AS (
  SELECT c.cluster_id, c.size, c.newest, c.languages
  FROM clusters c WHERE {conditions} {order} LIMIT :limit OFFSET :offset
)
SELECT s.*, c.languages
FROM page c JOIN canonical_stories s ON s.cluster_id = c.cluster_id
{order}
"""
_CLUSTER = """
SELECT s.*, c.languages
FROM canonical_stories s JOIN clusters c ON c.cluster_id = s.cluster_id
WHERE s.cluster_id = :cluster_id
"""
_MEMBERS = """
SELECT m.*, a.node_id
FROM cluster_members m JOIN articles a ON a.article_id = m.article_id
WHERE m.cluster_id = :cluster_id
ORDER BY m.is_canonical DESC, CASE WHEN m.published_at IS NULL THEN 1 ELSE 0 END,
         m.published_at, m.article_id
"""


def list_clusters(connection: Connection, wanted: ClusterFilter, part: Slice) -> list[Values]:
    """Canonical stories, the largest first, then the newest."""
    conditions = {
        "c.size >= :min_size": wanted.min_size if wanted.min_size > 1 else None,
        "c.last_published_at >= :since": wanted.since,
        "c.first_published_at <= :until": wanted.until,
        f"c.cluster_id IN ({_HAVING.format('lower(outlet) = :outlet')})": _lower(wanted.outlet),
        f"c.cluster_id IN ({_HAVING.format('language = :language')})": wanted.language,
    }
    rows = select_page(connection, _CLUSTERS.replace("{order}", _NEWEST_FIRST), conditions, part)
    return [_cluster(row) for row in rows]


_HAVING = "SELECT cluster_id FROM cluster_members WHERE {}"


def cluster_of_article(connection: Connection, identifier: str) -> str | None:
    """Id of the cluster that holds an article now; None when no such article is stored."""
    found: str | None = connection.scalar(
        text("SELECT cluster_id FROM cluster_members WHERE article_id = :id"), {"id": identifier}
    )
    return found


def resolve_cluster(connection: Connection, identifier: str) -> str | None:
    """Id of the cluster that an id means now: a cluster's, a former cluster's, an article's.

    An id that once was a cluster's names the article that was canonical then.
    """
    named = article_of_cluster_id(identifier) if identifier.startswith("c") else identifier
    return cluster_of_article(connection, named)


def canonical_of(connection: Connection, cluster_id: str) -> str:
    """Id of the canonical article of a cluster that exists."""
    statement = "SELECT article_id FROM canonical_stories WHERE cluster_id = :cluster_id"
    return str(connection.scalar(text(statement), {"cluster_id": cluster_id}))


def load_cluster(connection: Connection, cluster_id: str) -> Values:
    """A cluster with all its members, the canonical first, then by time.

    Members have a ``node_id`` beside the public fields: those with the same one have equal words.
    """
    key = {"cluster_id": cluster_id}
    row = connection.execute(text(_CLUSTER), key).one()._mapping
    members = connection.execute(text(_MEMBERS), key)
    return {
        **_cluster(row),
        "main_size": row["main_size"],
        "first_seen_at": row["first_seen_at"],
        "canonical_reason": row["canonical_reason"],
        "members": [_member(member._mapping) for member in members],
    }


def _cluster(row: Any) -> Values:
    return {
        "cluster_id": row["cluster_id"],
        "size": row["size"],
        "outlets": row["outlets"],
        "canonical": {
            name: row[name] for name in ("article_id", "title", "url", "outlet", "published_at")
        },
        "first_published_at": row["first_published_at"],
        "last_published_at": row["last_published_at"],
        "languages": row["languages"].split(),
    }


_MEMBER_FIELDS = (
    "article_id",
    "role",
    "title",
    "url",
    "page_url",
    "outlet",
    "published_at",
    "relation",
    "resemblance",
    "containment",
    "containment_reverse",
)


def _member(row: Any) -> Values:
    return {
        **{name: row[name] for name in _MEMBER_FIELDS},
        "is_canonical": bool(row["is_canonical"]),
        "node_id": row["node_id"],
    }


_ARTICLES = """
SELECT m.article_id, m.cluster_id, m.is_canonical, m.role, m.title, m.url, m.page_url, m.outlet,
       m.carrier, m.language, m.published_at, a.word_count, a.short
FROM (
  SELECT a.article_id, a.published_at, a.word_count, a.short
  FROM articles a WHERE {conditions} {order} LIMIT :limit OFFSET :offset
) a JOIN cluster_members m ON m.article_id = a.article_id
{order}
"""
_NEWEST_ARTICLES = "ORDER BY a.published_at DESC NULLS LAST, a.article_id DESC"


def list_articles(connection: Connection, wanted: ArticleFilter, part: Slice) -> list[Values]:
    """Articles with their clusters, the newest first, those without a time last."""
    conditions = {
        "a.published_at >= :since": wanted.since,
        "a.published_at <= :until": wanted.until,
        "lower(a.outlet) = :outlet": _lower(wanted.outlet),
        "a.language = :language": wanted.language,
        "a.role = :role": wanted.role,
    }
    statement = _ARTICLES.replace("{order}", _NEWEST_ARTICLES)
    rows = select_page(connection, statement, conditions, part)
    return [_with_flags(row, "is_canonical", "short") for row in rows]


def find_article(connection: Connection, named: str) -> list[str]:
    """Ids of the articles that an id or a URL means; several where a URL alone cannot tell.

    A page's URL means its main article; another article's link, the articles with that link.
    """
    if normalise_address(named) is None:
        statement = "SELECT article_id FROM articles WHERE article_id = :named"
        return list(connection.scalars(text(statement), {"named": named}))
    address = str(normalise_address(named))
    for page in (address, f"feed:{address}"):
        main = article_id(page, Role.MAIN)
        if connection.scalar(text("SELECT 1 FROM articles WHERE article_id = :id"), {"id": main}):
            return [main]
    statement = "SELECT article_id FROM articles WHERE {} ORDER BY article_id LIMIT 20"
    for condition in ("page_url = :named", "url = :named AND role = 'embedded'"):
        found = list(connection.scalars(text(statement.format(condition)), {"named": named}))
        if found:
            return found
    return []


_ARTICLE = """
SELECT m.article_id, m.cluster_id, m.is_canonical, m.role, m.title, a.author, m.outlet, m.url,
       m.page_url, m.carrier, m.language, a.section, m.published_at, a.modified_at,
       a.record_time, a.first_seen_at, a.word_count, a.short, r.text, a.node_id
FROM articles a
JOIN cluster_members m ON m.article_id = a.article_id
JOIN revisions r ON r.revision_number = a.revision_number
WHERE a.article_id = :id
"""
_REVISIONS = """
SELECT r.title, r.published_at, r.modified_at, r.record_time, r.word_count, r.first_seen_at,
       r.text_digest,
       CASE WHEN r.revision_number = a.revision_number THEN 1 ELSE 0 END AS is_latest
FROM revisions r JOIN articles a ON a.article_number = r.article_number
WHERE a.article_id = :id
ORDER BY is_latest DESC, coalesce(r.modified_at, r.record_time, '') DESC, r.revision_id
"""
_MATCHES = f"""
SELECT CASE WHEN x.article_a = :id THEN x.article_b ELSE x.article_a END AS article_id,
       m.title, m.outlet, m.cluster_id, x.relation, x.verdict, x.rule, x.resemblance,
       CASE WHEN x.article_a = :id THEN x.containment_a_in_b ELSE x.containment_b_in_a END
         AS containment,
       CASE WHEN x.article_a = :id THEN x.containment_b_in_a ELSE x.containment_a_in_b END
         AS containment_reverse,
       x.scheme
FROM ({MATCHES_OF_ARTICLE}) x
JOIN cluster_members m
  ON m.article_id = CASE WHEN x.article_a = :id THEN x.article_b ELSE x.article_a END
ORDER BY x.resemblance DESC, m.article_id
"""  # noqa: S608 no value from outside
_DELIVERIES = """
SELECT d.path, v.locator, v.warnings, p.position
FROM appearances p
JOIN deliveries v ON v.delivery_number = p.delivery_number
JOIN dumps d ON d.dump_id = v.dump_id
WHERE p.revision_number IN (
  SELECT r.revision_number FROM revisions r
  JOIN articles a ON a.article_number = r.article_number WHERE a.article_id = :id
)
ORDER BY v.dump_id, v.record_key, p.position
"""


def load_article(connection: Connection, identifier: str) -> Values | None:
    """An article with its text, revisions, matches, deliveries and warnings."""
    key = {"id": identifier}
    row = connection.execute(text(_ARTICLE), key).one_or_none()
    if row is None:
        return None
    delivered = [dict(each._mapping) for each in connection.execute(text(_DELIVERIES), key)]
    warnings = {w: None for each in delivered for w in (each.pop("warnings") or "").splitlines()}
    return {
        **_with_flags(row._mapping, "is_canonical", "short"),
        "warnings": list(warnings),
        "revisions": _revisions(connection, identifier),
        "matches": _matches(connection, identifier, row.node_id),
        "deliveries": delivered,
    }


def _matches(connection: Connection, identifier: str, node: int) -> list[Values]:
    key = {"id": identifier, "node_id": node, "own_cluster": cluster_id(identifier)}
    return [dict(each._mapping) for each in connection.execute(text(_MATCHES), key)]


def _revisions(connection: Connection, identifier: str) -> list[Values]:
    """The texts of an article, the latest first; a text with other metadata is no further one."""
    found: dict[bytes, Values] = {}
    for row in connection.execute(text(_REVISIONS), {"id": identifier}):
        values = _with_flags(row._mapping, "is_latest")
        found.setdefault(values.pop("text_digest"), values)
    return list(found.values())


def select_page(
    connection: Connection, template: str, conditions: dict[str, Any], part: Slice
) -> Sequence[Any]:
    """Rows of a template under those conditions whose one parameter has a value."""
    given = {clause: value for clause, value in conditions.items() if value is not None}
    names = [clause.rpartition(":")[2].strip(" )") for clause in given]
    values = dict(zip(names, given.values(), strict=True))
    statement = text(template.replace("{conditions}", " AND ".join(given) or "1 = 1"))
    page = {"limit": part.limit, "offset": part.offset}
    return connection.execute(statement, {**values, **page}).mappings().all()


def _lower(outlet: str | None) -> str | None:
    """ASCII letters in lower case, as ``lower`` has them in both databases (collation C)."""
    if outlet is None:
        return None
    return "".join(letter.lower() if letter.isascii() else letter for letter in outlet)


def _with_flags(row: Any, *flags: str) -> Values:
    return {**row, **{name: bool(row[name]) for name in flags}}
