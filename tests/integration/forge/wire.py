"""What answers like a Forge, on a real socket, and fails when it is told to."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import copy
import json
from typing import Any, Final, Self

from aiohttp import web

TOKEN: Final = "a-token-of-the-wire"
GB: Final = 10**9
_EMPTY: Final[dict[str, Any]] = {
    "config": {"version": "0.1.0"},
    "status": {"version": "0.1.0", "disk_free": 9 * GB, "disk_reserve": GB // 2},
    "jobs": {"jobs": []},
    "profiles": {"profiles": []},
    "builders": {"builders": []},
    "builds": {"builds": []},
    "releases": {"stable": "24.10.4", "releases": ["24.10.4"]},
}

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Wire:
    """Answers by what it is told to say, and keeps what it was asked."""

    def __init__(self) -> None:
        """Say nothing unusual."""
        self.says: dict[str, Any] = copy.deepcopy(_EMPTY)
        self.answers: dict[str, Answer] = {}
        self.token = TOKEN
        self.asked: list[tuple[str, str, Any]] = []
        self.resumed: list[str | None] = []
        #: What ends the streams of tests' own answers.
        self.endings: list[Callable[[], None]] = []
        self.url = ""
        self._waiting: list[asyncio.Queue[bytes | None]] = []
        self._number = 1
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        """Begin to answer."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        assert self._runner.addresses
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Answer no more; entering again takes the same port."""
        self.hang_up()
        for end in self.endings:
            end()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def hang_up(self) -> None:
        """End all streams."""
        for waiting in self._waiting:
            waiting.put_nowait(None)
        self._waiting.clear()

    def tell(self, kind: str, data: dict[str, Any], *, job_id: str | None = None) -> None:
        """Send an event."""
        self._number += 1
        body = {"id": self._number, "type": kind, "job_id": job_id, "data": data}
        self.send(f"id: {self._number}\nevent: {kind}\ndata: {json.dumps(body)}\n\n".encode())

    def send(self, frame: bytes) -> None:
        """Send bytes to those who listen."""
        for waiting in self._waiting:
            waiting.put_nowait(frame)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v1/").removeprefix("/")
        said = request.content_type == "application/json" and request.can_read_body
        body = await request.json() if said else None
        self.asked.append((request.method, path, body))
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return refusal(401, "unauthorized.token", "wrong token")
        if (answer := self.answers.get(path)) is not None:
            return await answer(request)
        if path == "events":
            return await self._stream(request)
        return self._said(path, request)

    def _said(self, path: str, request: web.Request) -> web.Response:
        """Return what is to be said at an address."""
        if path == "jobs" and "done" in request.query.getall("state", []):
            return web.json_response(self.says.get("ended", {"jobs": []}))
        if path in self.says:
            return web.json_response(self.says[path])
        return refusal(404, "not_found.address", f"nothing at {path}")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self.resumed.append(request.headers.get("Last-Event-ID"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        if self.resumed[-1] is None:
            await response.write(f"id: {self._number}\nevent: begin\ndata: {{}}\n\n".encode())
        waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._waiting.append(waiting)
        return await passed_on(waiting, response)


async def passed_on(
    waiting: asyncio.Queue[bytes | None], response: web.StreamResponse
) -> web.StreamResponse:
    """Send what comes, until that is nothing or nobody listens."""
    with suppress(ConnectionError):
        while (frame := await waiting.get()) is not None:
            await response.write(frame)
    return response


def refusal(status: int, code: str, message: str) -> web.Response:
    """Return an error as a Forge tells it."""
    error = {"code": code, "message": message, "facts": {}}
    return web.json_response({"error": error}, status=status)


def profile(id_: str, release: str = "23.05.5", **more: Any) -> dict[str, Any]:
    """Return a profile as a Forge tells it."""
    return {
        "version": 1,
        "version_id": f"{id_}-1",
        "profile": {
            "profile_id": id_,
            "name": f"Router {id_}",
            "device_id": id_,
            "openwrt_release": release,
            "target": "ath79",
            "subtarget": "generic",
            "imagebuilder_profile": "tplink_archer-c7-v5",
            **more,
        },
    }
