"""All measures of a small fleet that speaks."""

import os
from typing import TYPE_CHECKING, Final

from rig.bench import clock
from rig.bench.burst import burst_us, unread_us, watched_us
from rig.bench.figures import percentile
from rig.bench.latency import press_ms, update_ms
from rig.bench.payloads import BURSTS, Fleet
from rig.bench.sustained import sustained_rate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rig.bench.plan import Plan
    from rig.bench.samples import Samples
    from rig.bench.side import Side

AVAILABLE_TIMEOUT_S: Final = 60
IDLE_S: Final = 3
OUR_CORE: Final = 0  # for broker and generator; Home Assistant has the other one
HASS_CORE: Final = 1


class UnderLoad:
    """The sides take turns, so that what disturbs the computer disturbs both."""

    def __init__(
        self, plan: Plan, sides: Sequence[tuple[Side, Samples]], say: Callable[[str], None]
    ) -> None:
        """Take the sizes, the sides with where their samples go, and who hears of progress."""
        self._plan = plan
        self._sides = sides
        self._say = say
        self._fleet = Fleet(plan.fleet)

    async def run(self) -> None:
        """Start both sides, measure, stop both."""
        for side, _ in self._sides:
            await self._begin(side)
        try:
            clock.pin(os.getpid(), OUR_CORE)
            await self._costs()
            await self._latencies()
            await self._rates()
        finally:
            clock.unpin(os.getpid())
            for side, _ in self._sides:
                await side.stop()

    async def _begin(self, side: Side) -> None:
        """Start a side with the fleet and wait until it has nothing to do."""
        self._say(f"starting {self._plan.fleet} props ({side.name})")
        side.fill(self._plan.fleet)
        await side.start()
        await side.wait_available(self._plan.fleet, timeout_s=AVAILABLE_TIMEOUT_S)
        await side.settle()
        clock.pin(side.pid, HASS_CORE)
        clock.pin(side.broker.pid, OUR_CORE)
        side.idle_share = await clock.idle_share(side.pid, IDLE_S)

    async def _costs(self) -> None:
        """Measure CPU time per message."""
        plan = self._plan
        for repeat in range(-1, plan.bursts):
            for side, samples in self._sides:
                self._say(f"bursts {repeat + 1}/{plan.bursts} ({side.name})")
                for measure, changes in BURSTS.items():
                    cost = await burst_us(side, self._fleet, plan.burst_messages, changes=changes)
                    if repeat >= 0:  # the first one warms up
                        samples[measure].append(cost)
                if repeat >= 0 and side.name == "ours":
                    cost = await unread_us(side, self._fleet, plan.burst_messages)
                    samples["burst_unread"].append(cost)
        for _ in range(plan.watches):
            for side, samples in self._sides:
                self._say(f"watched load ({side.name})")
                samples["watched"].append(
                    await watched_us(side, self._fleet, plan.watched_messages)
                )

    async def _latencies(self) -> None:
        """Measure the ways up and down."""
        plan = self._plan
        for _ in range(plan.updates):
            for side, samples in self._sides:
                self._say(f"publish to watcher ({side.name})")
                _add(samples, "update", await update_ms(side, self._fleet, plan.update_messages))
        for _ in range(plan.press_rounds):
            for side, samples in self._sides:
                self._say(f"button to command ({side.name})")
                _add(samples, "press", await press_ms(side, plan.presses))

    async def _rates(self) -> None:
        """Measure the rate that is kept up with, guessed from what a message costs."""
        for side, samples in self._sides:
            self._say(f"messages kept up with ({side.name})")
            cost = samples.figure("burst_all")
            if cost is not None:
                rate = await sustained_rate(
                    side,
                    self._fleet,
                    1e6 / cost.median,
                    seconds=self._plan.rate_s,
                    steps=self._plan.rate_steps,
                )
                samples["rate"].append(rate)


def _add(samples: Samples, measure: str, times: Sequence[float]) -> None:
    """Keep the percentiles of one round."""
    samples[f"{measure}_p50"].append(percentile(times, 0.50))
    samples[f"{measure}_p99"].append(percentile(times, 0.99))
