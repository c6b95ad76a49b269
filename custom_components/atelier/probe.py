"""Find out whether a workshop would hear its devices, by hearing itself."""

import asyncio
from dataclasses import dataclass, field
import secrets

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .wire.rejection import Rejection
from .wire.topics import PROBE_ID, RESERVED_IDS, Channel, split, topic

_TIMEOUT_S = 5.0


@dataclass(slots=True)
class Heard:
    """What came in under a prefix while the probe ran."""

    #: Whether the probe's own message came back.
    echo: bool = False
    devices: set[str] = field(default_factory=set)


async def listen(hass: HomeAssistant, prefix: str) -> Heard:
    """Publish a command to nobody under a prefix, and return what is heard (5 s at most).

    A command is what Home Assistant must be allowed to publish, and everything below
    the prefix is what it must be allowed to read: the two rights a workshop needs.
    """
    heard = Heard()
    word = secrets.token_hex(8)
    came_back = asyncio.Event()
    own_topic = topic(prefix, PROBE_ID, Channel.CMD)

    @callback
    def receive(message: mqtt.ReceiveMessage) -> None:
        if message.topic == own_topic:
            if message.payload == word.encode():
                came_back.set()
            return
        try:
            device_id, _ = split(message.topic, prefix)
        except Rejection:
            return
        if device_id not in RESERVED_IDS:
            heard.devices.add(device_id)

    subscribed = asyncio.Event()
    end_status = mqtt.async_on_subscribe_done(hass, f"{prefix}/#", 1, subscribed.set)
    end = await mqtt.async_subscribe(hass, f"{prefix}/#", receive, 1, encoding=None)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await subscribed.wait()
            await mqtt.async_publish(hass, own_topic, word, 1, retain=False)
            await came_back.wait()
            heard.echo = True
    except TimeoutError, HomeAssistantError:
        pass
    finally:
        end()
        end_status()
    return heard
