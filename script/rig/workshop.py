"""A whole workshop on one computer: broker, house, boards and Forge, set up by the real flows."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, Self

from rig.board import Board
from rig.broker import Broker
from rig.errors import SlowError
from rig.hass import DOMAIN, HomeAssistant
from rig.makerspace import Makerspace
from rig.smithy import forge_entries
from rig.started import Started

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rig.makers import Makers
    from rig.props import Prop
    from rig.smithy import Smithy

APPEAR_TIMEOUT_S: Final = 30


class Workshop(Started):
    """Everything, started together and stopped together."""

    def __init__(
        self,
        props: Sequence[Prop],
        *,
        folder: Path,
        port: int = 0,
        mqtt_port: int = 0,
        language: str = "en",
        configuration: str = "",
        makers: Makers | None = None,
        smithy: Smithy | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Describe the workshop; `say` is told what is being started.

        With `makers` it is a makerspace, too; with a `smithy` images are built in it.
        """
        self.props = tuple(props)
        self.language = language
        self._say = say
        self._stack = contextlib.AsyncExitStack()
        self.hass = HomeAssistant(
            port=port,
            folder=folder / "home-assistant",
            language=language,
            configuration=configuration,
        )
        self.broker = Broker(port=mqtt_port, folder=folder / "broker", persistent=True)
        self.boards = {
            prop.plan.id: Board(
                prop.plan,
                mqtt_port=self.broker.port,
                folder=folder / "boards" / prop.plan.id,
            )
            for prop in props
        }
        self.smithy = smithy
        self.makerspace: Makerspace | None = None
        if makers is not None:
            self.makerspace = Makerspace(
                makers,
                self.hass,
                mqtt_port=self.broker.port,
                folder=folder / "boards",
                language=language,
            )

    async def start(self) -> Self:
        """Start everything; what was started is stopped again when a part fails."""
        try:
            self._say("the MQTT broker …")
            self._stack.push_async_callback(self.broker.close)
            await self.broker.start()
            if self.smithy is not None:
                self._stack.push_async_callback(self.smithy.close)
            self._stack.push_async_callback(self._close_boards)
            self._stack.push_async_callback(self.hass.close)
            async with asyncio.TaskGroup() as group:
                self._say("Home Assistant …")
                group.create_task(self.hass.start())
                for board in self.boards.values():
                    self._say(f"{board.plan.name}: building and starting its firmware …")
                    group.create_task(self._start_board(board))
                if self.smithy is not None:
                    self._say("the Forge, and a first image …")
                    group.create_task(self.smithy.start())
            await self._set_up()
        except ExceptionGroup as group_error:
            await self.close()
            raise group_error.exceptions[0] from None
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Stop everything: Home Assistant first, so that it does not mourn the boards."""
        await self._stack.aclose()

    def unique_id(self, board_id: str, tail: str) -> str:
        """Return the unique id of one of a prop's entities, such as `telemetry/motion`."""
        return f"{self.boards[board_id].plan.prefix}/{board_id}/{tail}"

    async def entity_id(self, board_id: str, tail: str) -> str:
        """Return the entity id of one of a prop's entities."""
        return await self.hass.entity_id(self.unique_id(board_id, tail))

    async def device_id(self, board_id: str) -> str:
        """Return the device id of a prop; raise SlowError unless it appears soon."""
        async with asyncio.timeout(APPEAR_TIMEOUT_S):
            while True:
                entities = await self.hass.entities()
                if (entry := entities.get(self.unique_id(board_id, "state"))) is not None:
                    return str(entry["device_id"])
                await asyncio.sleep(0.1)

    async def _start_board(self, board: Board) -> None:
        """Build a board anew and start it."""
        await board.build()
        await board.start()

    async def _close_boards(self) -> None:
        """Switch all boards off."""
        await asyncio.gather(*(board.close() for board in self.boards.values()))

    async def _set_up(self) -> None:
        """Add MQTT and Atelier unless they are there, and put every prop where it stands."""
        entries = await self.hass.rest.get("/api/config/config_entries/entry")
        forges = await forge_entries(self.hass)
        ids = {
            entry["domain"]: entry["entry_id"]
            for entry in entries
            if entry["entry_id"] not in forges
        }
        self._say("the MQTT integration …")
        if "mqtt" in ids:
            await self.hass.move_mqtt(ids["mqtt"], self.broker.port)
        else:
            await self.hass.add_mqtt(self.broker.port)
        entry_id = ids.get(DOMAIN)
        if entry_id is None:
            self._say("Atelier …")
            entry_id = await self.hass.add_workshop()
        if self.makerspace is not None:
            self._say("the makerspace: machines, members, and their last weeks …")
            self._stack.push_async_callback(self.makerspace.close)
            await self.makerspace.open(entry_id)
        if self.smithy is not None:
            await self.smithy.join(self.hass)
        for prop in self.props:
            await self._place(prop)
            await self._adjust(prop)

    async def _place(self, prop: Prop) -> None:
        """Assign a prop to its area."""
        try:
            device_id = await self.device_id(prop.plan.id)
        except TimeoutError:
            raise SlowError(
                f"{prop.plan.name} has not appeared in Home Assistant within "
                f"{APPEAR_TIMEOUT_S} s\n{self.boards[prop.plan.id].log_tail()}\n"
                f"{self.hass.log_tail()}"
            ) from None
        areas = await self.hass.command("config/area_registry/list")
        area_id = next((area["area_id"] for area in areas if area["name"] == prop.place.name), None)
        if area_id is None:
            area = await self.hass.command(
                "config/area_registry/create", name=prop.place.name, icon=prop.place.icon
            )
            area_id = area["area_id"]
        await self.hass.command(
            "config/device_registry/update", device_id=device_id, area_id=area_id
        )

    async def _adjust(self, prop: Prop) -> None:
        """Change a prop's settings, as its owner would on its device page."""
        for key, value in prop.settings.items():
            number = await self.entity_id(prop.plan.id, f"setting/{key}")
            await self.hass.wait_state(number, known)
            await self.hass.act("number.set_value", {"entity_id": number, "value": value})


def known(state: str) -> bool:
    """Tell whether a state says anything."""
    return state not in {"unavailable", "unknown"}
