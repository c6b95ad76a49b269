"""The board's line to its server: the protocol's topics, one query at a time."""

import asyncio

from atelier.log import log
from atelier.mqtt import Client
import words

REPLY_MS = 2000
_LONGEST_WAIT_MS = 30000


class Silent(Exception):
    """Nobody answered in time."""


class Presence:
    """Topics below `machine/<number>`; nothing else is told, and there is no last will."""

    def __init__(self, device, config):
        """Prepare the link. Raises ValueError where the configuration is not right."""
        base = "machine/" + _number(config.get("gate") or {})
        self.mqtt = Client(config["mqtt"], config["id"], None, None, device.clock, _LONGEST_WAIT_MS)
        self.mqtt.topics = (base + "/reply", base + "/request", base + "/list")
        self.mqtt.on_message = self._message
        self.mqtt.on_connect = self._connected
        self.mqtt.on_disconnect = self._lost
        self.parts = ()
        self.number = base[8:]
        #: How often a link was made: who talks sees by it that there is a new one.
        self.links = 0
        #: `on_request(dict)` and `on_list(bytes)`, set by the app.
        self.on_request = self.on_list = None
        self._base = base
        self._wake = device.wake
        self._lock = asyncio.Lock()
        self._fits = None
        self._reply = None
        self._arrived = asyncio.Event()

    def say(self, message):
        """Send what needs no answer; without a link it is lost."""
        self.mqtt.publish(self._base, message, 0)

    async def ask(self, message, fits):
        """Send a query and return the reply that fits it; raises Silent."""
        async with self._lock:
            if not self.mqtt.connected:
                raise Silent
            self._fits, self._reply = fits, None
            self._arrived.clear()
            self.say(message)
            try:
                await asyncio.wait_for_ms(self._arrived.wait(), REPLY_MS)
            except asyncio.TimeoutError:
                pass
            finally:
                self._fits = None
            if self._reply is None:
                # A reply that comes late must not meet the next query: leave, come again.
                log("server: no answer to", message)
                self.mqtt.drop()
                raise Silent
            return self._reply

    # What a device tells of itself has no place in this protocol.

    def state(self, state):
        """Keep a transition to oneself."""

    def report(self, values):
        """Keep values to oneself; nothing changed for others."""
        return False

    def event(self, kind, attributes):
        """Put an event on the console only."""
        log(kind, attributes)

    async def goodbye(self):
        """Go."""
        await self.mqtt.stop()

    def _message(self, topic, payload, retained):
        if topic == self._base + "/list":
            self.on_list(payload)
            return
        parsed = words.parse(payload)
        if retained or parsed is None:
            log("server: not understood on", topic)
        elif topic == self._base + "/request":
            self.on_request(parsed)
        elif topic == self._base + "/reply" and self._fits and self._fits(parsed):
            self._fits, self._reply = None, parsed
            self._arrived.set()

    def _connected(self):
        self.links += 1
        self._wake.set()
        return []

    def _lost(self):
        self._arrived.set()
        self._wake.set()


def _number(own):
    """Return the machine's number as it stands in the topic: up to five digits."""
    number = str(own.get("machine", "1"))
    if not 0 < len(number) <= 5 or number.strip("0123456789") or int(number) > 65535:
        raise ValueError("config.json: gate.machine must be a number, 0 to 65535")
    return number
