"""The tables of machine types, machines, boards and cards that nobody knows."""

from typing import Final

import sqlalchemy as sa

from .schema import METADATA, live_index, needs, number, refers, removable, version

TYPES: Final = sa.Table(
    "machine_types",
    METADATA,
    number(),
    needs("name", sa.String(128)),
    needs("access", sa.String(16)),
    needs("logoff_min", sa.Integer),
    needs("grace_min", sa.Integer),
    refers("training_id", "trainings", nullable=True),
    version(),
    removable(),
    sqlite_autoincrement=True,
)
live_index(TYPES, "name", unique=True)

MACHINES: Final = sa.Table(
    "machines",
    METADATA,
    #: The number in the board's topic, chosen by people. A removed machine whose number
    #: is given to another gets a negative one, and takes its uses along.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    needs("name", sa.String(128)),
    refers("type_id", "machine_types"),
    needs("blocked", sa.Boolean),
    needs("earlier_s", sa.Double),
    needs("server_down", sa.String(16)),
    version(),
    removable(),
)
live_index(MACHINES, "name", unique=True)

#: What boards say of themselves, also those whose number is no machine's yet.
BOARDS: Final = sa.Table(
    "boards",
    METADATA,
    sa.Column("machine_id", sa.Integer, primary_key=True, autoincrement=False),
    needs("firmware", sa.String(128)),
    needs("address", sa.String(64)),
    needs("serial", sa.String(64)),
    needs("heap", sa.Integer),
    needs("last_seen", sa.Double),
)

UNKNOWN_CARDS: Final = sa.Table(
    "unknown_cards",
    METADATA,
    sa.Column("card", sa.String(8), primary_key=True),
    sa.Column("machine_id", sa.Integer, primary_key=True, autoincrement=False),
    needs("first", sa.Double),
    needs("last", sa.Double),
    needs("count", sa.Integer),
    sa.Index("ix_unknown_cards_last", "last"),
)
