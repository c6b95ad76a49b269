"""Builds that were built before, in a store that has seen some years."""

import asyncio
import random
import time
from typing import TYPE_CHECKING

from rig.bench import clock
from rig.bench.figures import percentile
from rig.bench.forge.family import children
from rig.bench.forge.filling import fill, profile_id
from rig.bench.forge.house import House, Line
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.bench.forge.plan import Plan
    from rig.bench.samples import Samples


async def measure(
    house: House, plan: Plan, ours: Samples, _floor: Samples, say: Callable[[str], None]
) -> None:
    """Ask for cached builds one by one, then for batches of them."""
    say(f"filling a store with {plan.profiles} profiles and {plan.builds} builds")
    await fill(house, plan)
    chance = random.Random(1)  # noqa: S311 - the same ones in each run
    asked = chance.sample(range(plan.profiles), plan.asked)
    async with house.server as forge:
        (api,) = children(forge.pid)
        for name in ("cached_first", "cached"):
            say("cached builds")
            spent = clock.cpu_s(api)
            taken = await asyncio.to_thread(_ask, forge.port, asked)
            ours[f"{name}_cpu"].append((clock.cpu_s(api) - spent) / len(asked) * 1e3)
            ours[f"{name}_p50"].append(percentile(taken, 0.5) * 1e3)
            ours[f"{name}_p99"].append(percentile(taken, 0.99) * 1e3)
        for turn in range(plan.batches):
            say(f"batch {turn + 1} of {plan.batches}")
            ids = [profile_id(n) for n in chance.sample(range(plan.profiles), plan.batch)]
            ours["batch"].append(await _batch(house, ids))


def _ask(port: int, numbers: list[int]) -> list[float]:
    """Return the seconds until each build was answered with a hit."""
    line = Line(port)
    taken = []
    for number in numbers:
        answer, took = line.timed_post("builds", {"profile_id": profile_id(number)})
        if not answer["hit"]:
            raise RigError(f"{profile_id(number)} was built before, and yet is built anew")
        taken.append(took)
    line.close()
    return taken


async def _batch(house: House, ids: list[str]) -> float:
    """Return the seconds from asking for a batch until its job has all results."""
    began = time.perf_counter()
    started = await house.server.post("builds", "batch", body={"profile_ids": ids})
    job = await house.done(started["id"])
    took = time.perf_counter() - began
    if job["result"]["hits"] != len(ids):
        raise RigError(f"Of a batch of {len(ids)}, {job['result']['hits']} were hits")
    return took
