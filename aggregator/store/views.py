"""The SQL views: the same columns and rows on both databases. People query these."""

from __future__ import annotations

from sqlalchemy import Connection, text

CANONICAL_STORIES = """
SELECT c.cluster_id, c.size, c.main_size, c.outlets, a.article_id, a.title, a.url, a.outlet,
       a.published_at, c.first_published_at, c.last_published_at, c.first_seen_at,
       c.canonical_reason
FROM clusters c
JOIN articles a ON a.article_id = c.canonical_article
"""

_STAR = """
SELECT c.cluster_id, c.canonical_article, a.article_id, a.role, a.title, a.url, a.page_url,
       a.outlet, a.carrier, a.language, a.published_at, n.scheme AS node_scheme, m.scheme,
       CASE WHEN a.article_id = c.canonical_article THEN 1 ELSE 0 END AS is_canonical,
       CASE WHEN a.node_id = c.canonical_node THEN 1 ELSE 0 END AS same_text,
       CASE WHEN a.node_id < c.canonical_node THEN 1 ELSE 0 END AS member_is_a,
       m.relation, m.verdict, m.rule, m.resemblance, m.containment_a_in_b,
       m.containment_b_in_a
FROM articles a
JOIN nodes n ON n.node_id = a.node_id
JOIN clusters c ON c.anchor = n.anchor
LEFT JOIN matches m
  ON m.node_a = CASE WHEN a.node_id < c.canonical_node THEN a.node_id ELSE c.canonical_node END
 AND m.node_b = CASE WHEN a.node_id < c.canonical_node THEN c.canonical_node ELSE a.node_id END
"""

CLUSTER_MEMBERS = f"""
SELECT s.cluster_id, s.article_id, s.is_canonical, s.role, s.title, s.url, s.page_url, s.outlet,
       s.carrier, s.language, s.published_at,
       CASE WHEN s.is_canonical = 1 THEN NULL
            WHEN s.same_text = 1 THEN 'exact' ELSE s.relation END AS relation,
       CASE WHEN s.same_text = 1 THEN 1.0 ELSE s.resemblance END AS resemblance,
       CASE WHEN s.same_text = 1 THEN 1.0 WHEN s.member_is_a = 1 THEN s.containment_a_in_b
            ELSE s.containment_b_in_a END AS containment,
       CASE WHEN s.same_text = 1 THEN 1.0 WHEN s.member_is_a = 1 THEN s.containment_b_in_a
            ELSE s.containment_a_in_b END AS containment_reverse
FROM ({_STAR}) s
"""  # noqa: S608 no value from outside

_OF_STARS = f"""
SELECT s.article_id AS one, s.canonical_article AS other,
       CASE WHEN s.same_text = 1 THEN 'exact' ELSE s.relation END AS relation,
       CASE WHEN s.same_text = 1 THEN 1.0 ELSE s.resemblance END AS resemblance,
       CASE WHEN s.same_text = 1 THEN 1.0 WHEN s.member_is_a = 1 THEN s.containment_a_in_b
            ELSE s.containment_b_in_a END AS one_in_other,
       CASE WHEN s.same_text = 1 THEN 1.0 WHEN s.member_is_a = 1 THEN s.containment_b_in_a
            ELSE s.containment_a_in_b END AS other_in_one,
       CASE WHEN s.same_text = 1 THEN 'same' ELSE s.verdict END AS verdict,
       CASE WHEN s.same_text = 1 THEN 'equal' ELSE s.rule END AS rule,
       CASE WHEN s.same_text = 1 THEN s.node_scheme ELSE s.scheme END AS scheme
FROM ({_STAR}) s
WHERE s.is_canonical = 0
"""  # noqa: S608 no value from outside
_OF_NODES = """
SELECT a.earliest_article, b.earliest_article, m.relation, m.resemblance,
       m.containment_a_in_b, m.containment_b_in_a, m.verdict, m.rule, m.scheme
FROM matches m
JOIN nodes a ON a.node_id = m.node_a
JOIN nodes b ON b.node_id = m.node_b
WHERE m.star = 0
"""
_ORDERED = """
SELECT CASE WHEN p.one < p.other THEN p.one ELSE p.other END AS article_a,
       CASE WHEN p.one < p.other THEN p.other ELSE p.one END AS article_b,
       p.relation, p.resemblance,
       CASE WHEN p.one < p.other THEN p.one_in_other ELSE p.other_in_one END AS containment_a_in_b,
       CASE WHEN p.one < p.other THEN p.other_in_one ELSE p.one_in_other END AS containment_b_in_a,
       p.verdict, p.rule, p.scheme
FROM ({pairs}) p
"""

ARTICLE_MATCHES = _ORDERED.format(pairs=f"{_OF_STARS} UNION ALL {_OF_NODES}")

MATCHES_OF_ARTICLE = _ORDERED.format(
    pairs=f"""{_OF_STARS} AND s.article_id = :id
    UNION ALL {_OF_STARS} AND s.cluster_id = :own_cluster
    UNION ALL {_OF_NODES} AND m.node_a = :node_id AND a.earliest_article = :id
    UNION ALL {_OF_NODES} AND m.node_b = :node_id AND b.earliest_article = :id"""
)
"""The rows of `ARTICLE_MATCHES` of one article, each found by an index: `own_cluster` is the id of
the cluster whose canonical article it would be."""

REJECTED_RECORDS = "SELECT dump_id, locator, reason, detail FROM rejections"

DUMP_LOG = """
SELECT dump_id, path, read, stored, known, rejected, revised, ignored, started_at, finished_at
FROM dumps
"""

VIEWS = {
    "canonical_stories": CANONICAL_STORIES,
    "cluster_members": CLUSTER_MEMBERS,
    "article_matches": ARTICLE_MATCHES,
    "rejected_records": REJECTED_RECORDS,
    "dump_log": DUMP_LOG,
}


def drop_views(connection: Connection) -> None:
    """Remove the views, so that tables under them can be changed."""
    for name in VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def create_views(connection: Connection) -> None:
    """Create the views as this version defines them; they hold no data of their own."""
    for name, select in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {select}"))
