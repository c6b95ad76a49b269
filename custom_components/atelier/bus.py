"""MQTT in and out: one subscription a prefix, one look-up a message, faults counted."""

import asyncio
from collections import Counter
from collections.abc import Callable
import contextlib
import logging
from typing import Final

from homeassistant.components import mqtt
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .promptness import send_at_once
from .wire.rejection import Rejection, RejectionKind
from .wire.topics import split

_LOGGER = logging.getLogger(__name__)

type Handler = Callable[[bytes, bool], None]
#: Return what reads a channel of a device (prefix, id, channel), and whether it stays so.
type Route = Callable[[str, str, str], tuple[Handler, bool]]

#: Topics that are remembered, and devices that are counted one by one. More than any
#: house has, and bounded should somebody flood the bus.
_ROUTE_LIMIT: Final = 50_000
_SOURCE_LIMIT: Final = 500
_PUBLISH_QOS: Final = 1
#: Sessions are clean, so QoS 1 would bring nothing more across a lost connection. What it
#: would bring is an acknowledgement a message, for which the next command then waits:
#: 20 to 40 ms where several props are told one after the other (script/bench props).
SUBSCRIBE_QOS: Final = 0
#: How long a subscription that is under way is waited for before it is taken back.
_SETTLE_S: Final = 2.0


class Bus:
    """Carry messages between the broker and the families of one workshop."""

    def __init__(self, hass: HomeAssistant, prefixes: tuple[str, ...], route: Route) -> None:
        """Prepare; nothing is subscribed before `open`."""
        self._hass = hass
        self._prefixes = prefixes
        self._route = route
        self._routes: dict[str, Handler] = {}
        self._endings: list[CALLBACK_TYPE] = []
        self._under_way: set[str] = set()
        self._settled = asyncio.Event()
        self.received: Counter[str] = Counter(dict.fromkeys(prefixes, 0))
        self.rejected: Counter[tuple[str, RejectionKind]] = Counter()

    async def open(self, on_connection: Callable[[bool], None]) -> None:
        """Subscribe to every prefix, and hear of the connection."""

        @callback
        def connected(is_there: bool) -> None:  # noqa: FBT001 - what core tells
            if is_there:
                send_at_once(self._hass)
            on_connection(is_there)

        send_at_once(self._hass)
        self._endings.append(mqtt.async_subscribe_connection_status(self._hass, connected))
        for prefix in self._prefixes:
            await self._subscribe(f"{prefix}/#", self._receiver(prefix))

    async def hear(self, topic: str, receive: Callable[[str, bytes], None]) -> None:
        """Subscribe to what another dialect speaks, which reads topics in its own way."""

        @callback
        def received(message: mqtt.ReceiveMessage) -> None:
            self.received[topic] += 1
            receive(message.topic, message.payload)  # type: ignore[arg-type]  # encoding=None: bytes

        await self._subscribe(topic, received)

    async def close(self) -> None:
        """Unsubscribe, once the broker knows of every subscription.

        The client sends wildcards one by one and stumbles over one that was taken back
        meanwhile: those that wait behind it, whosever they are, would never be sent.
        """
        if self._under_way and self.connected:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SETTLE_S):
                    await self._settled.wait()
        while self._endings:
            self._endings.pop()()

    async def _subscribe(self, topic: str, receive: Callable[[mqtt.ReceiveMessage], None]) -> None:
        """Subscribe to a topic, and note when the broker knows of it."""
        self._under_way.add(topic)
        self._settled.clear()

        @callback
        def done() -> None:
            self._under_way.discard(topic)
            if not self._under_way:
                self._settled.set()

        end = await mqtt.async_subscribe(self._hass, topic, receive, SUBSCRIBE_QOS, encoding=None)
        self._endings += [
            end,
            mqtt.async_on_subscribe_done(self._hass, topic, SUBSCRIBE_QOS, done),
        ]

    @property
    def connected(self) -> bool:
        """Tell whether the broker is there."""
        return mqtt.is_connected(self._hass)

    async def publish(
        self,
        topic: str,
        payload: str | bytes,
        *,
        retain: bool = False,
        qos: int = _PUBLISH_QOS,
    ) -> None:
        """Publish; raise ConnectionError where the broker cannot be had."""
        if not self.connected:
            raise ConnectionError(topic)
        try:
            await mqtt.async_publish(self._hass, topic, payload, qos, retain)
        except HomeAssistantError as error:
            raise ConnectionError(topic) from error

    def forget_routes(self) -> None:
        """Look every topic up anew, after devices came, went or changed their dialect."""
        self._routes.clear()

    @callback
    def reject(self, source: str, rejection: Rejection) -> None:
        """Count what has no effect, and log the first of its kind from each source."""
        counted = (source, rejection.kind)
        if counted not in self.rejected and len(self.rejected) >= _SOURCE_LIMIT:
            counted = ("…", rejection.kind)
        self.rejected[counted] += 1
        # An empty message is how a retained one is cleared: counted, and no news to anybody.
        if self.rejected[counted] == 1 and rejection.kind is not RejectionKind.EMPTY:
            _LOGGER.warning(
                "Ignored a message of %s: %s. Further ones of this kind are only counted"
                " (see the diagnostics of the workshop)",
                counted[0],
                rejection,
            )

    def _receiver(self, prefix: str) -> Callable[[mqtt.ReceiveMessage], None]:
        routes = self._routes
        received = self.received

        @callback
        def receive(message: mqtt.ReceiveMessage) -> None:
            received[prefix] += 1
            topic = message.topic
            try:
                handler = routes.get(topic)
                if handler is None:
                    handler = self._find(prefix, topic)
                handler(message.payload, message.retain)  # type: ignore[arg-type]  # encoding=None: bytes
            except Rejection as rejection:
                self.reject(_source(prefix, topic), rejection)

        return receive

    def _find(self, prefix: str, topic: str) -> Handler:
        handler, stays = self._route(prefix, *split(topic, prefix))
        if stays and len(self._routes) < _ROUTE_LIMIT:
            self._routes[topic] = handler
        return handler


def _source(prefix: str, topic: str) -> str:
    """Return whom a rejected message is counted for: its device, or its prefix."""
    try:
        device_id, _ = split(topic, prefix)
    except Rejection:
        return prefix
    return f"{prefix}/{device_id}"
