"""What a telemetry message costs Home Assistant, as CPU time net of idle."""

import time
from typing import TYPE_CHECKING, Final

from rig.bench import clock
from rig.bench.drain import TIMEOUT_S, drain
from rig.bench.load import Generator
from rig.bench.payloads import unread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from rig.bench.payloads import Fleet, Message
    from rig.bench.side import Side

WATCHED_RATE: Final = 200  # messages a second, so that the watcher never falls behind


async def burst_us(side: Side, fleet: Fleet, messages: int, *, changes: int) -> float:
    """Return CPU µs per message of messages that come as fast as they can, unwatched."""
    load = list(fleet.telemetry(messages, changes=changes))
    return await _cost_us(side, load, lambda: drain(side, fleet, load))


async def unread_us(side: Side, fleet: Fleet, messages: int) -> float:
    """Return CPU µs per message that is heard and concerns nobody: what core's client takes."""
    load = [unread(0, fleet.turn()) for _ in range(messages)]
    return await _cost_us(side, load, lambda: clock.until_quiet(side.pid, timeout_s=TIMEOUT_S))


async def watched_us(side: Side, fleet: Fleet, messages: int) -> float:
    """Return CPU µs per message at a moderate rate, with one watcher of all entities.

    Not in a burst: Home Assistant closes a WebSocket that has 4,096 messages to take.
    """
    load = list(fleet.telemetry(messages))
    async with side.hass.stream("subscribe_entities"):
        await side.settle()
        return await _cost_us(side, load, lambda: drain(side, fleet, load), rate=WATCHED_RATE)


async def _cost_us(
    side: Side,
    load: Sequence[Message],
    done: Callable[[], Awaitable[float]],
    *,
    rate: float | None = None,
) -> float:
    """Return CPU µs per message, net of idle, until nothing is left to do."""
    with Generator(side.broker.port) as generator:
        spent, begin = clock.cpu_s(side.pid), time.perf_counter()
        if rate is None:
            await generator.burst(load)
        else:
            await generator.pace(load, rate)
        await done()
        spent, begin = clock.cpu_s(side.pid) - spent, time.perf_counter() - begin
    return (spent - side.idle_share * begin) / len(load) * 1e6
