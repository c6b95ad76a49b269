"""Pass one of a Forge's streams on to one page, as fast as that page takes it."""

import asyncio
from collections import deque
import random
from typing import Any, Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN
from ...forge.errors import ForgeError, Refused, TokenRefused
from ...forge.stream import Frame
from ..stream import Stream
from .command import ForgeCall, told_of

#: So much may be on its way to a page that has not said that it heard it, in characters.
#: Beyond that nothing is read from the Forge, which keeps it until it is asked for again.
WINDOW: Final = 128 * 1024
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 10.0
#: What the Forge may do a moment later.
_PASSING: Final = ("overloaded", "unavailable", "internal")

#: By connection, and by what its page calls them.
RELAYS: Final[HassKey[dict[tuple[ActiveConnection, str], Relay]]] = HassKey(f"{DOMAIN}_relays")


class Relay:
    """Pass a stream on until its page leaves, its entry goes, or it has an end."""

    def __init__(self, call: ForgeCall, path: str) -> None:
        """Go on after the event that the page heard last."""
        self._call = call
        self._path = path
        self._after: int | None = call.data.get("after")
        self._stream = Stream(call.connection, call.id, call.may, self._left)
        self._number = 0
        self._unheard: deque[tuple[int, int]] = deque()
        self._on_its_way = 0
        self._heard = asyncio.Event()
        self._line: bool | None = None
        self._task: asyncio.Task[None] | None = None

    @callback
    def begin(self) -> None:
        """Begin, in the place of what its page called so before; the entry's end ends it."""
        if (before := relay_of(self._call, self._call.data["stream"])) is not None:
            before.end()
        self._stream.open()
        _relays(self._call.hass)[self._key] = self
        self._task = self._call.entry.async_create_background_task(
            self._call.hass, self._run(), f"{DOMAIN} {self._path} for a page"
        )

    @callback
    def end(self) -> None:
        """Tell the page that it is over."""
        self._stream.finish()

    @callback
    def heard(self, number: int) -> None:
        """Take note of what the page heard."""
        while self._unheard and self._unheard[0][0] <= number:
            self._on_its_way -= self._unheard.popleft()[1]
        self._heard.set()

    @property
    def _key(self) -> tuple[ActiveConnection, str]:
        return (self._call.connection, self._call.data["stream"])

    @callback
    def _left(self, _stream: Stream) -> None:
        _relays(self._call.hass).pop(self._key, None)
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        """Follow the stream for as long as somebody listens."""
        try:
            pause_s = _FIRST_PAUSE_S
            while True:
                before = self._number
                try:
                    if await self._follow():
                        return
                except TokenRefused as error:
                    # A person gives the new one; the entry is loaded again by that.
                    self._down(error)
                    await asyncio.Event().wait()
                except Refused as error:
                    if error.code.partition(".")[0] not in _PASSING:
                        self._say({"type": "refused", "error": told_of(error)})
                        return
                    self._down(error)
                except ForgeError as error:
                    # A stream that breaks off says nothing yet: that it cannot be opened does.
                    if pause_s > _FIRST_PAUSE_S or not self._line:
                        self._down(error)
                if self._number > before:
                    pause_s = _FIRST_PAUSE_S
                await asyncio.sleep(pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - no secret: pages shall not all ask at once
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        finally:
            if relay_of(self._call, self._call.data["stream"]) is self:
                self.end()

    async def _follow(self) -> bool:
        """Pass events on; tell whether that was all. Raise ForgeError where the line breaks."""
        client = self._call.entry.runtime_data.client
        async with client.stream(self._path, self._after) as frames:
            if not self._line:
                self._line = True
                self._say({"type": "line", "up": True})
            async for frame in frames:
                await self._room()
                if not self._stream.allowed():
                    return True
                self._tell(frame)
                if frame.type == "end":
                    return True
        return False

    async def _room(self) -> None:
        """Wait until the page has heard enough of what is on its way."""
        while self._on_its_way >= WINDOW:
            self._heard.clear()
            await self._heard.wait()

    def _tell(self, frame: Frame) -> None:
        self._number += 1
        size = len(frame.data)
        self._unheard.append((self._number, size))
        self._on_its_way += size
        if frame.id is not None:
            self._after = frame.id
        self._say(
            {
                "type": "told",
                "number": self._number,
                "id": frame.id,
                "event": frame.type,
                "data": frame.data,
            }
        )

    def _down(self, error: ForgeError) -> None:
        if self._line is not False:
            self._line = False
            self._say({"type": "line", "up": False, "error": told_of(error)})

    def _say(self, event: dict[str, Any]) -> None:
        self._stream.say(event)


def relay_of(call: ForgeCall, stream: str) -> Relay | None:
    """Return what passes a stream on to a page."""
    return _relays(call.hass).get((call.connection, stream))


def _relays(hass: HomeAssistant) -> dict[tuple[ActiveConnection, str], Relay]:
    return hass.data.setdefault(RELAYS, {})
