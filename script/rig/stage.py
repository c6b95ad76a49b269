"""The stage: a loopback page that shows the simulated boards and moves their world."""

import asyncio
from pathlib import Path
import time
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from rig.errors import RigError
from rig.ports import LOOPBACK, claim_port
from rig.stage_machines import LOOK_S, StageMachines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rig.board import Board

PAGE: Final = Path(__file__).with_name("page")
TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
MOTION_S: Final = 2.0  # how long somebody takes to walk past


class Stage:
    """A small web server that several browsers may look at."""

    def __init__(
        self,
        boards: Mapping[str, Board],
        *,
        home: str,
        language: str = "en",
        port: int = 0,
        machines: StageMachines | None = None,
    ) -> None:
        """Describe the page; `home` is Home Assistant's address, for a link."""
        self.port = claim_port(port, "the page with the boards")
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._boards = boards
        self._machines = machines or StageMachines(None, {})
        self._filled_in = {"{{home}}": home, "{{language}}": language}
        self._looks: dict[str, tuple[float, dict[str, Any]]] = {}
        self._locks = {board_id: asyncio.Lock() for board_id in boards}
        self._plugged = dict.fromkeys(boards, True)
        self._walks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Start to serve."""
        app = web.Application(middlewares=[self._only_from_here])
        app.router.add_get("/", self._page)
        app.router.add_get("/api/boards", self._list)
        app.router.add_post("/api/boards/{id}/{action}", self._act)
        self._machines.add_routes(app)
        app.router.add_get("/{name:[a-z]+[.](?:css|js)}", self._page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.port).start()

    async def close(self) -> None:
        """Stop serving."""
        for walk in self._walks:
            walk.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _only_from_here(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Refuse what another site's page could send: foreign names, origins and plain forms."""
        hosts = {f"{name}:{self.port}" for name in (LOOPBACK, "localhost")}
        if request.host not in hosts:
            raise web.HTTPMisdirectedRequest(text="This page answers to its own address only")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            raise web.HTTPForbidden(text="Another site's page may not do this")
        if request.method == "POST" and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Send JSON")
        response: web.StreamResponse = await handler(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; img-src data:; frame-ancestors 'none'"
        )
        return response

    async def _page(self, request: web.Request) -> web.Response:
        """Serve the page, or one of its parts."""
        path = PAGE / request.match_info.get("name", "index.html")
        try:
            text = await asyncio.to_thread(path.read_text, encoding="utf-8")
        except FileNotFoundError:
            raise web.HTTPNotFound from None
        if path.suffix == ".html":
            for place, filled_in in self._filled_in.items():
                text = text.replace(place, filled_in)
        return web.Response(text=text, content_type=TYPES[path.suffix])

    async def _list(self, _: web.Request) -> web.Response:
        """Tell how all boards look now."""
        looks = await asyncio.gather(*(self._look(board_id) for board_id in self._boards))
        return web.json_response(looks)

    async def _look(self, board_id: str) -> dict[str, Any]:
        """Return how a board looks, at most LOOK_S old."""
        board = self._boards[board_id]
        async with self._locks[board_id]:
            taken, look = self._looks.get(board_id, (0.0, {}))
            if time.monotonic() - taken < LOOK_S:
                return look
            look = {"id": board_id, "name": board.plan.name, "power": board.running}
            if board.running:
                try:
                    look |= {"plugged": self._plugged[board_id]} | await board.snapshot()
                except RigError as error:
                    look["error"] = str(error).splitlines()[0]
            self._looks[board_id] = (time.monotonic(), look)
            return look

    async def _act(self, request: web.Request) -> web.Response:
        """Do something to a board's world; what went wrong is told as text."""
        board_id = request.match_info["id"]
        if board_id not in self._boards:
            return web.json_response({"error": f"There is no board {board_id}"}, status=404)
        action = getattr(self, f"_do_{request.match_info['action']}", None)
        if action is None:
            return web.json_response({"error": "There is no such action"}, status=404)
        try:
            await action(board_id, self._boards[board_id])
        except RigError as error:
            return web.json_response({"error": str(error)}, status=409)
        self._looks.pop(board_id, None)
        return web.json_response({"ok": True})

    async def _do_walk(self, board_id: str, board: Board) -> None:
        """Somebody walks past: the sensor's pin is high for a while."""
        await board.edge("pir", level=1)
        walk = asyncio.create_task(self._end_walk(board), name=f"walk past {board_id}")
        self._walks.add(walk)
        walk.add_done_callback(self._walks.discard)

    async def _end_walk(self, board: Board) -> None:
        """Let the sensor's pin fall again."""
        await asyncio.sleep(MOTION_S)
        if board.running:
            await board.edge("pir", level=0)

    async def _do_network(self, board_id: str, board: Board) -> None:
        """Pull the network plug, or plug it in."""
        await board.network(up=not self._plugged[board_id])
        self._plugged[board_id] = not self._plugged[board_id]

    async def _do_track_end(self, _: str, board: Board) -> None:
        """Let the track end."""
        await board.track_end()

    async def _do_power(self, board_id: str, board: Board) -> None:
        """Cut the power, or switch it on."""
        if board.running:
            await board.kill()
        else:
            await board.start()
        self._plugged[board_id] = True
