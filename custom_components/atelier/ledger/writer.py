"""The one writer: who asks at the same time shares a transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .engine import told
from .errors import LedgerUnavailable

#: How many may wait for the next transaction, and how many share one.
WAITING = 4096
TOGETHER = 256

type Work[T] = Callable[[AsyncConnection], Awaitable[T]]
#: Writes what several ask for, in their order; where it raises, each is written alone.
type Joint[P, T] = Callable[[AsyncConnection, Sequence[P]], Awaitable[Sequence[T]]]


@dataclass(slots=True)
class _Item:
    """Hold what somebody wants written and how, and the answer they wait for."""

    joint: Joint[Any, Any]
    part: Any
    answer: asyncio.Future[Any]


async def _each(connection: AsyncConnection, works: Sequence[Work[Any]]) -> list[Any]:
    """Do one work after another."""
    return [await work(connection) for work in works]


class Writer:
    """Write one transaction after another; each takes along all that waits."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Begin to write to an engine."""
        self._engine = engine
        self._queue: asyncio.Queue[_Item | None] = asyncio.Queue(WAITING)
        self._closed = False
        self._task = asyncio.create_task(self._run(), name="atelier ledger writer")
        #: How many transactions were committed, and what they held.
        self.commits = 0
        self.written = 0

    async def do[T](self, work: Work[T]) -> T:
        """Do some work in a transaction; return once it is committed.

        Raise LedgerUnavailable where the database cannot be written, or too much waits.
        """
        result: T = await self.join(_each, work)
        return result

    async def join[P, T](self, joint: Joint[P, T], part: P) -> T:
        """Have a part written at once with those that others want written in the same way.

        Each trip to the database costs more than what it writes. Raises as `do` does.
        """
        if self._closed:
            raise LedgerUnavailable("The ledger is closed")
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Item(joint, part, answer))
        except asyncio.QueueFull:
            raise LedgerUnavailable("Too much waits to be written") from None
        return await answer

    async def close(self) -> None:
        """Write what waits, then stop."""
        if not self._closed:
            self._closed = True
            await self._queue.put(None)
        await self._task

    async def _run(self) -> None:
        """Write until closed."""
        last = False
        while not last:
            batch: list[_Item] = []
            item = await self._queue.get()
            while item is not None:
                batch.append(item)
                if len(batch) == TOGETHER or self._queue.empty():
                    break
                item = self._queue.get_nowait()
            last = item is None
            batch = [item for item in batch if not item.answer.done()]
            if batch:
                await self._write(batch)

    async def _write(self, batch: list[_Item]) -> None:
        """Write items together; where one fails, by halves, so that it fails nobody else."""
        results, error = await self._commit(batch)
        if error is None:
            for item, result in zip(batch, results, strict=True):
                if not item.answer.done():
                    item.answer.set_result(result)
        elif len(batch) == 1 or isinstance(error, LedgerUnavailable):
            for item in batch:
                if not item.answer.done():
                    item.answer.set_exception(error)
        else:
            middle = len(batch) // 2
            await self._write(batch[:middle])
            await self._write(batch[middle:])

    async def _commit(self, batch: list[_Item]) -> tuple[list[Any], Exception | None]:
        """Run one transaction; return what its items returned, or why it failed."""
        results: list[Any] = []
        try:
            async with self._engine.begin() as connection:
                for joint, items in groupby(batch, lambda item: item.joint):
                    results += await joint(connection, [item.part for item in items])
        except Exception as error:  # noqa: BLE001 - whatever it is, the next batch is written
            return [], told(error)
        self.commits += 1
        self.written += len(batch)
        return results, None
