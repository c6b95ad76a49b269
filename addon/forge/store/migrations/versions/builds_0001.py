"""Image Builders, builds and their artifacts."""

from alembic import op
import sqlalchemy as sa

from forge.store.base import Moment

revision = "builds_0001"
down_revision = None
branch_labels = ("builds",)
depends_on = ("jobs_0001", "profiles_0001")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "builders",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release", sa.String(50), nullable=False),
        sa.Column("target", sa.String(100), nullable=False),
        sa.Column("subtarget", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("archive", sa.String(255)),
        sa.Column("sha256", sa.String(64)),
        sa.Column("signature", sa.String(16)),
        sa.Column("revision", sa.String(64)),
        sa.Column("epoch", sa.BigInteger),
        sa.Column("info", sa.JSON),
        sa.Column("size", sa.BigInteger),
        sa.Column("problem", sa.JSON),
        sa.Column("checked_at", Moment),
        sa.Column("used_at", Moment),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_builders"),
        sa.UniqueConstraint(
            "release", "target", "subtarget", name="uq_builders_release_target_subtarget"
        ),
    )
    op.create_table(
        "builds",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("version_id", sa.String(32)),
        sa.Column("profile_id", sa.String(255)),
        sa.Column("builder_id", sa.String(32)),
        sa.Column("release", sa.String(50), nullable=False),
        sa.Column("key", sa.String(80)),
        sa.Column("request_hash", sa.String(64)),
        sa.Column("same_as", sa.String(32)),
        sa.Column("facts", sa.JSON),
        sa.Column("built_at", Moment),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_builds"),
        sa.ForeignKeyConstraint(["id"], ["jobs.id"], name="fk_builds_id_jobs"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["profile_versions.id"], name="fk_builds_version_id_profile_versions"
        ),
        sa.ForeignKeyConstraint(
            ["builder_id"],
            ["builders.id"],
            name="fk_builds_builder_id_builders",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["same_as"], ["builds.id"], name="fk_builds_same_as_builds"),
    )
    for column in (
        *("version_id", "profile_id", "builder_id", "key", "request_hash", "same_as"),
        *("built_at", "created_at"),
    ):
        op.create_index(f"ix_builds_{column}", "builds", [column])
    op.create_table(
        "artifacts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("build_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("filesystem", sa.String(32)),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("card", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_artifacts"),
        sa.UniqueConstraint("build_id", "name", name="uq_artifacts_build_id_name"),
        sa.ForeignKeyConstraint(
            ["build_id"], ["builds.id"], name="fk_artifacts_build_id_builds", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_artifacts_type", "artifacts", ["type"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("artifacts", "builds", "builders"):
        op.drop_table(table)
