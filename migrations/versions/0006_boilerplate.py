"""What a site repeats is learnt, and left out of comparisons."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ADDED = (
    ("revisions", "lines", sa.LargeBinary()),
    ("nodes", "place", sa.BigInteger()),
    ("nodes", "lines", sa.LargeBinary()),
    ("nodes", "left_out", sa.LargeBinary()),
)


def upgrade() -> None:
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "passages",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "node_id", name=op.f("pk_passages")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "repeated_passages",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_repeated_passages")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("repeated_passages")
    op.drop_table("passages")
    for table, name, _kind in reversed(ADDED):
        op.drop_column(table, name)
