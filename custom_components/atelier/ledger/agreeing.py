"""Whether facts agree with the others that are kept: nothing is missing, nothing there twice."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Member, Use
from .errors import Duplicate, InUse, LedgerError, Overlap, Unknown
from .kinds import KINDS, Kind
from .people import CARDS
from .schema import live
from .uses import USES

#: Stands for a fact that has no id yet.
_NEW: Final = -1
#: Two uses may touch by as much as a board's whole seconds are off.
_TOUCH_S: Final = 1.0

type Keys = Callable[[Any], Collection[Hashable]]
type Holders = Callable[[Collection[Any]], Awaitable[Mapping[Hashable, int]]]


async def require(
    connection: AsyncConnection, kind: Kind, facts: Sequence[Any], before: Mapping[int, Any]
) -> None:
    """Raise Unknown, Duplicate, InUse or Overlap where facts do not agree with the others.

    They are of one kind, and taken one after the other: what one gives up (it was as
    `before` tells) the next may take. Uses come one by one.
    """
    for field, other in kind.refers.items():
        await _require_ids(connection, KINDS[other], {getattr(fact, field) for fact in facts})
    for name, columns in kind.unique.items():

        def duplicate(holder: int | None, name: str = name) -> LedgerError:
            return Duplicate(name, holder)

        await _refuse_twins(
            facts, before, _values_of(columns), _holders(connection, kind, columns), duplicate
        )
    if kind.fact is Use:
        await _refuse_twins(
            facts, before, _machine_of_open, _open_uses(connection), lambda _: _IN_USE
        )
        for use in facts:
            await _refuse_overlap(connection, use)
    if kind.fact is Member:
        await _refuse_twins(
            facts,
            before,
            lambda member: member.cards,
            _card_holders(connection),
            lambda holder: Duplicate("card", holder),
        )


_IN_USE: Final = InUse("machine", "an open use")


async def _require_ids(connection: AsyncConnection, kind: Kind, ids: set[int | None]) -> None:
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return
    here = kind.table.c.id
    query = sa.select(here).where(here.in_(wanted), live(kind.table))
    if wanted - set((await connection.execute(query)).scalars()):
        raise Unknown(kind.name)


async def _refuse_twins(
    facts: Sequence[Any],
    before: Mapping[int, Any],
    keys_of: Keys,
    holders_of: Holders,
    refusal: Callable[[int | None], LedgerError],
) -> None:
    """Raise where two facts would have the same of what only one can have."""
    wanted = {key for fact in facts for key in keys_of(fact)}
    if not wanted:
        return
    holders = dict(await holders_of(wanted))
    for fact in facts:
        was = None if fact.id is None else before.get(fact.id)
        for key in () if was is None else keys_of(was):
            if holders.get(key) == fact.id:
                del holders[key]
        for key in keys_of(fact):
            holder = holders.get(key)
            if holder is not None and holder != fact.id:
                raise refusal(None if holder == _NEW else holder)
            holders[key] = _NEW if fact.id is None else fact.id


async def _refuse_overlap(connection: AsyncConnection, use: Use) -> None:
    """Raise where time would be counted twice; a use that lasts takes all since its start."""
    end = use.last_seen if use.end is None else use.end
    until = sa.case((USES.c.end < end, USES.c.end), else_=end)
    since = sa.case((USES.c.start > use.start, USES.c.start), else_=use.start)
    others = [live(USES), USES.c.machine_id == use.machine_id, USES.c.start < end]
    if use.id is not None:
        others.append(USES.c.id != use.id)
    later = sa.or_(USES.c.end.is_(None), USES.c.end > use.start)
    query = sa.select(sa.func.sum(until - since)).where(*others, later)
    if (await connection.scalar(query) or 0) > _TOUCH_S:
        raise Overlap("The machine was used by somebody else in this period")


def _values_of(columns: tuple[str, ...]) -> Keys:
    """Return what tells the values of columns; None in one of them is nobody's."""

    def keys_of(fact: Any) -> Collection[Hashable]:
        values = tuple(getattr(fact, column) for column in columns)
        return () if None in values else (values,)

    return keys_of


def _machine_of_open(use: Use) -> Collection[Hashable]:
    return (use.machine_id,) if use.end is None else ()


def _holders(connection: AsyncConnection, kind: Kind, columns: tuple[str, ...]) -> Holders:
    """Return what tells which live fact has some values; a use keeps its origin when removed."""
    table = kind.table
    here = [table.c[column] for column in columns]

    async def holders_of(wanted: Collection[Any]) -> Mapping[Hashable, int]:
        same = (
            here[0].in_([value for (value,) in wanted])
            if len(here) == 1
            else sa.tuple_(*here).in_(wanted)
        )
        query = sa.select(table.c.id, *here).where(same)
        if "origin" not in columns:
            query = query.where(live(table))
        return {tuple(row[1:]): row[0] for row in await connection.execute(query)}

    return holders_of


def _open_uses(connection: AsyncConnection) -> Holders:
    async def holders_of(machines: Collection[Any]) -> Mapping[Hashable, int]:
        mine = USES.c.machine_id.in_(machines)
        query = sa.select(USES.c.machine_id, USES.c.id)
        rows = await connection.execute(query.where(mine, USES.c.end.is_(None), live(USES)))
        return {machine: id_ for machine, id_ in rows}  # noqa: C416 - rows are no pairs

    return holders_of


def _card_holders(connection: AsyncConnection) -> Holders:
    async def holders_of(cards: Collection[Any]) -> Mapping[Hashable, int]:
        query = sa.select(CARDS.c.card, CARDS.c.member_id)
        rows = await connection.execute(query.where(CARDS.c.card.in_(cards), live(CARDS)))
        return {card: member for card, member in rows}  # noqa: C416 - rows are no pairs

    return holders_of
