"""Whatever people and boards change, memory is what a full reload would bring."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
import shutil
import tempfile
from typing import Any

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
import pytest

from custom_components.atelier.ledger.engine import reading_engine, writing_engine
from custom_components.atelier.ledger.errors import LedgerError
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import InterventionQuery, UseQuery
from custom_components.atelier.ledger.removing import Removal
from custom_components.atelier.machines.clerk import Clerk
from custom_components.atelier.machines.facts import (
    Ending,
    Facts,
    Intervention,
    Machine,
    MachineType,
    Member,
    Permission,
    Plan,
    Trained,
    Training,
    Use,
)

from .workshop import ADA, DRILL, LASER, PERSON, T0, UMA, Clock, Workshop, open_workshop

CARDS = {ADA: "aaaaaaa1", UMA: "aaaaaaa3"}
MACHINES = st.sampled_from([LASER, DRILL])
MEMBERS = st.sampled_from([ADA, UMA])
SHELVES = ("members", "types", "machines", "permissions", "trainings", "trained", "plans")


async def _template(folder: Path) -> None:
    async with open_workshop(folder) as shop:
        training = await shop.ledger.save(Training(name="Lasers"), by=PERSON)
        await shop.ledger.save(
            Trained(member_id=UMA, training_id=training.id or 0, at=T0), by=PERSON
        )
        for machine in (LASER, DRILL):
            for hours in (1, 50):
                plan = Plan(machine_id=machine, description="Clean", every_h=hours)
                await shop.ledger.save(plan, by=PERSON)


class Changes(RuleBasedStateMachine):
    """Change facts by turns with boards, and compare."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        shutil.copyfile(self.template, Path(self.folder.name) / "ledger.db")
        self.clock, self.steady = Clock(), Clock()
        self.now = 0.0
        self.removals: list[Removal] = []
        self.do(self._open())

    async def _open(self) -> None:
        url = f"sqlite+aiosqlite:///{self.folder.name}/ledger.db"
        self.ledger = Ledger(writing_engine(url), reading_engine(url), clock=self.clock)
        self.shop = await Workshop.on(self.ledger, self.clock, self.steady)
        self.clerk = Clerk(self.shop.desk, self.ledger)

    def do[T](self, work: Awaitable[T]) -> T | None:
        """Do it, or be refused by a rule of the ledger."""

        async def run() -> T | None:
            try:
                return await work
            except LedgerError:
                return None

        return self.runner.run(run())

    def teardown(self) -> None:
        self.do(self.shop.desk.close())
        self.do(self.ledger.close())
        self.runner.close()
        self.folder.cleanup()

    def one[T](self, found: list[T], which: int) -> T | None:
        """Choose one of what there is."""
        return found[which % len(found)] if found else None

    def closed_use(self, which: int) -> Use | None:
        page = self.do(self.ledger.page(UseQuery(lasting=False)))
        return self.one(page.items if page else [], which)

    def save(self, *facts: Any) -> None:
        self.do(self.clerk.save_all(facts, by=PERSON))

    def remove(self, kind: Any, id_: int) -> None:
        if removal := self.do(self.clerk.remove(kind, id_, by=PERSON)):
            self.removals.append(removal)

    @rule(
        machine=MACHINES,
        member=MEMBERS,
        told=st.sampled_from(
            [
                ("startuse", {}),
                ("startuse", {"replay": True}),
                *(("inuse", {"duration": lasted}) for lasted in (1, 30, 3900)),
                *(("stopuse", {"duration": lasted}) for lasted in (1, 30, 3900)),
                ("stopuse", {"duration": 3900, "replay": True}),
            ]
        ),
        passes=st.sampled_from([1, 40, 4000]),
    )
    def board_tells(
        self, machine: int, member: int, told: tuple[str, dict[str, Any]], passes: int
    ) -> None:
        self.now += passes
        action, said = told[0], {"uid": CARDS[member], **told[1]}
        self.do(self.shop.tell(action, self.now, machine=machine, **said))

    @rule(machine=MACHINES, ago=st.integers(1, 40_000), lasts=st.integers(1, 5000))
    def use_is_recorded(self, machine: int, ago: int, lasts: int) -> None:
        end = T0 + self.now - ago
        self.save(
            Use(
                machine_id=machine,
                member_id=UMA,
                start=end - lasts,
                last_seen=end,
                end=end,
                ending=Ending.MANUAL,
            )
        )

    @rule(which=st.integers(0, 99), shorter=st.floats(0.1, 1), member=MEMBERS)
    def use_is_corrected(self, which: int, shorter: float, member: int) -> None:
        if (use := self.closed_use(which)) is not None:
            end = use.start + use.duration_s * shorter
            self.save(replace(use, end=end, last_seen=end, member_id=member))

    @rule(which=st.integers(0, 99))
    def use_is_deleted(self, which: int) -> None:
        if (use := self.closed_use(which)) is not None:
            self.remove(Use, use.id or 0)

    @rule(which=st.integers(0, 9), ago=st.integers(0, 9000), member=MEMBERS)
    def care_is_recorded(self, which: int, ago: int, member: int) -> None:
        if (plan := self.one(list(self.shop.desk.facts.plans.values()), which)) is not None:
            at = T0 + self.now - ago
            desk = self.shop.desk
            self.do(desk.care_for(plan.machine_id, [plan.id or 0], member, at, by=PERSON))

    @rule(which=st.integers(0, 9), by=st.integers(-9000, 0), removed=st.booleans())
    def care_is_changed(self, which: int, by: int, removed: bool) -> None:
        page = self.do(self.ledger.page(InterventionQuery()))
        if (care := self.one(page.items if page else [], which)) is None:
            return
        if removed:
            self.remove(Intervention, care.id or 0)
        else:
            self.save(replace(care, at=care.at + by))

    @rule(machine=MACHINES, hours=st.integers(1, 9))
    def plan_is_added(self, machine: int, hours: int) -> None:
        self.save(Plan(machine_id=machine, description="Oil", every_h=hours))

    @rule(member=MEMBERS, machine=MACHINES)
    def machine_is_permitted(self, member: int, machine: int) -> None:
        self.save(Permission(member_id=member, machine_id=machine))

    @rule(
        kind=st.sampled_from([Member, Machine, Plan, Permission, Trained, Training, MachineType]),
        which=st.integers(0, 99),
    )
    def fact_is_removed(self, kind: type[Any], which: int) -> None:
        facts = self.shop.desk.facts
        shelf: dict[int, Any] = getattr(facts, _shelf(kind))
        if (fact := self.one(list(shelf.values()), which)) is not None:
            self.remove(kind, fact.id)

    @rule(which=st.integers(0, 99))
    def removal_is_taken_back(self, which: int) -> None:
        if (removal := self.one(self.removals, which)) is not None:
            self.do(self.clerk.restore(removal, by=PERSON))

    @invariant()
    def memory_is_what_a_reload_brings(self) -> None:
        desk = self.shop.desk
        self.do(desk.close())  # what boards were last heard to say, and no more
        fresh = self.do(self.ledger.load())
        assert fresh is not None
        known = desk.facts
        for shelf in SHELVES:
            assert getattr(known, shelf) == getattr(fresh, shelf), shelf
        assert known.open_uses == fresh.open_uses
        for sums in ("used_s", "since_care_s", "last_care"):
            _same_sums(getattr(known, sums), getattr(fresh, sums), sums)
        for machine in known.machines:
            course = desk._book._course(machine)
            assert course.open == fresh.open_uses.get(machine)
            assert sorted(course.closed, key=_id) == sorted(_recent(fresh, machine), key=_id)


def _shelf(kind: type[Any]) -> str:
    return {Trained: "trained", MachineType: "types"}.get(kind, f"{kind.__name__.lower()}s")


def _id(use: Use) -> int:
    return use.id or 0


def _recent(facts: Facts, machine: int) -> list[Use]:
    return facts.recent.get(machine, [])


def _same_sums(known: dict[int, float], fresh: dict[int, float], what: str) -> None:
    for key in known.keys() | fresh.keys():
        assert known.get(key, 0) == pytest.approx(fresh.get(key, 0), abs=1e-5), (what, key)


def test_memory_is_what_a_reload_brings(tmp_path: Path) -> None:
    asyncio.run(_template(tmp_path))
    Changes.template = tmp_path / "ledger.db"
    run_state_machine_as_test(
        Changes, settings=settings(max_examples=20, stateful_step_count=25, deadline=None)
    )
