"""With time the ledger forgets who, and keeps what."""

import pytest

from custom_components.atelier.ledger import retention
from custom_components.atelier.ledger.errors import Unknown
from custom_components.atelier.ledger.pages import AuditQuery, InterventionQuery, UseQuery
from custom_components.atelier.ledger.retention import RetentionReport
from custom_components.atelier.machines.facts import (
    Intervention,
    Machine,
    Member,
    Permission,
    Role,
    Use,
)

from .conftest import UMA, Clock, Space

DAY = 86400.0
NOW = 1_000 * DAY


def use(member: int | None, end: float | None, start: float = 0) -> Use:
    """Return a use of the laser."""
    return Use(machine_id=1, member_id=member, start=start, last_seen=end or start, end=end)


async def test_old_uses_and_interventions_lose_their_member_and_keep_their_hours(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    old, young = NOW - 366 * DAY, NOW - 364 * DAY
    await space.ledger.save_uses([use(2, old) for _ in range(10)] + [use(2, young), use(2, None)])
    done = {"plan_id": 1, "machine_id": 1, "member_id": 1}
    await space.ledger.add_interventions(
        [Intervention(**done, at=old), Intervention(**done, at=young)]
    )
    await space.ledger.saw_unknown_card("deadbeef", 1, NOW - 31 * DAY)
    await space.ledger.saw_unknown_card("deadbee0", 1, NOW - 29 * DAY)
    before = (await space.ledger.load()).used_s
    report = await space.ledger.retain(NOW)
    assert report == RetentionReport(uses=10, interventions=1, unknown_cards=1, removals=0, audit=2)
    assert (await space.ledger.page(UseQuery(member_id=2))).total == 2
    assert (await space.ledger.page(UseQuery())).total == 12
    assert (await space.ledger.page(InterventionQuery(member_id=1))).total == 1
    assert (await space.ledger.load()).used_s == before
    again = await space.ledger.retain(NOW)
    assert again == RetentionReport(uses=0, interventions=0, unknown_cards=0, removals=0, audit=0)


async def test_how_long_is_told(space: Space) -> None:
    await space.ledger.save_uses([use(2, NOW - 8 * DAY)])
    await space.ledger.saw_unknown_card("deadbeef", 1, NOW - 2 * DAY)
    report = await space.ledger.retain(NOW, uses_days=7, cards_days=1)
    assert (report.uses, report.unknown_cards) == (1, 1)


async def test_a_member_removed_long_ago_is_forgotten_but_for_the_hours(
    space: Space, clock: Clock
) -> None:
    uma = space.uma.id or 0
    clock.now = NOW - 40 * DAY
    await space.ledger.save(Permission(member_id=uma, machine_id=1), by="x")
    await space.ledger.save_uses([use(uma, NOW, start=NOW - 10)])
    removal = await space.ledger.remove(Member, uma, by="x")
    clock.now = NOW
    assert (await space.ledger.retain(NOW)).removals == 1
    with pytest.raises(Unknown):
        await space.ledger.restore(removal, by="x")
    [kept] = (await space.ledger.page(UseQuery())).items
    assert kept.member_id is None
    entries = (await space.ledger.page(AuditQuery(kind="member", fact_id=uma))).items
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("removed", None, None),
        ("created", None, None),
    ]
    eve = await space.ledger.save(Member(name="Eve", role_id=3, cards=(UMA,)), by="x")
    assert eve.id != uma


async def test_everything_removed_long_ago_goes_in_an_order_that_works(
    space: Space, clock: Clock
) -> None:
    clock.now = NOW - 60 * DAY
    await space.ledger.save_uses([use(2, 10.0)])
    await space.ledger.add_interventions([Intervention(plan_id=1, machine_id=1, member_id=2, at=5)])
    await space.ledger.remove(Machine, 1, by="x")
    await space.ledger.save(Machine(id=1, name="Mill", type_id=1), by="x")
    await space.ledger.save_uses([use(2, 20.0)])
    recent = clock.now = NOW - 20 * DAY
    removal = await space.ledger.remove(Machine, 2, by="x")
    assert (await space.ledger.retain(NOW)).removals == 1
    facts = await space.ledger.load()
    assert (facts.used_s, list(facts.machines)) == ({1: 20}, [1])
    assert removal.at == recent
    assert [one.name for one in (await space.ledger.restore(removal, by="x"))[0]] == ["Drill"]


@pytest.mark.parametrize("together", [2, 200])
async def test_many_removals_are_forgotten_together(
    space: Space, clock: Clock, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(retention, "_REMOVALS", together)
    clock.now = NOW - 40 * DAY
    role = await space.ledger.save(Role(name="Guests"), by="x")
    guests = [Member(name=f"Guest {n}", role_id=role.id or 0) for n in range(5)]
    for guest in await space.ledger.save_all(guests, by="x"):
        await space.ledger.save(Permission(member_id=guest.id or 0, machine_id=1), by="x")
        await space.ledger.remove(Member, guest.id or 0, by="x")
    await space.ledger.remove(Role, role.id or 0, by="x")
    clock.now = NOW
    before = space.ledger.writer.commits
    assert (await space.ledger.retain(NOW)).removals == 6
    told = (await space.ledger.page(AuditQuery(kind="member", limit=500))).items
    assert not [one for one in told if "Guest" in str((one.before, one.after))]
    if together > 6:
        assert space.ledger.writer.commits - before < 50


async def test_a_removal_that_is_too_old_is_not_taken_back(space: Space, clock: Clock) -> None:
    removal = await space.ledger.remove(Member, space.uma.id or 0, by="x")
    clock.now += 31 * DAY
    with pytest.raises(Unknown):
        await space.ledger.restore(removal, by="x")
