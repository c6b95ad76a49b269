"""Boards are asked to log somebody in or out, and are waited for; what does not happen is told."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.atelier import makerspace as rooms
from custom_components.atelier.machines.facts import Member

from .machine import ANNA, BERTO, Laser, until
from .test_availability import broker_is


@pytest.fixture
def members(laser: Laser) -> dict[str, int]:
    """Return the members' ids by their names."""
    return {one.name: one.id or 0 for one in laser.makerspace.desk.facts.members.values()}


async def refused(laser: Laser, member_id: int, machine_id: int = 7) -> tuple[str | None, Any]:
    """Ask to log a member in; return why that was refused."""
    with pytest.raises(HomeAssistantError) as error:
        await laser.makerspace.start(machine_id, member_id)
    return error.value.translation_key, error.value.translation_placeholders


async def test_a_member_is_logged_in_by_the_board(laser: Laser, members: dict[str, int]) -> None:
    await laser.asks("checkmachine")
    task = asyncio.create_task(laser.makerspace.start(7, members["Anna"]))
    await until(lambda: bool(laser.requests))
    assert laser.requests == [{"request_type": "start", "uid": ANNA}]
    assert not task.done()  # the board has not done it yet
    await laser.asks("checkuser", uid=ANNA)
    assert not task.done()
    await laser.asks("startuse", uid=ANNA)
    use = await task
    assert (use.machine_id, use.member_id, use.end) == (7, members["Anna"], None)
    assert laser.shows("sensor", "state") == "in_use"


async def test_who_is_on_makes_way(laser: Laser, members: dict[str, int]) -> None:
    await laser.asks("startuse", uid=ANNA)
    first = laser.makerspace.desk.facts.open_uses[7]
    task = asyncio.create_task(laser.makerspace.start(7, members["Anna"]))
    await until(lambda: bool(laser.requests))
    await laser.asks("stopuse", uid=ANNA, duration=30)
    assert not task.done()  # the use that was on is not the one that was asked for
    await laser.asks("startuse", uid=ANNA)
    assert (await task).id != first.id


async def test_somebody_elses_log_in_is_not_taken_for_it(
    laser: Laser, members: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_REQUEST_S", 0.5)
    await laser.asks("checkmachine")
    task = asyncio.create_task(refused(laser, members["Anna"]))
    await until(lambda: bool(laser.requests))
    await laser.asks("startuse", uid=BERTO)
    key, facts = await task
    assert key == "machine_did_not"
    assert facts == {"machine": "Laser", "seconds": "0.5"}


async def test_what_cannot_be_asked_is_not_asked(laser: Laser, members: dict[str, int]) -> None:
    assert await refused(laser, members["Anna"], 99) == ("request_no_machine", {"machine": "99"})
    assert await refused(laser, members["Anna"]) == ("request_offline", {"machine": "Laser"})
    await laser.asks("checkmachine")
    assert (await refused(laser, 99))[0] == "request_no_member"
    role_id = laser.makerspace.desk.facts.members[members["Anna"]].role_id
    carla = await laser.makerspace.save(Member(name="Carla", role_id=role_id), by="test")
    assert carla.id is not None
    assert (await refused(laser, carla.id))[0] == "request_no_card"
    key, facts = await refused(laser, members["Berto"])
    assert (key, facts) == ("request_not_allowed_no_permission", {"machine": "Laser"})
    assert laser.requests == []


async def test_without_a_broker_nobody_is_asked(
    hass: HomeAssistant, laser: Laser, members: dict[str, int], mqtt_mock: Any
) -> None:
    await laser.asks("checkmachine")
    broker_is(hass, mqtt_mock, there=False)
    assert (await refused(laser, members["Anna"]))[0] == "machine_broker_disconnected"
    with pytest.raises(HomeAssistantError) as error:
        await laser.makerspace.stop(7)
    assert error.value.translation_key == "machine_broker_disconnected"
    broker_is(hass, mqtt_mock, there=True)


async def test_a_board_that_is_away_is_not_asked_to_log_out(laser: Laser) -> None:
    with pytest.raises(HomeAssistantError) as error:
        await laser.makerspace.stop(7)
    assert error.value.translation_key == "request_offline"
