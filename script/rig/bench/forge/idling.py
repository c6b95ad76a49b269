"""A Forge that has nothing to do: how soon it answers, and what it holds."""

import asyncio
import time
from typing import TYPE_CHECKING

from rig.bench import clock
from rig.bench.forge.family import held_bytes
from rig.bench.forge.house import House
from rig.bench.forge.plan import MIB

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.bench.forge.plan import Plan
    from rig.bench.samples import Samples


async def measure(
    house: House, plan: Plan, ours: Samples, _floor: Samples, say: Callable[[str], None]
) -> None:
    """Start it, let it be, and look."""
    say("idle")
    began = time.perf_counter()
    async with house.server:
        ours["start"].append(time.perf_counter() - began)
        await asyncio.sleep(plan.idle_s / 2)
        pids = house.pids
        spent, before = sum(map(clock.cpu_s, pids)), time.perf_counter()
        await asyncio.sleep(plan.idle_s)
        share = (sum(map(clock.cpu_s, pids)) - spent) / (time.perf_counter() - before)
        ours["idle_cpu"].append(share * 100)
        ours["idle_memory"].append(held_bytes(pids) / MIB)
