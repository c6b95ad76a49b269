"""The demo's makerspace: furnished as an administrator would, with boards at its machines."""

import asyncio
from datetime import datetime
import time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from rig.errors import RigError, SlowError
from rig.hass import DOMAIN, HomeAssistant
from rig.hass_socket import CommandError
from rig.makers import VALID_DAYS
from rig.past import past_of
from rig.readers import GateReader, Reader, reader_at

if TYPE_CHECKING:
    from pathlib import Path

    from rig.makers import Machine, Maker, Makers
    from rig.past import Past

_RELOAD_TIMEOUT_S: Final = 30
_HEARD_TIMEOUT_S: Final = 40
_MACHINES: Final = {"machine_prefix": "machine", "uses_days": 365, "cards_days": 30}


class Makerspace:
    """Machines, who may use them, and the boards beside them."""

    def __init__(
        self, makers: Makers, hass: HomeAssistant, *, mqtt_port: int, folder: Path, language: str
    ) -> None:
        """Describe it; nothing is set up and no board has power yet."""
        self.makers = makers
        self.hass = hass
        self.entry_id = ""
        self.readers: dict[int, Reader] = {
            machine.number: reader_at(
                machine,
                mqtt_port=mqtt_port,
                folder=folder / f"machine-{machine.number}",
                language=language,
            )
            for machine in makers.machines
        }

    async def open(self, entry_id: str) -> None:
        """Set up what is not there yet, and give the boards power."""
        self.entry_id = entry_id
        known = await self._known()
        if known is None:
            await self._switch_on()
            known = []
        if not known:
            await self._furnish()
        await asyncio.gather(*(self._start(reader) for reader in self.readers.values()))

    async def close(self) -> None:
        """Switch the boards off."""
        await asyncio.gather(*(reader.cut() for reader in self.readers.values()))

    async def tap(self, number: int, card: str) -> None:
        """Show a card at a machine, once its board asks the server for it."""
        reader = self.readers[number]
        await reader.heard()
        await reader.tap(card)

    async def entity_id(self, number: int, key: str) -> str:
        """Return the id of one of a machine's entities, such as `state`."""
        return await self.hass.entity_id(f"{self.entry_id}/machine/{number}/{key}")

    async def act(self, action: str, **data: Any) -> Any:
        """Perform an action of the makerspace and return its response."""
        fields = data | {"config_entry_id": self.entry_id}
        return await self.hass.act(f"atelier.{action}", fields, response=True)

    async def _start(self, reader: Reader) -> None:
        """Give a board power and wait until Home Assistant has heard it."""
        number = reader.machine.number
        if isinstance(reader, GateReader):
            made = await self.act("make_gate_key", machine_id=number, replace=True)
            await reader.flash(made["key"])
        await reader.start()
        connectivity = await self.entity_id(number, "connectivity")
        await self.hass.wait_state(connectivity, "on", timeout_s=_HEARD_TIMEOUT_S)

    # Switching on

    async def _known(self) -> list[Any] | None:
        """Return the machines there are, None where machines are not switched on."""
        try:
            machines: list[Any] = (await self.act("list_machines"))["machines"]
        except CommandError as error:
            if error.translation_key == "no_machines":
                return None
            raise
        return machines

    async def _switch_on(self) -> None:
        """Switch machines on in the options, and wait until the workshop has them."""
        flow = await self.hass.options_flow(self.entry_id)
        await flow.submit(flow.suggested() | {"machines": True})
        await flow.submit(_MACHINES)
        if flow.type != "create_entry":
            raise RigError(f"Machines could not be switched on: {flow.step} {flow.errors}")
        deadline = time.monotonic() + _RELOAD_TIMEOUT_S
        while time.monotonic() < deadline:
            await asyncio.sleep(0.1)
            if await self._loaded() and await self._known() is not None:
                return
        raise SlowError(f"No machines after {_RELOAD_TIMEOUT_S} s\n{self.hass.log_tail()}")

    async def _loaded(self) -> bool:
        """Tell whether the workshop is loaded: it is loaded again when its options change."""
        entries = await self.hass.command("config_entries/get", domain=DOMAIN)
        return any(
            entry["entry_id"] == self.entry_id and entry["state"] == "loaded" for entry in entries
        )

    # Furnishing

    async def _furnish(self) -> None:
        """Add machines and members, what they may do and what they did."""
        makers = self.makers
        await self.act("add_training", name=makers.training, valid_days=VALID_DAYS)
        await self.act(
            "add_machine_type", name=makers.laser_type, training=makers.training, grace_min=0
        )
        await self.act("add_machine_type", name=makers.drill_type, access="anybody", grace_min=0)
        for machine in makers.machines:
            await self.act(
                "add_machine", machine_id=machine.number, name=machine.name, type=machine.type
            )
        now = datetime.now(await self._zone())
        ids = {maker.key: await self._add(maker, now) for maker in makers.people}
        pasts = past_of(makers, now)
        for machine in makers.machines:
            await self._remember(machine, pasts[machine.number], ids)

    async def _add(self, maker: Maker, now: datetime) -> int:
        """Add a member and return the id."""
        user = {"user_id": await self._add_user(maker)} if maker.user else {}
        added = await self.act(
            "add_member",
            name=maker.name,
            surname=maker.surname,
            role=maker.role,
            cards=[maker.card],
            **user,
        )
        member_id: int = added["member"]["id"]
        if maker.permitted:
            await self.act("grant_permission", member_id=member_id, type=self.makers.laser_type)
        if maker.trained is not None:
            await self.act(
                "record_training",
                member_id=member_id,
                training=self.makers.training,
                at=(now - maker.trained).isoformat(),
                instructor=maker.instructor,
            )
        return member_id

    async def _add_user(self, maker: Maker) -> str:
        """Let somebody log in to Home Assistant, without being an administrator."""
        created = await self.hass.command(
            "config/auth/create", name=maker.name, group_ids=["system-users"], local_only=False
        )
        user_id: str = created["user"]["id"]
        await self.hass.command(
            "config/auth_provider/homeassistant/create",
            user_id=user_id,
            username=maker.key,
            password=maker.key,
        )
        return user_id

    async def _remember(self, machine: Machine, past: Past, ids: dict[str, int]) -> None:
        """Record what a machine was used for, and when it was cared for."""
        await asyncio.gather(
            *(
                self.act(
                    "record_use",
                    machine_id=machine.number,
                    member_id=ids[use.maker.key],
                    start=use.start.isoformat(),
                    end=use.end.isoformat(),
                )
                for use in past.uses
            )
        )
        await self.act(
            "add_care_plan",
            machine_id=machine.number,
            description=machine.care,
            every_h=machine.care_h,
            lcd_text=machine.care_lcd,
        )
        carer = next(maker for maker in self.makers.people if maker.role == "Staff")
        await self.act(
            "record_intervention",
            machine_id=machine.number,
            member_id=ids[carer.key],
            at=past.cared.isoformat(),
        )

    async def _zone(self) -> ZoneInfo:
        """Return the time zone of the house."""
        return ZoneInfo((await self.hass.command("get_config"))["time_zone"])
