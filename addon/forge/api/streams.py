"""The two streams: what happens, and what a job writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import json

from aiohttp import web

from forge.api.routes import LAST_EVENT_HEADER, NUMBER, Call
from forge.api.sse import BEAT_S, EventStream, frame
from forge.errors import Invalid
from forge.jobs import events


async def follow_events(call: Call, after: int | None) -> web.StreamResponse:
    """Send every event after one, in order, as long as the client listens."""
    last = _resumed(call.request, after)
    oldest, newest = await asyncio.to_thread(events.bounds, call.forge.store)
    async with _stream(call) as stream:
        if last is None:
            # From now on; the client knows by the id what it need not ask for again.
            last = newest
            await stream.write(frame("begin", "{}", id_=last))
        elif last > newest or last < oldest - 1:
            last = newest
            await stream.write(frame("reset", "{}", id_=last))
        while True:
            found = await call.live.after(last, wait_s=BEAT_S)
            for event in found:
                await stream.write(frame(event.type, event.model_dump_json(), id_=event.id))
                last = event.id
            if not found:
                await stream.beat()
    return stream.response


async def follow_log(call: Call, job_id: str, after: int | None) -> web.StreamResponse:
    """Send a log from an offset on, and an `end` when its job has ended."""
    offset = _resumed(call.request, after) or 0
    await asyncio.to_thread(call.forge.jobs.show, job_id)
    tail = call.live.tail(job_id)
    try:
        async with _stream(call) as stream:
            while True:
                piece = await tail.frame(offset, wait_s=BEAT_S)
                if piece is not None:
                    await stream.write(piece.data)
                    offset = piece.end
                elif tail.ended is not None:
                    data = json.dumps({"state": tail.ended, "size": offset})
                    await stream.write(frame("end", data))
                    break
                else:
                    await stream.beat()
        return stream.response
    finally:
        call.live.leave(job_id)


@asynccontextmanager
async def _stream(call: Call) -> AsyncIterator[EventStream]:
    """Open a stream, and end quietly when the client goes."""
    call.live.count(1)
    try:
        stream = await EventStream.begin(call.request)
        with suppress(ConnectionError):
            yield stream
    finally:
        call.live.count(-1)


def _resumed(request: web.Request, after: int | None) -> int | None:
    """Return where a stream goes on. Raise Invalid."""
    header = request.headers.get(LAST_EVENT_HEADER, "").strip()
    if not header:
        return after
    if not NUMBER.fullmatch(header):
        raise Invalid(f"{LAST_EVENT_HEADER} is no number of an event", about="header")
    return int(header)
