"""The MQTT side of a simulated machine board: one small buffer, no last will, no second try."""

import asyncio
from collections import deque
import contextlib
import random
import socket
from typing import TYPE_CHECKING, Any, Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from rig.ports import LOOPBACK

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

#: A bigger packet breaks the connection.
PACKET_LIMIT: Final = 300
KEEP_ALIVE_S: Final = 10
CONNECT_TIMEOUT_S: Final = 5.0


class PublishError(Exception):
    """Tell that a message did not leave the board."""


class MachineLink:
    """Connect a board to the broker, and keep what comes until the board looks."""

    def __init__(
        self, port: int, topic: str, *, user: str | None = None, password: str | None = None
    ) -> None:
        """Describe the connection; nothing is opened yet."""
        self._port = port
        self._topic = topic
        self._login = (user, password)
        self._client: Client | None = None
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()
        self._request: bytes | None = None
        #: Payloads read on the reply topic that nobody waited for.
        self.unasked: deque[bytes] = deque(maxlen=100)
        #: How often too big a packet broke the connection.
        self.broken = 0

    @property
    def connected(self) -> bool:
        """Tell whether the broker is there, as far as the board knows."""
        return self._client is not None and self._ready.is_set()

    async def connect(self) -> bool:
        """Connect and subscribe; tell whether that worked."""
        await self.drop()
        # Boards draw their client id from a thousand.
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"BOARD{random.randrange(1_000_000)}",  # noqa: S311 - a name, no secret
            reconnect_on_failure=False,
        )
        if self._login[0] is not None:
            client.username_pw_set(*self._login)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        self._client = client
        try:
            await asyncio.to_thread(client.connect, LOOPBACK, self._port, KEEP_ALIVE_S)
            client.loop_start()
            await asyncio.wait_for(self._ready.wait(), CONNECT_TIMEOUT_S)
        except OSError, TimeoutError:
            await self.drop()
            return False
        return True

    async def disconnect(self) -> None:
        """Leave with a DISCONNECT."""
        if (client := self._client) is not None:
            client.disconnect()
            await self._end(client)

    async def drop(self) -> None:
        """Leave without a word."""
        if (client := self._client) is not None:
            _cut(client)
            await self._end(client)

    def publish(self, payload: bytes) -> None:
        """Publish on the board's topic; raise PublishError when it does not leave."""
        if self._client is None or not self._ready.is_set():
            raise PublishError("The board is not connected")
        if (
            self._client.publish(self._topic, payload, qos=0).rc
            is not MQTTErrorCode.MQTT_ERR_SUCCESS
        ):
            raise PublishError("The message did not leave the board")

    def forget_replies(self) -> None:
        """Put aside what came unasked."""
        while not self._replies.empty():
            self.unasked.append(self._replies.get_nowait())

    async def next_reply(self) -> bytes:
        """Return the next payload on the reply topic, whatever it answers."""
        return await self._replies.get()

    def take_request(self) -> bytes | None:
        """Return the last request that nobody took."""
        request, self._request = self._request, None
        return request

    async def _end(self, client: Client) -> None:
        self._client = None
        self._ready.clear()
        await asyncio.to_thread(client.loop_stop)

    def _on_connect(self, client: Client, _: Any, __: Any, reason: ReasonCode, ___: Any) -> None:
        if not reason.is_failure:
            client.subscribe([(f"{self._topic}/reply", 0), (f"{self._topic}/request", 0)])

    def _on_subscribe(self, client: Client, *_: Any) -> None:
        self._tell(client, self._ready.set)

    def _on_disconnect(self, client: Client, *_: Any) -> None:
        self._tell(client, self._ready.clear)

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        size = 5 + len(message.topic) + len(message.payload)
        if size > PACKET_LIMIT:
            self.broken += 1
            _cut(client)
        elif message.topic.endswith("/request"):
            self._tell(client, lambda: self._take(message.payload))
        else:
            self._tell(client, lambda: self._replies.put_nowait(message.payload))

    def _take(self, payload: bytes) -> None:
        self._request = payload

    def _tell(self, client: Client, what: Any) -> None:
        """Do something in the board's own loop, unless this connection is over."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(lambda: what() if self._client is client else None)


def _cut(client: Client) -> None:
    """Break the connection as a dead board does."""
    opened = client.socket()
    if isinstance(opened, socket.socket):
        with contextlib.suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)
