"""Care that is due is a to-do list: it fills by itself, and what is done leaves it."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import AuditQuery, InterventionQuery
from custom_components.atelier.machines.facts import Intervention, Machine, Member, Plan

from .conftest import SetUp
from .machine import ANNA, Laser

LENS = "Laser: Clean the lens"


def care_list(laser: Laser) -> str:
    """Return the id of the workshop's list of care."""
    registry = er.async_get(laser.hass)
    found = registry.async_get_entity_id("todo", DOMAIN, f"{laser.entry.entry_id}/care")
    assert found is not None
    return found


async def items(laser: Laser) -> list[dict[str, Any]]:
    """Return what the list holds."""
    entity_id = care_list(laser)
    answer = await laser.hass.services.async_call(
        "todo", "get_items", {"entity_id": entity_id}, blocking=True, return_response=True
    )
    assert answer is not None
    of_list: Any = answer[entity_id]
    held: list[dict[str, Any]] = of_list["items"]
    state = laser.hass.states.get(entity_id)
    assert state is not None
    assert state.state == str(len(held))
    return held


async def update(
    laser: Laser, user: User | None = None, said: dict[str, str] | None = None
) -> None:
    """Change an item of the list, as a card of a dashboard does."""
    await laser.hass.services.async_call(
        "todo",
        "update_item",
        {"entity_id": care_list(laser), "item": LENS, "status": "completed"} | (said or {}),
        blocking=True,
        context=Context(user_id=user.id) if user else None,
    )
    await laser.hass.async_block_till_done()


async def given(laser: Laser) -> list[Intervention]:
    """Return the care that the ledger knows of."""
    return (await laser.makerspace.ledger.page(InterventionQuery())).items


async def works(laser: Laser, hours: float) -> None:
    """Use the laser for some hours."""
    await laser.asks("startuse", uid=ANNA)
    await laser.asks("stopuse", uid=ANNA, duration=int(hours * 3600))


@pytest.fixture
async def lens(laser: Laser) -> Plan:
    """Plan care for the laser after 5 hours of use."""
    plan = Plan(machine_id=7, description="Clean the lens", every_h=5)
    return await laser.makerspace.save(plan, by="test")


async def person(laser: Laser, *, admin: bool = False) -> User:
    """Let somebody use Home Assistant."""
    await laser.hass.auth.async_create_user("Owner")  # the first one may do everything
    group = "system-admin" if admin else "system-users"
    return await laser.hass.auth.async_create_user("Somebody", group_ids=[group])


async def linked(laser: Laser, user: User, role: str, **facts: Any) -> Member:
    """Make a member of somebody who uses Home Assistant."""
    roles = {one.name: one.id or 0 for one in laser.makerspace.desk.facts.roles.values()}
    member = Member(name="Carla", role_id=roles[role], user_id=user.id, **facts)
    return await laser.makerspace.save(member, by="test")


async def test_care_is_listed_once_it_is_due(laser: Laser, lens: Plan) -> None:
    assert await items(laser) == []
    await works(laser, 4)
    assert await items(laser) == []
    await laser.makerspace.save(replace(lens, every_h=3.5), by="test")
    assert await items(laser) == [
        {
            "uid": str(lens.id),
            "summary": LENS,
            "description": "4.0 / 3.5 h",
            "status": "needs_action",
        }
    ]


async def test_care_that_is_done_is_recorded_and_leaves_the_list(laser: Laser, lens: Plan) -> None:
    await works(laser, 6)
    await update(laser)
    assert await items(laser) == []
    (one,) = await given(laser)
    assert (one.plan_id, one.machine_id, one.member_id) == (lens.id, 7, None)
    assert laser.shown("event", "activity").attributes["event_type"] == "intervention"
    assert float(laser.shows("sensor", "hours_to_care")) == 5
    (entry,) = (await laser.makerspace.ledger.page(AuditQuery(kind="intervention"))).items
    assert (entry.fact_id, entry.action, entry.by) == (one.id, "created", "automation")


async def test_the_board_and_the_list_agree(laser: Laser, lens: Plan) -> None:
    role = next(one for one in laser.makerspace.desk.facts.roles.values() if one.name == "Members")
    await laser.makerspace.save(replace(role, care=True), by="test")
    await works(laser, 6)
    assert (await laser.asks("checkmachine"))["maintenance"] is True
    assert (await laser.asks("maintenance", uid=ANNA))["request_ok"] is True
    assert await items(laser) == []


async def test_a_plan_that_goes_takes_its_item_along(laser: Laser, lens: Plan) -> None:
    await works(laser, 6)
    await laser.makerspace.save(replace(lens, url="https://example.org/lens"), by="test")
    (item,) = await items(laser)
    assert item["description"] == "6.0 / 5 h\nhttps://example.org/lens"
    assert lens.id is not None
    await laser.makerspace.remove(Plan, lens.id, by="test")
    assert await items(laser) == []


async def test_a_machine_that_goes_takes_its_items_along(laser: Laser, lens: Plan) -> None:
    await works(laser, 6)
    removal = await laser.makerspace.remove(Machine, 7, by="test")
    assert await items(laser) == []
    await laser.makerspace.restore(removal, by="test")
    assert len(await items(laser)) == 1


async def test_what_is_due_is_listed_after_a_restart(
    hass: HomeAssistant, laser: Laser, lens: Plan
) -> None:
    await works(laser, 6)
    assert await hass.config_entries.async_reload(laser.entry.entry_id)
    await hass.async_block_till_done()
    assert len(await items(laser)) == 1


@pytest.mark.parametrize("role", ["Staff", "Managers"])
async def test_a_member_who_completes_it_is_who_gave_it(
    laser: Laser, lens: Plan, role: str
) -> None:
    user = await person(laser)
    member = await linked(laser, user, role)
    await works(laser, 6)
    await update(laser, user)
    assert [one.member_id for one in await given(laser)] == [member.id]


async def test_an_administrator_may_complete_it_too(laser: Laser, lens: Plan) -> None:
    user = await person(laser, admin=True)
    await works(laser, 6)
    await update(laser, user)
    assert [one.member_id for one in await given(laser)] == [None]


@pytest.mark.parametrize(
    ("role", "facts"), [(None, {}), ("Members", {}), ("Staff", {"disabled": True})]
)
async def test_whom_a_board_would_not_let_record_it_cannot_complete_it(
    laser: Laser, lens: Plan, role: str | None, facts: dict[str, Any]
) -> None:
    user = await person(laser)
    if role is not None:
        await linked(laser, user, role, **facts)
    await works(laser, 6)
    with pytest.raises(ServiceValidationError) as refused:
        await update(laser, user)
    assert refused.value.translation_key == "care_not_allowed"
    assert len(await items(laser)) == 1
    assert await given(laser) == []


@pytest.mark.parametrize("said", [{"rename": "Dust it"}, {"status": "needs_action"}])
async def test_nothing_but_to_complete_it_can_be_done(
    laser: Laser, lens: Plan, said: dict[str, str]
) -> None:
    await works(laser, 6)
    with pytest.raises(ServiceValidationError) as refused:
        await update(laser, said=said)
    assert refused.value.translation_key == "care_only_completed"
    assert [one["summary"] for one in await items(laser)] == [LENS]
    assert await given(laser) == []


async def test_two_who_complete_it_at_once_record_it_once(laser: Laser, lens: Plan) -> None:
    await works(laser, 6)
    outcomes = await asyncio.gather(update(laser), update(laser), return_exceptions=True)
    (refused,) = [one for one in outcomes if one is not None]
    assert isinstance(refused, ServiceValidationError)
    assert refused.translation_key == "care_not_due"
    assert len(await given(laser)) == 1


async def test_each_who_completes_at_once_is_named(laser: Laser, lens: Plan) -> None:
    dust = Plan(machine_id=7, description="Dust it", every_h=5)
    await laser.makerspace.save(dust, by="test")
    await works(laser, 6)
    staff = await person(laser)
    member = await linked(laser, staff, "Staff")
    outsider = await person(laser)
    outcomes = await asyncio.gather(
        update(laser, staff),
        update(laser, staff, {"item": "Laser: Dust it"}),
        update(laser, outsider),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [type(None), type(None), ServiceValidationError]
    assert [one.member_id for one in await given(laser)] == [member.id, member.id]


async def test_what_the_ledger_does_not_keep_stays_due(
    laser: Laser, lens: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    await works(laser, 6)

    async def away(*_args: object, by: str | None = None) -> None:
        raise LedgerUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "add_interventions", away)
        with pytest.raises(HomeAssistantError) as failed:
            await update(laser)
    assert failed.value.translation_key == "ledger_unavailable"
    assert len(await items(laser)) == 1
    await update(laser)
    assert await items(laser) == []


async def test_a_workshop_without_machines_has_no_list(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    registry = er.async_get(hass)
    entries = er.async_entries_for_config_entry(registry, entry.entry_id)
    assert not [one for one in entries if one.domain == "todo"]
    assert "todo" not in hass.config.components
