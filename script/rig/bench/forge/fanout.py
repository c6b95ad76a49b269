"""One log that grows fast, and a hundred who watch it: none may miss a line."""

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Final

from rig.bench import clock
from rig.bench.figures import percentile
from rig.bench.forge import speaking
from rig.bench.forge.family import children, held_bytes
from rig.bench.forge.plan import MIB
from rig.bench.forge.watchers import READY
from rig.errors import RigError
from rig.forge import TOKEN
from rig.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.bench.forge.house import House
    from rig.bench.forge.plan import Plan
    from rig.bench.samples import Samples

_PROCESSES: Final = 2
_READY_WITHIN_S: Final = 60


async def measure(
    house: House, plan: Plan, ours: Samples, floor: Samples, say: Callable[[str], None]
) -> None:
    """Let a job's program write, and watchers read along."""
    say(f"{plan.watchers} watchers of {plan.lines_per_s} lines/s")
    lines = int(plan.lines_per_s * plan.watched_s)
    house.speak(speaking.__name__)
    async with house.server as forge:
        (api,) = children(forge.pid)
        job_id = await asyncio.to_thread(_submit, house, lines, plan.lines_per_s)
        url = f"{forge.url}/api/v1/jobs/{job_id}/log/stream"
        watching = [await _watch(url, plan, lines) for _ in range(_PROCESSES)]
        spent, held = clock.cpu_s(api), held_bytes([api])
        (house.folder / speaking.GO).touch()
        told = [json.loads((await one.communicate())[0]) for one in watching]
        seconds = (await house.done(job_id))["result"]["seconds"]
        ours["fanout_cpu"].append((clock.cpu_s(api) - spent) / seconds * 100)
        ours["fanout_memory"].append((held_bytes([api]) - held) / MIB)
    lags = [lag * 1e3 for one in told for lag in one["lags"]]
    ours["fanout_missed"].append(sum(one["missed"] + one["wrong"] for one in told))
    ours["fanout_rate"].append(lines / seconds)
    floor["fanout_rate"].append(plan.lines_per_s)
    ours["fanout_p50"].append(percentile(lags, 0.5))
    ours["fanout_p99"].append(percentile(lags, 0.99))


def _submit(house: House, lines: int, lines_per_s: int) -> str:
    """Ask for the job that writes; it waits for a word."""
    inside = house.inside()
    try:
        params = speaking.Speech(lines=lines, lines_per_s=lines_per_s)
        return inside.jobs.submit(speaking.KIND, params).id
    finally:
        inside.close()


async def _watch(url: str, plan: Plan, lines: int) -> asyncio.subprocess.Process:
    """Start a process of watchers, and wait until all of them watch."""
    count = str(plan.watchers // _PROCESSES)
    arguments = (url, TOKEN, count, str(lines), str(plan.lines_per_s))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rig.bench.forge.watchers", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'script'}:{ROOT / 'addon'}"},
        limit=1 << 26,
    )
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    line = await asyncio.wait_for(process.stdout.readline(), _READY_WITHIN_S)
    if line.decode().strip() != READY:
        raise RigError("Watchers could not watch")
    return process
