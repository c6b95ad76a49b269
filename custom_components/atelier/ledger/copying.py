"""Carry all that a ledger holds over to an empty one, on whatever database it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .errors import InUse, LedgerError
from .ledger import Ledger
from .machines import MACHINES
from .people import MEMBERS
from .schema import METADATA, live
from .uses import USES

#: Rows that are written at once: a server has to keep them within a statement's time.
_TOGETHER: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Count what a ledger holds."""

    machines: int
    members: int
    uses: int

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing but what every ledger begins with."""
        return not (self.machines or self.members or self.uses)


async def held(ledger: Ledger) -> Held:
    """Return how much a ledger holds."""
    return await ledger.read(_held)


async def copy(source: Ledger, target: Ledger, tell: Callable[[float], None]) -> int:
    """Copy all rows, under their ids, in one transaction; return how many.

    `tell` hears the part that is done, 0 to 1. Raise InUse where the target holds something.
    Nobody writes into the source meanwhile: it would be left behind.
    """

    async def read(there: AsyncConnection) -> int:
        return await target.writer.do(lambda here: _fill(here, there, tell))

    async def hold(source_held: AsyncConnection) -> int:
        if source_held.dialect.name == "postgresql":  # SQLite's writer has its lock already
            names = ", ".join(table.name for table in METADATA.sorted_tables)
            await source_held.execute(sa.text(f"LOCK TABLE {names} IN SHARE MODE"))
        return await source.read(read)

    return await source.writer.do(hold)


async def _held(connection: AsyncConnection) -> Held:
    counts = [await _count(connection, table, live(table)) for table in (MACHINES, MEMBERS, USES)]
    return Held(machines=counts[0], members=counts[1], uses=counts[2])


async def _count(
    connection: AsyncConnection, table: sa.Table, *where: sa.ColumnElement[bool]
) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*where)
    return int(await connection.scalar(query) or 0)


async def _fill(
    here: AsyncConnection, there: AsyncConnection, tell: Callable[[float], None]
) -> int:
    """Write here what is there."""
    if not (await _held(here)).nothing:
        raise InUse("ledger", "what it holds already")
    tables = METADATA.sorted_tables
    for table in reversed(tables):
        await here.execute(sa.delete(table))
    total = sum([await _count(there, table) for table in tables])
    done = 0
    for table in tables:
        rows = await there.stream(sa.select(table))
        async for some in rows.mappings().partitions(_TOGETHER):
            await here.execute(sa.insert(table), [dict(row) for row in some])
            done += len(some)
            tell(done / total)
        if table.kwargs.get("sqlite_autoincrement"):
            await _set_latest_id(here, table, await _latest_id(there, table))
    if done != total:
        raise LedgerError("Not all rows were copied")
    return done


async def _latest_id(connection: AsyncConnection, table: sa.Table) -> int:
    """Return the latest id that a database gave, also if its row is gone: none is given twice."""
    if connection.dialect.name == "sqlite":
        query = "SELECT seq FROM sqlite_sequence WHERE name = :name"
    else:
        query = "SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)"
    return int(await connection.scalar(sa.text(query), {"name": table.name}) or 0)


async def _set_latest_id(connection: AsyncConnection, table: sa.Table, latest: int) -> None:
    if not latest:
        return
    values = {"name": table.name, "latest": latest}
    if connection.dialect.name == "sqlite":
        await connection.execute(
            sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
        )
        query = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :latest)"
    else:
        query = "SELECT setval(pg_get_serial_sequence(:name, 'id'), :latest)"
    await connection.execute(sa.text(query), values)
