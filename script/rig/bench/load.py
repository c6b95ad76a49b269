"""A load generator: MQTT QoS 0 publishes from a plain socket, bounded in number and pace."""

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Final, Self

from rig.errors import RigError
from rig.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rig.bench.payloads import Message

MOST_MESSAGES: Final = 100_000
TICK_S: Final = 0.005
CONNACK_ACCEPTED: Final = b"\x20\x02\x00\x00"
PINGREQ: Final = b"\xc0\x00"
PINGRESP: Final = b"\xd0\x00"


def packet(message: Message) -> bytes:
    """Return a message as an MQTT 3.1.1 PUBLISH packet with QoS 0."""
    topic = message.topic.encode()
    return (
        bytes((0x31 if message.retain else 0x30,))
        + _length(2 + len(topic) + len(message.payload))
        + len(topic).to_bytes(2)
        + topic
        + message.payload
    )


def connect_packet(client_id: str) -> bytes:
    """Return a CONNECT packet with a clean session and no keepalive."""
    name = client_id.encode()
    body = b"\x00\x04MQTT\x04\x02\x00\x00" + len(name).to_bytes(2) + name
    return b"\x10" + _length(len(body)) + body


def subscribe_packet(topic: str) -> bytes:
    """Return a SUBSCRIBE packet for a topic with QoS 0."""
    name = topic.encode()
    body = b"\x00\x01" + len(name).to_bytes(2) + name + b"\x00"
    return b"\x82" + _length(len(body)) + body


def _length(length: int) -> bytes:
    """Return a remaining length in MQTT's variable form."""
    encoded = bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(encoded)


class Generator:
    """One connection to a broker on the loopback address that only publishes."""

    def __init__(self, port: int) -> None:
        """Connect; raise RigError when the broker refuses."""
        self._socket = socket.create_connection((LOOPBACK, port), timeout=20)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(connect_packet("bench-load"))
        if self._socket.recv(4) != CONNACK_ACCEPTED:
            raise RigError("The broker refused the load generator")

    def publish(self, messages: Iterable[Message]) -> None:
        """Send messages at once."""
        self._socket.sendall(b"".join(packet(message) for message in messages))

    async def burst(self, messages: Sequence[Message]) -> None:
        """Send messages as fast as the broker takes them."""
        _check(len(messages))
        await asyncio.to_thread(self.publish, messages)

    async def pace(self, messages: Sequence[Message], rate: float) -> None:
        """Send messages evenly, `rate` a second."""
        _check(len(messages))
        await asyncio.to_thread(self._pace, messages, rate)

    def _pace(self, messages: Sequence[Message], rate: float) -> None:
        """Send what is due every few milliseconds."""
        packets = [packet(message) for message in messages]
        begin, sent = time.perf_counter(), 0
        while sent < len(packets):
            due = min(len(packets), int((time.perf_counter() - begin) * rate) + 1)
            if due > sent:
                self._socket.sendall(b"".join(packets[sent:due]))
                sent = due
            time.sleep(min(TICK_S, 1 / rate))

    def sync(self) -> None:
        """Wait until the broker has taken everything; raise when it has not in time."""
        self._socket.sendall(PINGREQ)
        if self._socket.recv(2) != PINGRESP:
            raise RigError("The broker did not answer the load generator")

    def close(self) -> None:
        """Leave without a word: there is no will to suppress."""
        self._socket.close()

    def __enter__(self) -> Self:
        """Return the connected generator."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Disconnect."""
        self.close()


def _check(messages: int) -> None:
    """Refuse a load without bounds."""
    if messages > MOST_MESSAGES:
        raise RigError(f"{messages} messages are more than the {MOST_MESSAGES} a run may send")
