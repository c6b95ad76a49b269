"""Everything that decisions need, read into memory."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import batched
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import (
    Board,
    Facts,
    Machine,
    MachineType,
    Member,
    Permission,
    Plan,
    Role,
    Tally,
    Trained,
    Training,
    Use,
)
from .care import INTERVENTIONS, PLANS
from .kinds import KINDS
from .machines import BOARDS, MACHINES
from .people import CARDS
from .schema import live
from .uses import USES

#: As many as a board of the reference holds back messages.
RECENT: Final = 40
#: Rows become facts within a few milliseconds.
_AT_ONCE: Final = 500


async def load(connection: AsyncConnection) -> Facts:
    """Read all facts: one query a table, and sums grouped by the database."""
    return Facts(
        roles=await _all(connection, Role),
        members=await _all(connection, Member, cards=await cards_of(connection)),
        types=await _all(connection, MachineType),
        machines=await _all(connection, Machine),
        permissions=await _all(connection, Permission),
        trainings=await _all(connection, Training),
        trained=await _all(connection, Trained),
        plans=await _all(connection, Plan),
        open_uses=await _open_uses(connection),
        recent=await _recent(connection),
        used_s=await used_s(connection),
        since_care_s=await since_care_s(connection),
        last_care=await last_care(connection),
        boards=await _boards(connection),
    )


async def tally(connection: AsyncConnection, machine_id: int) -> Tally:
    """Read all that decisions need of one machine's uses and care."""
    opened = await _open_uses(connection, machine_id)
    recent = await _recent(connection, machine_id)
    used = await used_s(connection, machine_id)
    return Tally(
        opened=opened.get(machine_id),
        recent=recent.get(machine_id, []),
        used_s=used.get(machine_id, 0.0),
        since_care_s=await since_care_s(connection, machine_id),
        last_care=await last_care(connection, machine_id),
    )


async def _all(
    connection: AsyncConnection,
    fact: type[Any],
    *,
    cards: Mapping[int, tuple[str, ...]] | None = None,
) -> dict[int, Any]:
    """Read the facts of a kind, by id."""
    kind = KINDS[fact]
    query = sa.select(kind.table).where(live(kind.table)).order_by(kind.table.c.id)
    rows = (await connection.execute(query)).mappings()
    theirs = cards or {}
    return {row["id"]: kind.fact_of(row, theirs.get(row["id"], ())) async for row in _gently(rows)}


async def _gently(rows: Iterable[sa.RowMapping]) -> AsyncIterator[sa.RowMapping]:
    """Go through rows, and let others work in between: there may be tens of thousands."""
    for some in batched(rows, _AT_ONCE, strict=False):
        for row in some:
            yield row
        await asyncio.sleep(0)


async def cards_of(
    connection: AsyncConnection,
    *only: sa.ColumnElement[bool],
    removal_id: int | None = None,
) -> dict[int, tuple[str, ...]]:
    """Read members' cards, by member, the oldest first; live ones, or those a removal hid."""
    hidden = CARDS.c.removal_id == removal_id
    query = sa.select(CARDS.c.member_id, CARDS.c.card).where(hidden, *only)
    cards: defaultdict[int, list[str]] = defaultdict(list)
    for member_id, card in await connection.execute(query.order_by(CARDS.c.id)):
        cards[member_id].append(card)
    return {member_id: tuple(theirs) for member_id, theirs in cards.items()}


def _of(table: sa.Table, machine_id: int | None) -> sa.ColumnElement[bool]:
    """Return the condition that a row is one machine's, or any's."""
    return sa.true() if machine_id is None else table.c.machine_id == machine_id


async def _open_uses(connection: AsyncConnection, machine_id: int | None = None) -> dict[int, Use]:
    """Read the uses that last, by machine."""
    query = sa.select(USES).where(live(USES), USES.c.end.is_(None), _of(USES, machine_id))
    rows = (await connection.execute(query)).mappings()
    return {row["machine_id"]: KINDS[Use].fact_of(row) for row in rows}


async def _recent(
    connection: AsyncConnection, machine_id: int | None = None
) -> dict[int, list[Use]]:
    """Read the latest closed uses of each machine, oldest first: a short walk on an index each."""
    mine = USES.alias("mine")
    latest = (
        sa.select(mine.c.id)
        .where(live(mine), mine.c.machine_id == MACHINES.c.id, mine.c.end.is_not(None))
        .order_by(mine.c.start.desc())
        .limit(RECENT)
        .correlate(MACHINES)
    )
    if connection.dialect.name == "postgresql":
        # It would go through all uses for each machine; SQLite has no LATERAL.
        each = latest.lateral("latest")
        few = MACHINES.join(each, sa.true()).join(USES, USES.c.id == each.c.id)
    else:
        few = MACHINES.join(USES, USES.c.id.in_(latest))
    query = sa.select(USES).select_from(few).where(live(MACHINES))
    if machine_id is not None:
        query = query.where(MACHINES.c.id == machine_id)
    recent: defaultdict[int, list[Use]] = defaultdict(list)
    rows = (await connection.execute(query.order_by(USES.c.start, USES.c.id))).mappings()
    async for row in _gently(rows):
        recent[row["machine_id"]].append(KINDS[Use].fact_of(row))
    return dict(recent)


async def used_s(connection: AsyncConnection, machine_id: int | None = None) -> dict[int, float]:
    """Sum up closed uses by machine, in seconds."""
    query = (
        sa.select(USES.c.machine_id, sa.func.sum(USES.c.end - USES.c.start))
        .where(live(USES), USES.c.end.is_not(None), _of(USES, machine_id))
        .group_by(USES.c.machine_id)
    )
    return {machine: float(used) for machine, used in await connection.execute(query)}


def latest_care(machine_id: int | None = None) -> sa.Subquery:
    """Select the last intervention of each plan."""
    return (
        sa.select(INTERVENTIONS.c.plan_id, sa.func.max(INTERVENTIONS.c.at).label("at"))
        .where(live(INTERVENTIONS), _of(INTERVENTIONS, machine_id))
        .group_by(INTERVENTIONS.c.plan_id)
        .subquery("latest_care")
    )


async def last_care(connection: AsyncConnection, machine_id: int | None = None) -> dict[int, float]:
    """Read when each plan was last carried out."""
    query = sa.select(latest_care(machine_id))
    return {plan: float(at) for plan, at in await connection.execute(query)}


async def since_care_s(
    connection: AsyncConnection, machine_id: int | None = None
) -> dict[int, float]:
    """Sum up closed uses since each plan was last carried out, in seconds.

    Of a use that began before it counts what came after it.
    """
    latest = latest_care(machine_id)
    begin = sa.case(
        (latest.c.at.is_(None), USES.c.start),
        (USES.c.start > latest.c.at, USES.c.start),
        else_=latest.c.at,
    )
    after = sa.or_(latest.c.at.is_(None), USES.c.end > latest.c.at)
    query = (
        sa.select(PLANS.c.id, sa.func.sum(USES.c.end - begin))
        .select_from(
            PLANS.outerjoin(latest, latest.c.plan_id == PLANS.c.id).join(
                USES,
                sa.and_(USES.c.machine_id == PLANS.c.machine_id, live(USES), after),
            )
        )
        .where(live(PLANS), USES.c.end.is_not(None), _of(PLANS, machine_id))
        .group_by(PLANS.c.id)
    )
    return {plan: float(used) for plan, used in await connection.execute(query)}


async def _boards(connection: AsyncConnection) -> dict[int, Board]:
    """Read what boards said of themselves."""
    rows = (await connection.execute(sa.select(BOARDS))).mappings()
    return {row["machine_id"]: Board(**row) for row in rows}
