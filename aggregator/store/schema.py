"""The tables. People query the views (`aggregator.store.views`), never these.

Times are text as `aggregator.core.times` writes them; text compares bytewise on every
database (collation ``C`` on PostgreSQL, ``BINARY`` on SQLite). Content hashes that order
nodes are signed 64-bit integers. Numbers of deliveries, articles and revisions count up as they
come, so that what is found by them is added at the end; no result depends on them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, text

from aggregator.store.base import Bytewise, Flag, Real, RowId, metadata, reference
from aggregator.store.schema_operation import (
    alarms,
    counters,
    daemons,
    source_days,
    source_files,
    source_state,
)

__all__ = [
    "alarms",
    "counters",
    "daemons",
    "metadata",
    "source_days",
    "source_files",
    "source_state",
]


store_info = Table(
    "store_info",
    metadata,
    Column("name", Bytewise, primary_key=True),
    Column("value", Bytewise, nullable=False),
)
"""One row per fact about the whole store: the schemes and options that made it."""

dumps = Table(
    "dumps",
    metadata,
    Column("dump_id", RowId, primary_key=True),
    Column("path", Bytewise, nullable=False),
    # The source that it belongs to; null when it was ingested by hand.
    Column("source", Bytewise),
    Column("read", Integer, default=0, nullable=False),
    Column("stored", Integer, default=0, nullable=False),
    Column("known", Integer, default=0, nullable=False),
    Column("rejected", Integer, default=0, nullable=False),
    Column("revised", Integer, default=0, nullable=False),
    Column("ignored", Integer, default=0, nullable=False),
    Column("started_at", Bytewise, nullable=False),
    Column("finished_at", Bytewise),
    # The process that reads it: one of `daemons`, as long as that is remembered.
    Column("owner", Bytewise),
    # What is read, and how: two readings with one claim would do the same work. Random, and so of
    # one reading only, where nobody shares it.
    Column("claim", LargeBinary, index=True),
)
"""One reading of a dump, with counts that add up."""

rejections = Table(
    "rejections",
    metadata,
    Column("rejection_id", RowId, primary_key=True),
    Column("dump_id", reference("dumps.dump_id"), index=True, nullable=False),
    Column("locator", Bytewise, nullable=False),
    Column("reason", Bytewise, nullable=False),
    Column("detail", Bytewise, nullable=False),
)
"""A record that could not become an article (quarantine)."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_number", RowId, primary_key=True, autoincrement=False),
    Column("record_key", LargeBinary, index=True, unique=True, nullable=False),
    Column("page_address", Bytewise, nullable=False),
    # The reading that brought it first (a log, not part of any result).
    Column("dump_id", reference("dumps.dump_id"), nullable=False),
    Column("locator", Bytewise, nullable=False),
    # What was stored differently from what the page said; one per line.
    Column("warnings", Bytewise),
)
"""A distinct record that was delivered and became a page; its key makes it ``known``."""

articles = Table(
    "articles",
    metadata,
    Column("article_number", RowId, primary_key=True, autoincrement=False),
    Column("article_id", Bytewise, index=True, unique=True, nullable=False),
    Column("role", Bytewise, nullable=False),
    Column("page_address", Bytewise, nullable=False),
    # Its latest one.
    Column("revision_number", RowId, nullable=False),
    Column("node_id", BigInteger, reference("nodes.node_id"), index=True, nullable=False),
    Column("page_url", Bytewise),
    Column("url", Bytewise),
    Column("title", Bytewise),
    Column("author", Bytewise),
    Column("outlet", Bytewise),
    Column("carrier", Bytewise),
    Column("language", Bytewise),
    Column("section", Bytewise),
    Column("published_at", Bytewise),
    # `times.order_key` of published_at.
    Column("published_order", Bytewise, nullable=False),
    Column("modified_at", Bytewise),
    Column("record_time", Bytewise),
    Column("word_count", Integer, nullable=False),
    # Too little text to compare: matches only when equal.
    Column("short", Flag, nullable=False),
    Column("first_seen_at", Bytewise, nullable=False),
    Index(None, "page_url", postgresql_using="hash"),
    Index(
        "ix_articles_link",
        "url",
        postgresql_using="hash",
        postgresql_where=text("role = 'embedded'"),
        sqlite_where=text("role = 'embedded'"),
    ),
    Index(None, "published_at", "article_id"),
)
"""One text at one address, with the values of its latest revision."""

revisions = Table(
    "revisions",
    metadata,
    Column("revision_number", RowId, primary_key=True, autoincrement=False),
    Column("article_number", RowId, reference("articles.article_number"), nullable=False),
    Column("revision_id", LargeBinary, nullable=False),
    Column("text_digest", LargeBinary, nullable=False),
    Column("purged_at", Bytewise),
    Column("page_url", Bytewise),
    Column("url", Bytewise),
    Column("title", Bytewise),
    Column("author", Bytewise),
    Column("outlet", Bytewise),
    Column("carrier", Bytewise),
    Column("language", Bytewise),
    Column("section", Bytewise),
    Column("published_at", Bytewise),
    Column("modified_at", Bytewise),
    # The latest capture time at which this text stood there.
    Column("record_time", Bytewise),
    Column("word_count", Integer, nullable=False),
    Column("first_seen_at", Bytewise, nullable=False),
    # Tokens in each line of the text, little-endian uint32.
    Column("lines", LargeBinary),
    # Empty when it was purged. It is the last one, as SQLite reads a row up to what is asked for.
    Column("text", Bytewise, nullable=False),
    Index(None, "article_number", "revision_id", unique=True),
)
"""One text of an article, with everything that the page said of it then."""

appearances = Table(
    "appearances",
    metadata,
    Column(
        "delivery_number",
        RowId,
        reference("deliveries.delivery_number"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column(
        "revision_number",
        RowId,
        reference("revisions.revision_number"),
        index=True,
        nullable=False,
    ),
    sqlite_with_rowid=False,
)
"""Which delivery carried which revision, at which place of its page (0 = main)."""

nodes = Table(
    "nodes",
    metadata,
    Column("node_id", BigInteger, primary_key=True, autoincrement=False),
    Column("text_digest", LargeBinary, nullable=False),
    Column("short", Flag, nullable=False),
    Column("word_count", Integer, nullable=False),
    Column("scheme", Bytewise, nullable=False),
    # Hash of each word in order, little-endian uint32.
    Column("tokens", LargeBinary, nullable=False),
    # datasketch MinHash values, little-endian uint64.
    Column("signature", LargeBinary, nullable=False),
    # Site and month of the earliest article (`core.boilerplate.place`).
    Column("place", BigInteger),
    # Those of the earliest article's revision.
    Column("lines", LargeBinary),
    # Numbers of the lines that its site repeats, little-endian uint32.
    Column("left_out", LargeBinary),
    # Whose title, outlet and time stand for the text in a verdict.
    Column("earliest_article", Bytewise, nullable=False),
    # Who would be canonical among the articles of this text.
    Column("best_article", Bytewise, nullable=False),
    # The cluster that it is in, named by the cluster's anchor node.
    Column("anchor", BigInteger, index=True, nullable=False),
)
"""A distinct text that at least one article has now, and its signature."""

segments = Table(
    "index_segments",
    metadata,
    Column("segment_id", RowId, primary_key=True),
    # Drawn at random: tells it from one that had its id and was taken back.
    Column("nonce", BigInteger, nullable=False),
    # Which index it belongs to (`store.index`): 0 candidates, 1 passages.
    Column("index_number", SmallInteger, nullable=False),
    # Level of the tree that it is in; the root is 0.
    Column("depth", SmallInteger, nullable=False),
    # Leading bits that all of its keys have, two for each level.
    Column("prefix", BigInteger, nullable=False),
    Column("postings", Integer, nullable=False),
)
"""A segment of an index: postings sorted by key, then node."""

heads = Table(
    "index_heads",
    metadata,
    Column("segment_id", RowId, primary_key=True, autoincrement=False),
    # The first posting of each chunk.
    Column("fences", LargeBinary, nullable=False),
    # Bloom filter of its keys.
    Column("filter", LargeBinary, nullable=False),
)
"""What is asked before the chunks of a segment are read."""

chunk_rows = Table(
    "index_chunks",
    metadata,
    # The segment's id shifted left by 16 bits, and the number of the chunk in it.
    Column("chunk_id", RowId, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
"""A stretch of a segment: key and node id of each posting, 16 bytes little-endian."""

repeated_passages = Table(
    "repeated_passages",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""A passage that its site repeats in many stories."""

matches = Table(
    "matches",
    metadata,
    Column("node_a", BigInteger, reference("nodes.node_id"), primary_key=True),
    Column("node_b", BigInteger, reference("nodes.node_id"), primary_key=True, index=True),
    # The candidate index proposes this pair.
    Column("proposed", Flag, nullable=False),
    # One of the two is canonical of the cluster of both.
    Column("star", Flag, nullable=False),
    Column("relation", Bytewise, nullable=False),
    Column("verdict", Bytewise, nullable=False),
    Column("rule", Bytewise, nullable=False),
    Column("resemblance", Real, nullable=False),
    Column("containment_a_in_b", Real, nullable=False),
    Column("containment_b_in_a", Real, nullable=False),
    # All further evidence, as JSON with sorted keys.
    Column("evidence", Bytewise, nullable=False),
    Column("scheme", Bytewise, nullable=False),
)
"""A verified comparison of two texts, with its evidence; node_a < node_b."""

clusters = Table(
    "clusters",
    metadata,
    Column("anchor", BigInteger, primary_key=True, autoincrement=False),
    Column("cluster_id", Bytewise, index=True, nullable=False),
    Column("canonical_node", BigInteger, nullable=False),
    Column("canonical_article", Bytewise, nullable=False),
    Column("canonical_reason", Bytewise, nullable=False),
    Column("size", Integer, nullable=False),
    Column("main_size", Integer, nullable=False),
    Column("outlets", Integer, nullable=False),
    # Distinct languages, sorted, separated by a space.
    Column("languages", Bytewise, nullable=False),
    Column("first_published_at", Bytewise),
    Column("last_published_at", Bytewise),
    # last_published_at, or empty: sorts alike on both databases.
    Column("newest", Bytewise, nullable=False),
    Column("first_seen_at", Bytewise, nullable=False),
    Index("ix_clusters_listing", "size", "newest", "cluster_id"),
)
"""A syndication cluster, with the figures that lists are sorted by."""
