"""What a daemon knows of its sources, and that it lives."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


BYTEWISE = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
FLOAT = sa.DOUBLE_PRECISION().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.add_column("dumps", sa.Column("source", BYTEWISE, nullable=True))
    op.create_table(
        "daemons",
        sa.Column("owner", BYTEWISE, nullable=False),
        sa.Column("machine", BYTEWISE, nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process", BYTEWISE, nullable=False),
        sa.Column("mode", BYTEWISE, nullable=False),
        sa.Column("state", BYTEWISE, nullable=False),
        sa.Column("started_at", BYTEWISE, nullable=False),
        sa.Column("reported_at", BYTEWISE, nullable=False),
        sa.Column("lease_seconds", FLOAT, nullable=False),
        sa.Column("figures", BYTEWISE, nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_daemons"),
    )
    op.create_table(
        "source_state",
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("since", BYTEWISE, nullable=False),
        sa.Column("last_run_at", BYTEWISE, nullable=True),
        sa.Column("last_success_at", BYTEWISE, nullable=True),
        sa.Column("last_record_at", BYTEWISE, nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("waiting_since", BYTEWISE, nullable=True),
        sa.Column("error", BYTEWISE, nullable=True),
        sa.PrimaryKeyConstraint("source", name="pk_source_state"),
    )
    op.create_table(
        "source_days",
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("day", BYTEWISE, nullable=False),
        sa.Column("dumps", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day", name="pk_source_days"),
    )
    op.create_table(
        "source_files",
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("path", BYTEWISE, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("seen_since", BYTEWISE, nullable=False),
        sa.Column("seen_at", BYTEWISE, nullable=False),
        sa.Column("owner", BYTEWISE, nullable=True),
        sa.Column("read_at", BYTEWISE, nullable=True),
        sa.Column("read_size", sa.BigInteger(), nullable=True),
        sa.Column("read_mtime_ns", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("problem", BYTEWISE, nullable=True),
        sa.PrimaryKeyConstraint("source", "path", name="pk_source_files"),
    )
    op.create_index("ix_source_files_source_digest", "source_files", ["source", "digest"])
    op.create_table(
        "alarms",
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("subject", BYTEWISE, nullable=False),
        sa.Column("message", BYTEWISE, nullable=False),
        sa.Column("since", BYTEWISE, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_alarms"),
    )


def downgrade() -> None:
    op.drop_table("alarms")
    op.drop_index("ix_source_files_source_digest", table_name="source_files")
    op.drop_table("source_files")
    op.drop_table("source_days")
    op.drop_table("source_state")
    op.drop_table("daemons")
    op.drop_column("dumps", "source")
