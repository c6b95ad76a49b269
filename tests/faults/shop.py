"""The makerspace in which trouble is made: a laser and a lathe, and Anna who may use both."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from rig.hass_socket import CommandError
from rig.machine_board import MachineBoard

from .house import House

ANNA: Final = "aabb0011"
LASER: Final = 7
LATHE: Final = 8


@dataclass(slots=True)
class Shop(House):
    """A workshop with machines, in a house that may have several."""

    prefix: str = "machine"

    async def act(self, action: str, **data: Any) -> Any:
        """Perform an action of the workshop and return its response."""
        fields = data | {"config_entry_id": self.entry_id}
        return await self.hass.act(f"atelier.{action}", fields, response=True)

    async def entity_id(self, key: str, number: int = LASER) -> str:
        """Return the id of one of a machine's entities."""
        return await self.hass.entity_id(f"{self.entry_id}/machine/{number}/{key}")

    async def shows(self, state: str, number: int = LASER) -> None:
        """Wait until a machine is in a state."""
        await self.hass.wait_state(await self.entity_id("state", number), state, timeout_s=40)

    async def uses(self, number: int = LASER) -> list[dict[str, Any]]:
        """Return a machine's uses, the latest first."""
        uses: list[dict[str, Any]] = (await self.act("list_uses", machine_id=number))["uses"]
        return uses

    def board(self, number: int = LASER, *, speed: float = 10) -> MachineBoard:
        """Return a machine's board, which has no power yet; its clock runs faster."""
        return MachineBoard(self.broker.port, str(number), prefix=self.prefix, speed=speed)

    async def raised(self, kind: str, *, there: bool) -> None:
        """Wait until an issue is raised, or withdrawn."""
        async with asyncio.timeout(20):
            while (kind in await self.issues()) is not there:
                await asyncio.sleep(0.2)


async def open_shop(house: House, name: str, prefix: str, ledger_url: str = "") -> Shop:
    """Set a workshop with machines up, and furnish it."""
    flow = await house.hass.workshop_flow()
    await flow.submit({"name": name, "prefixes": [f"{name.lower()}-props"], "machines": True})
    assert flow.step == "machines"
    said = {"machine_prefix": prefix, "uses_days": 365, "cards_days": 30}
    await flow.submit(said | ({"ledger_url": ledger_url} if ledger_url else {}))
    shop = Shop(house.broker, house.hass, flow.entry_id(), prefix)
    await _loaded(shop)
    anna = (await shop.act("add_member", name="Anna", role="Members", cards=[ANNA]))["member"]
    for number, what in ((LASER, "Laser"), (LATHE, "Lathe")):
        machine = {"machine_id": number, "name": f"{name} {what}", "type": "Machine"}
        await shop.act("add_machine", **machine)
        await shop.act("grant_permission", member_id=anna["id"], machine_id=number)
    return shop


async def _loaded(shop: Shop) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await shop.act("list_machines")
            except CommandError:
                await asyncio.sleep(0.1)
            else:
                return


async def talks(board: MachineBoard) -> None:
    """Wait until a board is answered again, and has told all that it held back."""
    answered = board.counts.answered
    async with asyncio.timeout(40):
        while (
            board.counts.answered == answered
            or board.memory.waiting
            or not board.link.connected
            or not board.policy.name
        ):
            await asyncio.sleep(0.05)


async def removed(shop: Shop) -> None:
    """Remove a workshop, whose ledger goes away: it would hold up the next start of its house."""
    await shop.hass.rest.delete(f"/api/config/config_entries/entry/{shop.entry_id}")
