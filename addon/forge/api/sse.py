"""Server-sent events to one client, at the client's own pace."""

import asyncio
from typing import Final, Self

from aiohttp import web

#: A client that takes nothing for so long is let go; it comes back with its last id.
STUCK_S: Final = 30.0
#: How often a silent stream says that it lives, for proxies and for finding dead clients.
BEAT_S: Final = 15.0
_RETRY_MS: Final = 2000


class EventStream:
    """One client's stream. Nothing waits here for a slow one: whoever writes asks it first."""

    def __init__(self, response: web.StreamResponse) -> None:
        """Write to a response that was begun."""
        self.response = response

    @classmethod
    async def begin(cls, request: web.Request) -> Self:
        """Answer with a stream."""
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        stream = cls(response)
        if request.method != "HEAD":
            await stream.write(f"retry: {_RETRY_MS}\n\n".encode())
        return stream

    async def write(self, data: bytes) -> None:
        """Write, and wait until the client takes it. Raise ConnectionError where it is gone."""
        try:
            async with asyncio.timeout(STUCK_S):
                await self.response.write(data)
        except TimeoutError:
            transport = self.response._req.transport if self.response._req else None  # noqa: SLF001 - nothing else ends a connection that takes nothing
            if transport is not None:
                transport.abort()
            raise ConnectionResetError("The client takes nothing") from None

    async def beat(self) -> None:
        """Say that the stream lives."""
        await self.write(b": beat\n\n")


def frame(event: str, data: str, *, id_: int | str | None = None) -> bytes:
    """Return one event as it is sent; data of several lines stays so."""
    head = f"id: {id_}\n" if id_ is not None else ""
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"{head}event: {event}\n{lines}\n".encode()
