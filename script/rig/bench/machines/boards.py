"""Many boards on connections of their own, which ask as fast as they are answered, or paced."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import cycle, islice
import random
import time
from typing import TYPE_CHECKING, Final, Self

from rig.bench.machines.link import Link
from rig.bench.machines.speech import Speech, alive
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rig.bench.machines.seeding import Cards

#: As long as a board waits.
PATIENCE_S: Final = 2.0
#: For those that are owed an answer when a load ends, and for whom starts up.
_LAST_WAIT_S: Final = 30.0
_OK: Final = b'"request_ok":true'
#: Boards that connect at the same time.
_TOGETHER: Final = 50


@dataclass(slots=True)
class Heard:
    """What a load came to: seconds until each reply by kind, and what went wrong."""

    seconds: float = 0.0
    waits: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    #: Answers that were a failure, by what was asked.
    failed: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    #: Seconds of processor time that the generator took.
    spent_s: float = 0.0

    @property
    def replies(self) -> int:
        """Return how many replies there were."""
        return sum(map(len, self.waits.values()))

    @property
    def all_waits(self) -> list[float]:
        """Return the seconds of all replies."""
        return [wait for waits in self.waits.values() for wait in waits]

    @property
    def late(self) -> int:
        """Return how many queries a board would have given up."""
        return self.unanswered + sum(wait > PATIENCE_S for wait in self.all_waits)

    def check(self) -> Self:
        """Raise RigError where an answer was no answer."""
        if self.failed:
            raise RigError(f"Boards were told that something failed: {dict(self.failed)}")
        return self


class Board:
    """One board: asks, waits, and asks again."""

    def __init__(self, number: int, speech: Speech) -> None:
        """Describe it; nothing is connected yet."""
        self.topic = f"machine/{number}"
        self.speech = speech
        self.starts = 0
        self._number = number
        self._link = Link(f"BOARD{number}", f"{self.topic}/reply", self._take)
        self._kinds: Iterator[str] = iter(())
        self._asked: tuple[str, float] | None = None
        self._due: list[float] = []
        self._heard = Heard()
        self._until = 0.0
        self._idle = asyncio.Event()
        self._idle.set()

    async def connect(self, port: int) -> None:
        """Connect, and say what it is."""
        await self._link.connect(port)
        self._link.publish(self.topic, alive(self._number))

    def close(self) -> None:
        """Disconnect."""
        self._link.close()

    def load(self, kinds: Sequence[str], heard: Heard, *, until: float) -> None:
        """Say these kinds by turns from now on, and keep what is heard; no loop after `until`.

        Boards do not all begin with the same one.
        """
        begin = self._number % len(kinds)
        self._kinds = islice(cycle(kinds), begin, None)
        self._heard, self._until = heard, until

    def ask(self, due: float | None = None) -> None:
        """Ask now, or, where it is still waiting, as soon as it may: then it waits since `due`."""
        if self._asked is not None:
            self._due.append(time.perf_counter() if due is None else due)
            return
        kind = next(kind for kind in self._kinds if self.speech.fits(kind))
        said = self.speech.say(kind)
        self._idle.clear()
        self._asked = (kind, time.perf_counter() if due is None else due)
        self._link.publish(self.topic, said)

    async def settle(self) -> bool:
        """Wait until nothing is asked; tell whether that was so before long."""
        try:
            await asyncio.wait_for(self._idle.wait(), _LAST_WAIT_S)
        except TimeoutError:
            return False
        return True

    def _take(self, _topic: str, payload: bytes) -> None:
        now = time.perf_counter()
        if self._asked is None:
            self._heard.failed["nothing"] += 1
            return
        (kind, asked), self._asked = self._asked, None
        if _OK not in payload:
            self._heard.failed[kind] += 1
        elif kind == "startuse":
            self.starts += 1
        self._heard.waits[kind].append(now - asked)
        if self._due:
            self.ask(self._due.pop(0))
        elif now < self._until:
            self.ask()
        else:
            self._idle.set()


class Boards:
    """A makerspace's boards."""

    def __init__(self, port: int, numbers: Sequence[int], cards: Cards) -> None:
        """Describe boards of these numbers."""
        self._port = port
        self._boards = [
            Board(number, Speech(number, cards, stride=len(numbers))) for number in numbers
        ]

    @property
    def starts(self) -> int:
        """Return how many starts were confirmed."""
        return sum(board.starts for board in self._boards)

    async def __aenter__(self) -> Self:
        """Connect all."""
        for at in range(0, len(self._boards), _TOGETHER):
            few = self._boards[at : at + _TOGETHER]
            await asyncio.gather(*(board.connect(self._port) for board in few))
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Disconnect all."""
        for board in self._boards:
            board.close()

    async def loop(self, kinds: Sequence[str], seconds: float) -> Heard:
        """Let each board ask again as soon as it is answered."""
        heard = Heard()
        begin, spent = time.perf_counter(), time.process_time()
        for board in self._boards:
            board.load(kinds, heard, until=begin + seconds)
            board.ask()
        await asyncio.sleep(seconds)
        heard.seconds = time.perf_counter() - begin
        await self._settle(heard)
        heard.spent_s = time.process_time() - spent
        return heard

    async def once(self, kind: str, *, in_use: bool = False) -> Heard:
        """Let each board ask once; `in_use`: only those where somebody is logged in."""
        heard = Heard()
        for board in self._boards:
            if board.speech.in_use or not in_use:
                board.load((kind,), heard, until=0)
                board.ask()
        await self._settle(heard)
        return heard

    async def pace(self, kinds: Sequence[str], rate: float, seconds: float) -> Heard:
        """Let boards ask `rate` times a second in all, by turns, at random moments."""
        heard = Heard()
        for board in self._boards:
            board.load(kinds, heard, until=0)
        chance = random.Random(1)  # noqa: S311 - the same moments in each run
        turns = cycle(chance.sample(self._boards, len(self._boards)))
        begin, spent = time.perf_counter(), time.process_time()
        due = begin
        while due < begin + seconds:
            await asyncio.sleep(due - time.perf_counter())
            next(turns).ask()
            due += chance.expovariate(rate)
        heard.seconds = time.perf_counter() - begin
        await self._settle(heard)
        heard.spent_s = time.process_time() - spent
        return heard

    async def log_out(self) -> Heard:
        """Let boards where somebody is logged in log them out."""
        return await self.once("stopuse", in_use=True)

    async def _settle(self, heard: Heard) -> None:
        """Wait for what is owed."""
        settled = await asyncio.gather(*(board.settle() for board in self._boards))
        heard.unanswered += settled.count(False)
