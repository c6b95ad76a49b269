"""Serve boards side by side: each in its order, none at the cost of another."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
import logging
from typing import Final

from ..wire.machine_replies import encode
from ..wire.machines import Address, Query, parse_query, parse_topic
from ..wire.rejection import Rejection
from .desk import Desk

_LOGGER = logging.getLogger(__name__)

#: Queries of one board that wait. A real one has at most one, and gives up after 2 s.
WAITING: Final = 64
#: After so many in a row without a wait the others have their turn.
TURN: Final = 8

type Publish = Callable[[str, bytes], Awaitable[None]]


class Lanes:
    """Take what boards publish, and publish what the desk answers."""

    def __init__(self, desk: Desk, publish: Publish, *, prefix: str = "machine") -> None:
        """Begin with nobody waiting; `publish` sends a payload to a topic."""
        self._desk = desk
        self._publish = publish
        self._prefix = prefix
        self._waiting: dict[int, deque[tuple[Address, Query]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        #: Messages that had no effect, by board where one could be told, and why.
        self.rejected: Counter[tuple[int | None, str]] = Counter()
        #: Queries that a flooding board lost, by board.
        self.dropped: Counter[int] = Counter()

    def take(self, topic: str, payload: bytes) -> Rejection | None:
        """Take a message in; return why it has no effect, if so."""
        number: int | None = None
        try:
            address = parse_topic(topic, self._prefix)
            number = address.number
            query = parse_query(payload)
        except Rejection as rejection:
            self.rejected[number, rejection.kind] += 1
            return rejection
        lane = self._waiting.get(number)
        if lane is None:
            self._waiting[number] = deque([(address, query)])
            self._start(number)
        elif len(lane) < WAITING:
            lane.append((address, query))
        else:
            self.dropped[number] += 1
        return None

    async def close(self) -> None:
        """Answer nobody any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting.clear()

    def _start(self, number: int) -> None:
        # Eager: what needs no wait is answered before this returns.
        task = asyncio.Task(
            self._serve(number),
            loop=asyncio.get_running_loop(),
            eager_start=True,
            name=f"atelier machine board {number}",
        )
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, number: int) -> None:
        lane = self._waiting[number]
        served = 0
        try:
            while lane:
                address, query = lane.popleft()
                await self._answer(address, query)
                served += 1
                if served % TURN == 0:
                    await asyncio.sleep(0)
        finally:
            self._waiting.pop(number, None)

    async def _answer(self, address: Address, query: Query) -> None:
        try:
            reply = await self._desk.answer(address.number, query, address)
            if reply is not None:
                await self._publish(address.reply, encode(reply))
        except Exception:
            # One answer fails; the board asks again, and the next one is served.
            _LOGGER.exception(
                "A board's %s could not be answered (machine %d)",
                type(query).__name__,
                address.number,
            )
