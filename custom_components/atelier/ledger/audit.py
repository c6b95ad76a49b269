"""The tables of who changed what, and of removals that can be undone."""

from typing import Final

import sqlalchemy as sa

from .schema import METADATA, needs, number

AUDIT: Final = sa.Table(
    "audit",
    METADATA,
    number(),
    needs("at", sa.Double),
    #: Home Assistant's user, or what changed it by itself.
    needs("by", sa.String(64)),
    needs("action", sa.String(16)),
    needs("kind", sa.String(16)),
    needs("fact_id", sa.Integer),
    sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
    sa.Index("ix_audit_at", "at"),
    sa.Index("ix_audit_kind_fact_id", "kind", "fact_id"),
    sqlite_autoincrement=True,
)

REMOVALS: Final = sa.Table(
    "removals",
    METADATA,
    number(),
    needs("kind", sa.String(16)),
    needs("fact_id", sa.Integer),
    needs("at", sa.Double),
    sqlite_autoincrement=True,
)

#: What came from elsewhere: which fact of ours each of theirs became.
BROUGHT: Final = sa.Table(
    "brought",
    METADATA,
    number(),
    needs("source", sa.String(64)),
    needs("kind", sa.String(16)),
    needs("origin_id", sa.Integer),
    needs("fact_id", sa.Integer),
    sa.UniqueConstraint("source", "kind", "origin_id"),
    sqlite_autoincrement=True,
)
