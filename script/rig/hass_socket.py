"""Home Assistant's WebSocket API: commands, actions and subscriptions."""

import asyncio
import contextlib
import itertools
from typing import Any, Final, Self

import aiohttp

from rig.errors import RigError, SlowError

ANSWER_TIMEOUT_S: Final = 60


class CommandError(RigError):
    """Home Assistant refused a command or an action; the message is what a person would read."""

    def __init__(self, command: str, error: dict[str, Any]) -> None:
        """Keep the code and the translation's key and placeholders."""
        super().__init__(f"{command}: {error.get('message')} ({error.get('code')})")
        self.code: str = error.get("code", "")
        self.message: str = error.get("message", "")
        self.translation_key: str | None = error.get("translation_key")
        self.placeholders: dict[str, str] = error.get("translation_placeholders") or {}


class Subscription:
    """A stream of events; leave the `async with` block to end it."""

    def __init__(self, socket: Socket, message: dict[str, Any]) -> None:
        """Remember what to subscribe to."""
        self._socket = socket
        self._message = message
        self._number = 0
        self.events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Subscribe."""
        self._number = await self._socket.subscribe(self._message, self.events)
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Unsubscribe, unless the connection is gone anyway."""
        with contextlib.suppress(RigError):
            await self._socket.unsubscribe(self._number)

    async def next(self, *, timeout_s: float) -> dict[str, Any]:
        """Return the next event; raise SlowError without one, RigError when the socket closed."""
        try:
            event = await asyncio.wait_for(self.events.get(), timeout_s)
        except TimeoutError:
            raise SlowError(f"No event within {timeout_s:.1f} s: {self._message}") from None
        if event is None:
            raise RigError("Home Assistant closed the WebSocket")
        return event


class Socket:
    """One authenticated WebSocket connection."""

    def __init__(self) -> None:
        """Prepare an unconnected socket."""
        self._numbers = itertools.count(1)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._streams: dict[int, asyncio.Queue[dict[str, Any] | None]] = {}

    @property
    def connected(self) -> bool:
        """Tell whether commands can be sent."""
        return self._reader is not None and not self._reader.done()

    async def connect(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        """Connect and log in with an access token."""
        await self.close()
        socket = await session.ws_connect(f"{url}/api/websocket", max_msg_size=0, heartbeat=30)
        await socket.receive_json(timeout=ANSWER_TIMEOUT_S)
        await socket.send_json({"type": "auth", "access_token": token})
        answer = await socket.receive_json(timeout=ANSWER_TIMEOUT_S)
        if answer["type"] != "auth_ok":
            await socket.close()
            raise RigError(f"Home Assistant refused the token: {answer}")
        self._socket = socket
        self._reader = asyncio.create_task(self._read(socket))

    async def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
        if self._reader is not None:
            await self._reader
            self._reader = None

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a command and return its result; raise CommandError when it is refused."""
        _, answer = await self._send({"type": kind, **fields})
        return answer

    async def subscribe(
        self, message: dict[str, Any], events: asyncio.Queue[dict[str, Any] | None]
    ) -> int:
        """Send a subscribing command whose events go into a queue; return its number."""
        number, _ = await self._send(message, events)
        return number

    async def unsubscribe(self, number: int) -> None:
        """End a subscription."""
        self._streams.pop(number, None)
        await self._send({"type": "unsubscribe_events", "subscription": number})

    async def _send(
        self,
        message: dict[str, Any],
        events: asyncio.Queue[dict[str, Any] | None] | None = None,
    ) -> tuple[int, Any]:
        """Send a message under a new number and wait for its result."""
        if self._socket is None or not self.connected:
            raise RigError("There is no WebSocket connection to Home Assistant")
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        if events is not None:
            self._streams[number] = events
        try:
            await self._socket.send_json({"id": number, **message})
            result = await asyncio.wait_for(answer, ANSWER_TIMEOUT_S)
        except TimeoutError:
            raise SlowError(f"Home Assistant did not answer {message['type']}") from None
        finally:
            self._answers.pop(number, None)
        return number, result

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Hand answers and events to who waits for them, until the connection closes."""
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            content = frame.json()
            for message in content if isinstance(content, list) else [content]:
                self._deliver(message)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(RigError("Home Assistant closed the WebSocket"))
        for stream in self._streams.values():
            stream.put_nowait(None)
        self._streams.clear()

    def _deliver(self, message: dict[str, Any]) -> None:
        """Hand on one message."""
        number: int = message["id"]
        if message["type"] == "event":
            if (stream := self._streams.get(number)) is not None:
                stream.put_nowait(message["event"])
            return
        answer = self._answers.get(number)
        if message["type"] != "result" or answer is None or answer.done():
            return
        if message["success"]:
            answer.set_result(message["result"])
        else:
            answer.set_exception(CommandError(f"command {number}", message["error"]))
