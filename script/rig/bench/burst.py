"""What a telemetry message costs Home Assistant, as CPU time net of idle."""

import time
from typing import TYPE_CHECKING, Final

import orjson

from rig.bench import clock
from rig.bench.load import Generator
from rig.bench.payloads import VALUES, unread
from rig.bench.side import sensor
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rig.bench.payloads import Fleet, Message
    from rig.bench.side import Side

DRAIN_TIMEOUT_S: Final = 60
WATCHED_RATE: Final = 200  # messages a second, so that the watcher never falls behind


async def burst_us(side: Side, fleet: Fleet, messages: int, *, changes: int) -> float:
    """Return CPU µs per message of messages that come as fast as they can, unwatched."""
    load = list(fleet.telemetry(messages, changes=changes))
    cost = await _cost_us(side, load, rate=None)
    await check_arrived(side, fleet, load)
    return cost


async def unread_us(side: Side, fleet: Fleet, messages: int) -> float:
    """Return CPU µs per message that is heard and concerns nobody: what core's client takes."""
    load = [unread(0, fleet.turn()) for _ in range(messages)]
    return await _cost_us(side, load, rate=None)


async def watched_us(side: Side, fleet: Fleet, messages: int) -> float:
    """Return CPU µs per message at a moderate rate, with one watcher of all entities.

    Not in a burst: Home Assistant closes a WebSocket that has 4,096 messages to take.
    """
    load = list(fleet.telemetry(messages))
    async with side.hass.stream("subscribe_entities"):
        await side.settle()
        cost = await _cost_us(side, load, rate=WATCHED_RATE)
    await check_arrived(side, fleet, load)
    return cost


async def _cost_us(side: Side, load: Sequence[Message], *, rate: float | None) -> float:
    """Return CPU µs per message, net of idle, until nothing is left to do."""
    with Generator(side.broker.port) as generator:
        spent, begin = clock.cpu_s(side.pid), time.perf_counter()
        if rate is None:
            await generator.burst(load)
        else:
            await generator.pace(load, rate)
        await clock.until_quiet(side.pid, timeout_s=DRAIN_TIMEOUT_S)
        spent, begin = clock.cpu_s(side.pid) - spent, time.perf_counter() - begin
    return (spent - side.idle_share * begin) / len(load) * 1e6


async def check_arrived(side: Side, fleet: Fleet, load: Sequence[Message]) -> None:
    """Raise RigError unless the last message of a load has become a state."""
    entity_id = sensor((len(load) - 1) % fleet.size)
    expected = orjson.loads(load[-1].payload)[VALUES[0].id]
    if (seen := await side.read(entity_id)) != expected:
        raise RigError(f"{side.name}: {entity_id} is {seen}, not {expected}: messages were lost")
