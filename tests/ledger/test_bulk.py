"""Many facts at once: kept as if one after the other, all or none."""

from dataclasses import replace

import pytest

from custom_components.atelier.ledger.errors import (
    Conflict,
    Duplicate,
    InUse,
    Invalid,
    LedgerError,
    Unknown,
)
from custom_components.atelier.ledger.pages import AuditQuery
from custom_components.atelier.machines.facts import (
    Machine,
    Member,
    Permission,
    Role,
    Training,
    Use,
)

from .conftest import ADA, UMA, Space


async def test_a_thousand_facts_of_several_kinds_are_kept_in_their_order(space: Space) -> None:
    members = [Member(name=f"M{n}", role_id=3, cards=(f"{n:08X}",)) for n in range(600)]
    machines = [Machine(id=n, name=f"Mill {n}", type_id=1) for n in range(10, 20)]
    kept = await space.ledger.save_all([*members, *machines], by="boss")
    assert [fact.name for fact in kept] == [fact.name for fact in (*members, *machines)]
    assert kept[10].cards == ("0000000a",)
    facts = await space.ledger.load()
    assert {fact.id: fact for fact in kept[:600]}.items() <= facts.members.items()
    audit = await space.ledger.page(AuditQuery(by="boss", limit=500))
    assert audit.total == 610
    assert {(entry.kind, entry.action) for entry in audit.items} == {
        ("member", "created"),
        ("machine", "created"),
    }


async def test_many_changes_have_versions_and_stay_in_the_trail(space: Space) -> None:
    uma = space.uma.id or 0
    new = [Permission(member_id=uma, machine_id=1), Permission(member_id=uma, machine_id=2)]
    first, second = await space.ledger.save_all(new, by="x")
    changed = await space.ledger.save_all([replace(first, until=5.0), second], by="boss")
    assert [one.version for one in changed] == [2, 1]
    (entry,) = (await space.ledger.page(AuditQuery(by="boss"))).items
    assert (entry.fact_id, entry.before, entry.after) == (
        first.id,
        {**entry.before, "until": None, "version": 1},  # type: ignore[dict-item] # a mapping
        {**entry.after, "until": 5.0, "version": 2},  # type: ignore[dict-item] # a mapping
    )
    with pytest.raises(Conflict):
        await space.ledger.save_all([replace(second, until=6.0), first], by="x")
    assert (await space.ledger.load()).permissions[second.id or 0].until is None


async def test_the_same_fact_twice_is_changed_twice(space: Space) -> None:
    once = replace(space.uma, email="one@x.it")
    twice = replace(once, email="two@x.it", version=2)
    assert [one.version for one in await space.ledger.save_all([once, twice], by="x")] == [2, 3]
    with pytest.raises(Conflict):
        await space.ledger.save_all([replace(twice, version=3, email=None), once], by="x")


async def test_what_one_gives_up_the_next_may_take(space: Space) -> None:
    ada, uma = replace(space.ada, cards=()), replace(space.uma, cards=(UMA, ADA))
    with pytest.raises(Duplicate) as caught:
        await space.ledger.save_all([uma, ada], by="x")
    assert (caught.value.what, caught.value.id) == ("card", ada.id)
    await space.ledger.save_all([ada, uma], by="x")
    members = (await space.ledger.load()).members
    assert members[uma.id or 0].cards == (UMA, ADA)


async def test_two_new_ones_cannot_be_alike(space: Space) -> None:
    for alike in (
        [Training(name="Lasers"), Training(name="Lasers")],
        [
            Member(name="A", role_id=3, cards=("00000001",)),
            Member(name="B", role_id=3, cards=("00000001",)),
        ],
        [Member(name="A", role_id=3, user_id="u"), Member(name="B", role_id=3, user_id="u")],
    ):
        with pytest.raises(Duplicate) as caught:
            await space.ledger.save_all(alike, by="x")
        assert caught.value.id is None
    uses = [Use(machine_id=1, member_id=None, start=n, last_seen=n) for n in (1, 2)]
    with pytest.raises(InUse):
        await space.ledger.save_all(uses, by="x")
    assert (await space.ledger.load()).trainings == {}


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (Permission(member_id=99, machine_id=1), Unknown),
        (Permission(member_id=1, machine_id=99), Unknown),
        (Permission(id=99, member_id=1, machine_id=1), Unknown),
        (Permission(member_id=1), Invalid),
        (Machine(id=3, name="Laser", type_id=1), Duplicate),
        (Role(id=1, name="Managers"), Invalid),
    ],
)
async def test_one_that_is_wrong_spoils_all(
    space: Space, bad: Permission | Machine | Role, error: type[LedgerError]
) -> None:
    before = await space.ledger.load()
    with pytest.raises(error):
        await space.ledger.save_all([Training(name="Lasers"), bad], by="x")
    assert await space.ledger.load() == before


async def test_permissions_are_given_and_taken_at_once_and_that_is_taken_back(
    space: Space,
) -> None:
    uma, ada = space.uma.id or 0, space.ada.id or 0
    old = [Permission(member_id=one, machine_id=1) for one in (uma, ada)]
    old = [await space.ledger.save(one, by="x") for one in old]
    new = [Permission(member_id=uma, type_id=1), Permission(member_id=ada, type_id=1)]
    gone = [one.id or 0 for one in old]
    before = await space.ledger.load()
    with pytest.raises(Unknown):
        await space.ledger.set_permissions(new, [*gone, 99], by="boss")
    with pytest.raises(Duplicate):
        await space.ledger.set_permissions([*new, new[0]], gone, by="boss")
    assert await space.ledger.load() == before
    kept, removal = await space.ledger.set_permissions(new, gone, by="boss")
    assert (await space.ledger.load()).permissions == {one.id: one for one in kept}
    assert removal is not None
    assert (await space.ledger.restore(removal, by="boss"))[0] == old
    audit = await space.ledger.page(AuditQuery(kind="permission", by="boss"))
    actions = [entry.action for entry in reversed(audit.items)]
    assert actions == ["removed"] * 2 + ["created"] * 2 + ["restored"] * 2
    assert await space.ledger.set_permissions([], [], by="boss") == ([], None)
