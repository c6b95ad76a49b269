"""A door before a real broker that lets in only the MQTT versions it knows."""

import asyncio
import contextlib
from typing import Self

#: CONNACK of MQTT 5: unsupported protocol version (0x84), no properties.
_UNSUPPORTED = bytes([0x20, 0x03, 0x00, 0x84, 0x00])
#: In CONNECT after the fixed header (2 bytes here): length and name «MQTT», then the level.
_NAME = b"\x00\x04MQTT"


class OldBroker:
    """Pass connections on to a broker, but turn away those of protocol levels it refuses."""

    def __init__(self, port: int, *, refuses: tuple[int, ...] = (5,)) -> None:
        """Stand before the broker on a port."""
        self.levels: list[int] = []
        self.port = 0
        self._behind = port
        self._refuses = refuses
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Open the door."""
        self._server = await asyncio.start_server(self._enter, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(4096)
        at = first.find(_NAME)
        if at < 0:
            writer.close()
            return
        level = first[at + len(_NAME)]
        if level in self._refuses:
            writer.write(_UNSUPPORTED)
            writer.close()
            return
        self.levels.append(level)
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._behind)
        ours.write(first)
        for source, target in ((reader, ours), (theirs, writer)):
            task = asyncio.create_task(_pass(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()
