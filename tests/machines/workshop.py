"""A small workshop with a real ledger, a desk and clocks that tests set."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

import orjson

from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.desk import Desk
from custom_components.atelier.machines.facts import (
    Access,
    Machine,
    MachineType,
    Member,
    Permission,
    Role,
    Use,
)
from custom_components.atelier.machines.news import Happening
from custom_components.atelier.wire.machine_replies import encode
from custom_components.atelier.wire.machines import parse_query, parse_topic
from custom_components.atelier.wire.rejection import Rejection
from tests.tables import sqlite_with_tables

#: When every tale begins: late in 2023.
T0: Final = 1_700_000_000.0
PERSON: Final = "a manager"

LASER: Final = 1
DRILL: Final = 2

ROLES: Final = {
    "admins": Role(name="admins", every_machine=True, care=True, manage=True),
    "staff": Role(name="staff", care=True),
    "users": Role(name="users"),
    "super": Role(name="super", every_machine=True),
    "anonymous": Role(name="Anonymous"),
}
#: Name, role and card of the members, whose ids are 1, 2, 3, … in this order.
MEMBERS: Final = (
    ("Ada", "admins", "aaaaaaa1"),
    ("Sam", "staff", "aaaaaaa2"),
    ("Uma", "users", "aaaaaaa3"),
    ("Vic", "users", "aaaaaaa4"),
    ("Dis", "users", "aaaaaaa5"),
    ("Sup", "super", "aaaaaaa6"),
    ("Upp", "admins", "AAAAAAA7"),
    ("Anonymous", "anonymous", None),
    # Who was removed is kept for a while but found by no card; who is disabled is found.
    ("Del", "admins", "aaaaaaa9"),
)
DISABLED: Final = {"Dis", "Del"}
ADA, SAM, UMA, VIC, DIS, SUP, UPP = range(1, 8)


@dataclass(slots=True)
class Clock:
    """Tell the seconds since T0 that a test has set."""

    now: float = T0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Workshop:
    """Hold the parts; `say` speaks as a board."""

    ledger: Ledger
    desk: Desk
    clock: Clock
    steady: Clock
    happened: list[Happening] = field(default_factory=list)

    @classmethod
    async def on(cls, ledger: Ledger, clock: Clock, steady: Clock) -> Self:
        """Begin on a ledger, as after a start of Home Assistant."""
        desk = Desk(await ledger.load(), ledger, clock, steady)
        shop = cls(ledger, desk, clock, steady)
        desk.happened.listen(shop.happened.append)
        return shop

    async def restarted(self) -> Workshop:
        """Begin again with what the ledger has."""
        await self.desk.close()
        return await Workshop.on(self.ledger, self.clock, self.steady)

    def at(self, seconds: float) -> None:
        """Set both clocks to seconds after T0."""
        self.clock.now = self.steady.now = T0 + seconds

    async def say(self, topic: str, payload: bytes) -> tuple[str, Any] | None:
        """Send what a board publishes; return topic and content of the answer."""
        try:
            address = parse_topic(topic)
            query = parse_query(payload)
        except Rejection:
            return None
        reply = await self.desk.answer(address.number, query, address)
        return None if reply is None else (address.reply, orjson.loads(encode(reply)))

    async def tell(self, action: str, at: float, /, machine: int = LASER, **said: Any) -> Any:
        """Send a message of a board at seconds after T0; return the answer's content."""
        self.at(at)
        payload = orjson.dumps({"action": action, **said})
        answered = await self.say(f"machine/{machine}", payload)
        return answered and answered[1]

    async def uses(self, machine_id: int = LASER) -> list[Use]:
        """Return a machine's uses as the ledger has them, in their order."""
        await self.desk.close()
        facts = await self.ledger.load()
        opened = facts.open_uses.get(machine_id)
        closed = facts.recent.get(machine_id, [])
        return sorted([*closed, *([opened] if opened else [])], key=lambda use: use.start)

    async def spans(self, machine_id: int = LASER) -> list[tuple[int | None, float, float | None]]:
        """Return who used a machine from when to when, in seconds after T0."""
        return [
            (use.member_id, use.start - T0, None if use.end is None else use.end - T0)
            for use in await self.uses(machine_id)
        ]

    async def keep(self, *facts: Any) -> list[Any]:
        """Change facts as a person would."""
        kept = []
        for fact in facts:
            kept.append(await self.ledger.save(fact, by=PERSON))
            self.desk.put(kept[-1])
        return kept

    async def change_machine(self, machine_id: int, **fields: Any) -> None:
        """Change a machine."""
        await self.keep(replace(self.desk.facts.machines[machine_id], **fields))


async def furnish(ledger: Ledger) -> None:
    """Keep the machines, members and rights that the tales begin with."""

    async def save[T](fact: T) -> T:
        return await ledger.save(fact, by=PERSON)  # type: ignore[type-var, return-value]

    first = (await ledger.load()).types[1]
    laser = await save(replace(first, name="LASER", logoff_min=480, grace_min=2))
    opened = await save(MachineType(name="OPEN", access=Access.ANYBODY, logoff_min=0, grace_min=0))
    await save(Machine(id=LASER, name="LASER1", type_id=_id(laser)))
    await save(Machine(id=DRILL, name="DRILL1", type_id=_id(opened)))
    roles: Mapping[str, int] = {name: _id(await save(role)) for name, role in ROLES.items()}
    for name, role, card in MEMBERS:
        cards = (card,) if card else ()
        member = Member(name=name, role_id=roles[role], cards=cards, disabled=name in DISABLED)
        await save(member)
    for member_id in (UMA, SAM):
        await save(Permission(member_id=member_id, machine_id=LASER))


def _id(fact: Any) -> int:
    assert fact.id is not None
    return int(fact.id)


@asynccontextmanager
async def open_workshop(folder: Path, *, furniture: bool = True) -> AsyncIterator[Workshop]:
    """Open a workshop with a database of its own."""
    clock, steady = Clock(), Clock()
    ledger = await Ledger.open(sqlite_with_tables(folder / "ledger.db"), clock=clock)
    try:
        if furniture:
            await furnish(ledger)
        shop = await Workshop.on(ledger, clock, steady)
        yield shop
        await shop.desk.close()
    finally:
        await ledger.close()
