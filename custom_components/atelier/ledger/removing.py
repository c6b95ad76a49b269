"""How people remove facts, and take that back: a removed row stays as a tombstone."""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Machine, Member, Role
from .audit import REMOVALS
from .changing import find, free_number, note, require
from .errors import Duplicate, InUse, Invalid, Unknown
from .kinds import KINDS, Kind, kind_named
from .people import CARDS
from .schema import live
from .uses import USES

#: For so long a removal can be taken back.
UNDO_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Name a removal, so that it can be taken back."""

    id: int
    #: Kind of the removed fact, as the audit trail calls it.
    kind: str
    fact_id: int
    at: float


async def remove(
    connection: AsyncConnection,
    fact: type[Any],
    id: int,
    *,
    by: str,
    at: float,
) -> Removal:
    """Hide a fact and what goes with it. Raise Unknown, InUse, or Invalid for a reserved role."""
    kind = KINDS[fact]
    before = await find(connection, kind, id)
    if before is None:
        raise Unknown(kind.name)
    if isinstance(before, Role) and before.reserved:
        raise Invalid("role", "is reserved: it cannot be changed or removed")
    await _refuse_if_needed(connection, kind, id)
    insert = sa.insert(REMOVALS).returning(REMOVALS.c.id)
    row = {"kind": kind.name, "fact_id": id, "at": at}
    removal_id: int = (await connection.execute(insert, row)).scalar_one()
    for table, column in _taken(kind):
        theirs = (table.c[column] == id, live(table))
        await connection.execute(sa.update(table).where(*theirs).values(removal_id=removal_id))
    await note(connection, kind, "removed", id, by=by, at=at, before=before)
    return Removal(id=removal_id, kind=kind.name, fact_id=id, at=at)


async def _refuse_if_needed(connection: AsyncConnection, kind: Kind, id: int) -> None:
    """Raise InUse where others need a fact."""
    for other, field in kind.held:
        holder = KINDS[other]
        query = sa.select(holder.table.c.id).where(holder.table.c[field] == id, live(holder.table))
        if await connection.scalar(query.limit(1)) is not None:
            raise InUse(kind.name, f"a {holder.name}")
    if kind.fact in (Member, Machine):
        using = (USES.c[f"{kind.name}_id"] == id, USES.c.end.is_(None), live(USES))
        if await connection.scalar(sa.select(USES.c.id).where(*using).limit(1)) is not None:
            raise InUse(kind.name, "an open use")


def _taken(kind: Kind) -> list[tuple[sa.Table, str]]:
    """Return what goes when a fact goes, by table and the column that names it."""
    taken = [(kind.table, "id")] + [(KINDS[other].table, field) for other, field in kind.takes]
    return [*taken, (CARDS, "member_id")] if kind.fact is Member else taken


async def restore(connection: AsyncConnection, removal: Removal, *, by: str, at: float) -> Any:
    """Take a removal back; return the fact.

    Raise Unknown where it is too old, Duplicate where something took its place meanwhile.
    """
    query = sa.select(REMOVALS).where(REMOVALS.c.id == removal.id, REMOVALS.c.kind == removal.kind)
    found = (await connection.execute(query)).mappings().first()
    if found is None or found["at"] < at - UNDO_DAYS * 86400:
        raise Unknown("removal")
    kind = kind_named(found["kind"])
    await _take_number_back(connection, kind, found["id"], found["fact_id"])
    fact = await find(connection, kind, found["fact_id"], removal_id=found["id"])
    if fact is None:
        raise Unknown(kind.name)
    await require(connection, kind, fact)
    for table, _column in _taken(kind):
        mine = table.c.removal_id == found["id"]
        await connection.execute(sa.update(table).where(mine).values(removal_id=None))
    await connection.execute(sa.delete(REMOVALS).where(REMOVALS.c.id == found["id"]))
    await note(connection, kind, "restored", fact.id, by=by, at=at, after=fact)
    return fact


async def _take_number_back(
    connection: AsyncConnection, kind: Kind, removal_id: int, number: int
) -> None:
    """Give a removed machine that had to move its number again. Raise Duplicate."""
    if kind.fact is not Machine:
        return
    table = kind.table
    query = sa.select(table.c.id).where(table.c.id == number, live(table))
    if await connection.scalar(query) is not None:
        raise Duplicate("id", number)
    moved = table.c.id == -removal_id
    if await connection.scalar(sa.select(table.c.id).where(moved)) is not None:
        await free_number(connection, number)
        await connection.execute(sa.update(table).where(moved).values(id=number))
