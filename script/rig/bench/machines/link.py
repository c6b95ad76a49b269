"""A board's connection to the broker: MQTT 3.1.1 with QoS 0, as little of it as boards speak.

Hundreds of them share one thread and must cost less than what they measure.
"""

import asyncio
from typing import TYPE_CHECKING, Final, Self, override

from rig.bench.load import CONNACK_ACCEPTED, connect_packet, packet, subscribe_packet
from rig.bench.payloads import Message
from rig.errors import RigError
from rig.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

_PUBLISH: Final = 3
_SUBACK: Final = 9
_CONNECT_TIMEOUT_S: Final = 20


class Link(asyncio.Protocol):
    """One connection that publishes, and hands on what it subscribed to."""

    def __init__(self, name: str, topic: str, take: Callable[[str, bytes], None]) -> None:
        """Describe it: its client id, the topic it reads, and who takes topic and payload."""
        self._name = name
        self._topic = topic
        self._take = take
        self._buffer = b""
        self._ready = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._accepted = False

    async def connect(self, port: int) -> Self:
        """Connect and subscribe; raise RigError when the broker does not answer or refuses."""
        await asyncio.get_running_loop().create_connection(lambda: self, LOOPBACK, port)
        try:
            await asyncio.wait_for(self._ready, _CONNECT_TIMEOUT_S)
        except TimeoutError:
            raise RigError(f"The broker did not let {self._name} in") from None
        return self

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at once."""
        if self._transport is None:
            raise RigError(f"{self._name} has no connection")
        self._transport.write(packet(Message(topic, payload)))

    def close(self) -> None:
        """Leave without a word."""
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the types only
        self._transport = transport
        transport.write(connect_packet(self._name) + subscribe_packet(self._topic))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self._ready.done():
            self._ready.set_exception(RigError(f"The broker closed {self._name}'s connection"))

    @override
    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        at = 0
        while (found := _next_packet(buffer, at)) is not None:
            body, end = found
            self._packet(buffer[at] >> 4, buffer, body, end)
            at = end
        self._buffer = buffer[at:]

    def _packet(self, kind: int, buffer: bytes, at: int, end: int) -> None:
        if kind == _PUBLISH:
            begin = at + 2 + int.from_bytes(buffer[at : at + 2])
            self._take(buffer[at + 2 : begin].decode(), buffer[begin:end])
        elif not self._accepted:
            self._accepted = buffer[:end] == CONNACK_ACCEPTED
            if not self._accepted and self._transport is not None:
                self._transport.abort()
        elif kind == _SUBACK:
            self._ready.set_result(None)


def _next_packet(buffer: bytes, at: int) -> tuple[int, int] | None:
    """Return where a packet's body begins and ends, None while some of it is missing."""
    length = shift = 0
    for place in range(at + 1, len(buffer)):
        length |= (buffer[place] & 0x7F) << shift
        shift += 7
        if buffer[place] < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            end = place + 1 + length
            return (place + 1, end) if end <= len(buffer) else None
    return None
