"""A broker that does what a real one never would: raw MQTT bytes on a socket."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
from typing import Final, Self

from rig.ports import LOOPBACK

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 3, 4, 8, 12, 14
CONNACK: Final = b"\x20\x02\x00\x00"


class Wire:
    """One connection of a device."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the connection."""
        self.packets: list[tuple[int, bytes]] = []
        self._reader = reader
        self._writer = writer

    async def read(self) -> tuple[int, bytes]:
        """Return the next packet: first byte and body."""
        first = (await self._reader.readexactly(1))[0]
        length = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        packet = first, await self._reader.readexactly(length)
        self.packets.append(packet)
        return packet

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def greet(self) -> None:
        """Accept the device and its subscriptions."""
        assert (await self.read())[0] >> 4 == CONNECT
        await self.send(CONNACK)
        first, body = await self.read()
        assert first >> 4 == SUBSCRIBE
        await self.send(b"\x90\x04" + body[:2] + b"\x01\x01")

    async def serve(self, *, acknowledge: bool = True, pong: bool = True) -> None:
        """Answer what comes, until the device goes."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                first, body = await self.read()
                if first >> 4 == PUBLISH and first & 6 and acknowledge:
                    await self.send(b"\x40\x02" + packet_id(body))
                elif first >> 4 == PINGREQ and pong:
                    await self.send(b"\xd0\x00")

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    def published(self, channel: str) -> list[tuple[int, bytes]]:
        """Return the first bytes and payloads of what was published on a channel."""
        found = []
        for first, body in self.packets:
            if first >> 4 == PUBLISH and topic(body).endswith(f"/{channel}"):
                skip = 2 + len(topic(body)) + (2 if first & 6 else 0)
                found.append((first, body[skip:]))
        return found


def topic(body: bytes) -> str:
    """Return the topic of a PUBLISH."""
    return body[2 : 2 + int.from_bytes(body[:2])].decode()


def packet_id(body: bytes) -> bytes:
    """Return the packet id of a PUBLISH."""
    at = 2 + int.from_bytes(body[:2])
    return body[at : at + 2]


def publish(name: str, payload: bytes) -> bytes:
    """Return a PUBLISH at QoS 0."""
    body = len(name).to_bytes(2) + name.encode() + payload
    length, out = len(body), bytearray(b"\x30")
    while True:
        length, low = length >> 7, length & 0x7F
        out.append(low | 0x80 if length else low)
        if not length:
            return bytes(out) + body


class FakeBroker:
    """Listens, and treats each connection in turn as a test says."""

    def __init__(self, *manners: Callable[[Wire], Awaitable[None]]) -> None:
        """Take how to treat the first connection, the second …; the last one stays."""
        self.wires: list[Wire] = []
        self.port = 0
        self._manners = manners
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        assert self._server is not None
        self._server.close()
        for wire in self.wires:
            wire.close()

    async def connections(self, count: int, timeout_s: float = 20) -> None:
        """Wait until so many connections were made."""
        async with asyncio.timeout(timeout_s):
            while len(self.wires) < count:
                await asyncio.sleep(0.02)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        self.wires.append(wire)
        manner = self._manners[min(len(self.wires), len(self._manners)) - 1]
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await manner(wire)
