"""What boards make the ledger write: uses, interventions, boards and unknown cards."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Board, Intervention, UnknownCard, Use
from .care import INTERVENTIONS
from .errors import Conflict, Duplicate, InUse, LedgerError, Unknown
from .kinds import KINDS, Kind
from .machines import BOARDS, MACHINES, UNKNOWN_CARDS
from .people import CARDS, MEMBERS
from .schema import Values, live
from .trail import Author, write_down
from .uses import USES

_USE = KINDS[Use]
_INTERVENTION = KINDS[Intervention]
_INSERT_USE = sa.insert(USES).returning(USES.c.id)
_INSERT_SOME = sa.insert(USES).returning(USES.c.id, sort_by_parameter_order=True)
_INSERT_INTERVENTION = sa.insert(INTERVENTIONS).returning(INTERVENTIONS.c.id)
_SEEN = (
    sa.update(USES)
    .where(USES.c.id == sa.bindparam("use"), USES.c.end.is_(None))
    .where(USES.c.last_seen < sa.bindparam("seen"))
    .values(last_seen=sa.bindparam("seen"))
)
_UPDATE_USE = sa.update(USES).where(
    USES.c.id == sa.bindparam("the_id"),
    USES.c.version == sa.bindparam("the_version"),
    live(USES),
)


async def keep_uses(
    connection: AsyncConnection, uses: Sequence[Use], author: Author | None = None
) -> list[Use]:
    """Insert uses without an id and update the others; ends first, so that a machine is free.

    The trail tells who changed them where no board did.
    Raise Conflict, Unknown, Duplicate("origin") or InUse where a rule forbids one of them.
    """
    kept: dict[int, Use] = {}
    for at in _ends_first(uses):
        kept[at] = await _keep_use(connection, uses[at])
    if author is not None:
        told = [author.entry(_USE, "changed", one.id or 0, after=one) for one in kept.values()]
        await write_down(connection, told)
    return [kept[at] for at in range(len(uses))]


def _ends_first(uses: Sequence[Use]) -> list[int]:
    """Return the places of uses in the order in which they can be kept."""
    return sorted(range(len(uses)), key=lambda at: (uses[at].id is None, uses[at].end is None))


async def keep_together(
    connection: AsyncConnection, told: Sequence[Sequence[Use]]
) -> list[list[Use]]:
    """Keep the uses of several machines in as few statements as there are kinds of them.

    Raises without a reason where a rule forbids any of them: alone each is told its own.
    """
    if len(told) == 1:
        return [await keep_uses(connection, told[0])]
    uses = [use for some in told for use in some]
    order = _ends_first(uses)
    known = [at for at in order if uses[at].id is not None]
    fresh = [at for at in order if uses[at].id is None]
    kept: dict[int, Use] = {at: replace(uses[at], version=uses[at].version + 1) for at in known}
    await _update(connection, [kept[at] for at in known])
    rows = [_USE.row_of(uses[at]) for at in fresh]
    ids = (await connection.scalars(_INSERT_SOME, rows)).all() if rows else ()
    kept |= {at: replace(uses[at], id=id_) for at, id_ in zip(fresh, ids, strict=True)}
    places = iter(range(len(uses)))
    return [[kept[next(places)] for _ in some] for some in told]


async def _update(connection: AsyncConnection, uses: Sequence[Use]) -> None:
    """Write uses that have one more version than the rows they change."""
    values = [_USE.row_of(use) | {"the_id": use.id, "the_version": use.version - 1} for use in uses]
    for row in values:
        del row["id"]
    # Some drivers do not count what many changed in one statement.
    several = connection.dialect.supports_sane_multi_rowcount
    for some in [values] if several and values else [[row] for row in values]:
        result = await connection.execute(_UPDATE_USE, some)
        if result.rowcount != len(some):
            raise LedgerError("Somebody changed one of several uses meanwhile")


async def _keep_use(connection: AsyncConnection, use: Use) -> Use:
    """Insert or update one use."""
    try:
        if use.id is None:
            return replace(use, id=await connection.scalar(_INSERT_USE, _USE.row_of(use)))
        changed = replace(use, version=use.version + 1)
        values = _USE.row_of(changed) | {"the_id": use.id, "the_version": use.version}
        del values["id"]
        result = await connection.execute(_UPDATE_USE, values)
    except sa.exc.IntegrityError:
        # A transaction that failed cannot be asked why: the rules are checked in the next.
        raise UseRefused(use) from None
    if result.rowcount == 0:
        raise await _changed_meanwhile(connection, _USE, use.id)
    return changed


class UseRefused(Exception):
    """Carry the use that a rule of the database refused to where the rule can be told."""

    def __init__(self, use: Use) -> None:
        """Remember the use."""
        super().__init__("A rule of the database refused a use")
        self.use = use


async def why_refused(connection: AsyncConnection, use: Use) -> Exception | None:
    """Return which rule a use breaks."""
    if (
        await connection.scalar(sa.select(MACHINES.c.id).where(MACHINES.c.id == use.machine_id))
        is None
    ):
        return Unknown("machine")
    if use.member_id is not None:
        member = sa.select(MEMBERS.c.id).where(MEMBERS.c.id == use.member_id)
        if await connection.scalar(member) is None:
            return Unknown("member")
    here = USES.c.machine_id == use.machine_id
    if use.origin is not None:
        same = sa.select(USES.c.id).where(here, USES.c.origin == use.origin)
        found = await connection.scalar(same)
        if found is not None and found != use.id:
            return Duplicate("origin", found)
    if use.end is None:
        found = await connection.scalar(
            sa.select(USES.c.id).where(here, USES.c.end.is_(None), live(USES))
        )
        if found is not None and found != use.id:
            return InUse("machine", "an open use")
    return None


async def _changed_meanwhile(connection: AsyncConnection, kind: Kind, id: int) -> Exception:
    """Return why an update found no row of its version."""
    query = sa.select(kind.table.c.version).where(kind.table.c.id == id, live(kind.table))
    version = await connection.scalar(query)
    return Unknown(kind.name) if version is None else Conflict(kind.name, version)


async def see_uses(connection: AsyncConnection, seen: Mapping[int, float]) -> None:
    """Move on when open uses were last seen; never back. No new version: nobody edits this."""
    if seen:
        await connection.execute(_SEEN, [{"use": use, "seen": at} for use, at in seen.items()])


async def add_interventions(
    connection: AsyncConnection,
    interventions: Sequence[Intervention],
    author: Author | None = None,
) -> list[Intervention]:
    """Insert interventions; the trail tells who recorded them where no board did."""
    kept = []
    for intervention in interventions:
        row = _INTERVENTION.row_of(intervention)
        try:
            id_ = await connection.scalar(_INSERT_INTERVENTION, row)
        except sa.exc.IntegrityError:
            # Nothing but its references can be wrong with one.
            raise Unknown("reference") from None
        kept.append(replace(intervention, id=id_))
    if author is not None:
        told = [author.entry(_INTERVENTION, "created", one.id or 0, after=one) for one in kept]
        await write_down(connection, told)
    return kept


async def saw_unknown_card(
    connection: AsyncConnection, card: str, machine_id: int, at: float
) -> UnknownCard | None:
    """Count a card that nobody knows, unless somebody was given it since it was shown."""
    given = sa.select(CARDS.c.id).where(CARDS.c.card == card, live(CARDS))
    if await connection.scalar(given) is not None:
        return None
    here = (UNKNOWN_CARDS.c.card == card, UNKNOWN_CARDS.c.machine_id == machine_id)
    row = (await connection.execute(sa.select(UNKNOWN_CARDS).where(*here))).mappings().first()
    if row is None:
        seen = UnknownCard(card=card, machine_id=machine_id, first=at, last=at)
        values = {"card": card, "machine_id": machine_id, "first": at, "last": at, "count": 1}
        await connection.execute(sa.insert(UNKNOWN_CARDS), values)
        return seen
    known = UnknownCard(**row)
    seen = replace(known, last=max(known.last, at), count=known.count + 1)
    await connection.execute(
        sa.update(UNKNOWN_CARDS).where(*here), {"last": seen.last, "count": seen.count}
    )
    return seen


async def dismiss_unknown_card(
    connection: AsyncConnection, card: str, machine_id: int | None, author: Author
) -> int:
    """Forget a card that nobody knows; the trail keeps where it was shown, and not the card."""
    here = [UNKNOWN_CARDS.c.card == card]
    if machine_id is not None:
        here.append(UNKNOWN_CARDS.c.machine_id == machine_id)
    gone = sa.delete(UNKNOWN_CARDS).where(*here).returning(UNKNOWN_CARDS.c.machine_id)
    machines = sorted((await connection.execute(gone)).scalars())
    if not machines:
        raise Unknown("card")
    told = author.plain_entry("dismissed", "unknown_card", before={"machines": machines})
    await write_down(connection, [told])
    return len(machines)


async def saw_board(connection: AsyncConnection, board: Board) -> None:
    """Keep what a board says of itself; one row a board number."""
    values: Values = {
        "firmware": board.firmware,
        "address": board.address,
        "serial": board.serial,
        "heap": board.heap,
        "last_seen": board.last_seen,
    }
    known: sa.CursorResult[Any] = await connection.execute(
        sa.update(BOARDS).where(BOARDS.c.machine_id == board.machine_id), values
    )
    if known.rowcount == 0:
        await connection.execute(sa.insert(BOARDS), values | {"machine_id": board.machine_id})
