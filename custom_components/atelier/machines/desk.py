"""Answer boards: decide from memory, confirm what happened once the ledger has kept it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
import time
from typing import Final

from ..signal import Signal
from ..wire.machine_replies import Reply, RequestType, encode_request
from ..wire.machines import (
    Address,
    Alive,
    CheckMachine,
    CheckUser,
    InUse,
    Maintenance,
    Query,
    StartUse,
    StopUse,
    SyncCache,
)
from ..wire.signed_list import ListedCard
from . import answers
from .access import decide, passes_card
from .care import due, hours_left, used_s
from .errands import Errands
from .facts import Board, Facts, Machine, MachineType, Plan
from .keeping import Keeping
from .listed import listed
from .news import Happening, Kind, State, Status, Tap
from .requests import Refusal, RequestRefused
from .roll import Kept, Roll
from .usebook import UseBook

#: A board says something every 30 s.
OFFLINE_S: Final = 90.0
#: Boards that belong to no machine: forged numbers fill no more than this.
STRANGERS: Final = 64
#: What a board is asked to log out names nobody.
_NO_CARD: Final = "00000000"


class Desk:
    """Stand between the boards of a workshop and its ledger."""

    def __init__(
        self,
        facts: Facts,
        ledger: Keeping,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with what the ledger loaded; `steady` is a clock that nobody sets, in seconds."""
        self.changed: Signal[int] = Signal()
        self.happened: Signal[Happening] = Signal()
        #: A card at a board, and whose it is: only for somebody who hands cards out, as cards
        #: are in no state, event or log.
        self.tapped: Signal[Tap] = Signal()
        #: Whether the ledger could be written when it was last tried.
        self.ledger_up: Signal[bool] = Signal()
        #: Everything was taken over from the ledger, and may be other than it was.
        self.anew: Signal[()] = Signal()
        self.anew.listen(self._look_anew)
        self.roll = Roll(facts)
        #: Boards whose number is no machine's, by number.
        self.strangers: dict[int, Board] = {}
        self._ledger = ledger
        self._clock = clock
        self._steady = steady
        self._errands = Errands()
        self._book = UseBook(
            self.roll,
            ledger,
            steady(),
            happened=self.happened,
            ledger_up=self.ledger_up,
            anew=self.anew,
        )
        self._heard: dict[int, tuple[float, float]] = {}
        self._addresses: dict[int, Address] = {}
        self._online: set[int] = set()

    @property
    def facts(self) -> Facts:
        """Return what is known; only the desk changes it."""
        return self.roll.facts

    async def answer(
        self, number: int, query: Query, address: Address | None = None
    ) -> Reply | None:
        """Return what a board is told, None where nothing may be said.

        What could not be kept of a log-out or of care is not answered: boards tell it again.
        """
        now = self._clock()
        machine = self.facts.machines.get(number)
        if machine is None:
            return self._meet(number, query, now, address)
        self._hear(number, now, address)
        match query:
            case CheckMachine():
                return answers.machine_reply(self.roll, machine, now)
            case CheckUser():
                return self._check_card(number, query.card, now)
            case SyncCache():
                latest = self._book.latest_members(number)
                return answers.cache_reply(self.roll, machine, now, latest)
            case Alive():
                self._know_board(_board(number, query, now))
                return None
            case StartUse() | InUse() | StopUse() | Maintenance():
                reply = await self._book.tell(number, query, now, self._steady())
                self.changed.tell(number)
                return reply

    async def end_use(
        self, machine_id: int, at: float | None = None, *, by: str | None = None
    ) -> None:
        """End a machine's use because a person says so; raise LedgerError if not kept."""
        await self._book.end_by_hand(machine_id, self._clock() if at is None else at, by=by)
        self.changed.tell(machine_id)

    async def care_for(
        self,
        machine_id: int,
        plan_ids: list[int],
        member_id: int | None,
        at: float | None = None,
        *,
        by: str | None = None,
    ) -> None:
        """Keep that plans were carried out, as `by` says; raise LedgerError if not kept."""
        when = self._clock() if at is None else at
        await self._book.care_for(machine_id, plan_ids, member_id, when, by=by)
        self.changed.tell(machine_id)

    def put(self, *facts: Kept) -> None:
        """Take in what people changed, as the ledger kept it."""
        for fact in facts:
            if isinstance(fact, Plan) and fact.id not in self.facts.plans:
                used = self.facts.used_s.get(fact.machine_id, 0.0)
                self.facts.since_care_s.setdefault(fact.id or 0, used)
            self.roll.put(fact)
            if isinstance(fact, Machine) and fact.id in self.strangers:
                self._adopt(fact.id)
        self._tell(*facts)

    def drop(self, kind: type[Kept], *ids: int) -> None:
        """Take out what people removed; of uses and care there is `recount`."""
        self._tell(*(fact for id_ in ids if (fact := self.roll.drop(kind, id_)) is not None))

    def changing(self) -> AbstractAsyncContextManager[None]:
        """Change facts in the ledger and tell of them in here, so that nothing comes between."""
        return self._book.changing()

    async def recount(self, *machine_ids: int) -> None:
        """Take over machines' uses and care as people changed them; part of `changing`."""
        for machine_id in machine_ids:
            await self._book.recount(machine_id, self._steady())
            if machine_id in self.facts.machines:
                self.changed.tell(machine_id)

    async def refresh(self) -> None:
        """Take over everything as the ledger has it; raise LedgerError if it cannot say."""
        await self._book.reload(self._steady())

    def _look_anew(self) -> None:
        """Go by what was taken over."""
        for number in self.strangers.keys() & self.facts.machines.keys():
            self._adopt(number)
        for machine_id in tuple(self.facts.machines):
            self.changed.tell(machine_id)

    async def tick(self) -> None:
        """Do what time makes due: call it every few seconds."""
        self._errands.run()
        steady = self._steady()
        for number in [one for one in self._online if not self._is_online(one, steady)]:
            self._online.discard(number)
            self.changed.tell(number)
        for number in await self._book.pass_time(steady):
            self.changed.tell(number)

    async def close(self) -> None:
        """Keep what can be kept of what waits."""
        await self._book.keep_seen()
        await self._errands.settle()

    def status(self, machine_id: int) -> Status:
        """Tell how a machine is now."""
        facts = self.facts
        machine = facts.machines[machine_id]
        use = facts.open_uses.get(machine_id)
        plans = due(self.roll, machine_id, with_open=True)
        online = self._is_online(machine_id, self._steady())
        board = facts.boards.get(machine_id)
        heard = self._heard.get(machine_id)
        if use is not None:
            state = State.IN_USE
        elif machine.blocked:
            state = State.BLOCKED
        elif plans:
            state = State.MAINTENANCE
        else:
            state = State.FREE if online else State.OFFLINE
        return Status(
            state=state,
            online=online,
            last_seen=heard[0] if heard else board.last_seen if board else None,
            since=use.start if use else None,
            member_id=use.member_id if use else None,
            hours=used_s(facts, machine_id) / 3600,
            hours_to_care=hours_left(self.roll, machine_id),
            due=tuple(plan.id for plan in plans if plan.id is not None),
        )

    def listed(self, machine_id: int, expires: float) -> list[ListedCard]:
        """Return the cards that a gate lets in until a moment while it cannot ask.

        Those of who was there last come first, for a list may not hold all.
        """
        machine = self.facts.machines[machine_id]
        latest = self._book.latest_members(machine_id)
        return list(listed(self.roll, machine, self._clock(), expires, latest))

    def address_of(self, machine_id: int) -> Address | None:
        """Return how a board spells its topic, None where it was not heard yet."""
        return self._addresses.get(machine_id)

    def request_start(self, machine_id: int, member_id: int) -> tuple[str, bytes]:
        """Return topic and payload that log a member in; raise RequestRefused."""
        topic = self._request_topic(machine_id)
        member = self.facts.members.get(member_id)
        if member is None:
            raise RequestRefused(Refusal.NO_MEMBER)
        if not member.cards:
            raise RequestRefused(Refusal.NO_CARD)
        decision = decide(self.roll, member, self.facts.machines[machine_id], self._clock())
        if decision.denial is not None:
            raise RequestRefused(Refusal.NOT_ALLOWED, decision.denial)
        return topic, encode_request(RequestType.START, member.cards[0].lower())

    def request_stop(self, machine_id: int) -> tuple[str, bytes]:
        """Return topic and payload that log out whoever is on; raise RequestRefused."""
        topic = self._request_topic(machine_id)
        use = self.facts.open_uses.get(machine_id)
        member = self.facts.members.get(use.member_id or 0) if use else None
        card = member.cards[0].lower() if member and member.cards else _NO_CARD
        return topic, encode_request(RequestType.STOP, card)

    def _request_topic(self, machine_id: int) -> str:
        if machine_id not in self.facts.machines:
            raise RequestRefused(Refusal.NO_MACHINE)
        if not self._is_online(machine_id, self._steady()):
            raise RequestRefused(Refusal.OFFLINE)
        address = self._addresses.get(machine_id, Address(machine_id, f"machine/{machine_id}"))
        return address.request

    def _check_card(self, number: int, card: str, now: float) -> Reply:
        member = self.roll.member_with(card)
        self.tapped.tell(Tap(card, number, now, member.id if member else None))
        if member is None:
            self._errands.add(lambda: self._ledger.saw_unknown_card(card, number, now))
            self.happened.tell(Happening(kind=Kind.UNKNOWN_CARD, machine_id=number, at=now))
            return answers.UNKNOWN_CARD
        machine = self.facts.machines[number]
        denial = decide(self.roll, member, machine, now).denial
        self.happened.tell(
            Happening(
                kind=Kind.DENIED if denial else Kind.GRANTED,
                machine_id=number,
                member_id=member.id,
                denial=denial,
                at=now,
            )
        )
        return answers.card_reply(member, passes_card(self.roll, member, machine, now))

    def _hear(self, number: int, now: float, address: Address | None) -> None:
        self._heard[number] = (now, self._steady())
        if address is not None:
            self._addresses[number] = address
        if number not in self._online:
            self._online.add(number)
            self.changed.tell(number)

    def _is_online(self, number: int, steady: float) -> bool:
        heard = self._heard.get(number)
        return heard is not None and steady - heard[1] < OFFLINE_S

    def _know_board(self, board: Board) -> None:
        self.facts.boards[board.machine_id] = board
        self._errands.add(lambda: self._ledger.saw_board(board))
        self.changed.tell(board.machine_id)

    def _meet(self, number: int, query: Query, now: float, address: Address | None) -> Reply | None:
        """Note a board that belongs to no machine."""
        known = self.strangers.pop(number, None)
        if isinstance(query, CheckUser):
            member = self.roll.member_with(query.card)
            self.tapped.tell(Tap(query.card, number, now, member.id if member else None))
        if isinstance(query, Alive):
            board = _board(number, query, now)
        else:
            board = known or Board(machine_id=number, firmware="", address="")
            board = replace(board, last_seen=now)
        while len(self.strangers) >= STRANGERS:
            gone = next(iter(self.strangers))
            del self.strangers[gone]
            self._addresses.pop(gone, None)
        self.strangers[number] = board
        if address is not None:
            self._addresses[number] = address
        if known is None:
            self.happened.tell(Happening(kind=Kind.UNKNOWN_BOARD, machine_id=number, at=now))
        return None if isinstance(query, Alive) else answers.INVALID_MACHINE

    def _adopt(self, number: int) -> None:
        """Make a stranger a machine's board, which was heard when the stranger was."""
        board, now = self.strangers.pop(number), self._clock()
        self._know_board(board)
        if 0 <= (ago := now - board.last_seen) < OFFLINE_S:
            self._heard[number] = (board.last_seen, self._steady() - ago)
            self._online.add(number)

    def _tell(self, *facts: Kept) -> None:
        """Tell of the machines whose status hangs on some facts: people's rights are not in it."""
        concerned: dict[int, None] = {}
        for fact in facts:
            match fact:
                case Machine():
                    concerned[fact.id] = None
                case Plan():
                    concerned[fact.machine_id] = None
                case MachineType():
                    machines = self.facts.machines.values()
                    concerned |= {one.id: None for one in machines if one.type_id == fact.id}
        for machine_id in concerned.keys() & self.facts.machines.keys():
            self.changed.tell(machine_id)


def _board(number: int, alive: Alive, now: float) -> Board:
    return Board(
        machine_id=number,
        firmware=alive.version,
        address=alive.ip,
        serial=alive.serial,
        heap=alive.heap,
        last_seen=now,
    )
