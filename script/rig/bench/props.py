"""Compare Atelier with core's MQTT discovery doing the same work, and with the floor."""

import asyncio
from contextlib import AsyncExitStack
import json
from pathlib import Path
import sys
import tempfile
from typing import TYPE_CHECKING, Final

from rig.bench.crowd import Crowd
from rig.bench.rows import rows
from rig.bench.samples import Samples
from rig.bench.side import Side
from rig.bench.under_load import UnderLoad
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rig.bench.plan import Plan
    from rig.bench.side import Name
    from rig.bench.table import Row

FLOOR_TIMEOUT_S: Final = 120


async def compare(plan: Plan, names: Sequence[Name], say: Callable[[str], None]) -> list[Row]:
    """Measure the sides that are named and return the rows of the report."""
    samples = {name: Samples() for name in ("ours", "core", "floor")}
    say("floor")
    await _floor(plan, samples["floor"])
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        sides = []
        for name in names:
            say(f"setting up ({name})")
            side = Side(name, folder)
            stack.push_async_callback(side.close)
            await side.prepare()
            sides.append((side, samples[name]))
        await UnderLoad(plan, sides, say).run()
        await Crowd(plan, sides, samples["floor"], say).run()
    return rows(samples["ours"], samples["core"], samples["floor"], crowd=plan.crowd)


async def _floor(plan: Plan, samples: Samples) -> None:
    """Measure the floor in a process of its own, whose heap nothing else has filled."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rig.bench.floor",
        f"--messages={plan.burst_messages}",
        f"--repeats={plan.bursts}",
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), FLOOR_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        raise RigError(f"The floor was not measured within {FLOOR_TIMEOUT_S} s") from None
    if process.returncode:
        raise RigError(f"Measuring the floor ended with code {process.returncode}")
    samples.update(json.loads(output))
