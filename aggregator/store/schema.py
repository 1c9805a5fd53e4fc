"""The tables. People query the views (`aggregator.store.views`), never these.

Times are text as `aggregator.core.times` writes them; text compares bytewise on every
database (collation ``C`` on PostgreSQL, ``BINARY`` on SQLite). Content hashes that order
nodes are signed 64-bit integers.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.base import Base, Flag, RowId, reference
from aggregator.store.schema_operation import (
    Alarm,
    Counter,
    Daemon,
    SourceDay,
    SourceFile,
    SourceState,
)

__all__ = ["Alarm", "Base", "Counter", "Daemon", "SourceDay", "SourceFile", "SourceState"]


class StoreInfo(Base):
    """One row per fact about the whole store: the schemes and options that made it."""

    __tablename__ = "store_info"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Dump(Base):
    """One reading of a dump, with counts that add up."""

    __tablename__ = "dumps"
    dump_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    path: Mapped[str]
    source: Mapped[str | None]
    """The source that it belongs to; null when it was ingested by hand."""
    read: Mapped[int] = mapped_column(Integer, default=0)
    stored: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[int] = mapped_column(Integer, default=0)
    rejected: Mapped[int] = mapped_column(Integer, default=0)
    revised: Mapped[int] = mapped_column(Integer, default=0)
    ignored: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[str]
    finished_at: Mapped[str | None]
    owner: Mapped[str | None]
    """The process that reads it: one of `daemons`, as long as that is remembered."""
    claim: Mapped[bytes | None] = mapped_column(index=True)
    """What is read, and how: two readings with one claim would do the same work. Random, and so
    of one reading only, where nobody shares it."""


class RejectedRecord(Base):
    """A record that could not become an article (quarantine)."""

    __tablename__ = "rejections"
    rejection_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    dump_id: Mapped[int] = mapped_column(reference("dumps.dump_id"), index=True)
    locator: Mapped[str]
    reason: Mapped[str]
    detail: Mapped[str]


class Delivery(Base):
    """A distinct record that was delivered and became a page; its key makes it ``known``."""

    __tablename__ = "deliveries"
    record_key: Mapped[bytes] = mapped_column(primary_key=True)
    page_address: Mapped[str]
    dump_id: Mapped[int] = mapped_column(reference("dumps.dump_id"))
    """The reading that brought it first (a log, not part of any result)."""
    locator: Mapped[str]
    warnings: Mapped[str | None]
    """What was stored differently from what the page said; one per line."""


class Article(Base):
    """One text at one address, with the values of its latest revision."""

    __tablename__ = "articles"
    article_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    page_address: Mapped[str]
    revision_id: Mapped[bytes]
    node_id: Mapped[int] = mapped_column(reference("nodes.node_id"), type_=BigInteger, index=True)
    page_url: Mapped[str | None]
    url: Mapped[str | None]
    title: Mapped[str | None]
    author: Mapped[str | None]
    outlet: Mapped[str | None]
    carrier: Mapped[str | None]
    language: Mapped[str | None]
    section: Mapped[str | None]
    published_at: Mapped[str | None]
    published_order: Mapped[str]
    """`times.order_key` of published_at."""
    modified_at: Mapped[str | None]
    record_time: Mapped[str | None]
    word_count: Mapped[int] = mapped_column(Integer)
    short: Mapped[int] = mapped_column(Flag)
    """Too little text to compare: matches only when equal."""
    first_seen_at: Mapped[str]
    __table_args__ = (
        # A URL may be longer than a B-tree's row on PostgreSQL.
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


class Revision(Base):
    """One text of an article, with everything that the page said of it then."""

    __tablename__ = "revisions"
    revision_id: Mapped[bytes] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(reference("articles.article_id"), index=True)
    text_digest: Mapped[bytes]
    text: Mapped[str]
    """Empty when it was purged."""
    purged_at: Mapped[str | None]
    page_url: Mapped[str | None]
    url: Mapped[str | None]
    title: Mapped[str | None]
    author: Mapped[str | None]
    outlet: Mapped[str | None]
    carrier: Mapped[str | None]
    language: Mapped[str | None]
    section: Mapped[str | None]
    published_at: Mapped[str | None]
    modified_at: Mapped[str | None]
    record_time: Mapped[str | None]
    """The latest capture time at which this text stood there."""
    word_count: Mapped[int] = mapped_column(Integer)
    lines: Mapped[bytes | None]
    """Tokens in each line of the text, little-endian uint32."""
    first_seen_at: Mapped[str]


class Appearance(Base):
    """Which delivery carried which revision, at which place of its page (0 = main)."""

    __tablename__ = "appearances"
    record_key: Mapped[bytes] = mapped_column(reference("deliveries.record_key"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision_id: Mapped[bytes] = mapped_column(reference("revisions.revision_id"), index=True)


class Node(Base):
    """A distinct text that at least one article has now, and its signature."""

    __tablename__ = "nodes"
    node_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    text_digest: Mapped[bytes]
    short: Mapped[int] = mapped_column(Flag)
    word_count: Mapped[int] = mapped_column(Integer)
    scheme: Mapped[str]
    tokens: Mapped[bytes]
    """Hash of each word in order, little-endian uint32."""
    signature: Mapped[bytes]
    """datasketch MinHash values, little-endian uint64."""
    place: Mapped[int | None] = mapped_column(BigInteger)
    """Site and month of the earliest article (`core.boilerplate.place`)."""
    lines: Mapped[bytes | None]
    """Those of the earliest article's revision."""
    left_out: Mapped[bytes | None]
    """Numbers of the lines that its site repeats, little-endian uint32."""
    earliest_article: Mapped[str]
    """Whose title, outlet and time stand for the text in a verdict."""
    best_article: Mapped[str]
    """Who would be canonical among the articles of this text."""
    anchor: Mapped[int] = mapped_column(BigInteger, index=True)
    """The cluster that it is in, named by the cluster's anchor node."""


class IndexSegment(Base):
    """A segment of an index: postings sorted by key, then node."""

    __tablename__ = "index_segments"
    segment_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    nonce: Mapped[int] = mapped_column(BigInteger)
    """Drawn at random: tells it from one that had its id and was taken back."""
    index_number: Mapped[int] = mapped_column(SmallInteger)
    """Which index it belongs to (`store.index`): 0 candidates, 1 passages."""
    depth: Mapped[int] = mapped_column(SmallInteger)
    """Level of the tree that it is in; the root is 0."""
    prefix: Mapped[int] = mapped_column(BigInteger)
    """Leading bits that all of its keys have, two for each level."""
    postings: Mapped[int] = mapped_column(Integer)


class IndexHead(Base):
    """What is asked before the chunks of a segment are read."""

    __tablename__ = "index_heads"
    segment_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    fences: Mapped[bytes]
    """The first posting of each chunk."""
    filter: Mapped[bytes]
    """Bloom filter of its keys."""


class IndexChunk(Base):
    """A stretch of a segment: key and node id of each posting, 16 bytes little-endian."""

    __tablename__ = "index_chunks"
    chunk_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    """The segment's id shifted left by 16 bits, and the number of the chunk in it."""
    data: Mapped[bytes]


class RepeatedPassage(Base):
    """A passage that its site repeats in many stories."""

    __tablename__ = "repeated_passages"
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


class Match(Base):
    """A verified comparison of two texts, with its evidence; node_a < node_b."""

    __tablename__ = "matches"
    node_a: Mapped[int] = mapped_column(
        reference("nodes.node_id"), type_=BigInteger, primary_key=True
    )
    node_b: Mapped[int] = mapped_column(
        reference("nodes.node_id"), type_=BigInteger, primary_key=True, index=True
    )
    proposed: Mapped[int] = mapped_column(Flag)
    """The candidate index proposes this pair."""
    star: Mapped[int] = mapped_column(Flag)
    """One of the two is canonical of the cluster of both."""
    relation: Mapped[str]
    verdict: Mapped[str]
    rule: Mapped[str]
    resemblance: Mapped[float]
    containment_a_in_b: Mapped[float]
    containment_b_in_a: Mapped[float]
    evidence: Mapped[str]
    """All further evidence, as JSON with sorted keys."""
    scheme: Mapped[str]


class Cluster(Base):
    """A syndication cluster, with the figures that lists are sorted by."""

    __tablename__ = "clusters"
    anchor: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    cluster_id: Mapped[str] = mapped_column(index=True)
    canonical_node: Mapped[int] = mapped_column(BigInteger)
    canonical_article: Mapped[str]
    canonical_reason: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    main_size: Mapped[int] = mapped_column(Integer)
    outlets: Mapped[int] = mapped_column(Integer)
    languages: Mapped[str]
    """Distinct languages, sorted, separated by a space."""
    first_published_at: Mapped[str | None]
    last_published_at: Mapped[str | None]
    newest: Mapped[str]
    """last_published_at, or empty: sorts alike on both databases."""
    first_seen_at: Mapped[str]
    __table_args__ = (Index("ix_clusters_listing", "size", "newest", "cluster_id"),)
