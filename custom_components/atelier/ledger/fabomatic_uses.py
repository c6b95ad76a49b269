"""How a backend's uses and interventions are brought: many, so by the thousand."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Ending, Intervention, Use
from .audit import BROUGHT
from .care import INTERVENTIONS
from .errors import ForeignFile
from .fabomatic_bring import Bringing, ours, remember
from .fabomatic_file import Old, OldFile, moment
from .kinds import KINDS
from .schema import live
from .uses import USES

_TOGETHER: Final = 1000
#: How many uses tell whether a file is of the backend that was brought before.
SAMPLE: Final = 200


class UseBringing:
    """Bring uses and interventions after people and machines were brought."""

    def __init__(self, bringing: Bringing, file: OldFile) -> None:
        """Begin to bring what is long in a file."""
        self._ledger = bringing.ledger
        self._file = file
        self._became = bringing.became
        self.new = bringing.new
        self.known = bringing.known
        #: Rows that make no sense, or belong to a machine that is not here, by kind.
        self.left_out: Counter[str] = Counter()

    async def run(self) -> None:
        """Bring all."""
        await self._bring("uses", "use_id", "use", self._use, USES)
        await self._bring(
            "interventions", "intervention_id", "intervention", self._intervention, INTERVENTIONS
        )

    async def _bring(self, table: str, key: str, kind: str, read: Any, target: sa.Table) -> None:
        """Bring the rows of a table."""
        last = -1
        while rows := await asyncio.to_thread(self._file.rows_after, table, last, _TOGETHER):
            first, last = last, rows[-1][key]
            facts = {row[key]: read(row) for row in rows}

            async def work(
                connection: AsyncConnection,
                first: int = first,
                last: int = last,
                facts: Mapping[int, Any] = facts,
            ) -> tuple[int, int, int]:
                between = (BROUGHT.c.origin_id > first, BROUGHT.c.origin_id <= last)
                query = sa.select(BROUGHT.c.origin_id).where(*ours(kind), *between)
                known = set((await connection.execute(query)).scalars())
                if known and kind == "use":
                    await _end_what_lasted(connection, first, last, facts)
                new = {id_: fact for id_, fact in facts.items() if fact and id_ not in known}
                await _insert(connection, kind, target, new)
                missing = sum(fact is None for id_, fact in facts.items() if id_ not in known)
                return len(new), len(known), missing

            new, known, missing = await self._ledger.writer.do(work)
            self.new[kind] += new
            self.known[kind] += known
            self.left_out[kind] += missing

    def _use(self, row: Old) -> Use | None:
        """Return the use that a row tells of; who is not here becomes nobody.

        One that lasted is over when it was last seen; run again, its true end comes.
        """
        start = moment(row["start_timestamp"])
        machine_id = self._became["machine"].get(row["machine_id"])
        if start is None or machine_id is None:
            return None
        end = moment(row["end_timestamp"])
        seen = max(moment(row["last_seen"]) or start, start)
        return Use(
            machine_id=machine_id,
            member_id=self._became["member"].get(row["user_id"]),
            start=start,
            last_seen=seen if end is None else max(end, start),
            end=seen if end is None else max(end, start),
            ending=Ending.SILENCE if end is None else None,
            replay=bool(row["replay"]),
        )

    def _intervention(self, row: Old) -> Intervention | None:
        """Return the intervention that a row tells of."""
        at = moment(row["timestamp"])
        plan_id = self._became["plan"].get(row["maintenance_id"])
        machine_id = self._became["machine"].get(row["machine_id"])
        if at is None or plan_id is None or machine_id is None:
            return None
        return Intervention(
            plan_id=plan_id,
            machine_id=machine_id,
            member_id=self._became["member"].get(row["user_id"]),
            at=at,
            replay=bool(row["replay"]),
        )


async def _insert(
    connection: AsyncConnection, kind: str, target: sa.Table, new: Mapping[int, Any]
) -> None:
    """Insert facts, and remember what became of their rows."""
    if not new:
        return
    latest = await connection.scalar(sa.select(sa.func.max(target.c.id))) or 0
    rows = [KINDS[type(fact)].row_of(fact) for fact in new.values()]
    await connection.execute(sa.insert(target), rows)
    # Nobody else writes meanwhile, and ids grow: much faster than to ask for each.
    given = sa.select(target.c.id).where(target.c.id > latest).order_by(target.c.id)
    ids = (await connection.execute(given)).scalars()
    await remember(connection, kind, dict(zip(new, ids, strict=True)))


async def _end_what_lasted(
    connection: AsyncConnection, first: int, last: int, facts: Mapping[int, Use | None]
) -> None:
    """Give uses that lasted when they were brought the end they have had since."""
    query = (
        sa.select(BROUGHT.c.origin_id, USES.c.id)
        .join(USES, USES.c.id == BROUGHT.c.fact_id)
        .where(*ours("use"), BROUGHT.c.origin_id > first, BROUGHT.c.origin_id <= last)
        .where(live(USES), USES.c.ending == Ending.SILENCE, USES.c.version == 1)
    )
    for origin, id_ in list(await connection.execute(query)):
        use = facts.get(origin)
        if use is not None and use.ending is None:
            values = {"end": use.end, "last_seen": use.last_seen, "ending": None, "version": 2}
            await connection.execute(sa.update(USES).where(USES.c.id == id_), values)


async def refuse_other_backend(connection: AsyncConnection, rows: list[Old]) -> None:
    """Raise ForeignFile where a file's uses are not those that were brought before."""
    starts = {row["use_id"]: moment(row["start_timestamp"]) for row in rows}
    query = (
        sa.select(BROUGHT.c.origin_id, USES.c.start)
        .join(USES, USES.c.id == BROUGHT.c.fact_id)
        .where(*ours("use"), BROUGHT.c.origin_id.in_(starts))
    )
    kept = list(await connection.execute(query))
    # A few may have been corrected here.
    if sum(starts[origin] != start for origin, start in kept) > len(kept) / 2:
        raise ForeignFile("other_backend", "Another backend's database was brought before")
