"""What can go wrong between a download server and who asks it, one kind each."""

from abc import ABC, abstractmethod
import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

CHUNK: Final = 4096


class Fault(ABC):
    """Something that the server does instead of serving a file."""

    @abstractmethod
    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Answer a request; `body` is what it asked for, None when there is no such file."""


@dataclass(frozen=True, slots=True)
class Status(Fault):
    """An error of the server's, such as 404 or 500."""

    code: int

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Refuse."""
        return web.Response(status=self.code, text=f"{self.code}\n")


@dataclass(frozen=True, slots=True)
class Redirect(Fault):
    """Somewhere else, perhaps on another host."""

    url: str

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Send it there."""
        raise web.HTTPFound(self.url)


@dataclass(frozen=True, slots=True)
class Content(Fault):
    """Other bytes than there should be."""

    data: bytes

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Serve them."""
        return web.Response(body=self.data, content_type="application/octet-stream")


@dataclass(frozen=True, slots=True)
class Stored(Fault):
    """Another file, which may be too large to be held in memory."""

    path: Path

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Serve it."""
        return web.FileResponse(self.path)


@dataclass(frozen=True, slots=True)
class Corrupt(Fault):
    """The right length, but one wrong byte in the middle."""

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Serve it so."""
        damaged = bytearray(body or b"")
        damaged[len(damaged) // 2] ^= 0xFF
        return web.Response(body=bytes(damaged), content_type="application/octet-stream")


@dataclass(frozen=True, slots=True)
class Truncate(Fault):
    """The connection breaks in the middle, though the full length was promised."""

    after: int = CHUNK

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Serve the beginning, and hang up."""
        response = await _begin(request, body or b"")
        await response.write((body or b"")[: self.after])
        _hang_up(request)
        return response


@dataclass(frozen=True, slots=True)
class Drip(Fault):
    """A line so slow that somebody loses patience."""

    bytes_per_s: int

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Serve it, ten times a second a little."""
        response = await _begin(request, body or b"")
        step = max(1, self.bytes_per_s // 10)
        for start in range(0, len(body or b""), step):
            await response.write((body or b"")[start : start + step])
            await asyncio.sleep(0.1)
        await response.write_eof()
        return response


@dataclass(frozen=True, slots=True)
class Stall(Fault):
    """A server that takes the request and says nothing."""

    seconds: float = 3600

    async def answer(self, request: web.Request, body: bytes | None) -> web.StreamResponse:
        """Wait; then hang up."""
        await asyncio.sleep(self.seconds)
        _hang_up(request)
        return web.Response()


async def _begin(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/octet-stream"
    response.content_length = len(body)
    await response.prepare(request)
    return response


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
