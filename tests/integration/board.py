"""A board at the other end of the bus, as far as Home Assistant can tell."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import (
    async_fire_mqtt_message,
    async_fire_time_changed,
)

from custom_components.atelier.const import DOMAIN
from tests.factories import coffin_info, encoded

type Answer = dict[str, Any] | None

OK: Final = {"ok": True}


class Board:
    """Speak for one board, and obey or refuse what it is told."""

    def __init__(
        self, hass: HomeAssistant, key: str = "props/coffin-1", info: dict[str, Any] | None = None
    ) -> None:
        """Have the info of a coffin unless given another."""
        self.hass = hass
        self.key = key
        self.info = info or coffin_info()
        #: What it was told, as it came: commands and settings.
        self.told: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = lambda _: OK

    def says(self, channel: str, message: Any, *, retain: bool = False) -> None:
        """Publish on one of its channels.

        Retained is what the broker kept from before; it delivers that once to a subscriber.
        """
        async_fire_mqtt_message(
            self.hass, f"{self.key}/{channel}", encoded(message), qos=1, retain=retain
        )

    async def appears(self, **channels: Any) -> Board:
        """Connect: say what it is, that it is there, and what else is given by channel."""
        await self.listens()
        self.says("info", self.info, retain=True)
        self.says("availability", "online", retain=True)
        for channel, message in channels.items():
            self.says(channel, message)
        await passes(self.hass, 0.1)
        return self

    async def listens(self) -> None:
        """Hear commands from now on."""
        for channel in ("cmd", "settings/set"):
            await mqtt.async_subscribe(self.hass, f"{self.key}/{channel}", self._hear, 1)

    def refuses(self, reason: str, **more: Any) -> None:
        """Refuse everything from now on."""
        self.answer = lambda _: {"ok": False, "reason": reason} | more

    def is_silent(self) -> None:
        """Answer nothing from now on."""
        self.answer = lambda _: None

    @callback
    def _hear(self, message: mqtt.ReceiveMessage) -> None:
        if not str(message.payload).startswith("{"):
            return
        told = json.loads(message.payload)
        self.told.append(told)
        answer = self.answer(told)
        if answer is not None and "correlation_id" in told:
            self.says("result", {"correlation_id": told["correlation_id"]} | answer)

    # What a person sees of it

    def entity_id(self, domain: str, key: str) -> str:
        """Return the id of one of its entities."""
        entity_id = er.async_get(self.hass).async_get_entity_id(domain, DOMAIN, f"{self.key}/{key}")
        assert entity_id is not None, f"{self.key} has no {domain} {key}"
        return entity_id

    def has(self, domain: str, key: str) -> bool:
        """Tell whether the registry knows an entity of it."""
        registry = er.async_get(self.hass)
        return registry.async_get_entity_id(domain, DOMAIN, f"{self.key}/{key}") is not None

    def shown(self, domain: str, key: str) -> State:
        """Return the state of one of its entities."""
        state = self.hass.states.get(self.entity_id(domain, key))
        assert state is not None, f"{domain} {key} has no state"
        return state

    def shows(self, domain: str, key: str) -> str:
        """Return the state's word of one of its entities."""
        return self.shown(domain, key).state

    @property
    def device(self) -> dr.DeviceEntry:
        """Return its device."""
        (device,) = dr.async_get(self.hass).async_get_devices(identifiers={(DOMAIN, self.key)})
        return device

    async def press(self, action: str) -> None:
        """Press one of its buttons and wait for what becomes of it."""
        await self.hass.services.async_call(
            "button",
            "press",
            {"entity_id": self.entity_id("button", f"action/{action}")},
            blocking=True,
        )


async def passes(hass: HomeAssistant, seconds: float) -> None:
    """Let time pass, and everything happen that waits for it."""
    await hass.async_block_till_done()
    async_fire_time_changed(hass, datetime.now(UTC) + timedelta(seconds=seconds))
    await hass.async_block_till_done()
