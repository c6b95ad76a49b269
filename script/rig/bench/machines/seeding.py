"""Fill a ledger as years would: members with cards and permissions, machines, uses.

Rows go into the ledger's own tables, made by its own migrations, many at a time.
"""

from dataclasses import dataclass
from itertools import batched
import time
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from custom_components.atelier.ledger.care import PLANS
from custom_components.atelier.ledger.kinds import folded
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.machines import MACHINES
from custom_components.atelier.ledger.people import CARDS, MEMBERS, PERMISSIONS
from custom_components.atelier.ledger.uses import USES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from rig.bench.machines.plan import Makerspace

#: Every tenth member may use nothing.
UNPERMITTED: Final = 10
FIRST_CARD: Final = 0x10000000
#: Uses lie within this time; what is older than a year would be made nameless.
PERIOD_S: Final = 350 * 86_400
_ROWS: Final = 20_000
_NAMES: Final = ("Ada", "Bruno", "Chiara", "Dario", "Elsa", "Fabio", "Greta", "Hugo", "Ilse", "Jo")
_SURNAMES: Final = ("Rossi", "Bianchi", "Moretti", "Conti", "Galli", "Riva", "Serra", "Villa")


@dataclass(frozen=True, slots=True)
class Cards:
    """Name the cards that there are."""

    members: int

    def allowed(self, number: int) -> str:
        """Return a card that may use every machine."""
        index = number % self.members
        return card(index - 1 if index % UNPERMITTED == UNPERMITTED - 1 else index)

    def refused(self, number: int) -> str:
        """Return a member's card that may use none."""
        tens = self.members // UNPERMITTED
        return card(number % tens * UNPERMITTED + UNPERMITTED - 1)


def card(index: int) -> str:
    """Return the card of a member by their number from 0."""
    return f"{FIRST_CARD + index:08x}"


def surname(index: int) -> str:
    """Return a member's surname, which nobody else has."""
    return f"{_SURNAMES[index % len(_SURNAMES)]} {index:05d}"


async def fill(path: Path, makerspace: Makerspace) -> None:
    """Make a ledger in a file that is not there."""
    ledger = await Ledger.open(f"sqlite+aiosqlite:///{path}")
    try:
        facts = await ledger.load()
        (type_id,) = facts.types
        role_id = next(role.id for role in facts.roles.values() if role.name == "Members")
        for table, rows in (
            (MACHINES, _machines(makerspace, type_id)),
            (PLANS, _plans(makerspace)),
            (MEMBERS, _members(makerspace, role_id or 0)),
            (CARDS, _cards(makerspace)),
            (PERMISSIONS, _permissions(makerspace, type_id)),
            (USES, _uses(makerspace)),
        ):
            await _insert(ledger, table, rows)
    finally:
        await ledger.close()


async def _insert(ledger: Ledger, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    for some in batched(rows, _ROWS, strict=False):

        async def work(connection: AsyncConnection, these: Any = some) -> None:
            await connection.execute(sa.insert(table), list(these))

        await ledger.writer.do(work)


def _machines(makerspace: Makerspace, type_id: int) -> Iterator[dict[str, Any]]:
    for number in range(1, makerspace.machines + 1):
        yield {
            "id": number,
            "name": f"Machine {number:03d}",
            "type_id": type_id,
            "blocked": False,
            "earlier_s": 0.0,
            "server_down": "signed_list",
            "version": 1,
        }


def _plans(makerspace: Makerspace) -> Iterator[dict[str, Any]]:
    for number in range(1, makerspace.machines + 1):
        yield {
            "machine_id": number,
            "description": "Clean it",
            "every_h": 1e6,
            "lcd_text": "CLEAN",
            "version": 1,
        }


def _members(makerspace: Makerspace, role_id: int) -> Iterator[dict[str, Any]]:
    for index in range(makerspace.members):
        name = _NAMES[index % len(_NAMES)]
        email = f"member{index}@example.org"
        yield {
            "name": name,
            "surname": surname(index),
            "role_id": role_id,
            "email": email,
            "weekly_summary": False,
            "disabled": False,
            "version": 1,
            "search": folded(f"{name} {surname(index)} {email}"),
        }


def _cards(makerspace: Makerspace) -> Iterator[dict[str, Any]]:
    for index in range(makerspace.members):
        yield {"card": card(index), "member_id": index + 1}


def _permissions(makerspace: Makerspace, type_id: int) -> Iterator[dict[str, Any]]:
    for index in range(makerspace.members):
        if index % UNPERMITTED != UNPERMITTED - 1:
            yield {"member_id": index + 1, "type_id": type_id, "version": 1}


def _uses(makerspace: Makerspace) -> Iterator[dict[str, Any]]:
    """Let machines be used by turns, each for half of its time."""
    now = time.time()
    turns = max(1, makerspace.uses // makerspace.machines)
    step = PERIOD_S / turns
    for index in range(makerspace.uses):
        turn, place = divmod(index, makerspace.machines)
        start = now - PERIOD_S + (turn + place / makerspace.machines / 2) * step
        end = start + step / 2
        yield {
            "machine_id": place + 1,
            "member_id": index * 7919 % makerspace.members + 1,
            "start": start,
            "last_seen": end,
            "end": end,
            "ending": "card",
            "replay": False,
            "version": 1,
        }
