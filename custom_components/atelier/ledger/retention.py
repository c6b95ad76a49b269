"""What the ledger forgets with time: who used a machine long ago, and what was removed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Member
from .audit import AUDIT, REMOVALS
from .care import INTERVENTIONS, PLANS
from .kinds import KINDS
from .machines import MACHINES, TYPES, UNKNOWN_CARDS
from .people import CARDS, MEMBERS, PERMISSIONS, ROLES, TRAINED, TRAININGS
from .uses import USES
from .writer import Writer

DAY_S: Final = 86400.0
#: How many rows are changed at once: a start that comes in between must not wait for all.
AT_ONCE: Final = 2000
#: How many removals are forgotten together.
_REMOVALS: Final = 200
#: What refers to others goes before them.
_TABLES: Final = (
    INTERVENTIONS,
    USES,
    TRAINED,
    PERMISSIONS,
    CARDS,
    PLANS,
    MACHINES,
    TYPES,
    TRAININGS,
    MEMBERS,
    ROLES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """Tell what was forgotten: how many rows of each kind."""

    #: Uses and interventions that no longer name a member.
    uses: int
    interventions: int
    unknown_cards: int
    #: Removals that can no longer be taken back.
    removals: int
    #: Entries of the audit trail that no longer tell a member's fields.
    audit: int


async def retain(
    writer: Writer, now: float, *, uses_days: float, cards_days: float, undo_days: float
) -> RetentionReport:
    """Forget what is older than it may get, a little at a time."""
    before = now - uses_days * DAY_S
    old_use = sa.and_(
        USES.c.member_id.is_not(None), USES.c.end.is_not(None), USES.c.last_seen < before
    )
    old_intervention = sa.and_(INTERVENTIONS.c.member_id.is_not(None), INTERVENTIONS.c.at < before)
    old_card = UNKNOWN_CARDS.c.last < now - cards_days * DAY_S
    old_entry = sa.and_(_tells_of_members(), AUDIT.c.at < before)
    nobody = {"member_id": None}
    silent = {"before": None, "after": None}
    return RetentionReport(
        uses=await _update(writer, USES, old_use, nobody),
        interventions=await _update(writer, INTERVENTIONS, old_intervention, nobody),
        unknown_cards=await writer.do(_counted(sa.delete(UNKNOWN_CARDS).where(old_card))),
        removals=await _forget_removals(writer, now - undo_days * DAY_S),
        audit=await _update(writer, AUDIT, old_entry, silent),
    )


def _tells_of_members() -> sa.ColumnElement[bool]:
    """Return the condition that an audit entry tells a member's fields."""
    told = sa.or_(AUDIT.c.before.is_not(None), AUDIT.c.after.is_not(None))
    return sa.and_(AUDIT.c.kind == KINDS[Member].name, told)


def _counted(
    statement: sa.Update | sa.Delete,
) -> Callable[[AsyncConnection], Awaitable[int]]:
    """Return work that runs a statement and tells how many rows it met."""

    async def work(connection: AsyncConnection) -> int:
        result: sa.CursorResult[Any] = await connection.execute(statement)
        return result.rowcount

    return work


async def _update(
    writer: Writer, table: sa.Table, old: sa.ColumnElement[bool], values: dict[str, None]
) -> int:
    """Update rows that are too old, until there are none."""
    some = sa.select(table.c.id).where(old).limit(AT_ONCE).scalar_subquery()
    return await _repeat(writer, sa.update(table).where(table.c.id.in_(some)).values(values))


async def _repeat(writer: Writer, statement: sa.Update | sa.Delete) -> int:
    """Run a statement until it meets nothing; return how many rows it met."""
    total = 0
    while met := await writer.do(_counted(statement)):
        total += met
    return total


async def _forget_removals(writer: Writer, before: float) -> int:
    """Delete what was removed too long ago, the oldest first: it may refer to the next.

    Many removals at a time: of those, what refers to others goes before them.
    """
    old = sa.select(REMOVALS).where(REMOVALS.c.at < before).order_by(REMOVALS.c.id)

    async def find(connection: AsyncConnection) -> list[Any]:
        return list(await connection.execute(old.limit(_REMOVALS)))

    total = 0
    while removals := await writer.do(find):
        await _forget_members(
            writer, [one.fact_id for one in removals if one.kind == KINDS[Member].name]
        )
        ids = [removal.id for removal in removals]
        for table in _TABLES:
            gone = table.c.removal_id.in_(ids)
            some = sa.select(table.c.id).where(gone).limit(AT_ONCE).scalar_subquery()
            await _repeat(writer, sa.delete(table).where(table.c.id.in_(some)))
        await writer.do(_counted(sa.delete(REMOVALS).where(REMOVALS.c.id.in_(ids))))
        total += len(removals)
    return total


async def _forget_members(writer: Writer, member_ids: Sequence[int]) -> None:
    """Take members' names from everything that outlives them."""
    if not member_ids:
        return
    for table in (USES, INTERVENTIONS):
        await _update(writer, table, table.c.member_id.in_(member_ids), {"member_id": None})
    theirs = sa.and_(_tells_of_members(), AUDIT.c.fact_id.in_(member_ids))
    await _update(writer, AUDIT, theirs, {"before": None, "after": None})
