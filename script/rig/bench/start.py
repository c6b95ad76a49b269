"""How long a start with many props takes, and what they cost while nothing happens."""

from dataclasses import dataclass
import time
from typing import TYPE_CHECKING, Final

from rig.bench import clock

if TYPE_CHECKING:
    from rig.bench.side import Side

START_TIMEOUT_S: Final = 300


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until everything is there, and how many entities that is."""

    seconds: float
    entities: int


@dataclass(frozen=True, slots=True)
class Rest:
    """A Home Assistant with nothing to do: resident memory, and its share of one core."""

    memory_bytes: int
    idle_share: float


async def timed_start(side: Side, props: int) -> Start:
    """Start Home Assistant and wait until all entities of the props are available."""
    begin = time.perf_counter()
    await side.start()
    if not props:
        return Start(time.perf_counter() - begin, 0)
    end, entities = await side.wait_available(props, timeout_s=START_TIMEOUT_S)
    return Start(end - begin, entities)


async def at_rest(side: Side, seconds: float) -> Rest:
    """Measure a Home Assistant that was just started, once it has nothing to do."""
    await side.settle()
    share = await clock.idle_share(side.pid, seconds)
    return Rest(clock.rss_bytes(side.pid), share)
