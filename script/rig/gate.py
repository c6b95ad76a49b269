"""A machine's gate with cards to lay on it: the real firmware, and hands at its reader."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, override

from rig.board import Board, BoardPlan
from rig.errors import SlowError

if TYPE_CHECKING:
    from pathlib import Path

#: A card is gone once the reader has called so often and nobody answered.
MISSES: Final = 3
#: The reader is looked at every 120 ms, later where the board gets little time.
LOOK_TIMEOUT_S: Final = 10
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
        """Hold a card to the reader until it was seen, once the reader takes another one."""
        await asyncio.sleep(max(0.0, self._free_at - asyncio.get_running_loop().time()))
        await self.lay(card)
        self._free_at = asyncio.get_running_loop().time() + LOCKED_S
        await self.lift()

    async def lay(self, card: str) -> None:
        """Lay a card down and leave it there; return when the reader has seen it."""
        found = await self._looks("found")
        await self.request("card_in", uid=first_byte_first(card))
        await self._until_looked("found", found + 1)

    async def lift(self) -> None:
        """Take all cards away; return when the reader has missed them."""
        await self.request("card_out")
        await self._until_looked("empty", await self._looks("empty") + MISSES)

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

    async def _looks(self, how: str) -> int:
        """Return how often the reader found a card, or its field empty."""
        return int((await self.snapshot())["reader"][how])

    async def _until_looked(self, how: str, count: int) -> None:
        """Wait until the reader has looked so often; raise SlowError where it does not."""
        deadline = asyncio.get_running_loop().time() + LOOK_TIMEOUT_S
        while await self._looks(how) < count:
            if asyncio.get_running_loop().time() > deadline:
                raise SlowError(
                    f"Board {self.plan.id}: nobody looks at its card reader\n{self.log_tail()}"
                )
            await asyncio.sleep(0.05)


def first_byte_first(card: str) -> str:
    """Return a card's bytes as its reader sees them: the protocol spells the last one first."""
    return bytes.fromhex(card)[::-1].hex()
