"""What must be true of every store, as queries that return what is not so.

`aggregator.check` adds what takes more than SQL; `aggregator db check` prints both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, text

from aggregator.store import counters
from aggregator.store.engine import is_sqlite
from aggregator.store.sql import AnyRow

_ROWS = 1000
"""Rows of an answer that are held at a time."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """`broken` selects an id and a detail of whatever breaks what `claim` says."""

    claim: str
    broken: str


_BROUGHT = ", ".join(counters.BROUGHT)
_LESS = ", ".join(f"-{name}" for name in counters.BROUGHT)
_DIFFERENT = " OR ".join(f"sum({name}) <> 0" for name in counters.BROUGHT)

INVARIANTS = (
    Invariant(
        "the counts of every dump add up",
        """SELECT 'dump ' || dump_id, path FROM dumps
           WHERE read <> stored + known + rejected OR revised > stored""",
    ),
    Invariant(
        "what a dump's counts say was stored is there",
        """SELECT 'dump ' || d.dump_id, d.path FROM dumps d
           LEFT JOIN (SELECT dump_id, count(*) AS its FROM deliveries GROUP BY dump_id) v
             ON v.dump_id = d.dump_id
           WHERE coalesce(v.its, 0) < d.stored OR coalesce(v.its, 0) > d.stored + d.known""",
    ),
    Invariant(
        "every rejection is counted by its dump",
        """SELECT 'dump ' || d.dump_id, d.path FROM dumps d
           WHERE d.rejected <>
             (SELECT count(*) FROM rejections r WHERE r.dump_id = d.dump_id)""",
    ),
    Invariant(
        "the counters are what is stored",
        f"""SELECT kind || ' ' || name, CAST(sum(value) AS TEXT) || ' too many' FROM (
              SELECT kind, name, value FROM counters
              UNION ALL SELECT kind, name, -value FROM ({counters.COUNTED}) now
            ) counted GROUP BY kind, name HAVING sum(value) <> 0""",  # noqa: S608 our own text
    ),
    Invariant(
        "what each source brought is what its dumps say",
        f"""SELECT 'source ' || source, CAST(sum(read) AS TEXT) || ' records too many' FROM (
              SELECT source, {_BROUGHT} FROM source_state
              UNION ALL SELECT source, {_LESS} FROM ({counters.COUNTED_OF_SOURCES}) now
            ) brought GROUP BY source HAVING {_DIFFERENT}""",  # noqa: S608 our own text
    ),
    Invariant(
        "every article has its latest revision, and its words",
        """SELECT a.article_id, 'revision' FROM articles a
           LEFT JOIN revisions r
             ON r.revision_number = a.revision_number AND r.article_number = a.article_number
           WHERE r.revision_number IS NULL OR r.word_count <> a.word_count""",
    ),
    Invariant(
        "every article has a node of its text",
        """SELECT a.article_id, 'node' FROM articles a
           JOIN revisions r ON r.revision_number = a.revision_number
           LEFT JOIN nodes n ON n.node_id = a.node_id
           WHERE n.node_id IS NULL OR n.text_digest <> r.text_digest OR n.short <> a.short""",
    ),
    Invariant(
        "every revision is one of a stored article, and stood on a delivered page",
        """SELECT coalesce(a.article_id, 'no article'), 'revision' FROM revisions r
           LEFT JOIN articles a ON a.article_number = r.article_number
           WHERE a.article_id IS NULL OR NOT EXISTS (
             SELECT 1 FROM appearances p WHERE p.revision_number = r.revision_number)""",
    ),
    Invariant(
        "the articles that stand for a node are its own",
        """SELECT 'node ' || n.node_id, 'earliest or best article' FROM nodes n
           LEFT JOIN articles e ON e.article_id = n.earliest_article AND e.node_id = n.node_id
           LEFT JOIN articles b ON b.article_id = n.best_article AND b.node_id = n.node_id
           WHERE e.article_id IS NULL OR b.article_id IS NULL""",
    ),
    Invariant(
        "every node is in a cluster",
        """SELECT 'node ' || n.node_id, n.best_article FROM nodes n
           LEFT JOIN clusters c ON c.anchor = n.anchor WHERE c.anchor IS NULL""",
    ),
    Invariant(
        "every cluster's canonical article is its member and gives it its id",
        """SELECT c.cluster_id, c.canonical_article FROM clusters c
           LEFT JOIN articles a
             ON a.article_id = c.canonical_article AND a.node_id = c.canonical_node
           LEFT JOIN nodes n ON n.node_id = c.canonical_node AND n.anchor = c.anchor
           WHERE a.article_id IS NULL OR n.node_id IS NULL
              OR c.cluster_id <> 'c' || substr(c.canonical_article, 2)""",
    ),
    Invariant(
        "every member has a stored passing match with its canonical",
        """SELECT m.article_id, m.cluster_id FROM cluster_members m
           WHERE m.is_canonical = 0
             AND (m.relation IS NULL OR m.relation NOT IN ('exact', 'near'))""",
    ),
    Invariant(
        "the match of a member with its canonical passes and is marked as such",
        """SELECT 'node ' || n.node_id, c.cluster_id FROM nodes n
           JOIN clusters c ON c.anchor = n.anchor
           LEFT JOIN matches m
             ON m.node_a = CASE WHEN n.node_id < c.canonical_node
                           THEN n.node_id ELSE c.canonical_node END
            AND m.node_b = CASE WHEN n.node_id < c.canonical_node
                           THEN c.canonical_node ELSE n.node_id END
           WHERE n.node_id <> c.canonical_node
             AND (m.verdict IS NULL OR m.verdict <> 'same' OR m.star <> 1)""",
    ),
    Invariant(
        "every match is held by the candidate index or by a canonical",
        """SELECT 'nodes ' || node_a || ' and ' || node_b, relation FROM matches
           WHERE (proposed = 0 AND star = 0) OR node_a >= node_b""",
    ),
    Invariant(
        "every node and match was made with one scheme, the store's (purged ones aside)",
        """SELECT 'node ' || n.node_id, n.scheme FROM nodes n
           WHERE n.scheme <> (SELECT value FROM store_info WHERE name = 'scheme')
             AND n.tokens <> n.text_digest
           UNION ALL
           SELECT 'nodes ' || m.node_a || ' and ' || m.node_b, m.scheme FROM matches m
           WHERE m.scheme <> (SELECT value FROM store_info WHERE name = 'scheme')
             AND NOT EXISTS (SELECT 1 FROM nodes n
                             WHERE n.node_id = m.node_a AND n.tokens = n.text_digest)""",
    ),
    Invariant(
        "a purged text is gone in all places",
        """SELECT coalesce(a.article_id, 'no article'), 'revision' FROM revisions r
           LEFT JOIN articles a ON a.article_number = r.article_number
           WHERE r.purged_at IS NOT NULL AND r.text <> ''""",
    ),
)

_FIGURES = """
SELECT * FROM (
  SELECT c.cluster_id, c.size, c.main_size, c.outlets, c.first_published_at,
         c.last_published_at, c.newest, c.first_seen_at,
         count(a.article_id) AS its_size,
         coalesce(sum(CASE WHEN a.role = 'main' THEN 1 ELSE 0 END), 0) AS its_main_size,
         count(DISTINCT a.outlet) AS its_outlets,
         min(a.published_order) AS its_first,
         max(a.published_at) AS its_last,
         min(a.first_seen_at) AS its_first_seen
  FROM clusters c
  LEFT JOIN nodes n ON n.anchor = c.anchor
  LEFT JOIN articles a ON a.node_id = n.node_id
  GROUP BY c.anchor
) f
WHERE size <> its_size OR main_size <> its_main_size OR outlets <> its_outlets
   OR coalesce(last_published_at, '') <> coalesce(its_last, '')
   OR newest <> coalesce(its_last, '') OR first_seen_at <> its_first_seen
   OR coalesce(first_published_at, '') <> CASE WHEN its_first = '~' THEN ''
      ELSE substr(its_first, 1, 10) || substr(its_first, 12) END
"""
_LANGUAGES = """
SELECT DISTINCT c.anchor, c.cluster_id, c.languages, a.language
FROM clusters c JOIN nodes n ON n.anchor = c.anchor JOIN articles a ON a.node_id = n.node_id
ORDER BY c.anchor
"""

_TEXTS = """
SELECT r.revision_number, coalesce(a.article_id, 'no article') AS article_id, r.text_digest,
       r.word_count, r.text
FROM revisions r
LEFT JOIN articles a ON a.article_number = r.article_number
WHERE r.purged_at IS NULL AND r.revision_number > :last ORDER BY r.revision_number LIMIT 200
"""


def broken(connection: Connection, invariant: Invariant) -> Iterator[str]:
    """Whatever breaks an invariant, in words."""
    for name, detail in _streamed(connection, invariant.broken):
        yield f"{name}: {detail}"


def _streamed(connection: Connection, statement: str) -> Iterator[AnyRow]:
    """The rows of a query, some at a time: the answer may be as large as the store."""
    with connection.execute(text(statement), execution_options={"yield_per": _ROWS}) as rows:
        yield from rows


def wrong_figures(connection: Connection) -> Iterator[str]:
    """Clusters whose stored figures are not those of their articles."""
    for row in _streamed(connection, _FIGURES):
        yield (
            f"{row.cluster_id}: size {row.size} ({row.its_size}), outlets {row.outlets}"
            f" ({row.its_outlets}), last published {row.last_published_at} ({row.its_last})"
        )
    by_cluster = groupby(_streamed(connection, _LANGUAGES), key=lambda row: row.anchor)
    for _anchor, group in by_cluster:
        rows = list(group)
        spoken = " ".join(sorted(row.language for row in rows if row.language))
        if rows[0].languages != spoken:
            yield f"{rows[0].cluster_id}: languages {rows[0].languages!r} ({spoken!r})"


def file_damage(connection: Connection) -> Iterator[str]:
    """What SQLite itself finds wrong with its file; PostgreSQL has no such question."""
    if not is_sqlite(connection):
        return
    for (answer,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if answer != "ok":
            yield str(answer)
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"table {row[0]}, row {row[1]}: refers to nothing in {row[2]}"


def text_pages(connection: Connection) -> Iterator[Sequence[AnyRow]]:
    """All revisions whose text was not purged, some at a time."""
    last = 0
    statement = text(_TEXTS)
    while page := connection.execute(statement, {"last": last}).all():
        yield page
        last = page[-1].revision_number


def node_pages(connection: Connection) -> Iterator[list[int]]:
    """The ids of all nodes, some at a time, in ascending order."""
    last = -(2**63)
    statement = text("SELECT node_id FROM nodes WHERE node_id > :last ORDER BY node_id LIMIT 500")
    while page := list(connection.scalars(statement, {"last": last})):
        yield page
        last = page[-1]
