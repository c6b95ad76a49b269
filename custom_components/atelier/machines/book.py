"""Keep what is in memory and what the ledger has the same, machine by machine."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from ..ledger.errors import LedgerError, LedgerUnavailable
from ..signal import Signal
from .facts import Use
from .gate import Gate
from .keeping import Keeping
from .roll import Roll
from .uses import Course


class Book:
    """Let one change a machine's uses at a time, and take all over anew after a doubt."""

    def __init__(
        self,
        roll: Roll,
        ledger: Keeping,
        steady: float,
        *,
        ledger_up: Signal[bool],
        anew: Signal[()],
    ) -> None:
        """Take up where the ledger is; `steady` is the time by the clock that nobody sets."""
        self._roll = roll
        self._ledger = ledger
        self._ledger_up = ledger_up
        self._anew = anew
        self._up = True
        self._courses: dict[int, Course] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._gate = Gate()
        self._settling = asyncio.Lock()
        self._seen: dict[int, float] = {}
        self._began = steady
        #: Whether the ledger may have kept something that is not in memory.
        self._doubtful = False

    async def keep_seen(self) -> None:
        """Keep when open uses were last seen; raise nothing, the next time will do."""
        if not self._seen:
            return
        await self._see()

    async def _see(self) -> None:
        seen, self._seen = self._seen, {}
        try:
            await self._ledger.see_uses(seen)
        except LedgerError as error:
            self._seen = seen | self._seen
            if isinstance(error, LedgerUnavailable):
                self._tell_ledger(up=False)
        else:
            self._tell_ledger(up=True)

    async def reload(self, steady: float) -> None:
        """Take over everything as the ledger has it."""
        await self.keep_seen()
        async with self._gate.alone():
            try:
                facts = await self._ledger.load()
            except BaseException:
                self._doubtful = True
                raise
            for use_id, seen in self._seen.items():
                for machine_id, use in facts.open_uses.items():
                    if use.id == use_id:
                        facts.open_uses[machine_id] = replace(use, last_seen=seen)
            self._roll.exchange(facts)
            for machine_id, course in self._courses.items():
                opened, recent = facts.open_uses.get(machine_id), facts.recent.get(machine_id, ())
                self._take_over(course, opened, recent, steady)
            self._doubtful = False
        self._anew.tell()

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """Let a person change facts: what is taken over anew has all of it or nothing.

        Where the ledger fails it may have kept the change all the same.
        """
        async with self._gate.passing():
            try:
                yield
            except LedgerUnavailable:
                self._doubtful = True
                raise

    async def recount(self, machine_id: int, steady: float) -> None:
        """Take over one machine's uses and care as the ledger has them; part of `changing`."""
        async with self._turns[machine_id]:
            tally = await self._ledger.tally(machine_id)
            opened = tally.opened
            if opened is not None and (seen := self._seen.get(opened.id or 0)) is not None:
                opened = replace(opened, last_seen=max(seen, opened.last_seen))
            self._roll.take_over(machine_id, replace(tally, opened=opened))
            if (course := self._courses.get(machine_id)) is not None:
                self._take_over(course, opened, tally.recent, steady)

    def _take_over(
        self, course: Course, opened: Use | None, recent: Sequence[Use], steady: float
    ) -> None:
        """Let a course go on with what the ledger has; the same open use was heard when it was."""
        was = course.open
        same = opened is not None and was is not None and opened.id == was.id
        course.take_over(opened, recent, course.heard if same else steady)

    def _tell_ledger(self, *, up: bool) -> None:
        if up is not self._up:
            self._up = up
            self._ledger_up.tell(up)

    async def _settle(self, steady: float) -> None:
        if not self._doubtful:
            return
        async with self._settling:  # once, for all who wait for it
            if self._doubtful:
                await self.reload(steady)

    @asynccontextmanager
    async def _turn(self, machine_id: int) -> AsyncIterator[None]:
        """Change one machine's uses, alone."""
        async with self._gate.passing(), self._turns[machine_id]:
            yield

    def _course(self, machine_id: int) -> Course:
        course = self._courses.get(machine_id)
        if course is None:
            facts = self._roll.facts
            course = self._courses[machine_id] = Course(
                machine_id,
                facts.open_uses.get(machine_id),
                facts.recent.get(machine_id, ()),
                self._began,
            )
        return course

    async def _save(self, uses: Sequence[Use], by: str | None) -> list[Use]:
        if not uses:
            return []
        try:
            kept = await self._ledger.save_uses(uses, by=by)
        except BaseException:
            # It may be kept all the same: the ledger is asked before anything else.
            self._doubtful = True
            raise
        self._tell_ledger(up=True)
        return kept
