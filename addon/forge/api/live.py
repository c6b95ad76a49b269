"""What streams wait for: one look at the store and the disk for all watchers together."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
import logging
from typing import Any, Final

from forge.api.tails import Tail
from forge.app import Forge
from forge.errors import ForgeError, Overloaded
from forge.jobs import events
from forge.jobs.events import Event

_LOGGER: Final = logging.getLogger(__name__)
_EVENTS_EVERY_S: Final = 0.2
_LOGS_EVERY_S: Final = 0.1
#: Events that are kept at hand; a watcher that is further behind reads from the store.
_AT_HAND: Final = 1000
MOST_STREAMS: Final = 1000


class Live:
    """Wakes those who watch events and logs, and keeps what they are about to read."""

    def __init__(self, forge: Forge) -> None:
        """Begin with nobody watching."""
        self._forge = forge
        self._recent: deque[Event] = deque(maxlen=_AT_HAND)
        self._newest = 0
        #: Whether that is so: while nobody watches, nobody looks.
        self._known = False
        self._changed = asyncio.Event()
        self._tails: dict[str, Tail] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.streams = 0

    def start(self) -> None:
        """Begin to look, in the loop that runs."""
        self._tasks = [
            asyncio.create_task(self._every(_EVENTS_EVERY_S, self._look_for_events)),
            asyncio.create_task(self._every(_LOGS_EVERY_S, self._look_at_logs)),
        ]

    async def stop(self) -> None:
        """End all streams."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def count(self, by: int) -> None:
        """Count a stream that begins or ends. Raise Overloaded."""
        if by > 0 and self.streams >= MOST_STREAMS:
            raise Overloaded(f"{self.streams} streams are open already", about="streams")
        self.streams += by

    async def after(self, last: int, *, wait_s: float) -> list[Event]:
        """Return the events after one; wait for some where there are none yet."""
        if last >= self._newest:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait_s)
        if last >= self._newest:
            return []
        if self._recent and self._recent[0].id <= last + 1:
            return [event for event in self._recent if event.id > last]
        return await asyncio.to_thread(events.since, self._forge.store, last)

    def tail(self, job_id: str) -> Tail:
        """Return what is read of a job's log, shared by all its watchers; `leave` it later."""
        tail = self._tails.get(job_id)
        if tail is None:
            tail = self._tails[job_id] = Tail(self._forge.log(job_id))
        tail.watchers += 1
        return tail

    def leave(self, job_id: str) -> None:
        """Watch a log no longer."""
        tail = self._tails[job_id]
        tail.watchers -= 1
        if not tail.watchers:
            del self._tails[job_id]

    async def _look_for_events(self) -> None:
        if not self.streams:
            self._recent.clear()
            self._known = False
            return
        if self._known:
            found = await asyncio.to_thread(events.since, self._forge.store, self._newest)
            if not found:
                return
            self._recent.extend(found)
            self._newest = found[-1].id
        else:
            # Whoever began to watch before this moment reads what came since from the store.
            _oldest, self._newest = await asyncio.to_thread(events.bounds, self._forge.store)
            self._known = True
        self._changed.set()
        self._changed = asyncio.Event()

    async def _look_at_logs(self) -> None:
        tails = list(self._tails.items())
        if not tails:
            return
        finished = await asyncio.to_thread(self._look, tails)
        for job_id, tail in tails:
            tail.wake(finished.get(job_id))

    def _look(self, tails: list[tuple[str, Tail]]) -> dict[str, Any]:
        """Find, in a thread, how far logs are and which of their jobs have finished."""
        ended: dict[str, Any] = {}
        for job_id, tail in tails:
            with suppress(ForgeError):
                job = self._forge.jobs.show(job_id)
                if job.finished:
                    ended[job_id] = job.state
            # After the state: what is written before the end is then seen before it.
            tail.look()
        return ended

    async def _every(self, pause_s: float, look: Callable[[], Any]) -> None:
        """Look again and again; a store that is away is looked for more slowly."""
        while True:
            try:
                await look()
            except ForgeError as error:
                _LOGGER.warning("Streams wait: %s", error)
                await asyncio.sleep(2)
            await asyncio.sleep(pause_s)
