"""What each source brought is what the log says of its dumps."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COUNTS = ("read", "stored", "known", "rejected", "revised", "ignored")


def upgrade() -> None:
    its = "FROM dumps d WHERE d.source = source_state.source"
    totals = [f"{name} = (SELECT coalesce(sum(d.{name}), 0) {its})" for name in COUNTS]
    totals.append(f"dumps = (SELECT count(d.finished_at) {its})")
    op.execute(f"UPDATE source_state SET {', '.join(totals)}")  # noqa: S608 no value from outside


def downgrade() -> None:
    """The counts are right for the earlier version too."""
