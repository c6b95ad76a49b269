"""When a card had all of its image, proved or not."""

from alembic import op
import sqlalchemy as sa

from forge.store.base import Moment

revision = "flash_0002"
down_revision = "flash_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column("flash_records", sa.Column("written_at", Moment))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("flash_records", "written_at")
