"""How people change facts: checked against the others, and written down in the audit trail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Intervention, Machine, Member, Plan, Role, Use
from .agreeing import require
from .errors import Conflict, Invalid, Rule, Unknown
from .finding import find_all
from .kinds import KINDS, Kind
from .machines import MACHINES, UNKNOWN_CARDS
from .people import CARDS
from .rules import check, folded_card
from .schema import Values, live
from .trail import Author, write_down

#: What a machine's sums are made of stays with it.
_STAYING: Final = (Use, Intervention, Plan)
#: Facts that share their statements; a database takes no more values than that at once.
_AT_ONCE: Final = 500


async def save(connection: AsyncConnection, fact: Any, author: Author) -> Any:
    """Keep a new or changed fact; return it as it is kept.

    Raise Invalid, Unknown, Duplicate, InUse, Overlap, or Conflict where it changed meanwhile.
    """
    return (await save_all(connection, [fact], author))[0]


async def save_all(connection: AsyncConnection, facts: Sequence[Any], author: Author) -> list[Any]:
    """Keep new and changed facts as if one after the other; return them as they are kept.

    Raise as `save` does; the transaction is not to be committed then.
    """
    kept: list[Any] = []
    for some in _alike(facts):
        kept += await _save_alike(connection, KINDS[type(some[0])], some, author)
    return kept


def _alike(facts: Sequence[Any]) -> Iterator[list[Any]]:
    """Cut facts into runs of one kind, none of which holds the same fact twice.

    Uses come one by one: none may be in the time of the one before.
    """
    some: list[Any] = []
    ids: set[int] = set()
    for fact in facts:
        most = 1 if isinstance(fact, Use) else _AT_ONCE
        other = some and (type(fact) is not type(some[0]) or len(some) == most)
        if other or fact.id in ids:
            yield some
            some, ids = [], set()
        some.append(fact)
        if fact.id is not None:
            ids.add(fact.id)
    if some:
        yield some


async def _save_alike(
    connection: AsyncConnection, kind: Kind, facts: Sequence[Any], author: Author
) -> list[Any]:
    """Keep facts of one kind, each of them once."""
    facts = [_checked(fact) for fact in facts]
    before = await find_all(connection, kind, [fact.id for fact in facts if fact.id is not None])
    for fact in facts:
        _refuse_stale(kind, fact, before.get(fact.id))
    other = [fact for fact in facts if before.get(fact.id) != fact]
    await require(connection, kind, other, before)
    changed = [replace(fact, version=fact.version + 1) for fact in other if fact.id in before]
    await _update(connection, kind, changed)
    new = iter(await _insert(connection, kind, [one for one in other if one.id not in before]))
    latest = {fact.id: fact for fact in changed}
    kept = [latest.get(fact.id, fact) if fact.id in before else next(new) for fact in facts]
    if kind.fact is Member:
        await _give_cards(connection, kept, before)
    await write_down(connection, _entries(kind, kept, before, author))
    return kept


def _checked(fact: Any) -> Any:
    """Return a fact as it is kept. Raise Invalid."""
    if isinstance(fact, Member):
        fact = replace(fact, cards=tuple(folded_card(card) for card in fact.cards))
    check(fact)
    return fact


def _refuse_stale(kind: Kind, fact: Any, before: Any | None) -> None:
    """Raise where a fact is not one that may be kept in place of what is there."""
    if before is None:
        if fact.id is not None and kind.fact is not Machine:
            raise Unknown(kind.name)
        return
    if kind.fact is Role and before.reserved:
        raise Invalid(Rule.RESERVED, "role", "is reserved: it cannot be changed or removed")
    if isinstance(fact, _STAYING) and fact.machine_id != before.machine_id:
        why = "stays the same: remove this one, and record it at the other"
        raise Invalid(Rule.STAYS, "machine", why)
    if before.version != fact.version:
        raise Conflict(kind.name, before.version)


async def _update(connection: AsyncConnection, kind: Kind, facts: Sequence[Any]) -> None:
    if not facts:
        return
    mine = kind.table.c.id == sa.bindparam("the_id")
    rows = [kind.row_of(fact) | {"the_id": fact.id} for fact in facts]
    for row in rows:
        del row["id"]
    await connection.execute(sa.update(kind.table).where(mine), rows)


async def _insert(connection: AsyncConnection, kind: Kind, facts: Sequence[Any]) -> list[Any]:
    """Insert facts that there were not; return them with their ids."""
    if not facts:
        return []
    facts = [replace(fact, version=1) for fact in facts]
    rows = [kind.row_of(fact) for fact in facts]
    if kind.fact is Machine:
        await free_numbers(connection, [fact.id for fact in facts])
        await connection.execute(sa.insert(kind.table), rows)
        return facts
    insert = sa.insert(kind.table).returning(kind.table.c.id, sort_by_parameter_order=True)
    ids = (await connection.execute(insert, rows)).scalars().all()
    return [replace(fact, id=id_) for fact, id_ in zip(facts, ids, strict=True)]


def _entries(
    kind: Kind, kept: Sequence[Any], before: Mapping[int, Any], author: Author
) -> Iterator[Values]:
    """Return what is written down of facts that are new or changed."""
    for fact in kept:
        was = before.get(fact.id)
        if was is None:
            yield author.entry(kind, "created", fact.id, after=fact)
        elif was != fact:
            yield author.entry(kind, "changed", fact.id, before=was, after=fact)


async def _give_cards(
    connection: AsyncConnection, members: Sequence[Member], before: Mapping[int, Member]
) -> None:
    """Make members' cards what they are to be; a card that is somebody's is unknown no more."""
    gone: list[str] = []
    new: list[Values] = []
    for member in members:
        was = before.get(member.id or 0)
        had = was.cards if was else ()
        gone += [card for card in had if card not in member.cards]
        new += [{"card": card, "member_id": member.id} for card in member.cards if card not in had]
    if gone:
        await connection.execute(sa.delete(CARDS).where(live(CARDS), CARDS.c.card.in_(gone)))
    if new:
        await connection.execute(sa.insert(CARDS), new)
        cards = [row["card"] for row in new]
        await connection.execute(sa.delete(UNKNOWN_CARDS).where(UNKNOWN_CARDS.c.card.in_(cards)))


async def free_numbers(connection: AsyncConnection, numbers: Sequence[int]) -> None:
    """Move removed machines away from numbers; their uses follow, and they can come back."""
    taken = (MACHINES.c.id.in_(numbers), MACHINES.c.removal_id.is_not(None))
    await connection.execute(sa.update(MACHINES).where(*taken).values(id=-MACHINES.c.removal_id))
