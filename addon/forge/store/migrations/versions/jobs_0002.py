"""How much time is known to have passed, and since when jobs are finished in it."""

from datetime import UTC, datetime

from alembic import op
import sqlalchemy as sa

from forge.store.base import Moment

revision = "jobs_0002"
down_revision = "jobs_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table with its only row, and the column."""
    time = op.create_table(
        "time",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("passed_s", sa.BigInteger, nullable=False),
        sa.Column("boot", sa.String(36), nullable=False),
        sa.Column("since_boot_s", sa.Float, nullable=False),
        sa.Column("counted_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_time"),
    )
    nothing = {"passed_s": 0, "boot": "", "since_boot_s": 0.0, "counted_at": datetime.now(UTC)}
    op.bulk_insert(time, [{"id": 1, **nothing}])
    op.add_column("jobs", sa.Column("old_from_s", sa.BigInteger))
    op.create_index("ix_jobs_old_from_s", "jobs", ["old_from_s"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_jobs_old_from_s", "jobs")
    op.drop_column("jobs", "old_from_s")
    op.drop_table("time")
