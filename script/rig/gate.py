"""A machine's gate with cards to lay on it: the real firmware, and hands at its reader."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, override

from rig.board import Board, BoardPlan

if TYPE_CHECKING:
    from pathlib import Path

#: The reader is looked at every 120 ms; a card is gone once it was not read three times.
HELD_S: Final = 0.7
LIFTED_S: Final = 0.6
#: For so long after a tap no other is taken.
LOCKED_S: Final = 2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePlan(BoardPlan):
    """Which machine a gate belongs to, and how it is set (firmware/bundles/machine_gate)."""

    bundle: str = "machine_gate"
    machine: str
    #: What lists for this board are signed with; without it none counts.
    key: str | None = None
    server_down: str = "signed_list"
    card_present: bool = False
    language: str = "en"


class Gate(Board):
    """A gate that can be tapped; cards are named as the protocol spells them."""

    def __init__(
        self,
        plan: GatePlan,
        *,
        mqtt_port: int,
        folder: Path | None = None,
        user: str | None = None,
        password: str | None = None,
        virtual: bool = False,
    ) -> None:
        """Describe the gate; with `virtual` its clock can be advanced."""
        super().__init__(
            plan,
            mqtt_port=mqtt_port,
            folder=folder,
            user=user,
            password=password,
            virtual=virtual,
        )
        self._gate = plan
        self._free_at = 0.0

    @override
    def configuration(self) -> dict[str, Any]:
        """Return what config.json holds; no time server is asked from a simulated board."""
        plan = self._gate
        own = {
            "machine": plan.machine,
            "key": plan.key,
            "server_down": plan.server_down,
            "card_present": plan.card_present,
            "language": plan.language,
            "ntp": None,
        }
        return super().configuration() | {"gate": own}

    # What hands do

    async def tap(self, card: str) -> None:
        """Hold a card to the reader for a moment, once the reader takes another one."""
        await asyncio.sleep(max(0.0, self._free_at - asyncio.get_running_loop().time()))
        await self.lay(card)
        self._free_at = asyncio.get_running_loop().time() + LOCKED_S
        await asyncio.sleep(HELD_S)
        await self.lift()
        await asyncio.sleep(LIFTED_S)

    async def lay(self, card: str) -> None:
        """Lay a card down and leave it there."""
        await self.request("card_in", uid=first_byte_first(card))

    async def lift(self) -> None:
        """Take all cards away."""
        await self.request("card_out")

    async def push(self) -> None:
        """Push the button."""
        await self.edge("button")

    # What eyes see

    async def state(self) -> str:
        """Return the state: free, asking, confirming, in_use or grace."""
        return str((await self.snapshot())["state"])

    async def power(self) -> bool:
        """Tell whether the machine has power."""
        return bool((await self.snapshot())["outputs"]["relay"])

    async def rows(self) -> list[str]:
        """Return what the display shows."""
        rows: list[str] = (await self.snapshot())["display"]["lines"]
        return rows

    async def be(self, state: str, *, timeout_s: float = 10) -> None:
        """Wait for a state."""
        await self.wait_snapshot("state", wanted=state, timeout_s=timeout_s)


def first_byte_first(card: str) -> str:
    """Return a card's bytes as its reader sees them: the protocol spells the last one first."""
    return bytes.fromhex(card)[::-1].hex()
