"""The table of uses: who used a machine from when to when."""

from typing import Final

import sqlalchemy as sa

from .schema import METADATA, live_index, needs, number, refers, removable, version

USES: Final = sa.Table(
    "uses",
    METADATA,
    number(),
    refers("machine_id", "machines"),
    refers("member_id", "members", nullable=True),
    needs("start", sa.Double),
    needs("last_seen", sa.Double),
    sa.Column("end", sa.Double, nullable=True),
    sa.Column("ending", sa.String(16), nullable=True),
    needs("replay", sa.Boolean),
    sa.Column("origin", sa.String(64), nullable=True),
    version(),
    removable(),
    # A removed use keeps its origin: told again, it does not come back.
    sa.UniqueConstraint("machine_id", "origin"),
    sqlite_autoincrement=True,
)
live_index(USES, "machine_id", unique=True, only='"end" IS NULL')
live_index(USES, "start", "id")
live_index(USES, "machine_id", "start", "end")
live_index(USES, "member_id", "start")
live_index(USES, "replay", "start")
