"""Profiles, their versions and tags."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import VARCHAR

from forge.store.base import Moment

revision = "profiles_0001"
down_revision = None
branch_labels = ("profiles",)
depends_on = "jobs_0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "profiles",
        sa.Column(
            "id",
            sa.String(255).with_variant(VARCHAR(255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("device_id", sa.String(255), nullable=False),
        sa.Column("openwrt_release", sa.String(50), nullable=False),
        sa.Column("target", sa.String(100), nullable=False),
        sa.Column("subtarget", sa.String(100), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profiles"),
    )
    op.create_index("ix_profiles_device_id", "profiles", ["device_id"])
    op.create_index(
        "ix_profiles_openwrt_release_target_subtarget",
        "profiles",
        ["openwrt_release", "target", "subtarget"],
    )
    op.create_table(
        "profile_versions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("profile_id", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profile_versions"),
        sa.UniqueConstraint("profile_id", "version", name="uq_profile_versions_profile_id_version"),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name="fk_profile_versions_profile_id_profiles",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "profile_tags",
        sa.Column("profile_id", sa.String(255), nullable=False),
        sa.Column("tag", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("profile_id", "tag", name="pk_profile_tags"),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name="fk_profile_tags_profile_id_profiles",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_profile_tags_tag", "profile_tags", ["tag"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("profile_tags", "profile_versions", "profiles"):
        op.drop_table(table)
