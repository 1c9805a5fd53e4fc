"""A reading names the process that makes it, and what it reads."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bytewise = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
    op.add_column("dumps", sa.Column("owner", bytewise, nullable=True))
    op.add_column("dumps", sa.Column("claim", sa.LargeBinary(), nullable=True))
    op.create_index("ix_dumps_claim", "dumps", ["claim"])


def downgrade() -> None:
    op.drop_index("ix_dumps_claim", "dumps")
    op.drop_column("dumps", "claim")
    op.drop_column("dumps", "owner")
