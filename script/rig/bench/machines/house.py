"""A broker and a Home Assistant with a makerspace, whose ledger is exchanged between starts."""

import asyncio
import contextlib
import shutil
import sqlite3
import time
from typing import TYPE_CHECKING, Final

from rig.bench import clock
from rig.bench.machines.link import Link
from rig.bench.machines.seeding import fill
from rig.broker import Broker
from rig.errors import RigError, SlowError
from rig.hass import HomeAssistant

if TYPE_CHECKING:
    from pathlib import Path

    from rig.bench.machines.plan import Makerspace

OUR_CORE: Final = 0  # for broker and boards; Home Assistant has the other one
HASS_CORE: Final = 1
_POLL_S: Final = 0.1
_ANSWER_TIMEOUT_S: Final = 120
_ASK: Final = b'{"action":"checkmachine"}'
_ASK_EARLY_S: Final = 0.2
_IDLE_S: Final = 5


class House:
    """One makerspace at a time."""

    def __init__(self, folder: Path) -> None:
        """Describe it; nothing runs yet."""
        self.broker = Broker(max_queued=0)
        self.folder = folder
        self.idle_share = 1.0  # of one core, with nothing to do
        self._hass: HomeAssistant | None = None

    @property
    def hass(self) -> HomeAssistant:
        """Return the Home Assistant that runs; raise when none does."""
        if self._hass is None:
            raise RigError("Home Assistant does not run")
        return self._hass

    @property
    def ledger(self) -> Path:
        """Return the ledger's file."""
        return self.folder / "ledger.db"

    async def prepare(self, name: str, makerspace: Makerspace) -> None:
        """Set Home Assistant up with machines."""
        await self.broker.start()
        await self.furnish(name, makerspace)
        hass = self._hass = HomeAssistant(folder=self.folder / "house")
        await hass.start()
        await hass.add_mqtt(self.broker.port)
        flow = await hass.options_flow(await hass.add_workshop())
        await flow.submit({"prefixes": ["props"], "command_timeout": 5, "machines": True})
        await flow.submit(
            {"machine_prefix": "machine", "uses_days": 365, "cards_days": 30}
            | {"ledger_url": f"sqlite+aiosqlite:///{self.ledger}"}
        )
        if flow.type != "create_entry":
            raise RigError(f"The workshop was given no machines: {flow.errors}")
        await self._first_answer()
        await self.stop()

    async def furnish(self, name: str, makerspace: Makerspace) -> None:
        """Make a ledger of these sizes the house's, once there is one of that name."""
        kept = self.folder / f"{name}.db"
        if not kept.exists():
            await fill(kept, makerspace)
        for leftover in self.folder.glob("ledger.db*"):
            leftover.unlink()
        await asyncio.to_thread(shutil.copyfile, kept, self.ledger)

    async def start(self) -> float:
        """Start Home Assistant; return after how many seconds a board is answered."""
        self._hass = HomeAssistant(folder=self.folder / "house")
        begin = time.perf_counter()
        starting = asyncio.create_task(self._hass.start())
        try:
            answered = await self._first_answer()
        finally:
            await starting
        return answered - begin

    async def settle(self) -> None:
        """Wait until there is nothing left to do, and give everybody their core."""
        await clock.until_quiet(self.hass.pid, timeout_s=_ANSWER_TIMEOUT_S)
        clock.pin(self.hass.pid, HASS_CORE)
        clock.pin(self.broker.pid, OUR_CORE)
        # On a busy computer a start is seen to be over too early: the least is nearest to idle.
        share = await clock.idle_share(self.hass.pid, _IDLE_S)
        self.idle_share = min(self.idle_share, share)

    async def stop(self) -> None:
        """Stop Home Assistant in good order."""
        if self._hass is not None:
            await self._hass.stop()
            self._hass = None

    async def close(self) -> None:
        """Stop both."""
        with contextlib.suppress(RigError):
            await self.stop()
        await self.broker.close()

    def uses(self) -> int:
        """Return how many uses the ledger holds."""
        with contextlib.closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True)) as file:
            (count,) = file.execute("SELECT count(*) FROM uses").fetchone()
        return int(count)

    async def _first_answer(self) -> float:
        """Ask as an impatient board until it is answered; return when that was."""
        answered = asyncio.Event()
        link = Link("BOARD0", "machine/1/reply", lambda *_: answered.set())
        await link.connect(self.broker.port)
        deadline = time.perf_counter() + _ANSWER_TIMEOUT_S
        try:
            while time.perf_counter() < deadline:
                link.publish("machine/1", _ASK)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(answered.wait(), _ASK_EARLY_S)
                    return time.perf_counter()
        finally:
            link.close()
        raise SlowError(f"No board was answered within {_ANSWER_TIMEOUT_S} s of a start")
