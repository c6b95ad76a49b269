"""All measures of a large number of props: starts, memory, idle."""

from typing import TYPE_CHECKING

from rig.bench.start import at_rest, timed_start

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rig.bench.plan import Plan
    from rig.bench.samples import Samples
    from rig.bench.side import Side
    from rig.bench.start import Rest


class Crowd:
    """Only one Home Assistant runs at a time."""

    def __init__(
        self,
        plan: Plan,
        sides: Sequence[tuple[Side, Samples]],
        floor: Samples,
        say: Callable[[str], None],
    ) -> None:
        """Take the sizes, the sides with where their samples go, and who hears of progress."""
        self._plan = plan
        self._sides = sides
        self._floor = floor
        self._say = say

    async def run(self) -> None:
        """Measure bare starts, first starts, and restarts in turns."""
        bare = await self._bare(self._sides[0][0])
        bare_s = self._floor.figure("bare_start")
        offset = 0.0 if bare_s is None else bare_s.median
        for side, samples in self._sides:
            self._say(f"first start with {self._plan.crowd} props ({side.name})")
            side.restore("empty")
            side.fill(self._plan.crowd)
            start = await timed_start(side, self._plan.crowd)
            samples["first_start"].append(start.seconds - offset)
            samples["entities"].append(start.entities)
            await side.settle()
            await side.stop()
        for repeat in range(self._plan.starts):
            for side, samples in self._sides:
                self._say(f"restart {repeat + 1}/{self._plan.starts} ({side.name})")
                start = await timed_start(side, self._plan.crowd)
                samples["restart"].append(start.seconds - offset)
                if repeat == self._plan.starts - 1:
                    rest = await at_rest(side, self._plan.idle_s)
                    samples["idle"].append(rest.idle_share * 100)
                    samples["memory"].append(
                        (rest.memory_bytes - bare.memory_bytes) / self._plan.crowd / 1024
                    )
                await side.stop()

    async def _bare(self, side: Side) -> Rest:
        """Measure a Home Assistant that knows the broker and nothing else."""
        side.restore("bare")
        side.forget(self._plan.fleet)
        for repeat in range(self._plan.bare_starts):
            self._say(f"bare start {repeat + 1}/{self._plan.bare_starts}")
            start = await timed_start(side, 0)
            self._floor["bare_start"].append(start.seconds)
            if repeat == self._plan.bare_starts - 1:
                rest = await at_rest(side, self._plan.idle_s)
                self._floor["idle"].append(rest.idle_share * 100)
            await side.stop()
        return rest
