"""One side of the comparison: a broker and a Home Assistant that reads the same props."""

import asyncio
import contextlib
from http import HTTPStatus
import random
import shutil
import time
from typing import TYPE_CHECKING, Any, Final, Literal

from rig.bench import clock
from rig.bench.load import Generator
from rig.bench.payloads import PREFIXES, VALUES, Fleet, Message
from rig.broker import Broker
from rig.errors import RigError, SlowError
from rig.hass import HomeAssistant
from rig.hass_rest import HttpError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

type Name = Literal["ours", "core"]

ENTITY_MARK: Final = ".bench_"
POLL_S: Final = 0.05
UNREADABLE: Final = {"unavailable"}


def sensor(index: int) -> str:
    """Return the entity id of a prop's first value, the same on both sides."""
    return f"sensor.bench_{index}_{VALUES[0].id}"


class Side:
    """A broker and a Home Assistant in a folder that can be laid aside and taken up again."""

    def __init__(self, name: Name, folder: Path) -> None:
        """Describe both; nothing runs yet."""
        self.name: Name = name
        self.idle_share = 0.0  # of one core, with nothing to do
        self.broker = Broker(max_queued=0)
        self._folder = folder / name
        self._hass: HomeAssistant | None = None

    @property
    def hass(self) -> HomeAssistant:
        """Return the Home Assistant that runs; raise when none does."""
        if self._hass is None:
            raise RigError(f"Home Assistant ({self.name}) does not run")
        return self._hass

    @property
    def pid(self) -> int:
        """Return the process id of Home Assistant."""
        return self.hass.pid

    async def prepare(self) -> None:
        """Set Home Assistant up for the side's way of reading props, and lay its folder aside."""
        await self.broker.start()
        hass = await self.start()
        await hass.add_mqtt(self.broker.port)
        await self.stop()
        self._keep("bare")
        if self.name == "ours":
            hass = await self.start()
            for prefix in PREFIXES:
                await hass.add_workshop(prefix.title(), [prefix])
            await self.stop()
        self._keep("empty")

    def restore(self, stage: Literal["bare", "empty"]) -> None:
        """Put the folder back: ``bare`` knows the broker only, ``empty`` no prop yet."""
        shutil.rmtree(self._folder)
        shutil.copytree(self._kept(stage), self._folder, symlinks=True)

    async def start(self) -> HomeAssistant:
        """Start Home Assistant with what its folder has."""
        self._hass = HomeAssistant(
            folder=self._folder, recorder=False, integration=self.name == "ours"
        )
        return await self._hass.start()

    async def stop(self) -> None:
        """Stop Home Assistant in good order, so that it stores what it knows."""
        if self._hass is not None:
            await self._hass.stop()
            self._hass = None

    async def close(self) -> None:
        """Stop both."""
        with contextlib.suppress(RigError):
            await self.stop()
        await self.broker.close()

    def leave(self, messages: Iterable[Message]) -> None:
        """Leave messages at the broker."""
        with Generator(self.broker.port) as generator:
            generator.publish(messages)
            generator.sync()

    def fill(self, props: int) -> None:
        """Leave what props retain at the broker."""
        self.leave(Fleet(props).retained(self.name))

    def forget(self, props: int) -> None:
        """Take back what props retained at the broker."""
        self.leave(
            Message(message.topic, b"", retain=True) for message in Fleet(props).retained(self.name)
        )

    async def settle(self, *, timeout_s: float = 120) -> None:
        """Wait until Home Assistant has nothing left to do."""
        await clock.until_quiet(self.pid, timeout_s=timeout_s)

    async def wait_available(self, props: int, *, timeout_s: float) -> tuple[float, int]:
        """Wait until every entity of all props is available.

        Returns when that was (perf_counter) and how many entities there are. One entity
        that is missing is asked for again and again, all of them only when it has come:
        asking must not slow down what is measured.
        """
        deadline = time.perf_counter() + timeout_s
        while True:
            states = await self._states()
            now = time.perf_counter()
            pending = [
                entity_id
                for entity_id in map(sensor, range(props))
                if states.get(entity_id, "unavailable") in UNREADABLE
            ] or [entity_id for entity_id, state in states.items() if state in UNREADABLE]
            if not pending:
                return now, len(states)
            # Any of them will do: no secret hangs on the choice.
            chosen = random.choice(pending)  # noqa: S311 - load, no secret
            while (await self._state(chosen)) in UNREADABLE:
                if time.perf_counter() > deadline:
                    raise SlowError(
                        f"{self.name}: {len(pending)} entities, {chosen} among them, "
                        f"are not available after {timeout_s:.0f} s\n{self.hass.log_tail()}"
                    )
                await asyncio.sleep(POLL_S)

    async def read(self, entity_id: str) -> float:
        """Return the number an entity shows; raise RigError when it shows none."""
        state = await self._state(entity_id)
        try:
            return float(state)
        except ValueError:
            raise RigError(f"{self.name}: {entity_id} is {state}") from None

    async def _state(self, entity_id: str) -> str:
        """Return an entity's state, ``unavailable`` while there is none."""
        try:
            return str((await self.hass.rest.get(f"/api/states/{entity_id}"))["state"])
        except HttpError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return "unavailable"

    async def _states(self) -> dict[str, str]:
        """Return the states of all entities of props."""
        states: list[dict[str, Any]] = await self.hass.rest.get("/api/states")
        return {
            state["entity_id"]: state["state"]
            for state in states
            if ENTITY_MARK in state["entity_id"]
        }

    def _kept(self, stage: str) -> Path:
        """Return where a folder is laid aside."""
        return self._folder.with_name(f"{self.name}-{stage}")

    def _keep(self, stage: str) -> None:
        """Lay a copy of the folder aside."""
        shutil.copytree(self._folder, self._kept(stage), symlinks=True)
