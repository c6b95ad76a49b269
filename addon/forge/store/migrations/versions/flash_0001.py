"""Plans for cards, and what was written to them."""

from alembic import op
import sqlalchemy as sa

from forge.store.base import Moment

revision = "flash_0001"
down_revision = None
branch_labels = ("flash",)
depends_on = "jobs_0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "flash_plans",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("expires_s", sa.Float, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.Column("after", sa.Integer),
        sa.Column("device", sa.JSON, nullable=False),
        sa.Column("identity", sa.JSON, nullable=False),
        sa.Column("image", sa.JSON, nullable=False),
        sa.Column("wipe", sa.Boolean, nullable=False),
        sa.Column("eject", sa.Boolean, nullable=False),
        sa.Column("verification", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flash_plans"),
    )
    op.create_index("ix_flash_plans_expires_at", "flash_plans", ["expires_at"])
    op.create_table(
        "flash_records",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("job_id", sa.String(32)),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("confirmed_at", Moment, nullable=False),
        sa.Column("device_path", sa.String(255), nullable=False),
        sa.Column("device_number", sa.String(32), nullable=False),
        sa.Column("device_model", sa.String(255)),
        sa.Column("device_serial", sa.String(255)),
        sa.Column("device_size", sa.BigInteger, nullable=False),
        sa.Column("device_sequence", sa.BigInteger),
        sa.Column("boot", sa.String(36), nullable=False),
        sa.Column("image_job_id", sa.String(32)),
        sa.Column("image_name", sa.String(255), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("wipe", sa.Boolean, nullable=False),
        sa.Column("verification", sa.String(16), nullable=False),
        sa.Column("began_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("result", sa.String(16)),
        sa.Column("ejected", sa.Boolean),
        sa.Column("error", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_flash_records"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_flash_records_job_id_jobs", ondelete="SET NULL"
        ),
    )
    for column in ("job_id", "device_path", "device_serial", "image_job_id"):
        op.create_index(f"ix_flash_records_{column}", "flash_records", [column])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("flash_records")
    op.drop_table("flash_plans")
