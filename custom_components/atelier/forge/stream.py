"""Read a stream of server-sent events."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
import json
from typing import Any, Final

import aiohttp

from .errors import Away

#: The largest event that is taken, in bytes; results of jobs are in them.
_LARGEST: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Told:
    """One event, read."""

    id: int | None
    type: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as it was sent."""

    id: int | None
    type: str
    data: str


async def told(frames: AsyncIterator[Frame]) -> AsyncIterator[Told]:
    """Return events as they come; what is none is passed over. Raise Away at the end."""
    async for frame in frames:
        try:
            body = json.loads(frame.data)
        except ValueError:
            continue
        if isinstance(body, dict):
            yield Told(frame.id, frame.type, body)


async def frames(content: aiohttp.StreamReader) -> AsyncGenerator[Frame]:
    """Return events as they come, unread. Raise Away at the end."""
    waiting = b""
    async for piece in content.iter_any():
        waiting += piece
        *whole, waiting = waiting.split(b"\n\n")
        for block in whole:
            if (frame := _parse(block)) is not None:
                yield frame
        if len(waiting) > _LARGEST:
            raise Away("an event without an end")
    raise Away("the stream ended")


def _parse(block: bytes) -> Frame | None:
    """Return the event in a block of lines, None where there is none, as in a beat."""
    id_: int | None = None
    kind, data = "message", list[str]()
    for line in block.decode("utf-8", "replace").split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id" and value.isascii() and value.isdigit():
            id_ = int(value)
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
    return Frame(id_, kind, "\n".join(data)) if data else None
