"""Texts may be purged."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bytewise = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
    op.add_column("revisions", sa.Column("purged_at", bytewise, nullable=True))


def downgrade() -> None:
    op.drop_column("revisions", "purged_at")
