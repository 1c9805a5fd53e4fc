"""Embedded articles are found by their links."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EMBEDDED = sa.text("role = 'embedded'")


def upgrade() -> None:
    op.create_index(
        "ix_articles_link",
        "articles",
        ["url"],
        postgresql_using="hash",
        postgresql_where=EMBEDDED,
        sqlite_where=EMBEDDED,
    )


def downgrade() -> None:
    op.drop_index("ix_articles_link", "articles")
