"""What stands between a browser and the Forge: a network that can fail, and Home Assistant."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Self

from aiohttp import ClientSession, ClientTimeout, hdrs, web
from aiohttp.web_runner import AppRunner, TCPSite

from rig.ports import free_port

HERE: Final = "127.0.0.1"
INGRESS: Final = "/api/hassio_ingress/a-session-of-somebody"
_HOP: Final = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})


class Line:
    """A network between a browser and the Forge, which can be cut and mended."""

    def __init__(self, to: int) -> None:
        """Lead to a port on this host."""
        self.port = free_port()
        self.url = f"http://{HERE}:{self.port}/"
        #: The port on this host that it leads to.
        self.to = to
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        await self.mend()
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Close it."""
        await self.cut()

    async def mend(self) -> None:
        """Let everything through."""
        self._server = await asyncio.start_server(self._connect, HERE, self.port)

    async def cut(self) -> None:
        """End what is open, and refuse what comes."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward = await asyncio.open_connection(HERE, self.to)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, onward[1]}
        await asyncio.gather(_pass_on(reader, onward[1]), _pass_on(onward[0], writer))
        self._open -= {writer, onward[1]}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Ingress:
    """Home Assistant as it passes on what comes to an app's page, with the user's name."""

    def __init__(self, to: int, user: str) -> None:
        """Lead to the port of the Forge's ingress door."""
        self._to = to
        self._user = user
        self.port = free_port()
        self.url = f"http://{HERE}:{self.port}{INGRESS}/"

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        app = web.Application()
        app.router.add_route("*", f"{INGRESS}/{{path:.*}}", self._pass_on)
        self._session = ClientSession(auto_decompress=False, timeout=ClientTimeout(total=None))
        self._runner = AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        await TCPSite(self._runner, HERE, self.port).start()
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Close it."""
        await self._runner.cleanup()
        await self._session.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        headers = _kept(request.headers) | {
            "X-Ingress-Path": INGRESS,
            "X-Remote-User-Id": "0123",
            "X-Remote-User-Name": self._user.lower(),
            "X-Remote-User-Display-Name": self._user,
        }
        asked = self._session.request(
            request.method,
            f"http://{HERE}:{self._to}/{request.match_info['path']}",
            params=request.query,
            headers=headers,
            data=await request.read(),
        )
        async with asked as answer:
            kept = {
                name: value for name, value in answer.headers.items() if name.lower() not in _HOP
            }
            response = web.StreamResponse(status=answer.status, headers=kept)
            if (length := answer.headers.get(hdrs.CONTENT_LENGTH)) is not None:
                response.content_length = int(length)
            await response.prepare(request)
            async for data in answer.content.iter_any():
                await response.write(data)
            return response


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that a proxy passes on."""
    return {name: value for name, value in headers.items() if name.lower() not in _HOP}
