"""Measure the Forge part by part, each with a Forge of its own."""

from pathlib import Path
import tempfile
from typing import TYPE_CHECKING, Final

from rig.bench.forge import cached, cards, fanout, fetching, idling, making
from rig.bench.forge.house import House, small_openwrt
from rig.bench.forge.rows import rows
from rig.bench.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from rig.bench.forge.plan import Plan
    from rig.bench.table import Row

    type Part = Callable[
        [House, Plan, Samples, Samples, Callable[[str], None]], Coroutine[None, None, None]
    ]

PARTS: Final[dict[str, Part]] = {
    "idle": idling.measure,
    "cached": cached.measure,
    "make": making.measure,
    "builder": fetching.measure,
    "log": fanout.measure,
    "cards": cards.measure,
}


async def measure(plan: Plan, only: Sequence[str], say: Callable[[str], None]) -> list[Row]:
    """Measure some parts, or all; return the rows of the report."""
    ours, floor = Samples(), Samples()
    with (
        small_openwrt() as mirror,
        tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as folder,
    ):
        for name in only or PARTS:
            await PARTS[name](House(Path(folder, name), mirror), plan, ours, floor, say)
    return rows(ours, floor, plan)
