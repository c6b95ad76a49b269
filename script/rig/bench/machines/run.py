"""Measure a makerspace: first what answers boards at all, then ours, size by size."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
import os
from pathlib import Path
import sys
import tempfile
from typing import TYPE_CHECKING, Final

from rig.bench import clock
from rig.bench.figures import percentile
from rig.bench.machines import flood, pages, speech
from rig.bench.machines.boards import Boards
from rig.bench.machines.house import OUR_CORE, House
from rig.bench.machines.rows import rows
from rig.bench.machines.seeding import Cards
from rig.bench.samples import Samples
from rig.broker import Broker
from rig.child import Child
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from rig.bench.machines.boards import Heard
    from rig.bench.machines.plan import Makerspace, Plan
    from rig.bench.table import Row

_ECHO_TIMEOUT_S: Final = 20
#: Kinds of queries, by the name of the measure.
_KINDS: Final = {
    "checkmachine": speech.ASKING,
    "checkuser": speech.TAPPING,
    "inuse": speech.LASTING,
    "visit": speech.VISITING,
}


class Measuring:
    """Take all samples of a run."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        """Take the sizes, and who hears of progress."""
        self._plan = plan
        self._say = say
        self.ours = Samples()
        self.floor = Samples()

    async def run(self, folder: Path) -> None:
        """Measure one after the other: nothing of ours runs beside the floor."""
        clock.pin(os.getpid(), OUR_CORE)
        try:
            await self._floor(folder)
            house = House(folder)
            try:
                await self._sizes(house)
                await self._many(house)
            finally:
                await house.close()
        finally:
            clock.unpin(os.getpid())

    async def _floor(self, folder: Path) -> None:
        """Measure a responder that only echoes."""
        plan = self._plan
        self._say("floor: a responder that only echoes")
        async with Broker(max_queued=0) as broker:
            echo = Child(
                "The echo",
                [sys.executable, "-m", "rig.bench.machines.echo", str(broker.port)],
                log=folder / "echo.log",
            )

            async def listens() -> bool:
                return "listening" in echo.output()

            await echo.start()
            try:
                await echo.wait_until(listens, "listened", timeout_s=_ECHO_TIMEOUT_S)
                clock.pin(broker.pid, OUR_CORE)
                for makerspace, prefix in ((plan.few, "few_"), (plan.many, "")):
                    async with self._boards(broker.port, makerspace) as boards:
                        for _ in range(plan.loops):
                            heard, cost = await self._loop(boards, echo.pid, 0.0, speech.MIX)
                            self.floor[f"{prefix}rate"].append(heard.replies / heard.seconds)
                            if not prefix:
                                self.floor["cost"].append(cost)
                        await boards.log_out()
                        if not prefix:
                            heard = await boards.pace(speech.MIX, plan.rate, plan.pace_s)
                            self._pace(self.floor, heard)
            finally:
                await echo.stop(timeout_s=5)

    async def _sizes(self, house: House) -> None:
        """Measure what a query costs while members, uses and machines grow, with few boards."""
        plan = self._plan
        members = replace(plan.few, members=plan.many.members)
        uses = replace(members, uses=plan.many.uses)
        memory: dict[str, float] = {}
        self._say("setting up")
        await house.prepare("few", plan.few)
        for name, makerspace in (
            ("few", plan.few),
            ("members", members),
            ("uses", uses),
            ("machines", plan.many),
        ):
            self._say(f"cost of a query: {name} ({makerspace})")
            await house.furnish(name, makerspace)
            start = await house.start()
            if name == "few":
                self.floor["start"].append(start)
            if name == "machines":  # the entities of most of them were made just now
                await house.stop()
                await house.start()
            await house.settle()
            memory[name] = clock.rss_bytes(house.hass.pid) / 1024
            before = house.uses()
            # As many boards each time: what they say is the same, and so is what it changes.
            speaking = replace(makerspace, machines=plan.few.machines)
            async with self._boards(house.broker.port, speaking) as boards:
                await self._cost(house, boards, warms_up=True)
                for _ in range(plan.loops):
                    self.ours[f"cost_{name}"].append(await self._cost(house, boards))
                if name == "machines":
                    await self._few_loops(house, boards)
                (await boards.log_out()).check()
            await house.stop()
            _check_kept(boards, house.uses() - before)
        for name in ("members", "uses", "machines"):
            self.floor[f"cost_{name}"] = self.ours["cost_few"]
        extra = plan.many.members - plan.few.members
        self.ours["memory"].append(memory["machines"] / 1024)
        self.ours["memory_member"].append((memory["members"] - memory["few"]) / extra)
        extra = plan.many.machines - plan.few.machines
        self.ours["memory_machine"].append((memory["machines"] - memory["uses"]) / extra)

    async def _cost(self, house: House, boards: Boards, *, warms_up: bool = False) -> float:
        """Return CPU µs per query at the given pace, net of idle."""
        plan, pid = self._plan, house.hass.pid
        spent = clock.cpu_s(pid)
        heard = await boards.pace(
            speech.MIX, plan.rate, plan.loop_s / 2 if warms_up else plan.loop_s
        )
        spent = clock.cpu_s(pid) - spent - house.idle_share * heard.seconds
        return spent / heard.check().replies * 1e6

    async def _few_loops(self, house: House, boards: Boards) -> None:
        """Measure closed loops of few boards."""
        for _ in range(self._plan.loops):
            heard, _ = await self._loop(boards, house.hass.pid, house.idle_share, speech.MIX)
            self.ours["few_rate"].append(heard.replies / heard.seconds)

    async def _many(self, house: House) -> None:
        """Measure all else with everything there is."""
        plan = self._plan
        await house.furnish("machines", plan.many)
        for repeat in range(plan.starts):
            self._say(f"start {repeat + 1}/{plan.starts}")
            self.ours["start"].append(await house.start())
            if repeat < plan.starts - 1:
                await house.stop()
        await house.settle()
        for name, question in pages.questions(plan.many).items():
            self._say(f"pages of uses: {name}")
            taken = await pages.page_ms(house.hass, question, plan.pages)
            self.ours[f"page_{name}"].append(percentile(taken, 0.95))
        before = house.uses()
        async with self._boards(house.broker.port, plan.many) as boards:
            await self._paced(house, boards)
            await self._kinds(house, boards)
        _check_kept(boards, house.uses() - before)
        await self._floods(house)
        await house.stop()

    async def _paced(self, house: House, boards: Boards) -> None:
        """Measure replies at a given pace."""
        plan, pid = self._plan, house.hass.pid
        self._say(f"{plan.rate:g} queries/s of {plan.many.machines} boards")
        await boards.loop(speech.ASKING, 1)  # warms up
        await boards.pace(speech.MIX, plan.rate, 2)
        await boards.log_out()
        spent, waited = clock.cpu_s(pid), clock.waited_s(pid)
        heard = (await boards.pace(speech.MIX, plan.rate, plan.pace_s)).check()
        spent = clock.cpu_s(pid) - spent - house.idle_share * heard.seconds
        self.ours["waiting"].append((clock.waited_s(pid) - waited) / heard.seconds * 100)
        self.ours["pace_cost"].append(spent / heard.replies * 1e6)
        self._pace(self.ours, heard)
        (await boards.log_out()).check()

    def _pace(self, samples: Samples, heard: Heard) -> None:
        waits = [wait * 1e3 for wait in heard.all_waits]
        commits = [wait * 1e3 for kind in speech.VISITING for wait in heard.waits[kind]]
        samples["pace_p50"].append(percentile(waits, 0.50))
        samples["pace_p99"].append(percentile(waits, 0.99))
        samples["pace_commit_p99"].append(percentile(commits, 0.99))
        samples["pace_late"].append(heard.late)

    async def _kinds(self, house: House, boards: Boards) -> None:
        """Measure closed loops of all boards, mixed and kind by kind."""
        pid, idle = house.hass.pid, house.idle_share
        for name, kinds in {"": speech.MIX, **_KINDS}.items():
            mark = f"_{name}" if name else ""
            self._say(f"closed loop: {name or 'mix'}")
            for _ in range(self._plan.loops):
                if name == "inuse":
                    (await boards.once("startuse")).check()
                heard, cost = await self._loop(boards, pid, idle, kinds)
                self.ours[f"rate{mark}"].append(heard.replies / heard.seconds)
                self.ours[f"cost{mark}"].append(cost)
                (await boards.log_out()).check()

    async def _floods(self, house: House) -> None:
        """Measure what others hear while board 1 floods."""
        plan, port, cards = self._plan, house.broker.port, Cards(self._plan.many.members)
        async with Boards(port, range(2, plan.many.machines + 1), cards) as others:
            await asyncio.sleep(1)
            for name, kinds in flood.FLOODS.items():
                self._say(f"one board floods with {name}")
                async with flood.flooding(port, cards, kinds, plan.flood_rate):
                    heard = await others.pace(speech.MIX, flood.OTHERS_RATE, plan.flood_s)
                self.ours[f"flood_{name}"].append(max(heard.check().all_waits))
                await clock.until_quiet(house.hass.pid, timeout_s=60)
                (await others.log_out()).check()

    async def _loop(
        self, boards: Boards, pid: int, idle_share: float, kinds: Sequence[str]
    ) -> tuple[Heard, float]:
        """Run a closed loop; return what was heard, and CPU µs per reply, net of idle."""
        spent = clock.cpu_s(pid)
        heard = (await boards.loop(kinds, self._plan.loop_s)).check()
        await clock.until_quiet(pid, timeout_s=60)
        spent = clock.cpu_s(pid) - spent - idle_share * heard.seconds
        return heard, spent / heard.replies * 1e6

    @asynccontextmanager
    async def _boards(self, port: int, makerspace: Makerspace) -> AsyncIterator[Boards]:
        """Connect the boards of a makerspace, and let them say what they are."""
        numbers = range(1, makerspace.machines + 1)
        async with Boards(port, numbers, Cards(makerspace.members)) as boards:
            await asyncio.sleep(1)
            yield boards


def _check_kept(boards: Boards, kept: int) -> None:
    """Raise RigError unless each start that was confirmed is a use, and nothing else is."""
    if boards.starts != kept:
        raise RigError(f"{boards.starts} starts were confirmed, {kept} uses were kept")


async def measure(plan: Plan, say: Callable[[str], None]) -> list[Row]:
    """Measure and return the rows of the report."""
    measuring = Measuring(plan, say)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        await measuring.run(Path(folder))
    return rows(measuring.ours, measuring.floor, plan)
