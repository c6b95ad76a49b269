"""What happens in the check: one method a step, each returns what was seen or raises."""

import asyncio
import time
from typing import Any, Final

from rig.coffin import Coffin
from rig.errors import RigError
from rig.hass_socket import CommandError
from rig.workshop import Workshop, known

LOCKOUT_S: Final = 7.2
LONGEST_ON_S: Final = 15.5
BACK_S: Final = 45


class Tale:
    """The steps, in the order in which they build on each other."""

    def __init__(self, workshop: Workshop) -> None:
        """Take a workshop that runs."""
        self.workshop = workshop
        self.hass = workshop.hass
        self.first = Coffin("coffin-1", workshop)
        self.second = Coffin("coffin-2", workshop)
        self.counter = 0
        self.jumped = 0.0

    async def appear(self) -> str:
        """Wait until every entity that the boards describe is there and says something."""
        wanted = [
            self.workshop.unique_id(board_id, tail)
            for board_id, board in self.workshop.boards.items()
            for tail in described(board.capabilities())
        ]
        for unique_id in wanted:
            await self.hass.entity_id(unique_id)
        shown = await self._wait_all_available()
        self.counter = int(float(await self.first.wait("telemetry/triggers", known)))
        return f"{len(wanted)} described, {shown} shown and available"

    async def walk_past(self) -> str:
        """Let somebody walk past the first coffin."""
        began = time.monotonic()
        self.jumped = began
        await self.first.board.edge("pir")
        await self.first.wait("telemetry/motion", "on", timeout_s=2)
        return f"on after {time.monotonic() - began:.2f} s"

    async def jump(self) -> str:
        """See the jump on the board and in Home Assistant."""
        await self.first.jumps()
        await self.first.wait("state", "action")
        await self.first.wait("telemetry/solenoid", "on")
        return "action, solenoid on, at the board and in the house"

    async def let_go(self) -> str:
        """Wait until the solenoid is let go, as the board's own clock measured it."""
        await self.first.board.wait_snapshot(
            "outputs", "solenoid", wanted=False, timeout_s=LONGEST_ON_S + 2
        )
        on_s = await self._solenoid_s()
        if on_s > LONGEST_ON_S:
            raise RigError(f"it was on for {on_s:.1f} s")
        await self.first.wait("state", "armed")
        await self.first.wait("telemetry/solenoid", "off")
        return f"on for {on_s:.1f} s, then armed"

    async def count(self) -> str:
        """Compare the counter with what it was."""
        expected = str(self.counter + 1)
        seen = await self.first.wait("telemetry/triggers", lambda state: state != str(self.counter))
        if seen != expected:
            raise RigError(f"{seen} instead of {expected}")
        self.counter += 1
        return f"{seen}, was {self.counter - 1}"

    async def set_volume(self) -> str:
        """Set the volume where a person would, and listen to some music."""
        await self._set_volume(12)
        player = {"entity_id": await self.first.entity_id("player")}
        await self.hass.act("media_player.media_play", player)
        await self.first.board.wait_snapshot("player", "status", wanted="playing")
        await self.first.board.wait_snapshot("player", "volume", wanted=12)
        await self.hass.act("media_player.media_stop", player)
        await self.first.board.wait_snapshot("player", "status", wanted="idle")
        await self.first.wait("state", "armed")
        return "music at volume 12"

    async def refuse(self) -> str:
        """Disarm the coffin and try to trigger it all the same."""
        await self.first.arm(armed=False)
        await self.first.wait("state", "blocked")
        button = await self.first.entity_id("action/trigger")
        try:
            await self.hass.act("button.press", {"entity_id": button})
        except CommandError as error:
            if self.first.name not in error.message or "block" not in error.message.lower():
                raise RigError(f"the error names not both: {error.message}") from None
            return f"“{error.message}”"
        raise RigError("the button was pressed without an error")

    async def arm(self) -> str:
        """Arm the coffin again."""
        await self.first.arm()
        await self.first.wait("state", "armed")
        return "armed"

    async def wait_lockout(self) -> str:
        """Trigger too soon after the last jump, then wait as long as the pause lasts."""
        try:
            await self._trigger(self.first)
        except CommandError as error:
            if not any(character.isdigit() for character in error.message):
                raise RigError(f"the error tells no time: {error.message}") from None
            await asyncio.sleep(max(0.0, self.jumped + LOCKOUT_S - time.monotonic()))
            return f"“{error.message}”"
        raise RigError("it was triggered during its pause")

    async def trigger(self) -> str:
        """Trigger by the action, with a volume of its own and with response data."""
        answer = await self._trigger(self.first, volume=8)
        await self.first.jumps()
        await self.first.board.wait_snapshot("player", "volume", wanted=8)
        snapshot = await self.first.board.wait_snapshot("player", "status", wanted="playing")
        await self.first.wait("state", "action")
        return f"{answer}, track {snapshot['player']['track']} at volume 8"

    async def track_end(self) -> str:
        """Let the track end before the longest time is over."""
        await self.first.board.track_end()
        await self.first.board.wait_snapshot("outputs", "solenoid", wanted=False, timeout_s=3)
        await self.first.wait("state", "armed")
        await self.first.wait("setting/volume", is_number(12))
        self.counter += 1
        await self.first.wait("telemetry/triggers", is_number(self.counter))
        return f"on for {await self._solenoid_s():.1f} s, counter {self.counter}"

    async def restart_broker(self) -> str:
        """Restart the broker while everything is connected to it."""
        began = time.monotonic()
        await self.workshop.broker.stop()
        await self.first.wait("armed", "unavailable", timeout_s=BACK_S)
        await self.workshop.broker.start()
        for coffin in (self.first, self.second):
            await coffin.wait("armed", "on", timeout_s=BACK_S)
        back_s = time.monotonic() - began
        await self._set_volume(10)
        return f"back after {back_s:.1f} s, volume set to 10"

    async def restart_hass(self) -> str:
        """Restart Home Assistant."""
        await self.hass.restart()
        shown = await self._wait_all_available()
        await self.first.wait("telemetry/triggers", is_number(self.counter))
        return f"{shown} available, start took {self.hass.start_s:.1f} s"

    async def cut_power(self) -> str:
        """Cut the first coffin's power."""
        began = time.monotonic()
        await self.first.board.kill()
        await self.first.wait("state", "unavailable", timeout_s=BACK_S)
        await self.first.wait("connectivity", "off")
        return f"unavailable after {time.monotonic() - began:.1f} s"

    async def power_on(self) -> str:
        """Give it power again; what was set is still set."""
        began = time.monotonic()
        await self.first.board.start()
        await self.first.wait("state", "armed", timeout_s=BACK_S)
        await self.first.wait("setting/volume", is_number(10))
        await self.first.board.wait_snapshot("outputs", "solenoid", wanted=False)
        await self.first.wait("telemetry/triggers", is_number(self.counter))
        return f"back after {time.monotonic() - began:.1f} s, volume 10"

    async def stop_all(self) -> str:
        """Stop both coffins in mid-jump."""
        for coffin in (self.first, self.second):
            await self._trigger(coffin)
        for coffin in (self.first, self.second):
            await coffin.jumps()
        await self.first.board.wait_snapshot("player", "volume", wanted=10)
        began = time.monotonic()
        await self.hass.act("atelier.stop_all")
        for coffin in (self.first, self.second):
            await coffin.board.wait_snapshot("outputs", "solenoid", wanted=False, timeout_s=3)
        return f"off after {time.monotonic() - began:.2f} s"

    # Inside

    async def _set_volume(self, volume: int) -> None:
        """Set the volume of the first coffin in Home Assistant."""
        number = await self.first.entity_id("setting/volume")
        await self.hass.act("number.set_value", {"entity_id": number, "value": volume})
        await self.first.wait("setting/volume", is_number(volume))

    async def _trigger(self, coffin: Coffin, **parameters: int) -> str:
        """Trigger a coffin by the action and return what it answered."""
        device_id = await coffin.device_id()
        answer = await self.hass.act(
            "atelier.trigger", {"device_id": [device_id], **parameters}, response=True
        )
        result = answer["results"][device_id]
        if not result["ok"]:
            raise RigError(f"answered {result}")
        return "ok"

    async def _solenoid_s(self) -> float:
        """Return for how long the first coffin's solenoid was on last, in seconds."""
        changes = [
            (ms, value)
            for ms, output, value in await self.first.board.history()
            if output == "solenoid"
        ]
        off_ms = next(ms for ms, value in reversed(changes) if not value)
        on_ms = next(ms for ms, value in reversed(changes) if value)
        return float(off_ms - on_ms) / 1000

    async def _wait_all_available(self) -> int:
        """Wait until no enabled entity of a coffin is unavailable; return how many there are."""
        coffins = tuple(self.workshop.unique_id(board_id, "") for board_id in self.workshop.boards)
        deadline = time.monotonic() + BACK_S
        while True:
            states = await self.hass.states()
            enabled = [
                entry["entity_id"]
                for unique_id, entry in (await self.hass.entities()).items()
                if entry["disabled_by"] is None and unique_id.startswith(coffins)
            ]
            missing = [
                entity_id
                for entity_id in enabled
                if states.get(entity_id, {"state": "unavailable"})["state"] == "unavailable"
            ]
            if enabled and not missing:
                return len(enabled)
            if time.monotonic() > deadline:
                raise RigError(f"unavailable: {', '.join(missing)}")
            await asyncio.sleep(0.2)


def is_number(wanted: float) -> Any:
    """Return a test of a state for a number."""
    return lambda state: known(state) and float(state) == wanted


def described(capabilities: dict[str, Any]) -> list[str]:
    """Return the tails of the unique ids of what a board describes."""
    tails = ["state", "armed", "activity", "connectivity", "player"]
    tails += [f"telemetry/{key}" for key in ("motion", "solenoid", "triggers")]
    tails += [
        f"action/{key}" for key, action in capabilities["actions"].items() if action.get("button")
    ]
    tails += [f"setting/{key}" for key in capabilities["settings"]]
    tails += [f"preset/{key}" for key in capabilities["presets"]]
    return tails
