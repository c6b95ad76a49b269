"""Keep what boards tell of uses and care, machine by machine, in the order it came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..ledger.errors import Duplicate, LedgerError, LedgerUnavailable
from ..signal import Signal
from ..wire.machine_replies import PlainReply
from ..wire.machines import InUse, Maintenance, StartUse, StopUse
from . import answers, care
from .access import DAY_S
from .book import Book
from .change import Change, Message
from .facts import Intervention, Member, Use
from .keeping import Keeping
from .news import Happening, Kind
from .placing import KEPT, end_of
from .roll import Roll
from .telling import of_uses

type Told = StartUse | InUse | StopUse | Maintenance

#: A board's own time of an event counts if it is not in the future, and not older.
OLDEST_S: Final = 30 * DAY_S
AHEAD_S: Final = 60.0
#: No machine is used for longer at once: such a duration was counted wrong.
LONGEST_S: Final = 366 * DAY_S


class UseBook(Book):
    """Change uses and care: in memory only what the ledger has kept."""

    def __init__(
        self,
        roll: Roll,
        ledger: Keeping,
        steady: float,
        *,
        happened: Signal[Happening],
        ledger_up: Signal[bool],
        anew: Signal[()],
    ) -> None:
        """Take up where the ledger is; `steady` is the time by the clock that nobody sets."""
        super().__init__(roll, ledger, steady, ledger_up=ledger_up, anew=anew)
        self._happened = happened

    def latest_members(self, machine_id: int) -> Iterable[int | None]:
        """Return who used a machine, the latest first."""
        return [use.member_id for use in reversed(self._course(machine_id).closed)]

    async def tell(
        self, machine_id: int, told: Told, now: float, steady: float
    ) -> PlainReply | None:
        """Keep what a board tells; return its answer, None where it must tell it again."""
        if isinstance(told, StartUse):
            self._course(machine_id).expect_start()
        try:
            await self._settle(steady)
            async with self._turn(machine_id):
                return await self._keep(machine_id, told, now, steady)
        except LedgerUnavailable:
            self._tell_ledger(up=False)
        except LedgerError:
            # Somebody changed it meanwhile: the next one meets what the ledger has.
            self._doubtful = True
        return None if isinstance(told, StopUse | Maintenance) else answers.UNAVAILABLE

    async def end_by_hand(self, machine_id: int, at: float, *, by: str | None = None) -> None:
        """End the open use because a person says so."""
        async with self._turn(machine_id):
            change = self._course(machine_id).end_by_hand(at)
            await self._change(machine_id, change, None, at, by=by)

    async def care_for(
        self,
        machine_id: int,
        plan_ids: Iterable[int],
        member_id: int | None,
        at: float,
        *,
        by: str | None = None,
    ) -> None:
        """Keep that plans were carried out."""
        async with self._turn(machine_id):
            await self._care(machine_id, plan_ids, member_id, at, by=by)

    async def pass_time(self, steady: float) -> list[int]:
        """End uses that were not heard of; return their machines."""
        ended: list[int] = []
        try:
            await self._settle(steady)
            for machine_id in tuple(self._roll.facts.open_uses):
                async with self._turn(machine_id):
                    change = self._course(machine_id).end_silent(steady)
                    if change.uses:
                        end = change.uses[-1].end or 0.0
                        await self._change(machine_id, change, None, end)
                        ended.append(machine_id)
            if self._seen or not self._up:
                await self._see()  # also to find out whether the ledger is back
        except LedgerUnavailable:
            self._tell_ledger(up=False)
        except LedgerError:
            self._doubtful = True
        return ended

    async def _keep(self, machine_id: int, told: Told, now: float, steady: float) -> PlainReply:
        member = self._member(machine_id, told)
        if member is None or member.id is None:
            return answers.INVALID_CARD
        moment = now if told.at is None or isinstance(told, InUse) else _plausible(told.at, now)
        if isinstance(told, Maintenance):
            return await self._maintain(machine_id, member, told, moment or now)
        course = self._course(machine_id)
        duration = 0 if isinstance(told, StartUse) else told.duration
        message = Message(
            member_id=member.id,
            moment=now if moment is None else moment,
            steady=steady,
            duration=duration,
            replay=told.replay,
            exact=told.at is not None and moment is not None and not isinstance(told, InUse),
            id=told.id,
        )
        if isinstance(told, StartUse):
            change = course.start(message)
            await self._change(machine_id, change, message, message.moment)
            return PlainReply(request_ok=True)
        if not 0 <= duration <= LONGEST_S:
            if isinstance(told, InUse):
                return answers.INVALID_DURATION
            message = replace(message, duration=course.seen_s(message))
        if isinstance(told, InUse):
            await self._change(machine_id, course.see(message), message, message.moment)
            return PlainReply(request_ok=True, message="inUse")
        await self._change(machine_id, course.stop(message), message, message.moment)
        return PlainReply(request_ok=True, message=f"Duration {message.duration} seconds")

    def _member(self, machine_id: int, told: Told) -> Member | None:
        """Return whose card it is; who was removed while at work still logs out."""
        member = self._roll.member_with(told.card)
        use = self._course(machine_id).open
        if member is not None or use is None or isinstance(told, StartUse):
            return member
        if use.member_id is None or use.member_id in self._roll.facts.members:
            return None
        return Member(id=use.member_id, name="", role_id=0)

    async def _change(
        self,
        machine_id: int,
        change: Change,
        message: Message | None,
        at: float,
        *,
        by: str | None = None,
    ) -> None:
        """Keep a change, then hold it."""
        course = self._course(machine_id)
        before = {use.id: use for use in (*course.closed, course.open) if use is not None}
        try:
            kept = await self._save(change.uses, by)
        except Duplicate as duplicate:
            if duplicate.what != "origin":
                raise
            return  # told before a restart, and kept
        course.apply(change, kept, message)
        self._recount(kept, before)
        facts = self._roll.facts
        if course.open is None:
            facts.open_uses.pop(machine_id, None)
        else:
            facts.open_uses[machine_id] = course.open
        if change.seen is not None and change.seen.id is not None:
            self._seen[change.seen.id] = change.seen.last_seen
        replay = message is not None and message.replay
        for happening in of_uses(self._roll, kept, before, at, replay=replay):
            self._happened.tell(happening)

    def _recount(self, kept: Sequence[Use], before: Mapping[int | None, Use]) -> None:
        for use in kept:
            old = before.get(use.id)
            if old is not None and old.end is not None:
                care.count(self._roll, old, -1)
            if use.end is not None:
                care.count(self._roll, use, 1)

    async def _maintain(
        self, machine_id: int, member: Member, told: Maintenance, at: float
    ) -> PlainReply:
        if member.disabled or not self._roll.role_of(member).care:
            return answers.NOT_AUTHORIZED
        plans = [plan.id for plan in care.due(self._roll, machine_id, with_open=True) if plan.id]
        if plans:
            await self._care(machine_id, plans, member.id, at, replay=told.replay)
        return PlainReply(request_ok=True)

    async def _care(
        self,
        machine_id: int,
        plan_ids: Iterable[int],
        member_id: int | None,
        at: float,
        *,
        replay: bool = False,
        by: str | None = None,
    ) -> None:
        given = [
            Intervention(
                plan_id=plan_id, machine_id=machine_id, member_id=member_id, at=at, replay=replay
            )
            for plan_id in plan_ids
        ]
        try:
            await self._ledger.add_interventions(given, by=by)
        except BaseException:
            self._doubtful = True
            raise
        self._tell_ledger(up=True)
        facts, closed = self._roll.facts, self._course(machine_id).closed
        for one in given:
            if at < facts.last_care.get(one.plan_id, 0.0):
                continue
            facts.last_care[one.plan_id] = at
            facts.since_care_s[one.plan_id] = sum(care.overlap_s(use, at) for use in closed)
        if len(closed) >= KEPT and at < end_of(closed[0]):
            self._doubtful = True  # uses that are not remembered count: the ledger adds them up
        self._happened.tell(
            Happening(
                kind=Kind.INTERVENTION,
                machine_id=machine_id,
                member_id=member_id,
                at=at,
                replay=replay,
            )
        )


def _plausible(at: float, now: float) -> float | None:
    """Return a board's own time of an event, None where its clock cannot be right."""
    return min(at, now) if now - OLDEST_S <= at <= now + AHEAD_S else None
