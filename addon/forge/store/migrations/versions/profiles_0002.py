"""Overlays that were sent, and which of them a profile's versions have."""

from alembic import op
import sqlalchemy as sa

from forge.store.base import Moment

revision = "profiles_0002"
down_revision = "profiles_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and refer to it."""
    op.create_table(
        "overlays",
        sa.Column("hash", sa.String(80), nullable=False),
        sa.Column("entries", sa.JSON, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_overlays"),
    )
    op.add_column("profile_versions", sa.Column("overlay", sa.String(80)))
    op.create_index("ix_profile_versions_overlay", "profile_versions", ["overlay"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_profile_versions_overlay", "profile_versions")
    op.drop_column("profile_versions", "overlay")
    op.drop_table("overlays")
