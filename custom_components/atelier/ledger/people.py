"""The tables of members, their roles, cards, permissions and trainings."""

from typing import Final

import sqlalchemy as sa

from .schema import METADATA, live_index, needs, number, refers, removable, version

ROLES: Final = sa.Table(
    "roles",
    METADATA,
    number(),
    needs("name", sa.String(128)),
    needs("every_machine", sa.Boolean),
    needs("care", sa.Boolean),
    needs("manage", sa.Boolean),
    needs("reserved", sa.Boolean),
    version(),
    removable(),
    sqlite_autoincrement=True,
)
live_index(ROLES, "name", unique=True)

MEMBERS: Final = sa.Table(
    "members",
    METADATA,
    number(),
    needs("name", sa.String(128)),
    needs("surname", sa.String(128)),
    refers("role_id", "roles"),
    sa.Column("email", sa.String(254), nullable=True),
    needs("weekly_summary", sa.Boolean),
    needs("disabled", sa.Boolean),
    sa.Column("user_id", sa.String(64), nullable=True),
    version(),
    #: Name, surname and address without case and accents, to be searched.
    needs("search", sa.String(640)),
    removable(),
    sqlite_autoincrement=True,
)
live_index(MEMBERS, "user_id", unique=True)
live_index(MEMBERS, "surname", "name")
live_index(MEMBERS, "role_id")

CARDS: Final = sa.Table(
    "cards",
    METADATA,
    number(),
    needs("card", sa.String(8)),
    refers("member_id", "members"),
    removable(),
    sa.CheckConstraint("card = lower(card) AND length(card) = 8", name="card"),
    sa.Index("ix_cards_member_id", "member_id"),
    sqlite_autoincrement=True,
)
live_index(CARDS, "card", unique=True)

TRAININGS: Final = sa.Table(
    "trainings",
    METADATA,
    number(),
    needs("name", sa.String(128)),
    sa.Column("valid_days", sa.Integer, nullable=True),
    version(),
    removable(),
    sqlite_autoincrement=True,
)
live_index(TRAININGS, "name", unique=True)

TRAINED: Final = sa.Table(
    "trained",
    METADATA,
    number(),
    refers("member_id", "members"),
    refers("training_id", "trainings"),
    needs("at", sa.Double),
    sa.Column("until", sa.Double, nullable=True),
    needs("instructor", sa.Boolean),
    version(),
    removable(),
    sqlite_autoincrement=True,
)
live_index(TRAINED, "member_id", "training_id", unique=True)

PERMISSIONS: Final = sa.Table(
    "permissions",
    METADATA,
    number(),
    refers("member_id", "members"),
    refers("machine_id", "machines", nullable=True),
    refers("type_id", "machine_types", nullable=True),
    sa.Column("until", sa.Double, nullable=True),
    #: Kept as a bare number: it outlives the member who granted it.
    sa.Column("granted_by", sa.Integer, nullable=True),
    version(),
    removable(),
    sa.CheckConstraint("(machine_id IS NULL) <> (type_id IS NULL)", name="one_target"),
    sqlite_autoincrement=True,
)
live_index(PERMISSIONS, "member_id", "machine_id", unique=True)
live_index(PERMISSIONS, "member_id", "type_id", unique=True)
