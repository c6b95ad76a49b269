"""How lists are searched, filtered and put in order by the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Intervention, Member, UnknownCard, Use
from .audit import AUDIT
from .care import INTERVENTIONS, PLANS
from .kinds import KINDS, folded
from .loading import cards_of
from .machines import MACHINES, UNKNOWN_CARDS
from .pages import (
    AuditEntry,
    AuditQuery,
    InterventionQuery,
    MemberOrder,
    MemberQuery,
    Page,
    Query,
    UnknownCardQuery,
    UseQuery,
)
from .people import CARDS, MEMBERS, PERMISSIONS, TRAINED
from .schema import live
from .uses import USES

type Conditions = list[sa.ColumnElement[bool]]
type Order = tuple[sa.ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Hold what a query comes to: a table, conditions and an order."""

    table: sa.Table
    conditions: Conditions
    order: Order

    def select(self, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        """Select columns, or all, of the rows that are asked for."""
        return sa.select(*(columns or self.table.c)).where(*self.conditions)


async def page(connection: AsyncConnection, query: Query) -> Page[Any]:
    """Read a page, and count what there is."""
    selection = await selected(connection, query)
    total = await connection.scalar(
        sa.select(sa.func.count()).select_from(selection.table).where(*selection.conditions)
    )
    statement = selection.select().order_by(*selection.order)
    result = await connection.execute(statement.offset(query.offset).limit(query.limit))
    rows = list(result.mappings())
    return Page(items=await _facts(connection, query, rows), total=total or 0, offset=query.offset)


async def _facts(connection: AsyncConnection, query: Query, rows: list[sa.RowMapping]) -> list[Any]:
    """Return the facts that rows hold."""
    match query:
        case UseQuery():
            return [KINDS[Use].fact_of(row) for row in rows]
        case InterventionQuery():
            return [KINDS[Intervention].fact_of(row) for row in rows]
        case UnknownCardQuery():
            return [UnknownCard(**row) for row in rows]
        case AuditQuery():
            return [AuditEntry(**row) for row in rows]
    ids = [row["id"] for row in rows]
    cards = await cards_of(connection, CARDS.c.member_id.in_(ids))
    return [KINDS[Member].fact_of(row, cards.get(row["id"], ())) for row in rows]


async def selected(connection: AsyncConnection, query: Query) -> Selection:
    """Return what a query comes to."""
    match query:
        case UseQuery():
            return await _uses(connection, query)
        case MemberQuery():
            return _members(query)
        case InterventionQuery():
            return _interventions(query)
        case UnknownCardQuery():
            return _unknown_cards(query)
        case AuditQuery():
            return _audit(query)
    raise TypeError(type(query).__name__)


def _equal(table: sa.Table, values: Mapping[str, object]) -> Conditions:
    """Return conditions that columns have values; None asks for nothing."""
    return [table.c[name] == value for name, value in values.items() if value is not None]


def _within(column: sa.Column[float], since: float | None, until: float | None) -> Conditions:
    """Return conditions that a moment is in a period, its end not included."""
    conditions: Conditions = []
    if since is not None:
        conditions.append(column >= since)
    if until is not None:
        conditions.append(column < until)
    return conditions


def _named(search: str) -> sa.Select[tuple[int]]:
    """Select the members, removed ones too, in whose name each word of a search is found."""
    words = [MEMBERS.c.search.contains(word, autoescape=True) for word in folded(search).split()]
    return sa.select(MEMBERS.c.id).where(*words)


async def _uses(connection: AsyncConnection, query: UseQuery) -> Selection:
    equal = {"member_id": query.member_id, "machine_id": query.machine_id, "replay": query.replay}
    conditions = [live(USES), *_equal(USES, equal)]
    conditions += _within(USES.c.start, query.since, query.until)
    if query.type_id is not None:
        of_type = sa.select(MACHINES.c.id).where(MACHINES.c.type_id == query.type_id)
        conditions.append(USES.c.machine_id.in_(of_type))
    if query.lasting is not None:
        conditions.append(USES.c.end.is_(None) if query.lasting else USES.c.end.is_not(None))
    if query.search.strip():
        # There are few machines, and SQLite folds ASCII only: their names are compared here.
        wanted = folded(query.search.strip())
        names = await connection.execute(sa.select(MACHINES.c.id, MACHINES.c.name))
        machines = [id_ for id_, name in names if wanted in folded(name)]
        found = USES.c.member_id.in_(_named(query.search))
        conditions.append(sa.or_(found, USES.c.machine_id.in_(machines)) if machines else found)
    # A sum is in no index: of those that last, the few are found first, and sorted then.
    start = USES.c.start + 0 if query.lasting else USES.c.start
    if query.oldest_first:
        return Selection(USES, conditions, (start, USES.c.id))
    return Selection(USES, conditions, (start.desc(), USES.c.id.desc()))


_MEMBER_ORDERS: Final[Mapping[MemberOrder, Order]] = {
    MemberOrder.SURNAME: (MEMBERS.c.surname, MEMBERS.c.name, MEMBERS.c.id),
    MemberOrder.NAME: (MEMBERS.c.name, MEMBERS.c.surname, MEMBERS.c.id),
    MemberOrder.NEWEST: (MEMBERS.c.id.desc(),),
}


def _members(query: MemberQuery) -> Selection:
    equal = {"role_id": query.role_id, "disabled": query.disabled}
    conditions = [live(MEMBERS), *_equal(MEMBERS, equal)]
    for word in folded(query.search).split():
        begins = CARDS.c.card.startswith(word, autoescape=True)
        holders = sa.select(CARDS.c.member_id).where(live(CARDS), begins)
        named = MEMBERS.c.search.contains(word, autoescape=True)
        conditions.append(sa.or_(named, MEMBERS.c.id.in_(holders)))
    if query.has_card is not None:
        holds = MEMBERS.c.id.in_(sa.select(CARDS.c.member_id).where(live(CARDS)))
        conditions.append(holds if query.has_card else ~holds)
    if query.training_id is not None:
        learnt = sa.select(TRAINED.c.member_id)
        learnt = learnt.where(live(TRAINED), TRAINED.c.training_id == query.training_id)
        conditions.append(MEMBERS.c.id.in_(learnt))
    if query.machine_id is not None:
        conditions.append(MEMBERS.c.id.in_(_permitted(query.machine_id)))
    order = _MEMBER_ORDERS[query.order]
    if query.descending:
        order = tuple(sa.desc(column) for column in order)
        if query.order is MemberOrder.NEWEST:
            order = (MEMBERS.c.id,)
    return Selection(MEMBERS, conditions, order)


def _permitted(machine_id: int) -> sa.Select[tuple[int]]:
    """Select the members with a permission for a machine, by itself or by its type."""
    type_id = sa.select(MACHINES.c.type_id).where(MACHINES.c.id == machine_id).scalar_subquery()
    theirs = sa.or_(PERMISSIONS.c.machine_id == machine_id, PERMISSIONS.c.type_id == type_id)
    return sa.select(PERMISSIONS.c.member_id).where(live(PERMISSIONS), theirs)


def _interventions(query: InterventionQuery) -> Selection:
    table = INTERVENTIONS
    equal = {
        "machine_id": query.machine_id,
        "plan_id": query.plan_id,
        "member_id": query.member_id,
    }
    conditions = [live(table), *_equal(table, equal)]
    conditions += _within(table.c.at, query.since, query.until)
    if query.search.strip():
        told = sa.func.lower(PLANS.c.description).contains(
            query.search.strip().lower(), autoescape=True
        )
        plans = sa.select(PLANS.c.id).where(told)
        found = table.c.member_id.in_(_named(query.search))
        conditions.append(sa.or_(found, table.c.plan_id.in_(plans)))
    if query.oldest_first:
        return Selection(table, conditions, (table.c.at, table.c.id))
    return Selection(table, conditions, (table.c.at.desc(), table.c.id.desc()))


def _unknown_cards(query: UnknownCardQuery) -> Selection:
    table = UNKNOWN_CARDS
    conditions = _equal(table, {"machine_id": query.machine_id})
    conditions += _within(table.c.last, query.since, None)
    if query.search.strip():
        begins = query.search.strip().lower()
        conditions.append(table.c.card.startswith(begins, autoescape=True))
    return Selection(table, conditions, (table.c.last.desc(), table.c.card, table.c.machine_id))


async def unknown_cards(connection: AsyncConnection) -> list[UnknownCard]:
    """Read all cards that nobody knows, the latest first."""
    selection = _unknown_cards(UnknownCardQuery())
    result = await connection.execute(selection.select().order_by(*selection.order))
    return [UnknownCard(**row) for row in result.mappings()]


def _audit(query: AuditQuery) -> Selection:
    equal = {
        "kind": query.kind,
        "fact_id": query.fact_id,
        "by": query.by,
        "action": query.action,
    }
    conditions = _equal(AUDIT, equal) + _within(AUDIT.c.at, query.since, query.until)
    return Selection(AUDIT, conditions, (AUDIT.c.at.desc(), AUDIT.c.id.desc()))
