"""Figures over a period: how long machines were used, by whom, and what is due."""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import UnknownCard
from .care import PLANS
from .loading import since_care_s
from .machines import UNKNOWN_CARDS
from .people import MEMBERS
from .schema import live
from .uses import USES

WEEK_S: Final = 7 * 86400.0
HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFigures:
    """Tell how long a machine was used in a period, in how many uses, by how many members."""

    machine_id: int
    seconds: float
    uses: int
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFigures:
    """Tell how long a member used machines in a period; None are those who are forgotten."""

    member_id: int | None
    seconds: float
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Tell what was used in a period; the most used first."""

    start: float
    end: float
    seconds: float
    uses: int
    members: int
    by_machine: list[MachineFigures]
    by_member: list[MemberFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Tell that a plan is due, and for how many seconds of use."""

    plan_id: int
    machine_id: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySummary:
    """Tell what happened in a week, what is due, and who wants to hear of it."""

    start: float
    end: float
    machines: list[MachineFigures]
    overdue: list[Overdue]
    #: Those seen in the week.
    unknown_cards: list[UnknownCard]
    #: Members who are not disabled, have an address and asked for it.
    recipients: list[int]


def _seconds(start: float, end: float) -> sa.Function[Any]:
    """Sum up the parts of uses that are in a period; of an open one, as far as it was seen."""
    last = sa.func.coalesce(USES.c.end, USES.c.last_seen)
    until = sa.case((last < end, last), else_=end)
    since = sa.case((USES.c.start > start, USES.c.start), else_=start)
    return sa.func.sum(until - since)


def _touching(start: float, end: float) -> sa.ColumnElement[bool]:
    """Return the condition that a use is partly in a period."""
    last = sa.func.coalesce(USES.c.end, USES.c.last_seen)
    return sa.and_(live(USES), USES.c.start < end, last > start)


async def machine_figures(
    connection: AsyncConnection, start: float, end: float
) -> list[MachineFigures]:
    """Return figures of each machine that was used."""
    query = (
        sa.select(
            USES.c.machine_id,
            _seconds(start, end).label("seconds"),
            sa.func.count().label("uses"),
            sa.func.count(USES.c.member_id.distinct()).label("members"),
        )
        .where(_touching(start, end))
        .group_by(USES.c.machine_id)
        .order_by(sa.desc("seconds"), USES.c.machine_id)
    )
    return [MachineFigures(**row) for row in (await connection.execute(query)).mappings()]


async def statistics(connection: AsyncConnection, start: float, end: float) -> Statistics:
    """Return figures of a period."""
    by_machine = await machine_figures(connection, start, end)
    query = (
        sa.select(
            USES.c.member_id,
            _seconds(start, end).label("seconds"),
            sa.func.count().label("uses"),
        )
        .where(_touching(start, end))
        .group_by(USES.c.member_id)
        .order_by(sa.desc("seconds"), USES.c.member_id)
    )
    by_member = [MemberFigures(**row) for row in (await connection.execute(query)).mappings()]
    return Statistics(
        start=start,
        end=end,
        seconds=sum(machine.seconds for machine in by_machine),
        uses=sum(machine.uses for machine in by_machine),
        members=sum(member.member_id is not None for member in by_member),
        by_machine=by_machine,
        by_member=by_member,
    )


async def member_figures(connection: AsyncConnection, member_id: int) -> MemberFigures:
    """Return figures of all that is remembered of a member."""
    lasted = sa.func.coalesce(USES.c.end, USES.c.last_seen) - USES.c.start
    query = sa.select(sa.func.sum(lasted), sa.func.count()).where(
        live(USES), USES.c.member_id == member_id
    )
    seconds, uses = (await connection.execute(query)).one()
    return MemberFigures(member_id=member_id, seconds=float(seconds or 0), uses=uses)


async def weekly_summary(
    connection: AsyncConnection, until: float, since: float | None = None
) -> WeeklySummary:
    """Return what to tell of the week before a moment: 7 days, none of them counted twice.

    `since` is for the weeks in which local clocks change: seven local days.
    """
    start = until - WEEK_S if since is None else since
    cards = (
        sa.select(UNKNOWN_CARDS)
        .where(UNKNOWN_CARDS.c.last >= start, UNKNOWN_CARDS.c.first < until)
        .order_by(UNKNOWN_CARDS.c.machine_id, UNKNOWN_CARDS.c.last.desc())
    )
    wanted = (MEMBERS.c.weekly_summary, ~MEMBERS.c.disabled, MEMBERS.c.email.is_not(None))
    recipients = sa.select(MEMBERS.c.id).where(live(MEMBERS), *wanted).order_by(MEMBERS.c.id)
    return WeeklySummary(
        start=start,
        end=until,
        machines=await machine_figures(connection, start, until),
        overdue=await _overdue(connection),
        unknown_cards=[UnknownCard(**row) for row in (await connection.execute(cards)).mappings()],
        recipients=list((await connection.execute(recipients)).scalars()),
    )


async def _overdue(connection: AsyncConnection) -> list[Overdue]:
    """Return the plans that are due, the longest first."""
    used = await since_care_s(connection)
    plans = await connection.execute(
        sa.select(PLANS.c.id, PLANS.c.machine_id, PLANS.c.every_h).where(live(PLANS))
    )
    overdue = [
        Overdue(plan_id=plan, machine_id=machine, seconds=used.get(plan, 0) - every_h * HOUR_S)
        for plan, machine, every_h in plans
        if used.get(plan, 0) > every_h * HOUR_S
    ]
    return sorted(overdue, key=lambda due: -due.seconds)
