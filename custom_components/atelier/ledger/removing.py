"""How people remove facts, and take that back: a removed row stays as a tombstone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Intervention, Machine, Member, Plan, Role, Use
from .agreeing import require
from .audit import REMOVALS
from .changing import free_numbers
from .errors import Duplicate, InUse, Invalid, Rule, Unknown
from .finding import find_all, find_of, find_removed
from .kinds import KINDS, Kind, kind_named
from .people import CARDS
from .schema import live
from .trail import Author, write_down
from .uses import USES

#: For so long a removal can be taken back.
UNDO_DAYS: Final = 30
#: Kinds of which decisions know sums, and not each one.
_SUMMED: Final = (Use, Intervention)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Tell what goes, or comes back, along with facts."""

    #: Those that decisions go by one by one: permissions, trainings and plans.
    facts: tuple[Any, ...] = ()
    #: Machines whose uses or care are others then.
    machines: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Name a removal, so that it can be taken back."""

    id: int
    #: Kind of the removed fact, as the audit trail calls it.
    kind: str
    fact_id: int
    at: float
    #: Known where it was just done, and no part of its name.
    taken: Taken = field(default=Taken(), compare=False, repr=False)


async def remove(
    connection: AsyncConnection, fact: type[Any], ids: Sequence[int], author: Author
) -> Removal:
    """Hide facts of a kind, with what goes with them, as one removal; machines one by one.

    Raise Unknown, InUse, or Invalid for a reserved role.
    """
    kind = KINDS[fact]
    before = await find_all(connection, kind, ids)
    if not ids or len(before) != len(set(ids)):
        raise Unknown(kind.name)
    if any(isinstance(one, Role) and one.reserved for one in before.values()):
        raise Invalid(Rule.RESERVED, "role", "is reserved: it cannot be changed or removed")
    await _refuse_if_needed(connection, kind, ids)
    taken = await _along(connection, kind, before.values())
    insert = sa.insert(REMOVALS).returning(REMOVALS.c.id)
    row = {"kind": kind.name, "fact_id": ids[0], "at": author.at}
    removal_id: int = (await connection.execute(insert, row)).scalar_one()
    for table, column in _taken(kind):
        theirs = (table.c[column].in_(ids), live(table))
        await connection.execute(sa.update(table).where(*theirs).values(removal_id=removal_id))
    await write_down(
        connection,
        [author.entry(kind, "removed", id_, before=one) for id_, one in before.items()],
    )
    return Removal(id=removal_id, kind=kind.name, fact_id=ids[0], at=author.at, taken=taken)


async def _refuse_if_needed(connection: AsyncConnection, kind: Kind, ids: Sequence[int]) -> None:
    """Raise InUse where others need a fact."""
    for other, column in kind.held:
        holder = KINDS[other]
        needed = (holder.table.c[column].in_(ids), live(holder.table))
        if await connection.scalar(sa.select(holder.table.c.id).where(*needed).limit(1)):
            raise InUse(kind.name, f"a {holder.name}")
    if kind.fact in (Member, Machine):
        using = (USES.c[f"{kind.name}_id"].in_(ids), USES.c.end.is_(None), live(USES))
        if await connection.scalar(sa.select(USES.c.id).where(*using).limit(1)) is not None:
            raise InUse(kind.name, "an open use")


async def _along(connection: AsyncConnection, kind: Kind, facts: Collection[Any]) -> Taken:
    """Read what goes or came with facts: as many uses and interventions as there may be are not."""
    ids = [fact.id for fact in facts]
    found: list[Any] = []
    for other, column in kind.takes:
        if other not in _SUMMED:
            found += (await find_of(connection, KINDS[other], column, ids)).values()
    if kind.fact is Machine:
        machines = frozenset(ids)
    elif kind.fact in (Plan, *_SUMMED):
        machines = frozenset(fact.machine_id for fact in facts)
    else:
        machines = frozenset()
    return Taken(facts=tuple(found), machines=machines)


def _taken(kind: Kind) -> list[tuple[sa.Table, str]]:
    """Return what goes when a fact goes, by table and the column that names it."""
    taken = [(kind.table, "id")] + [(KINDS[other].table, column) for other, column in kind.takes]
    return [*taken, (CARDS, "member_id")] if kind.fact is Member else taken


async def restore(
    connection: AsyncConnection, removal: Removal, author: Author
) -> tuple[list[Any], Taken]:
    """Take a removal back; return the facts, and what came along.

    Raise Unknown where it is too old, Duplicate or Overlap where something took its place.
    """
    query = sa.select(REMOVALS).where(REMOVALS.c.id == removal.id, REMOVALS.c.kind == removal.kind)
    found = (await connection.execute(query)).mappings().first()
    if found is None or found["at"] < author.at - UNDO_DAYS * 86400:
        raise Unknown("removal")
    kind = kind_named(found["kind"])
    await _take_number_back(connection, kind, found["id"], found["fact_id"])
    facts = list((await find_removed(connection, kind, found["id"])).values())
    if not facts:
        raise Unknown(kind.name)
    await require(connection, kind, facts, {})
    for table, _column in _taken(kind):
        mine = table.c.removal_id == found["id"]
        await connection.execute(sa.update(table).where(mine).values(removal_id=None))
    await connection.execute(sa.delete(REMOVALS).where(REMOVALS.c.id == found["id"]))
    await write_down(
        connection, [author.entry(kind, "restored", fact.id, after=fact) for fact in facts]
    )
    return facts, await _along(connection, kind, facts)


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
        await free_numbers(connection, [number])
        await connection.execute(sa.update(table).where(moved).values(id=number))
