"""Which texts are kept no longer, and taking them out of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text, update

from aggregator.store.engine import Engine, StoreError, is_sqlite
from aggregator.store.schema import articles, nodes, revisions
from aggregator.store.sql import chunks

BY_HAND = ""
"""The source of what was ingested by hand."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long the texts of a source are kept."""

    since: str = ""
    """Those first seen from then on, as the store keeps times; empty = all."""
    most_bytes: int = 0
    """So much of them, in UTF-8; 0 = all."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a purge takes: clusters, their articles, texts, and bytes of text in UTF-8."""

    clusters: int = 0
    articles: int = 0
    texts: int = 0
    bytes: int = 0

    def __add__(self, other: Extent) -> Extent:
        return Extent(
            self.clusters + other.clusters,
            self.articles + other.articles,
            self.texts + other.texts,
            self.bytes + other.bytes,
        )


_HELD = """
WITH held AS (
  SELECT DISTINCT n.anchor, r.revision_number, r.first_seen_at, r.purged_at,
         {size} AS size, coalesce(d.source, '') AS source
  FROM nodes n
  JOIN articles a ON a.node_id = n.node_id
  JOIN revisions r ON r.article_number = a.article_number
  JOIN appearances p ON p.revision_number = r.revision_number
  JOIN deliveries v ON v.delivery_number = p.delivery_number
  JOIN dumps d ON d.dump_id = v.dump_id
)
"""
_LEFT = "max(CASE WHEN purged_at IS NULL THEN 1 ELSE 0 END) = 1"
_BY_AGE = """
SELECT anchor FROM held GROUP BY anchor
HAVING max(CASE WHEN first_seen_at >= {since} THEN 1 ELSE 0 END) = 0 AND {left}
ORDER BY anchor
"""
_BY_SIZE = """
SELECT anchor, sum(size) FROM held GROUP BY anchor
HAVING max(CASE WHEN source = :source THEN 0 ELSE 1 END) = 0 AND {left}
ORDER BY max(first_seen_at), anchor
"""
_TOTAL = """
SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT revision_number, size FROM held
                                    WHERE source = :source) texts
"""
_EXTENT = """
SELECT count(DISTINCT a.article_id),
       coalesce(sum(CASE WHEN r.purged_at IS NULL THEN 1 ELSE 0 END), 0),
       coalesce(sum({size}), 0)
FROM nodes n JOIN articles a ON a.node_id = n.node_id
JOIN revisions r ON r.article_number = a.article_number
WHERE n.anchor = :anchor
"""


def due(connection: Connection, keeping: Mapping[str, Keeping], rest: Keeping) -> list[int]:
    """The clusters (by anchor) whose texts are to go, the same ones on every database.

    A cluster goes as a whole: by age, when every text of it is older than the source allows
    that brought it first; by size, when one source brought all of it, the oldest first.
    `rest` holds for what came from elsewhere, also by hand.
    """
    found = dict.fromkeys(_by_age(connection, keeping, rest))
    names = [*keeping, *sorted(_sources(connection) - keeping.keys())]
    for name in names:
        limit = keeping.get(name, rest).most_bytes
        if limit:
            found |= dict.fromkeys(_by_size(connection, name, limit, found.keys()))
    return list(found)


def _sources(connection: Connection) -> set[str]:
    return set(connection.scalars(text("SELECT DISTINCT coalesce(source, '') FROM dumps")))


def _by_age(connection: Connection, keeping: Mapping[str, Keeping], rest: Keeping) -> list[int]:
    """Anchors of clusters whose texts are all too old."""
    if not rest.since and not any(each.since for each in keeping.values()):
        return []
    values: dict[str, Any] = {"rest": _never(rest.since)}
    cases = ""
    for number, (name, each) in enumerate(keeping.items()):
        values |= {f"s{number}": name, f"c{number}": _never(each.since)}
        cases += f" WHEN source = :s{number} THEN :c{number}"
    since = f"CASE {cases} ELSE :rest END" if cases else ":rest"
    statement = _held(connection) + _BY_AGE.format(since=since, left=_LEFT)
    return list(connection.scalars(text(statement), values))


def _never(since: str) -> str:
    """A time before all others where nothing is too old."""
    return since or "0000"


def _by_size(connection: Connection, name: str, limit: int, going: Iterable[int]) -> list[int]:
    """Anchors of the oldest clusters of a source, so that what stays is within its limit."""
    key = {"source": name}
    over = connection.scalar(text(_held(connection) + _TOTAL), key) - limit
    gone, found = set(going), []
    for anchor, size in connection.execute(
        text(_held(connection) + _BY_SIZE.format(left=_LEFT)), key
    ):
        if over <= 0:
            break
        over -= size
        if anchor not in gone:
            found.append(anchor)
    return found


def _held(connection: Connection) -> str:
    return _HELD.format(size=_size(connection))


def _size(connection: Connection) -> str:
    return "length(CAST(r.text AS BLOB))" if is_sqlite(connection) else "octet_length(r.text)"


def extent(connection: Connection, anchors: Iterable[int]) -> Extent:
    """How much the texts of these clusters are."""
    statement = text(_EXTENT.format(size=_size(connection)))
    total = Extent()
    for anchor in anchors:
        counts = connection.execute(statement, {"anchor": anchor}).one()
        total += Extent(1, *(int(count) for count in counts))
    return total


def remove_texts(connection: Connection, ids: Iterable[int], now: str) -> None:
    """Take the texts of these nodes out, and all revisions of their articles with them.

    The digest takes the place of a node's tokens; the signature stays.
    """
    for chunk in chunks(ids):
        of_node = articles.c.node_id.in_(chunk)
        concerned = articles.select().with_only_columns(articles.c.article_number).where(of_node)
        connection.execute(
            update(revisions)
            .where(revisions.c.article_number.in_(concerned), revisions.c.purged_at.is_(None))
            .values(text="", purged_at=now)
        )
        connection.execute(
            update(nodes).where(nodes.c.node_id.in_(chunk)).values(tokens=nodes.c.text_digest)
        )


def give_space_back(engine: Engine) -> None:
    """Let the database reuse what was freed; SQLite's file becomes smaller.

    PostgreSQL gives most of it to later rows, not to the system: VACUUM FULL does that, and
    locks the tables, so it is left to the administrator.

    Raises StoreError when the database cannot do it now, as somebody writes or there is no room;
    the texts are gone even so.
    """
    raw = engine.raw_connection()
    driver: Any = raw.driver_connection
    try:
        _vacuum(engine, driver)
    except engine.dialect.loaded_dbapi.Error as error:
        words = " ".join(str(error).split())
        raise StoreError(f"the space is not given back yet: {words}") from None
    finally:
        raw.close()


def _vacuum(engine: Engine, driver: Any) -> None:
    if engine.dialect.name == "sqlite":
        driver.execute("VACUUM")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    driver.autocommit = True
    try:
        for table in ("revisions", "nodes", "index_chunks", "matches"):
            driver.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        driver.autocommit = False
