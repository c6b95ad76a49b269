"""Write behind an answer's back what nobody waits for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice
import logging
from typing import Final

from ..ledger.errors import LedgerError, LedgerUnavailable

_LOGGER = logging.getLogger(__name__)

#: A flood of unknown cards is counted no further.
LIMIT: Final = 1_000
#: So many are done side by side: they share a transaction.
TOGETHER: Final = 64

type Errand = Callable[[], Awaitable[object]]


class Errands:
    """Run errands, a few at a time; those that the ledger could not do wait."""

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
        """Return when all that could be done is done, also what just failed."""
        if self._task is not None:
            await self._task
        self.run()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            some = list(islice(self._waiting, TOGETHER))
            done = await asyncio.gather(*map(_do, some))
            for _ in some:
                self._waiting.popleft()
            left = [errand for errand, is_done in zip(some, done, strict=True) if not is_done]
            if left:
                self._waiting.extendleft(reversed(left))
                return


async def _do(errand: Errand) -> bool:
    """Do an errand; tell whether it need not be done again."""
    try:
        await errand()
    except LedgerUnavailable:
        return False
    except LedgerError as error:
        _LOGGER.warning("The ledger refused what a board told: %s", error)
    except Exception:
        _LOGGER.exception("What a board told could not be kept")
    return True
