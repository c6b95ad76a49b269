"""A coffin from both sides: its board, and its entities in the house."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rig.board import Board
    from rig.hass import HomeAssistant
    from rig.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Coffin:
    """A coffin as its board and as its entities."""

    id: str
    workshop: Workshop

    @property
    def board(self) -> Board:
        """Return the board."""
        return self.workshop.boards[self.id]

    @property
    def hass(self) -> HomeAssistant:
        """Return the house."""
        return self.workshop.hass

    @property
    def name(self) -> str:
        """Return the name that people read."""
        return self.board.plan.name

    async def entity_id(self, tail: str) -> str:
        """Return one of its entity ids."""
        return await self.workshop.entity_id(self.id, tail)

    async def device_id(self) -> str:
        """Return its device id."""
        return await self.workshop.device_id(self.id)

    async def wait(self, tail: str, wanted: Any, *, timeout_s: float = 10) -> str:
        """Wait for the state of one of its entities."""
        return await self.hass.wait_state(await self.entity_id(tail), wanted, timeout_s=timeout_s)

    async def jumps(self) -> dict[str, Any]:
        """Wait until its solenoid is on; return what the board looks like."""
        return await self.board.wait_snapshot("outputs", "solenoid", wanted=True)

    async def arm(self, *, armed: bool = True) -> None:
        """Turn its armed switch and wait until it says so."""
        to = "on" if armed else "off"
        await self.hass.act(f"switch.turn_{to}", {"entity_id": await self.entity_id("armed")})
        await self.wait("armed", to)
