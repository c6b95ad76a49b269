"""How what was collected from a backend becomes facts of ours, a few at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..machines.facts import Facts, Machine, Member, Role
from . import changing
from .audit import BROUGHT
from .errors import LedgerError, LedgerUnavailable
from .fabomatic_facts import Collected
from .kinds import folded
from .machines import UNKNOWN_CARDS
from .recording import saw_board
from .schema import Values
from .trail import Author

if TYPE_CHECKING:
    from .ledger import Ledger

SOURCE: Final = "fabomatic"
#: How many facts of people share a transaction: a start in between waits no longer than that.
_TOGETHER: Final = 250

type Same = Callable[[int, Any], int | None]


class Bringing:
    """Bring people and machines, and remember what became of each row."""

    def __init__(self, ledger: Ledger, collected: Collected, by: str) -> None:
        """Begin to bring what was collected into a ledger."""
        self.ledger = ledger
        self.collected = collected
        self.by = by
        self.new: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        #: By kind: the id of the fact that each of their rows became, where it is still here.
        self.became: dict[str, dict[int, int]] = {}

    async def run(self) -> None:
        """Bring all but what is long; what others refer to comes first."""
        found, facts = self.collected, await self.ledger.load()
        names = {role.name: role.id for role in facts.roles.values()}
        await self._bring("role", found.roles, facts.roles, lambda _, role: names.get(role.name))
        names = {type_.name: type_.id for type_ in facts.types.values()}
        await self._bring("type", found.types, facts.types, lambda _, type_: names.get(type_.name))
        await self._bring_machines(facts)
        await self._bring_members(facts)
        await self._bring_permissions(facts)
        await self._bring_plans(facts)
        for cards in batched(found.unknown_cards, _TOGETHER, strict=False):
            new = await self.ledger.writer.do(partial(_tell, cards=cards))
            self.new["unknown_card"] += new
            self.known["unknown_card"] += len(cards) - new
        for board in found.boards:
            known = facts.boards.get(board.machine_id)
            if known is None or known.last_seen < board.last_seen:
                await self.ledger.writer.do(partial(saw_board, board=board))
            (self.new if known is None else self.known)["board"] += 1

    async def _bring_machines(self, facts: Facts) -> None:
        """Bring machines; one that is here by its number stays, and gets its earlier hours."""
        default = min(facts.types, default=None) or next(iter(self.became["type"].values()), None)
        names = {machine.name: machine.id for machine in facts.machines.values()}
        machines: dict[int, Machine] = {}
        for id_, machine in self.collected.machines.items():
            type_id = self.became["type"].get(machine.type_id, default)
            if type_id is None:
                self.collected.note("refused", "machine", id_)
                continue
            name = machine.name
            if names.setdefault(name, id_) != id_:
                name = f"{name[:120]} ({id_})"
                self.collected.note("renamed", "machine", id_)
            machines[id_] = replace(machine, name=name, type_id=type_id)
        brought = await self._brought("machine")
        for id_, machine in machines.items():
            ours = facts.machines.get(id_)
            if id_ not in brought and ours is not None and ours.earlier_s == 0:
                await self.ledger.save(replace(ours, earlier_s=machine.earlier_s), by=self.by)
        here = facts.machines
        await self._bring("machine", machines, here, lambda _, m: m.id if m.id in here else None)

    async def _bring_members(self, facts: Facts) -> None:
        """Bring members; one with the same card and name is the same."""
        holders = {card: member for member in facts.members.values() for card in member.cards}
        brought = await self._brought("member")
        members: dict[int, Member] = {}
        same: dict[int, int] = {}
        for origin, member in self.collected.members.items():
            holder = next((holders[card] for card in member.cards if card in holders), None)
            cards = member.cards
            if holder is not None and origin not in brought:
                if _name(holder) == _name(member):
                    same[origin] = holder.id or 0
                else:
                    self.collected.note("card_held", "member", origin)
                    cards = ()
            role_id = self.became["role"].get(member.role_id, _humblest(facts))
            members[origin] = replace(member, role_id=role_id, cards=cards)
        await self._bring("member", members, facts.members, lambda origin, _: same.get(origin))

    async def _bring_permissions(self, facts: Facts) -> None:
        """Bring permissions of members and machines that are here."""
        here = {(one.member_id, one.machine_id): one.id for one in facts.permissions.values()}
        members, machines = self.became["member"], self.became["machine"]
        permissions = {
            origin: replace(
                one, member_id=members[one.member_id], machine_id=machines[one.machine_id]
            )
            for origin, one in self.collected.permissions.items()
            if one.member_id in members and one.machine_id in machines
        }
        await self._bring(
            "permission",
            permissions,
            facts.permissions,
            lambda _, one: here.get((one.member_id, one.machine_id)),
        )

    async def _bring_plans(self, facts: Facts) -> None:
        """Bring plans of machines that are here."""
        here = {(plan.machine_id, plan.description): plan.id for plan in facts.plans.values()}
        machines = self.became["machine"]
        plans = {
            origin: replace(plan, machine_id=machines[plan.machine_id])
            for origin, plan in self.collected.plans.items()
            if plan.machine_id in machines
        }
        await self._bring(
            "plan",
            plans,
            facts.plans,
            lambda _, plan: here.get((plan.machine_id, plan.description)),
        )

    async def _bring(
        self, kind: str, facts: dict[int, Any], here: dict[int, Any], same: Same
    ) -> None:
        """Bring facts of a kind, by their rows' ids; `same` finds one that is here already."""
        brought = await self._brought(kind)
        became = {origin: id_ for origin, id_ in brought.items() if id_ in here}
        self.known[kind] += sum(origin in brought for origin in facts)
        todo = [(origin, fact) for origin, fact in facts.items() if origin not in brought]
        for some in batched(todo, _TOGETHER, strict=False):
            became |= await self._keep_fitting(kind, some, same)
        self.became[kind] = became

    async def _keep_fitting(
        self, kind: str, some: Sequence[tuple[int, Any]], same: Same
    ) -> dict[int, int]:
        """Keep a few facts; one that does not go with what is here harms no other."""
        try:
            return await self._keep(kind, some, same)
        except LedgerUnavailable:
            raise
        except LedgerError:
            if len(some) == 1:
                self.collected.note("refused", kind, some[0][0])
                return {}
        became: dict[int, int] = {}
        for one in some:
            became |= await self._keep_fitting(kind, [one], same)
        return became

    async def _keep(self, kind: str, some: Sequence[tuple[int, Any]], same: Same) -> dict[int, int]:
        """Keep a few facts, and what became of their rows, in one transaction."""
        author = Author(self.by, self.ledger.clock())
        here = {origin: id_ for origin, fact in some if (id_ := same(origin, fact)) is not None}
        new = {origin: fact for origin, fact in some if origin not in here}

        async def work(connection: AsyncConnection) -> dict[int, int]:
            kept = await changing.save_all(connection, list(new.values()), author)
            became = here | {origin: fact.id for origin, fact in zip(new, kept, strict=True)}
            await remember(connection, kind, became)
            return became

        became = await self.ledger.writer.do(work)
        self.known[kind] += len(here)
        self.new[kind] += len(new)
        return became

    async def _brought(self, kind: str) -> dict[int, int]:
        """Return what became of their rows before, also where it is here no more."""
        query = sa.select(BROUGHT.c.origin_id, BROUGHT.c.fact_id).where(*ours(kind))

        async def work(connection: AsyncConnection) -> dict[int, int]:
            return {origin: fact for origin, fact in await connection.execute(query)}  # noqa: C416 - rows are no pairs

        return await self.ledger.read(work)


def ours(kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a remembered row is of a kind."""
    return (BROUGHT.c.source == SOURCE, BROUGHT.c.kind == kind)


async def remember(connection: AsyncConnection, kind: str, became: dict[int, int]) -> None:
    """Remember what became of their rows."""
    rows: list[Values] = [
        {"source": SOURCE, "kind": kind, "origin_id": origin, "fact_id": id_}
        for origin, id_ in became.items()
    ]
    if rows:
        await connection.execute(sa.insert(BROUGHT), rows)


async def _tell(connection: AsyncConnection, cards: Iterable[Any]) -> int:
    """Keep unknown cards; those that are here keep what is more. Return how many were not."""
    table, new = UNKNOWN_CARDS, 0
    for card in cards:
        here = (table.c.card == card.card, table.c.machine_id == card.machine_id)
        found = (await connection.execute(sa.select(table).where(*here))).mappings().first()
        row = {"first": card.first, "last": card.last, "count": card.count}
        if found is None:
            key = {"card": card.card, "machine_id": card.machine_id}
            await connection.execute(sa.insert(table), key | row)
            new += 1
            continue
        row = {
            "first": min(found["first"], card.first),
            "last": max(found["last"], card.last),
            "count": max(found["count"], card.count),
        }
        await connection.execute(sa.update(table).where(*here), row)
    return new


def _name(member: Member) -> str:
    """Return a whole name as it is compared."""
    return folded(f"{member.name} {member.surname}".strip())


def _humblest(facts: Facts) -> int:
    """Return the role that may do least."""

    def may(role: Role) -> tuple[int, int]:
        return (role.every_machine + role.care + role.manage, -(role.id or 0))

    return min(facts.roles.values(), key=may).id or 0
