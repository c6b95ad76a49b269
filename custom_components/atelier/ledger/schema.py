"""What all tables share: names of constraints, and the mark of a removed row.

Every table of facts has a column for each field of its fact, under the same name. A row
whose `removal_id` is set is a tombstone: hidden, but not gone until its removal is old.
"""

from typing import Any, Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

type Values = dict[str, Any]


def number() -> sa.Column[int]:
    """Make the column of ids that the database gives, none of them twice."""
    return sa.Column("id", sa.Integer, primary_key=True)


def refers(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    """Make a column that holds another table's id and follows it when it changes."""
    key = sa.ForeignKey(f"{target}.id", onupdate="CASCADE")
    return sa.Column(name, sa.Integer, key, nullable=nullable)


def needs(
    name: str, kind: type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]
) -> sa.Column[Any]:
    """Make a column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def removable() -> sa.Column[int]:
    """Make the column that marks a row as removed."""
    return sa.Column("removal_id", sa.Integer, sa.ForeignKey("removals.id"), nullable=True)


def version() -> sa.Column[int]:
    """Make the column that grows with every change."""
    return sa.Column("version", sa.Integer, nullable=False)


def live_index(
    table: sa.Table, *columns: str, unique: bool = False, only: str | None = None
) -> sa.Index:
    """Index columns of the rows that are not removed; `only` narrows it further.

    A unique one holds names, cards and open uses apart, and lets a removed row keep its own.
    """
    where = "removal_id IS NULL" + (f" AND {only}" if only else "")
    prefix = "uq" if unique else "ix"
    return sa.Index(
        f"{prefix}_{table.name}_{'_'.join(columns)}",
        *(table.c[column] for column in columns),
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def live(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a row is not removed."""
    return table.c.removal_id.is_(None)
