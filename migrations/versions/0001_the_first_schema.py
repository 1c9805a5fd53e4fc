"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


BYTEWISE = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
FLOAT = sa.DOUBLE_PRECISION().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "clusters",
        sa.Column("anchor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cluster_id", BYTEWISE, nullable=False),
        sa.Column("canonical_node", sa.BigInteger(), nullable=False),
        sa.Column("canonical_article", BYTEWISE, nullable=False),
        sa.Column("canonical_reason", BYTEWISE, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("main_size", sa.Integer(), nullable=False),
        sa.Column("outlets", sa.Integer(), nullable=False),
        sa.Column("languages", BYTEWISE, nullable=False),
        sa.Column("first_published_at", BYTEWISE, nullable=True),
        sa.Column("last_published_at", BYTEWISE, nullable=True),
        sa.Column("newest", BYTEWISE, nullable=False),
        sa.Column("first_seen_at", BYTEWISE, nullable=False),
        sa.PrimaryKeyConstraint("anchor", name="pk_clusters"),
    )
    op.create_index("ix_clusters_cluster_id", "clusters", ["cluster_id"], unique=False)
    op.create_index(
        "ix_clusters_listing", "clusters", ["size", "newest", "cluster_id"], unique=False
    )
    op.create_table(
        "dumps",
        sa.Column("dump_id", ROW_ID, nullable=False),
        sa.Column("path", BYTEWISE, nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("started_at", BYTEWISE, nullable=False),
        sa.Column("finished_at", BYTEWISE, nullable=True),
        sa.PrimaryKeyConstraint("dump_id", name="pk_dumps"),
    )
    op.create_table(
        "nodes",
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text_digest", sa.LargeBinary(), nullable=False),
        sa.Column("short", sa.SmallInteger(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("scheme", BYTEWISE, nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("earliest_article", BYTEWISE, nullable=False),
        sa.Column("best_article", BYTEWISE, nullable=False),
        sa.Column("anchor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", name="pk_nodes"),
    )
    op.create_index("ix_nodes_anchor", "nodes", ["anchor"], unique=False)
    op.create_table(
        "postings",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "node_id", name="pk_postings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "store_info",
        sa.Column("name", BYTEWISE, nullable=False),
        sa.Column("value", BYTEWISE, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_store_info"),
    )
    op.create_table(
        "articles",
        sa.Column("article_id", BYTEWISE, nullable=False),
        sa.Column("role", BYTEWISE, nullable=False),
        sa.Column("page_address", BYTEWISE, nullable=False),
        sa.Column("revision_id", sa.LargeBinary(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("page_url", BYTEWISE, nullable=True),
        sa.Column("url", BYTEWISE, nullable=True),
        sa.Column("title", BYTEWISE, nullable=True),
        sa.Column("author", BYTEWISE, nullable=True),
        sa.Column("outlet", BYTEWISE, nullable=True),
        sa.Column("carrier", BYTEWISE, nullable=True),
        sa.Column("language", BYTEWISE, nullable=True),
        sa.Column("section", BYTEWISE, nullable=True),
        sa.Column("published_at", BYTEWISE, nullable=True),
        sa.Column("published_order", BYTEWISE, nullable=False),
        sa.Column("modified_at", BYTEWISE, nullable=True),
        sa.Column("record_time", BYTEWISE, nullable=True),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("short", sa.SmallInteger(), nullable=False),
        sa.Column("first_seen_at", BYTEWISE, nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"],
            ["nodes.node_id"],
            name="fk_articles_node_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_articles"),
    )
    op.create_index("ix_articles_node_id", "articles", ["node_id"], unique=False)
    op.create_index(
        "ix_articles_page_url", "articles", ["page_url"], unique=False, postgresql_using="hash"
    )
    op.create_index(
        "ix_articles_published_at_article_id",
        "articles",
        ["published_at", "article_id"],
        unique=False,
    )
    op.create_table(
        "deliveries",
        sa.Column("record_key", sa.LargeBinary(), nullable=False),
        sa.Column("page_address", BYTEWISE, nullable=False),
        sa.Column("dump_id", ROW_ID, nullable=False),
        sa.Column("locator", BYTEWISE, nullable=False),
        sa.Column("warnings", BYTEWISE, nullable=True),
        sa.ForeignKeyConstraint(
            ["dump_id"],
            ["dumps.dump_id"],
            name="fk_deliveries_dump_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("record_key", name="pk_deliveries"),
    )
    op.create_table(
        "matches",
        sa.Column("node_a", sa.BigInteger(), nullable=False),
        sa.Column("node_b", sa.BigInteger(), nullable=False),
        sa.Column("proposed", sa.SmallInteger(), nullable=False),
        sa.Column("star", sa.SmallInteger(), nullable=False),
        sa.Column("relation", BYTEWISE, nullable=False),
        sa.Column("verdict", BYTEWISE, nullable=False),
        sa.Column("rule", BYTEWISE, nullable=False),
        sa.Column("resemblance", FLOAT, nullable=False),
        sa.Column("containment_a_in_b", FLOAT, nullable=False),
        sa.Column("containment_b_in_a", FLOAT, nullable=False),
        sa.Column("evidence", BYTEWISE, nullable=False),
        sa.Column("scheme", BYTEWISE, nullable=False),
        sa.ForeignKeyConstraint(
            ["node_a"],
            ["nodes.node_id"],
            name="fk_matches_node_a",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["node_b"],
            ["nodes.node_id"],
            name="fk_matches_node_b",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("node_a", "node_b", name="pk_matches"),
    )
    op.create_index("ix_matches_node_b", "matches", ["node_b"], unique=False)
    op.create_table(
        "rejections",
        sa.Column("rejection_id", ROW_ID, nullable=False),
        sa.Column("dump_id", ROW_ID, nullable=False),
        sa.Column("locator", BYTEWISE, nullable=False),
        sa.Column("reason", BYTEWISE, nullable=False),
        sa.Column("detail", BYTEWISE, nullable=False),
        sa.ForeignKeyConstraint(
            ["dump_id"],
            ["dumps.dump_id"],
            name="fk_rejections_dump_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("rejection_id", name="pk_rejections"),
    )
    op.create_index("ix_rejections_dump_id", "rejections", ["dump_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("revision_id", sa.LargeBinary(), nullable=False),
        sa.Column("article_id", BYTEWISE, nullable=False),
        sa.Column("text_digest", sa.LargeBinary(), nullable=False),
        sa.Column("text", BYTEWISE, nullable=False),
        sa.Column("page_url", BYTEWISE, nullable=True),
        sa.Column("url", BYTEWISE, nullable=True),
        sa.Column("title", BYTEWISE, nullable=True),
        sa.Column("author", BYTEWISE, nullable=True),
        sa.Column("outlet", BYTEWISE, nullable=True),
        sa.Column("carrier", BYTEWISE, nullable=True),
        sa.Column("language", BYTEWISE, nullable=True),
        sa.Column("section", BYTEWISE, nullable=True),
        sa.Column("published_at", BYTEWISE, nullable=True),
        sa.Column("modified_at", BYTEWISE, nullable=True),
        sa.Column("record_time", BYTEWISE, nullable=True),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", BYTEWISE, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.article_id"],
            name="fk_revisions_article_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("revision_id", name="pk_revisions"),
    )
    op.create_index("ix_revisions_article_id", "revisions", ["article_id"], unique=False)
    op.create_table(
        "appearances",
        sa.Column("record_key", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_key"],
            ["deliveries.record_key"],
            name="fk_appearances_record_key",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name="fk_appearances_revision_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("record_key", "position", name="pk_appearances"),
    )
    op.create_index("ix_appearances_revision_id", "appearances", ["revision_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_appearances_revision_id", table_name="appearances")
    op.drop_table("appearances")
    op.drop_index("ix_revisions_article_id", table_name="revisions")
    op.drop_table("revisions")
    op.drop_index("ix_rejections_dump_id", table_name="rejections")
    op.drop_table("rejections")
    op.drop_index("ix_matches_node_b", table_name="matches")
    op.drop_table("matches")
    op.drop_table("deliveries")
    op.drop_index("ix_articles_published_at_article_id", table_name="articles")
    op.drop_index("ix_articles_page_url", table_name="articles")
    op.drop_index("ix_articles_node_id", table_name="articles")
    op.drop_table("articles")
    op.drop_table("store_info")
    op.drop_table("postings")
    op.drop_index("ix_nodes_anchor", table_name="nodes")
    op.drop_table("nodes")
    op.drop_table("dumps")
    op.drop_index("ix_clusters_listing", table_name="clusters")
    op.drop_index("ix_clusters_cluster_id", table_name="clusters")
    op.drop_table("clusters")
