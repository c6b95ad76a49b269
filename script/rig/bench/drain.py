"""Wait until Home Assistant has dealt with a whole load."""

from typing import TYPE_CHECKING, Final

import orjson

from rig.bench import clock
from rig.bench.payloads import VALUES
from rig.bench.side import sensor
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rig.bench.payloads import Fleet, Message
    from rig.bench.side import Side

TIMEOUT_S: Final = 60
LOOKS: Final = 10


async def drain(side: Side, fleet: Fleet, load: Sequence[Message]) -> float:
    """Return when (perf_counter) the last work of a load ended; raise RigError if some was lost.

    A process that a busy computer keeps waiting looks as if it had nothing to do: so it
    is looked at again for as long as the load's last message has not become a state.
    """
    entity_id = sensor((len(load) - 1) % fleet.size)
    expected = orjson.loads(load[-1].payload)[VALUES[0].id]
    for _ in range(LOOKS):
        ended = await clock.until_quiet(side.pid, timeout_s=TIMEOUT_S)
        if (seen := await side.read(entity_id)) == expected:
            return ended
    raise RigError(f"{side.name}: {entity_id} is {seen}, not {expected}: messages were lost")
