"""Read facts by their ids: live ones, or those that a removal hid."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Member
from .kinds import Kind
from .loading import cards_of
from .people import CARDS


async def find(connection: AsyncConnection, kind: Kind, id: int) -> Any | None:
    """Read a live fact."""
    return (await find_all(connection, kind, [id])).get(id)


async def find_all(connection: AsyncConnection, kind: Kind, ids: Collection[int]) -> dict[int, Any]:
    """Read live facts, by their ids."""
    return await find_of(connection, kind, "id", ids) if ids else {}


async def find_of(
    connection: AsyncConnection, kind: Kind, column: str, ids: Collection[int]
) -> dict[int, Any]:
    """Read the live facts that refer to others by a column, by their ids."""
    table = kind.table
    return await _read(connection, kind, table.c[column].in_(ids), table.c.removal_id.is_(None))


async def find_removed(connection: AsyncConnection, kind: Kind, removal_id: int) -> dict[int, Any]:
    """Read the facts that a removal was meant for, by their ids."""
    hidden = kind.table.c.removal_id == removal_id
    return await _read(connection, kind, hidden, removal_id=removal_id)


async def _read(
    connection: AsyncConnection,
    kind: Kind,
    *conditions: sa.ColumnElement[bool],
    removal_id: int | None = None,
) -> dict[int, Any]:
    rows = (await connection.execute(sa.select(kind.table).where(*conditions))).mappings().all()
    cards: dict[int, tuple[str, ...]] = {}
    if kind.fact is Member and rows:
        ids = [row["id"] for row in rows]
        cards = await cards_of(connection, CARDS.c.member_id.in_(ids), removal_id=removal_id)
    return {row["id"]: kind.fact_of(row, cards.get(row["id"], ())) for row in rows}
