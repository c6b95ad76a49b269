"""Whole lists as rows that a person can read, for CSV and spreadsheets."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .audit import AUDIT
from .care import PLANS
from .listing import Selection, selected
from .loading import cards_of
from .machines import MACHINES
from .pages import (
    AuditQuery,
    InterventionQuery,
    MemberQuery,
    Query,
    UnknownCardQuery,
    UseQuery,
)
from .people import MEMBERS, ROLES

type Cell = str | int | float | bool | None
type Row = tuple[Cell, ...]

#: How many rows are fetched at once.
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Hold what ids stand for; removed ones too, as long as they can come back."""

    members: Mapping[int, str]
    machines: Mapping[int, str]
    plans: Mapping[int, str]
    roles: Mapping[int, str]
    cards: Mapping[int, tuple[str, ...]]


#: By query: its columns, and how each is read from a row. Times are seconds since the epoch.
type Reader = Callable[[sa.RowMapping, Names], Cell]


def _plain(*names: str) -> dict[str, Reader]:
    return {name: lambda row, _, name=name: row[name] for name in names}  # type: ignore[misc]  # mypy infers no lambda with a default


def _member(row: sa.RowMapping, names: Names) -> Cell:
    return names.members.get(row["member_id"], "")


def _machine(row: sa.RowMapping, names: Names) -> Cell:
    return names.machines.get(row["machine_id"], "")


def _seconds(row: sa.RowMapping, names: Names) -> Cell:
    end = float(row["last_seen"] if row["end"] is None else row["end"])
    return max(0.0, end - float(row["start"]))


_COLUMNS: Final[Mapping[type[Query], Mapping[str, Reader]]] = {
    UseQuery: {
        **_plain("id", "machine_id"),
        "machine": _machine,
        **_plain("member_id"),
        "member": _member,
        **_plain("start", "end"),
        "seconds": _seconds,
        **_plain("ending", "replay"),
    },
    MemberQuery: {
        **_plain("id", "name", "surname"),
        "role": lambda row, names: names.roles.get(row["role_id"], ""),
        "cards": lambda row, names: " ".join(names.cards.get(row["id"], ())),
        **_plain("email", "weekly_summary", "disabled"),
    },
    InterventionQuery: {
        **_plain("id", "machine_id"),
        "machine": _machine,
        "plan": lambda row, names: names.plans.get(row["plan_id"], ""),
        **_plain("member_id"),
        "member": _member,
        **_plain("at", "replay"),
    },
    UnknownCardQuery: {
        **_plain("card", "machine_id"),
        "machine": _machine,
        **_plain("first", "last", "count"),
    },
    AuditQuery: _plain(
        *(column.name for column in AUDIT.c if column.name not in {"before", "after"})
    ),
}


def columns_of(query: Query) -> tuple[str, ...]:
    """Return the names of the columns that an export of a query has."""
    return tuple(_COLUMNS[type(query)])


async def export(connection: AsyncConnection, query: Query) -> AsyncIterator[list[Row]]:
    """Read all that a query asks for, its page aside, a thousand rows at a time."""
    names = await _names(connection)
    selection: Selection = await selected(connection, query)
    readers = tuple(_COLUMNS[type(query)].values())
    result = await connection.stream(selection.select().order_by(*selection.order))
    async for rows in result.mappings().partitions(_AT_ONCE):
        yield [tuple(read(row, names) for read in readers) for row in rows]


async def _names(connection: AsyncConnection) -> Names:
    """Read what ids stand for."""

    async def read(table: sa.Table, *columns: sa.Column[Any]) -> dict[int, str]:
        rows = await connection.execute(sa.select(table.c.id, *columns))
        return {row[0]: " ".join(part for part in row[1:] if part) for row in rows}

    return Names(
        members=await read(MEMBERS, MEMBERS.c.name, MEMBERS.c.surname),
        machines=await read(MACHINES, MACHINES.c.name),
        plans=await read(PLANS, PLANS.c.description),
        roles=await read(ROLES, ROLES.c.name),
        cards=await cards_of(connection),
    )
