"""The tables of plans of care, and of interventions that carried them out."""

from typing import Final

import sqlalchemy as sa

from .schema import METADATA, live_index, needs, number, refers, removable, version

PLANS: Final = sa.Table(
    "plans",
    METADATA,
    number(),
    refers("machine_id", "machines"),
    needs("description", sa.String(1024)),
    needs("every_h", sa.Double),
    needs("lcd_text", sa.String(16)),
    sa.Column("url", sa.String(2048), nullable=True),
    version(),
    removable(),
    sqlite_autoincrement=True,
)
live_index(PLANS, "machine_id")

INTERVENTIONS: Final = sa.Table(
    "interventions",
    METADATA,
    number(),
    refers("plan_id", "plans"),
    refers("machine_id", "machines"),
    refers("member_id", "members", nullable=True),
    needs("at", sa.Double),
    needs("replay", sa.Boolean),
    version(),
    removable(),
    sqlite_autoincrement=True,
)
live_index(INTERVENTIONS, "plan_id", "at")
live_index(INTERVENTIONS, "at")
