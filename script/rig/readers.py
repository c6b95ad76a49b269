"""Where people hold their cards: two kinds of machine boards, handled alike."""

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from rig.errors import RigError
from rig.gate import Gate, GatePlan
from rig.machine_board import MachineBoard, Memory
from rig.makers import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from rig.makers import Machine

#: How long somebody holds a card to a board to say that care was given.
HOLD_S: Final = 11.0
#: How long a board's answer to a tap stays on its display.
_MESSAGE_S: Final = 4.0
_LOOK_S: Final = 0.2

_FABOMATIC_SAYS: Final = {
    "en": {},
    "it": {
        "Tap your card": "Avvicina carta",
        "Logged in": "In uso",
        "Logged out": "Arrivederci",
        "Unknown card": "Carta ignota",
        "Machine blocked": "Bloccata",
        "Maintenance": "Manutenzione",
        "In use by other": "In uso da altri",
        "No network": "Rete assente",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a board looks: two rows of text, and whether its machine has power."""

    rows: tuple[str, ...]
    relay: bool


class Reader(Protocol):
    """A board at a machine, as hands and eyes know it."""

    machine: Machine

    @property
    def running(self) -> bool:
        """Tell whether the board has power."""

    async def start(self) -> None:
        """Switch it on."""

    async def cut(self) -> None:
        """Cut its power."""

    async def heard(self) -> None:
        """Wait until the board would ask the server, as it does not for a while after silence."""

    async def tap(self, card: str, *, hold: bool = False) -> None:
        """Show a card for a moment, or hold it until the board has understood."""

    async def look(self) -> Look:
        """Look at it; raise RigError where it has no power."""


def reader_at(machine: Machine, *, mqtt_port: int, folder: Path, language: str) -> Reader:
    """Return the board that stands at a machine, switched off."""
    if machine.board is Kind.GATE:
        return GateReader(machine, mqtt_port=mqtt_port, folder=folder, language=language)
    return FabomaticReader(machine, mqtt_port=mqtt_port, language=language)


class FabomaticReader:
    """A Fab-O-matic board, simulated as it speaks on the wire."""

    def __init__(self, machine: Machine, *, mqtt_port: int, language: str) -> None:
        """Describe it; what it holds back and remembers outlives power cuts."""
        self.machine = machine
        self._port = mqtt_port
        self._words = _FABOMATIC_SAYS[language]
        self._memory = Memory()
        self._board: MachineBoard | None = None
        self._tapped = 0.0

    @property
    def running(self) -> bool:
        """Tell whether the board has power."""
        return self._board is not None

    async def start(self) -> None:
        """Switch it on."""
        if self._board is None:
            board = MachineBoard(self._port, str(self.machine.number), memory=self._memory)
            self._board = await board.__aenter__()

    async def cut(self) -> None:
        """Cut its power."""
        board, self._board = self._board, None
        if board is not None:
            await board.power_cut()

    async def heard(self) -> None:
        """Wait until the board would ask the server."""
        while True:
            if self._powered().asks:
                return
            await asyncio.sleep(_LOOK_S)

    async def tap(self, card: str, *, hold: bool = False) -> None:
        """Show a card for a moment, or hold it until the board has understood."""
        board = self._powered()
        held = asyncio.sleep(HOLD_S if hold else 0)
        await asyncio.gather(board.tap(card, long=hold), held)
        self._tapped = board.now

    async def look(self) -> Look:
        """Return what the two rows of its display show."""
        board = self._powered()
        if (session := board.session) is not None:
            minutes, seconds = divmod(int(board.now - session.since), 60)
            lower = f"{self._said('Logged in'):10.10} {minutes:02}:{seconds:02}"
        elif board.lcd and board.now - self._tapped < _MESSAGE_S:
            lower = self._said(board.lcd)
        elif not board.link.connected:
            lower = self._said("No network")
        elif not board.policy.allowed:
            lower = self._said("Machine blocked")
        elif board.policy.maintenance:
            lower = board.policy.description or self._said("Maintenance")
        else:
            lower = self._said("Tap your card")
        title = board.policy.name or self.machine.name
        return Look(rows=(title[:16], lower[:16]), relay=board.relay)

    def _powered(self) -> MachineBoard:
        if self._board is None:
            raise RigError(f"The board at {self.machine.name} has no power")
        return self._board

    def _said(self, text: str) -> str:
        return self._words.get(text, text)


class GateReader:
    """Atelier's own board: MicroPython runs its real firmware, hands are at its card reader."""

    def __init__(self, machine: Machine, *, mqtt_port: int, folder: Path, language: str) -> None:
        """Describe it; its flash outlives power cuts."""
        self.machine = machine
        self._plan = GatePlan(
            id=f"gate-{machine.number}",
            name=machine.name,
            machine=str(machine.number),
            language=language,
        )
        self._port = mqtt_port
        self._folder = folder
        self._hands = asyncio.Lock()
        self.gate = self._board(None)

    def _board(self, key: str | None) -> Gate:
        plan = replace(self._plan, key=key)
        return Gate(plan, mqtt_port=self._port, folder=self._folder)

    @property
    def running(self) -> bool:
        """Tell whether the board has power."""
        return self.gate.running

    async def flash(self, key: str) -> None:
        """Write the firmware of this checkout, and the key of its lists, while it is off."""
        self.gate = self._board(key)
        await self.gate.build()

    async def start(self) -> None:
        """Switch it on."""
        if not self.running:
            await self.gate.start()

    async def cut(self) -> None:
        """Cut its power."""
        await self.gate.kill()

    async def heard(self) -> None:
        """Return at once: this board asks at every card."""

    async def tap(self, card: str, *, hold: bool = False) -> None:
        """Show a card for a moment, or hold it until the board has understood."""
        async with self._hands:
            if not hold:
                await self.gate.tap(card)
                return
            await self.gate.lay(card)
            await asyncio.sleep(HOLD_S)
            await self.gate.lift()

    async def look(self) -> Look:
        """Return what its display shows, and whether its relay is on."""
        seen = await self.gate.snapshot()
        return Look(rows=tuple(seen["display"]["lines"]), relay=seen["outputs"]["relay"])
