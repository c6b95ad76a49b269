"""How people change facts: checked against the others, and written down in the audit trail."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Machine, Member, Role, Use
from .audit import AUDIT
from .errors import Conflict, Duplicate, InUse, Invalid, Unknown
from .kinds import KINDS, Kind, as_json
from .loading import cards_of
from .machines import MACHINES, UNKNOWN_CARDS
from .people import CARDS
from .rules import check, folded_card
from .schema import Values, live


async def save(connection: AsyncConnection, fact: Any, *, by: str, at: float) -> Any:
    """Keep a new or changed fact; return it as it is kept.

    Raise Invalid, Unknown, Duplicate, InUse, or Conflict where it changed meanwhile.
    """
    kind = KINDS[type(fact)]
    if isinstance(fact, Member):
        fact = replace(fact, cards=tuple(folded_card(card) for card in fact.cards))
    check(fact)
    before = await find(connection, kind, fact.id)
    if before is None:
        return await _create(connection, kind, fact, by=by, at=at)
    if kind.fact is Role and before.reserved:
        raise Invalid("role", "is reserved: it cannot be changed or removed")
    if before.version != fact.version:
        raise Conflict(kind.name, before.version)
    if before == fact:
        return fact
    await require(connection, kind, fact)
    kept = replace(fact, version=fact.version + 1)
    values = kind.row_of(kept)
    table = kind.table
    await connection.execute(sa.update(table).where(table.c.id == values.pop("id")), values)
    if isinstance(kept, Member):
        await _give_cards(connection, kept)
    await note(connection, kind, "changed", kept.id, by=by, at=at, before=before, after=kept)
    return kept


async def _create(connection: AsyncConnection, kind: Kind, fact: Any, *, by: str, at: float) -> Any:
    """Insert a fact that there was not."""
    if fact.id is not None and kind.fact is not Machine:
        raise Unknown(kind.name)
    await require(connection, kind, fact)
    fact = replace(fact, version=1)
    if kind.fact is Machine:
        await free_number(connection, fact.id)
        await connection.execute(sa.insert(kind.table), kind.row_of(fact))
    else:
        insert = sa.insert(kind.table).returning(kind.table.c.id)
        fact = replace(fact, id=await connection.scalar(insert, kind.row_of(fact)))
    if isinstance(fact, Member):
        await _give_cards(connection, fact)
    await note(connection, kind, "created", fact.id, by=by, at=at, after=fact)
    return fact


async def find(
    connection: AsyncConnection,
    kind: Kind,
    id: int | None,
    *,
    removal_id: int | None = None,
) -> Any | None:
    """Read a fact: a live one, or one that a removal hid."""
    if id is None:
        return None
    table = kind.table
    query = sa.select(table).where(table.c.id == id, table.c.removal_id == removal_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    if kind.fact is not Member:
        return kind.fact_of(row)
    cards = await cards_of(connection, CARDS.c.member_id == id, removal_id=removal_id)
    return kind.fact_of(row, cards.get(id, ()))


async def require(connection: AsyncConnection, kind: Kind, fact: Any) -> None:
    """Raise Unknown, Duplicate or InUse where a fact does not go with the others."""
    for field, other in kind.refers.items():
        target = KINDS[other]
        id_ = getattr(fact, field)
        if id_ is not None and await _holder(connection, target, {"id": id_}) is None:
            raise Unknown(target.name)
    for name, columns in kind.unique.items():
        values = {column: getattr(fact, column) for column in columns}
        if None not in values.values():
            holder = await _holder(connection, kind, values)
            if holder not in {None, fact.id}:
                raise Duplicate(name, holder)
    if isinstance(fact, Use) and fact.end is None:
        values = {"machine_id": fact.machine_id, "end": None}
        if await _holder(connection, kind, values) not in {None, fact.id}:
            raise InUse("machine", "an open use")
    if isinstance(fact, Member):
        await _require_cards(connection, fact)


async def _require_cards(connection: AsyncConnection, member: Member) -> None:
    """Raise Duplicate where one of a member's cards is somebody else's."""
    query = sa.select(CARDS.c.member_id).where(live(CARDS), CARDS.c.card.in_(member.cards))
    for (holder,) in await connection.execute(query):
        if holder != member.id:
            raise Duplicate("card", holder)


async def _holder(connection: AsyncConnection, kind: Kind, values: Values) -> int | None:
    """Return the id of a live fact with these values; a use keeps its origin when removed."""
    table = kind.table
    same = [table.c[column] == value for column, value in values.items()]
    if "origin" not in values:
        same.append(live(table))
    holder: int | None = await connection.scalar(sa.select(table.c.id).where(*same).limit(1))
    return holder


async def note(
    connection: AsyncConnection,
    kind: Kind,
    action: str,
    id: int,
    *,
    by: str,
    at: float,
    before: Any = None,
    after: Any = None,
) -> None:
    """Write down who changed what."""
    row = {
        "at": at,
        "by": by,
        "action": action,
        "kind": kind.name,
        "fact_id": id,
        "before": None if before is None else as_json(before),
        "after": None if after is None else as_json(after),
    }
    await connection.execute(sa.insert(AUDIT), row)


async def _give_cards(connection: AsyncConnection, member: Member) -> None:
    """Make a member's cards what they are to be; a card that is somebody's is unknown no more."""
    had = (await cards_of(connection, CARDS.c.member_id == member.id)).get(member.id or 0, ())
    gone = [card for card in had if card not in member.cards]
    new = [card for card in member.cards if card not in had]
    if gone:
        theirs = (CARDS.c.member_id == member.id, live(CARDS))
        await connection.execute(sa.delete(CARDS).where(*theirs, CARDS.c.card.in_(gone)))
    if new:
        rows = [{"card": card, "member_id": member.id} for card in new]
        await connection.execute(sa.insert(CARDS), rows)
        await connection.execute(sa.delete(UNKNOWN_CARDS).where(UNKNOWN_CARDS.c.card.in_(new)))


async def free_number(connection: AsyncConnection, number: int) -> None:
    """Move a removed machine away from a number; its uses follow, and it can come back."""
    taken = (MACHINES.c.id == number, MACHINES.c.removal_id.is_not(None))
    await connection.execute(sa.update(MACHINES).where(*taken).values(id=-MACHINES.c.removal_id))
