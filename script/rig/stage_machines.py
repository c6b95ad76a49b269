"""The stage's machines: who holds which card to which reader, and what is seen of it."""

import asyncio
import json
import re
import time
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rig.makers import Makers
    from rig.readers import Reader

_CARD: Final = re.compile(r"[0-9a-f]{8}")
LOOK_S: Final = 0.15  # several viewers share one look at a board


class StageMachines:
    """Readers that people tap from a page, or from the command line."""

    def __init__(self, makers: Makers | None, readers: Mapping[int, Reader]) -> None:
        """Take who comes to the machines, and their boards; None: there is no makerspace."""
        self._readers = readers
        self._cards = dict(makers.cards()) if makers else {}
        self._people = list(makers.people) if makers else []
        self._looks: dict[int, tuple[float, dict[str, Any]]] = {}
        self._locks = {number: asyncio.Lock() for number in readers}
        #: Whose card is at a reader now.
        self._held: dict[int, str] = {}

    def add_routes(self, app: web.Application) -> None:
        """Serve what the page and the command line ask for."""
        app.router.add_get("/api/machines", self._list)
        app.router.add_post("/api/machines/{number:[0-9]{1,5}}/tap", self._tap)
        app.router.add_post("/api/machines/{number:[0-9]{1,5}}/power", self._power)

    async def _list(self, _: web.Request) -> web.Response:
        """Tell how all machines look now, and which cards there are."""
        looks = await asyncio.gather(*(self._look(number) for number in self._readers))
        people = {maker.key: {"name": maker.name, "about": maker.about} for maker in self._people}
        cards = [{"key": key} | people.get(key, {}) for key in self._cards]
        return web.json_response({"machines": looks, "cards": cards})

    async def _look(self, number: int) -> dict[str, Any]:
        """Return how a machine looks, at most LOOK_S old."""
        reader = self._readers[number]
        async with self._locks[number]:
            taken, look = self._looks.get(number, (0.0, {}))
            if time.monotonic() - taken >= LOOK_S:
                look = {"id": number, "name": reader.machine.name, "board": reader.machine.board}
                look |= {"power": reader.running}
                if reader.running:
                    try:
                        seen = await reader.look()
                        look |= {"rows": seen.rows, "relay": seen.relay}
                    except RigError as error:
                        look["error"] = str(error).splitlines()[0]
                self._looks[number] = (time.monotonic(), look)
        return look | {"card": self._held.get(number)}

    async def _tap(self, request: web.Request) -> web.Response:
        """Hold a card to a reader, named by whose it is or by its own id."""
        number, reader = self._reader(request)
        wanted = await _body(request)
        key = str(wanted.get("card", "")).lower()
        card = self._cards.get(key, key)
        if not _CARD.fullmatch(card):
            names = ", ".join(self._cards)
            raise _refusal(
                web.HTTPBadRequest, f"There is no card {key!r}: {names}, or 8 hex digits"
            )
        if not reader.running:
            raise _refusal(web.HTTPConflict, f"The board at {reader.machine.name} has no power")
        if number in self._held:
            raise _refusal(web.HTTPConflict, f"Another card is at {reader.machine.name} right now")
        self._held[number] = key
        try:
            await reader.tap(card, hold=wanted.get("hold") is True)
        except RigError as error:
            raise _refusal(web.HTTPConflict, str(error).splitlines()[0]) from error
        finally:
            del self._held[number]
        self._looks.pop(number, None)
        return web.json_response(await self._look(number))

    async def _power(self, request: web.Request) -> web.Response:
        """Cut a board's power, or switch it on."""
        number, reader = self._reader(request)
        try:
            await (reader.cut() if reader.running else reader.start())
        except RigError as error:
            raise _refusal(web.HTTPConflict, str(error).splitlines()[0]) from error
        self._looks.pop(number, None)
        return web.json_response(await self._look(number))

    def _reader(self, request: web.Request) -> tuple[int, Reader]:
        number = int(request.match_info["number"])
        if (reader := self._readers.get(number)) is None:
            known = ", ".join(str(one) for one in self._readers)
            raise _refusal(
                web.HTTPNotFound, f"There is no machine {number}; there are: {known or 'none'}"
            )
        return number, reader


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the object that a request holds."""
    try:
        body = await request.json()
    except ValueError:
        raise _refusal(web.HTTPBadRequest, "This is no JSON") from None
    if not isinstance(body, dict):
        raise _refusal(web.HTTPBadRequest, "Send a JSON object")
    return body


def _refusal(kind: type[web.HTTPException], message: str) -> web.HTTPException:
    """Return an error as the page and the command line read it."""
    return kind(text=json.dumps({"error": message}), content_type="application/json")
