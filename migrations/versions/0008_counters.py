"""How much is stored is counted as it comes and goes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BYTEWISE = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
RESULTS = ("stored", "known", "rejected", "revised", "ignored")
COUNTS = ("dumps", "read", *RESULTS)


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("name", BYTEWISE, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_counters"),
    )
    for table in ("articles", "clusters", "dumps"):
        count("'stored'", f"'{table}'", f"count(*) FROM {table}")
    for result in RESULTS:
        count("'records'", f"'{result}'", f"coalesce(sum({result}), 0) FROM dumps")
    count("'rejected'", "reason", "count(*) FROM rejections GROUP BY reason")
    for name in COUNTS:
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
        op.add_column("source_state", column)
    days = "FROM source_days d WHERE d.source = source_state.source"
    totals = ", ".join(f"{name} = (SELECT coalesce(sum(d.{name}), 0) {days})" for name in COUNTS)
    op.execute(f"UPDATE source_state SET {totals}")  # noqa: S608 no value from outside


def count(kind: str, name: str, value: str) -> None:
    op.execute(f"INSERT INTO counters SELECT {kind}, {name}, {value}")


def downgrade() -> None:
    for name in COUNTS:
        op.drop_column("source_state", name)
    op.drop_table("counters")
