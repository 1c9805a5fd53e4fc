"""The candidate index is kept in segments; stores with another one are refingerprinted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")

# The former keys are others, and most of them: the index is made anew.
FORMER = """
INSERT INTO store_info (name, value)
SELECT 'index', 'bands64-runs8w5-most1500-1' FROM store_info WHERE name = 'scheme'
"""


def upgrade() -> None:
    op.drop_table("postings")
    op.create_table(
        "index_segments",
        sa.Column("segment_id", ROW_ID, nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("prefix", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="pk_index_segments"),
    )
    op.create_table(
        "index_heads",
        sa.Column("segment_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("fences", sa.LargeBinary(), nullable=False),
        sa.Column("filter", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="pk_index_heads"),
    )
    op.create_table(
        "index_chunks",
        sa.Column("chunk_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chunk_id", name="pk_index_chunks"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Hashes do not compress, and a chunk fits into a page: keep it in its row.
        op.execute("ALTER TABLE index_chunks ALTER COLUMN data SET STORAGE PLAIN")
        op.execute("ALTER TABLE index_heads ALTER COLUMN fences SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE index_heads ALTER COLUMN filter SET STORAGE EXTERNAL")
    op.execute(FORMER)


def downgrade() -> None:
    op.execute("DELETE FROM store_info WHERE name = 'index'")
    for table in ("index_chunks", "index_heads", "index_segments"):
        op.drop_table(table)
    op.create_table(
        "postings",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "node_id", name="pk_postings"),
        sqlite_with_rowid=False,
    )
