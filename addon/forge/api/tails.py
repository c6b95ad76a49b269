"""A log's growing end, read once for all who watch it."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from forge.jobs.logs import JobLog

#: Frames at hand: watchers close behind the end share them, others read for themselves.
_AT_HAND: Final = 32


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of a log as it is sent."""

    start: int
    end: int
    data: bytes


class Tail:
    """One log, its watchers, and the frames that they are about to read."""

    def __init__(self, log: JobLog) -> None:
        """Watch a log."""
        self.log = log
        self.watchers = 0
        self.ended: str | None = None
        self._size = 0
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._changed = asyncio.Event()

    def look(self) -> None:
        """See how far the log is. Blocks."""
        self._size = self.log.size

    def wake(self, ended: str | None) -> None:
        """Tell the watchers what was seen."""
        self.ended = ended
        self._changed.set()
        self._changed = asyncio.Event()

    async def frame(self, offset: int, *, wait_s: float) -> Frame | None:
        """Return what follows an offset; None where nothing came while waiting."""
        if offset >= self._size and self.ended is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait_s)
        if offset >= self._size:
            return None
        if (frame := self._frames.get(offset)) is None:
            frame = await asyncio.to_thread(self._read, offset)
            if frame.end == offset:
                return None
            self._frames[offset] = frame
            while len(self._frames) > _AT_HAND:
                self._frames.popitem(last=False)
        return frame

    def _read(self, offset: int) -> Frame:
        """Read and encode what follows an offset."""
        chunk = self.log.read(offset)
        text = chunk.data.decode("utf-8", "replace").removesuffix("\n")
        lines = text.replace("\r", "\N{SYMBOL FOR CARRIAGE RETURN}").replace("\n", "\ndata: ")
        gap = ""
        if chunk.start > offset:
            gap = f'event: gap\ndata: {{"from":{offset},"to":{chunk.start}}}\n\n'
        data = f"{gap}id: {chunk.end}\nevent: log\ndata: {lines}\n\n"
        return Frame(offset, chunk.end, data.encode())
