"""How many messages a second Home Assistant keeps up with."""

import time
from typing import TYPE_CHECKING, Final

from rig.bench.drain import drain
from rig.bench.load import Generator

if TYPE_CHECKING:
    from rig.bench.payloads import Fleet
    from rig.bench.side import Side

LAG_S: Final = 0.2  # what is behind by more when the load ends was falling behind
TRIES: Final = 3  # a lag may be a pause of the garbage collector, or another program


async def sustained_rate(
    side: Side, fleet: Fleet, guess: float, *, seconds: float, steps: int
) -> float:
    """Return the highest rate, in messages a second, after which nothing is left to catch up.

    Searches by halves from half to one and a half times a guess.
    """
    low, high = guess / 2, guess * 1.5
    for _ in range(steps):
        rate = (low + high) / 2
        if await _keeps_up(side, fleet, rate, seconds):
            low = rate
        else:
            high = rate
    return low


async def _keeps_up(side: Side, fleet: Fleet, rate: float, seconds: float) -> bool:
    """Tell whether a load of some seconds is done with when it ends."""
    for _ in range(TRIES):
        load = list(fleet.telemetry(int(rate * seconds)))
        with Generator(side.broker.port) as generator:
            await generator.pace(load, rate)
            end = time.perf_counter()
            done = await drain(side, fleet, load)
        if done - end <= LAG_S:
            return True
    return False
