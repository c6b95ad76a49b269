"""Find out whether a workshop would hear its devices, by hearing itself."""

import asyncio
import secrets

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .bus import SUBSCRIBE_QOS
from .wire.topics import PROBE_ID, Channel, topic

_TIMEOUT_S = 5.0


async def hears_itself(hass: HomeAssistant, prefix: str) -> bool:
    """Publish a command to nobody under a prefix, and return whether it comes back (5 s at most).

    A command is what Home Assistant must be allowed to publish, and everything below
    the prefix is what it must be allowed to read: the two rights a workshop needs.
    """
    word = secrets.token_hex(8)
    came_back = asyncio.Event()
    own_topic = topic(prefix, PROBE_ID, Channel.CMD)

    @callback
    def receive(message: mqtt.ReceiveMessage) -> None:
        if message.topic == own_topic and message.payload == word.encode():
            came_back.set()

    subscribed = asyncio.Event()
    end_status = mqtt.async_on_subscribe_done(hass, f"{prefix}/#", SUBSCRIBE_QOS, subscribed.set)
    # Whatever else speaks here may be no text; it must not be decoded.
    end = await mqtt.async_subscribe(hass, f"{prefix}/#", receive, SUBSCRIBE_QOS, encoding=None)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await subscribed.wait()
            await mqtt.async_publish(hass, own_topic, word, 1, retain=False)
            await came_back.wait()
    except TimeoutError, HomeAssistantError:
        return False
    finally:
        end()
        end_status()
    return True
