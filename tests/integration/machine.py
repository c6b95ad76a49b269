"""A makerspace with a board at the other end of the bus, as far as Home Assistant can tell."""

import asyncio
from collections.abc import Callable
import json
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_mqtt_message

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.machines.facts import Machine, Member, Permission
from custom_components.atelier.makerspace import Makerspace

ANNA: Final = "aabb0011"
BERTO: Final = "ccdd0022"
NOBODYS: Final = "99999999"


class Laser:
    """Speak for the board of machine 7, and look at what a person sees of it."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Belong to a workshop."""
        self.hass = hass
        self.entry = entry
        self.replies: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []

    @property
    def makerspace(self) -> Makerspace:
        """Return Home Assistant's side."""
        makerspace: Makerspace | None = self.entry.runtime_data.makerspace
        assert makerspace is not None
        return makerspace

    async def listens(self) -> None:
        """Hear answers and requests from now on."""
        for word, heard in (("reply", self.replies), ("request", self.requests)):
            await mqtt.async_subscribe(self.hass, f"machine/7/{word}", self._hearer(heard), 0)

    @staticmethod
    def _hearer(heard: list[dict[str, Any]]) -> Callable[[mqtt.ReceiveMessage], None]:
        @callback
        def hear(message: mqtt.ReceiveMessage) -> None:
            heard.append(json.loads(message.payload))

        return hear

    async def asks(self, action: str, number: str = "7", **fields: Any) -> dict[str, Any]:
        """Publish a query and return its answer."""
        count = len(self.replies)
        self.says(action, number, **fields)
        await until(lambda: len(self.replies) > count)
        await self.hass.async_block_till_done()
        return self.replies[-1]

    def says(self, action: str, number: str = "7", **fields: Any) -> None:
        """Publish a query."""
        message = json.dumps({"action": action, **fields})
        async_fire_mqtt_message(self.hass, f"machine/{number}", message)

    def entity_id(self, domain: str, key: str) -> str:
        """Return the id of one of the machine's entities."""
        unique_id = f"{self.makerspace.device_key(7)}/{key}"
        entity_id = er.async_get(self.hass).async_get_entity_id(domain, DOMAIN, unique_id)
        assert entity_id is not None, f"there is no {domain} {key}"
        return entity_id

    def shown(self, domain: str, key: str) -> State:
        """Return the state of one of the machine's entities."""
        state = self.hass.states.get(self.entity_id(domain, key))
        assert state is not None, f"{domain} {key} has no state"
        return state

    def shows(self, domain: str, key: str) -> str:
        """Return the state's word of one of the machine's entities."""
        return self.shown(domain, key).state

    @property
    def device(self) -> dr.DeviceEntry:
        """Return the machine's device."""
        key = self.makerspace.device_key(7)
        (device,) = dr.async_get(self.hass).async_get_devices(identifiers={(DOMAIN, key)})
        return device


async def furnish(makerspace: Makerspace) -> tuple[Member, Member]:
    """Put a laser there, one member who may use it and one who may not."""
    roles = {role.name: role.id for role in makerspace.desk.facts.roles.values()}
    (type_id,) = makerspace.desk.facts.types
    members_role = roles["Members"]
    assert members_role is not None
    laser = Machine(id=7, name="Laser", type_id=type_id)
    await makerspace.save(laser, by="test")
    anna = Member(name="Anna", surname="Rossi", role_id=members_role, cards=(ANNA,))
    berto = Member(name="Berto", surname="Bianchi", role_id=members_role, cards=(BERTO,))
    anna, berto = (await makerspace.save(anna, by="test"), await makerspace.save(berto, by="test"))
    assert anna.id is not None
    await makerspace.save(Permission(member_id=anna.id, machine_id=7), by="test")
    return anna, berto


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
