"""Write behind an answer's back what nobody waits for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
import logging
from typing import Final

from ..ledger.errors import LedgerError, LedgerUnavailable

_LOGGER = logging.getLogger(__name__)

#: A flood of unknown cards is counted no further.
LIMIT: Final = 1_000

type Errand = Callable[[], Awaitable[object]]


class Errands:
    """Run errands one after the other; those that the ledger could not do wait."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: deque[Errand] = deque()
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0

    def add(self, errand: Errand) -> None:
        """Have something done soon."""
        if len(self._waiting) >= LIMIT:
            self.dropped += 1
            return
        self._waiting.append(errand)
        self.run()

    def run(self) -> None:
        """Do what waits, unless it is being done."""
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="atelier desk errands")

    async def settle(self) -> None:
        """Return when all that could be done is done."""
        self.run()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            try:
                await self._waiting[0]()
            except LedgerUnavailable:
                return
            except LedgerError as error:
                _LOGGER.warning("The ledger refused what a board told: %s", error)
            except Exception:
                _LOGGER.exception("What a board told could not be kept")
            self._waiting.popleft()
