"""The lines that sites may repeat are kept in segments, too, under keys made otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")

# Keys and marks are made anew: such stores are refingerprinted, which fills both indexes.
EMPTIED = (
    "DELETE FROM index_chunks",
    "DELETE FROM index_heads",
    "DELETE FROM repeated_passages",
)
FORMER = """
INSERT INTO store_info (name, value)
SELECT 'boilerplate', 'lines-1' FROM store_info
WHERE name = 'scheme'
  AND NOT EXISTS (SELECT 1 FROM store_info WHERE name = 'boilerplate')
"""


def segments_with(*more: sa.Column) -> None:
    """Begin with no segments, in a table with these columns."""
    for statement in EMPTIED:
        op.execute(statement)
    op.drop_table("index_segments")
    op.create_table(
        "index_segments",
        sa.Column("segment_id", ROW_ID, nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        *more,
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("prefix", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="pk_index_segments"),
    )


def upgrade() -> None:
    segments_with(sa.Column("index_number", sa.SmallInteger(), nullable=False))
    op.drop_table("passages")
    op.execute(FORMER)


def downgrade() -> None:
    op.create_table(
        "passages",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "node_id", name=op.f("pk_passages")),
        sqlite_with_rowid=False,
    )
    segments_with()
