"""People change facts: nothing is lost, nothing is there twice, and all can be taken back."""

from dataclasses import replace
from typing import Any, Final

import pytest

from custom_components.atelier.ledger.errors import Conflict, Duplicate, InUse, Invalid, Unknown
from custom_components.atelier.ledger.pages import AuditQuery, UseQuery
from custom_components.atelier.machines.facts import (
    Access,
    Machine,
    MachineType,
    Member,
    Permission,
    Plan,
    Role,
    Trained,
    Training,
    Use,
)

from .conftest import ADA, UMA, Space


async def test_an_empty_ledger_has_roles_and_a_type_and_nobody(space: Space) -> None:
    facts = await space.ledger.load()
    assert [role.name for role in facts.roles.values()] == ["Managers", "Staff", "Members"]
    assert [role.every_machine for role in facts.roles.values()] == [True, False, False]
    assert facts.types[1].access is Access.PERMITTED


async def test_every_kind_of_fact_is_kept_changed_and_loaded_as_it_was(space: Space) -> None:
    save, uma = space.ledger.save, space.uma.id or 0
    training = await save(Training(name="Laser safety", valid_days=365), by="x")
    role = await save(Role(name="Teachers", care=True), by="x")
    type_ = await save(MachineType(name="Laser", training_id=training.id, logoff_min=0), by="x")
    drill = await save(replace(space.drill, type_id=type_.id, earlier_s=3600.0), by="x")
    trained = await save(Trained(member_id=uma, training_id=training.id or 0, at=1), by="x")
    allowed = await save(Permission(member_id=uma, machine_id=1, until=9.0), by="x")
    plan = await save(replace(space.lens, lcd_text="LENS", every_h=2.5), by="x")
    member = await save(replace(space.uma, cards=(UMA, "BBBBBBB1"), email="uma@x.it"), by="x")
    facts = await space.ledger.load()
    assert facts.trainings == {training.id: training}
    assert facts.roles[role.id or 0] == role
    assert facts.types[type_.id or 0] == type_
    assert facts.machines[2] == drill
    assert facts.trained == {trained.id: trained}
    assert facts.permissions == {allowed.id: allowed}
    assert facts.plans == {plan.id: plan}
    assert facts.members[uma] == member
    assert member.cards == (UMA, "bbbbbbb1")
    assert (member.version, drill.version, plan.version) == (2, 2, 2)


@pytest.mark.parametrize(
    ("fact", "what"),
    [
        (Member(name="Eve", role_id=3, cards=(ADA.upper(),)), "card"),
        (Role(name="Staff"), "name"),
        (MachineType(name="Machine"), "name"),
        (Machine(id=9, name="Laser", type_id=1), "name"),
    ],
)
async def test_cards_and_names_are_held_once(space: Space, fact: Any, what: str) -> None:
    with pytest.raises(Duplicate) as caught:
        await space.ledger.save(fact, by="x")
    assert caught.value.what == what
    assert ADA not in str(caught.value)


#: Facts that refer to something that there is none of.
ASTRAY: Final[list[Any]] = [
    Member(name="Eve", role_id=99),
    Machine(id=9, name="Saw", type_id=99),
    Permission(member_id=99, machine_id=1),
    Permission(member_id=1, type_id=99),
    Trained(member_id=1, training_id=99, at=0),
    Plan(machine_id=99, description="x", every_h=1),
    Use(machine_id=99, member_id=None, start=0, last_seen=0, end=1),
    Role(id=99, name="Gone"),
]


async def test_what_a_fact_refers_to_must_be_there(space: Space, subtests: pytest.Subtests) -> None:
    before = await space.ledger.load()
    for fact in ASTRAY:
        with subtests.test(repr(fact)):
            with pytest.raises(Unknown):
                await space.ledger.save(fact, by="x")
            assert await space.ledger.load() == before


#: Facts that make no sense.
SENSELESS: Final[list[Any]] = [
    Member(name=" ", role_id=3),
    Member(name="Eve", role_id=3, cards=("xyz",)),
    Member(name="Eve", role_id=3, cards=("aabbccdd", "AABBCCDD")),
    Machine(id=70000, name="Saw", type_id=1),
    Machine(id=9, name="Saw", type_id=1, earlier_s=-1.0),
    MachineType(name="Saw", logoff_min=70000),
    Permission(member_id=1),
    Permission(member_id=1, machine_id=1, type_id=1),
    Plan(machine_id=1, description="x", every_h=0),
    Plan(machine_id=1, description="x", every_h=float("nan")),
    Plan(machine_id=1, description="x", every_h=1, lcd_text="più olio"),
    Plan(machine_id=1, description="x", every_h=1, lcd_text="x" * 17),
    Use(machine_id=1, member_id=None, start=10, last_seen=10, end=9),
    Training(name="x" * 129),
]


async def test_a_fact_that_makes_no_sense_is_refused(
    space: Space, subtests: pytest.Subtests
) -> None:
    before = await space.ledger.load()
    for fact in SENSELESS:
        with subtests.test(repr(fact)):
            with pytest.raises(Invalid):
                await space.ledger.save(fact, by="x")
            assert await space.ledger.load() == before


async def test_two_people_who_edit_at_once_are_told(space: Space) -> None:
    await space.ledger.save(replace(space.uma, email="one@x.it"), by="one")
    with pytest.raises(Conflict) as caught:
        await space.ledger.save(replace(space.uma, email="two@x.it"), by="two")
    assert caught.value.version == 2
    kept = (await space.ledger.load()).members[space.uma.id or 0]
    assert kept.email == "one@x.it"


async def test_what_did_not_change_is_no_change(space: Space) -> None:
    assert await space.ledger.save(space.uma, by="x") == space.uma
    assert (await space.ledger.page(AuditQuery(kind="member", action="changed"))).total == 0


async def test_many_facts_are_kept_all_or_none(space: Space) -> None:
    uma = space.uma.id or 0
    good = [Permission(member_id=uma, machine_id=1), Permission(member_id=uma, type_id=1)]
    with pytest.raises(Duplicate):
        await space.ledger.save_all([*good, good[0]], by="x")
    assert (await space.ledger.load()).permissions == {}
    await space.ledger.save_all(good, by="x")
    assert len((await space.ledger.load()).permissions) == 2


async def test_a_reserved_role_stays_as_it_is(space: Space) -> None:
    managers = (await space.ledger.load()).roles[1]
    with pytest.raises(Invalid):
        await space.ledger.save(replace(managers, manage=False), by="x")
    with pytest.raises(Invalid):
        await space.ledger.remove(Role, 1, by="x")


async def test_what_others_need_is_not_removed(space: Space) -> None:
    with pytest.raises(InUse) as caught:
        await space.ledger.remove(Role, space.uma.role_id, by="x")
    assert (caught.value.what, caught.value.by) == ("role", "a member")
    with pytest.raises(InUse):
        await space.ledger.remove(MachineType, 1, by="x")
    await space.ledger.start_use(Use(machine_id=1, member_id=1, start=0, last_seen=0))
    with pytest.raises(InUse):
        await space.ledger.remove(Machine, 1, by="x")
    with pytest.raises(InUse):
        await space.ledger.remove(Member, 1, by="x")


async def test_a_removed_member_comes_back_with_cards_and_rights(space: Space) -> None:
    uma = space.uma.id or 0
    await space.ledger.save(Permission(member_id=uma, machine_id=1), by="x")
    before = await space.ledger.load()
    removal = await space.ledger.remove(Member, uma, by="x")
    gone = await space.ledger.load()
    assert uma not in gone.members
    assert gone.permissions == {}
    with pytest.raises(Unknown):
        await space.ledger.remove(Member, uma, by="x")
    assert (await space.ledger.restore(removal, by="x"))[0] == [space.uma]
    assert await space.ledger.load() == before
    with pytest.raises(Unknown):
        await space.ledger.restore(removal, by="x")


async def test_a_member_does_not_come_back_over_somebody_who_has_the_card(space: Space) -> None:
    removal = await space.ledger.remove(Member, space.uma.id or 0, by="x")
    eve = await space.ledger.save(Member(name="Eve", role_id=3, cards=(UMA,)), by="x")
    with pytest.raises(Duplicate) as caught:
        await space.ledger.restore(removal, by="x")
    assert (caught.value.what, caught.value.id) == ("card", eve.id)
    await space.ledger.save(replace(eve, cards=()), by="x")
    assert [one.cards for one in (await space.ledger.restore(removal, by="x"))[0]] == [(UMA,)]


async def test_a_removed_machine_comes_back_with_its_uses(space: Space) -> None:
    await space.ledger.save_uses([Use(machine_id=1, member_id=1, start=0, last_seen=9, end=9)])
    before = await space.ledger.load()
    removal = await space.ledger.remove(Machine, 1, by="x")
    gone = await space.ledger.load()
    assert (gone.used_s, gone.plans) == ({}, {})
    await space.ledger.restore(removal, by="x")
    assert await space.ledger.load() == before


async def test_a_machine_number_can_be_given_again_and_the_first_still_comes_back(
    space: Space,
) -> None:
    await space.ledger.save_uses([Use(machine_id=1, member_id=1, start=0, last_seen=9, end=9)])
    first = await space.ledger.remove(Machine, 1, by="x")
    await space.ledger.save(Machine(id=1, name="Mill", type_id=1), by="x")
    assert (await space.ledger.load()).used_s == {}
    with pytest.raises(Duplicate):
        await space.ledger.restore(first, by="x")
    second = await space.ledger.remove(Machine, 1, by="x")
    assert [one.name for one in (await space.ledger.restore(first, by="x"))[0]] == ["Laser"]
    assert (await space.ledger.load()).used_s == {1: 9}
    with pytest.raises(Duplicate):
        await space.ledger.restore(second, by="x")


async def test_hours_follow_when_a_use_is_added_corrected_and_removed(space: Space) -> None:
    use = Use(machine_id=1, member_id=1, start=0, last_seen=100, end=100)
    kept = await space.ledger.save(use, by="x")
    kept = await space.ledger.save(replace(kept, end=50), by="x")
    assert (await space.ledger.load()).used_s == {1: 50}
    removal = await space.ledger.remove(Use, kept.id or 0, by="x")
    assert (await space.ledger.load()).used_s == {}
    assert (await space.ledger.page(UseQuery())).total == 0
    await space.ledger.restore(removal, by="x")
    assert (await space.ledger.load()).used_s == {1: 50}


async def test_the_audit_trail_tells_who_changed_what(space: Space) -> None:
    changed = await space.ledger.save(replace(space.uma, disabled=True), by="manager-7")
    removal = await space.ledger.remove(Member, changed.id or 0, by="manager-8")
    await space.ledger.restore(removal, by="manager-9")
    page = await space.ledger.page(AuditQuery(kind="member", fact_id=changed.id))
    assert [(entry.by, entry.action) for entry in page.items] == [
        ("manager-9", "restored"),
        ("manager-8", "removed"),
        ("manager-7", "changed"),
        ("test", "created"),
    ]
    entry = page.items[2]
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["disabled"], entry.after["disabled"]) == (False, True)
    assert entry.after["cards"] == [UMA]
