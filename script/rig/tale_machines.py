"""What happens at the machines in the check: cards, a use that lasts, a new board, care."""

import asyncio
from datetime import UTC, datetime
import time
from typing import TYPE_CHECKING, Any, Final

from rig.errors import RigError
from rig.hass import DOMAIN
from rig.machine_board import MachineBoard
from rig.makers import STRANGE_CARD

if TYPE_CHECKING:
    from rig.makerspace import Makerspace
    from rig.workshop import Workshop

LASER: Final = 1
DRILL: Final = 2
NEW: Final = 9
#: A board's answer has come and Home Assistant has told of it.
HEARD_S: Final = 10
#: A board that had no answer for a while tells what it keeps after so long at the latest.
TOLD_S: Final = 35
#: How far the seconds of a use may be off: boards count whole ones.
OFF_S: Final = 3.0
#: Repairs are looked for every few seconds.
RAISED_S: Final = 15


class MachineTale:
    """The steps at the machines, in the order in which they build on each other."""

    def __init__(self, workshop: Workshop) -> None:
        """Take a workshop that runs, with machines."""
        if workshop.makerspace is None:
            raise RigError("This workshop has no machines")
        self.makerspace: Makerspace = workshop.makerspace
        self.hass = workshop.hass
        self.cards = self.makerspace.makers.cards()
        self.board = MachineBoard(workshop.broker.port, str(NEW))
        self.began = 0.0
        self.since = ""

    async def close(self) -> None:
        """Take away the board that somebody brought."""
        await self.board.power_cut()

    async def refuse(self) -> str:
        """Let Leo try the laser, which he has not learnt to use."""
        happened = await self._happens(LASER, self.makerspace.readers[LASER].tap(self.cards["leo"]))
        if happened["event_type"] != "denied" or happened["reason"] != "no_permission":
            raise RigError(f"the event is {happened}")
        look = await self.makerspace.readers[LASER].look()
        if look.relay:
            raise RigError("the laser has power")
        return f"denied, {happened['reason']}; display “{look.rows[0].strip()}”"

    async def meet_card(self) -> str:
        """Show a card at the drill that nobody knows."""
        tap = self.makerspace.readers[DRILL].tap(STRANGE_CARD)
        happened = await self._happens(DRILL, tap)
        if happened["event_type"] != "unknown_card":
            raise RigError(f"the event is {happened}")
        deadline = time.monotonic() + HEARD_S
        while time.monotonic() < deadline:
            offered = (await self.makerspace.act("list_unknown_cards"))["cards"]
            if any((one["card"], one["machine_id"]) == (STRANGE_CARD, DRILL) for one in offered):
                return "offered, with where it was shown"
            await asyncio.sleep(0.1)
        raise RigError(f"only {offered} are offered")

    async def log_in(self) -> str:
        """Let Ada in."""
        began = time.monotonic()
        laser = self.makerspace.readers[LASER]
        await laser.tap(self.cards["ada"])
        await self._shows(LASER, "in_use")
        self.began = time.monotonic()
        if not (await laser.look()).relay:
            raise RigError("the laser has no power")
        self.since = await self._state(LASER, "since")
        return f"in use after {self.began - began:.1f} s, power on"

    async def go_on(self) -> str:
        """See that the use lasts, after everything around the board was restarted."""
        await self._shows(LASER, "in_use")
        if (since := await self._state(LASER, "since")) != self.since:
            raise RigError(f"in use since {since}, not {self.since}")
        if not (await self.makerspace.readers[LASER].look()).relay:
            raise RigError("the laser lost its power")
        return "in use since the same second, power on"

    async def log_out(self) -> str:
        """Let Ada log out, and compare what was counted with what it took."""
        laser = self.makerspace.readers[LASER]
        await laser.tap(self.cards["ada"])
        tapped = time.monotonic()
        took_s = tapped - self.began
        await self._shows(LASER, "free", timeout_s=TOLD_S)
        told_s = time.monotonic() - tapped
        if (await laser.look()).relay:
            raise RigError("the laser has power")
        uses = (await self.makerspace.act("list_uses", machine_id=LASER))["uses"]
        hours = float(await self._state(LASER, "hours"))
        lasted = [moment(use["end"]) - moment(use["start"]) for use in uses]
        if len(uses) != 1 or abs(lasted[0] - took_s) > OFF_S:
            raise RigError(f"it took {took_s:.0f} s, and the uses are {uses}")
        if abs(hours * 3600 - lasted[0]) > OFF_S:
            raise RigError(f"the machine's hours are {hours}")
        return f"one use of {lasted[0]:.0f} s, told {told_s:.1f} s later; power off"

    async def adopt(self) -> str:
        """Bring a board that no machine has, and make a machine of it where it is offered."""
        await self.board.__aenter__()
        issue_id = f"unknown_board_{self.makerspace.entry_id}_{NEW}"
        began = time.monotonic()
        while issue_id not in await self._issues():
            if time.monotonic() - began > RAISED_S:
                raise RigError(f"no repair within {RAISED_S} s")
            await asyncio.sleep(0.2)
        flow = await self.hass.repair_flow(DOMAIN, issue_id)
        kind = await self._type_id(self.makerspace.makers.drill_type)
        await flow.submit({"name": "Lathe", "type": str(kind)})
        if flow.type != "create_entry":
            raise RigError(f"the repair ended in {flow.type}: {flow.errors}")
        if not await self.board.check_machine() or self.board.policy.name != "Lathe":
            raise RigError(f"the board was told {self.board.policy}")
        await self._shows(NEW, "free")
        return f"repair after {time.monotonic() - began:.1f} s; now it is a machine"

    async def care(self) -> str:
        """Use the new machine until its care is due; staff gives it, and says so."""
        act = self.makerspace.act
        await act("add_care_plan", machine_id=NEW, description="Oil it", every_h=1, lcd_text="OIL")
        now = time.time()
        await act("record_use", machine_id=NEW, start=iso(now - 7200), end=iso(now - 60))
        await self._shows(NEW, "maintenance")
        await self.board.check_machine()
        if await self.board.tap(self.cards["leo"]):
            raise RigError("a member was let in before the care")
        said = self.board.lcd
        if not await self.board.tap(self.cards["sam"], long=True):
            raise RigError(f"staff was not let in: {self.board.lcd}")
        await self.board.tap(self.cards["sam"])
        await self._shows(NEW, "free")
        left_h = float(await self._state(NEW, "hours_to_care"))
        if not 1 - OFF_S / 3600 < left_h <= 1:
            raise RigError(f"{left_h} hours to care")
        return f"members read “{said}”; staff recorded it, {left_h:.1f} h to the next"

    # Inside

    async def _happens(self, number: int, tap: Any) -> dict[str, Any]:
        """Let somebody tap; return what the machine's event says of it."""
        entity_id = await self.makerspace.entity_id(number, "activity")
        before = await self.hass.state(entity_id) or {"state": "unknown"}
        await tap
        await self.hass.wait_state(
            entity_id, lambda state: state != before["state"], timeout_s=HEARD_S
        )
        state = await self.hass.state(entity_id)
        attributes: dict[str, Any] = (state or {})["attributes"]
        return attributes

    async def _shows(self, number: int, state: str, *, timeout_s: float = HEARD_S) -> None:
        """Wait until Home Assistant shows a machine in a state."""
        entity_id = await self.makerspace.entity_id(number, "state")
        await self.hass.wait_state(entity_id, state, timeout_s=timeout_s)

    async def _state(self, number: int, key: str) -> str:
        """Return the state of one of a machine's entities."""
        state = await self.hass.state(await self.makerspace.entity_id(number, key))
        return str((state or {"state": None})["state"])

    async def _issues(self) -> set[str]:
        """Return what Home Assistant wants repaired of Atelier."""
        issues = (await self.hass.command("repairs/list_issues"))["issues"]
        return {issue["issue_id"] for issue in issues if issue["domain"] == DOMAIN}

    async def _type_id(self, name: str) -> int:
        types = (await self.makerspace.act("list_machines"))["types"]
        found: int = next(one["id"] for one in types if one["name"] == name)
        return found


def iso(moment: float) -> str:
    """Return a moment in seconds since 1970 as actions take it."""
    return datetime.fromtimestamp(moment, UTC).isoformat()


def moment(text: str) -> float:
    """Return a moment in seconds since 1970, as actions tell it."""
    return datetime.fromisoformat(text).timestamp()
