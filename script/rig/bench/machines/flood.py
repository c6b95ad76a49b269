"""How much one board that has gone mad costs the others."""

import asyncio
from contextlib import asynccontextmanager
import time
from typing import TYPE_CHECKING, Final

from rig.bench.machines.link import Link
from rig.bench.machines.speech import ASKING, UNKNOWN, VISITING, Speech

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from rig.bench.machines.seeding import Cards

#: What a board floods with, by the name of the measure.
FLOODS: Final = {"questions": ASKING, "starts": VISITING, "strangers": UNKNOWN}
OTHERS_RATE: Final = 50
_TICK_S: Final = 0.005


@asynccontextmanager
async def flooding(
    port: int, cards: Cards, kinds: Sequence[str], rate: float
) -> AsyncIterator[None]:
    """Let board 1 say so much meanwhile."""
    link = await Link("BOARD-MAD", "machine/1/reply", lambda *_: None).connect(port)
    mad = asyncio.create_task(_flood(link, Speech(1, cards, stride=1), kinds, rate))
    try:
        yield
    finally:
        mad.cancel()
        link.close()


async def _flood(link: Link, speech: Speech, kinds: Sequence[str], rate: float) -> None:
    """Say what is due every few milliseconds, whatever is answered."""
    begin, said = time.perf_counter(), 0
    while True:
        due = int((time.perf_counter() - begin) * rate)
        for number in range(said, due):
            link.publish("machine/1", speech.say(kinds[number % len(kinds)]))
        said = max(said, due)
        await asyncio.sleep(_TICK_S)
