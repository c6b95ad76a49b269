"""A makerspace comes up, answers boards, and goes, with all it knows kept."""

import asyncio
import threading
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import UseQuery
from custom_components.atelier.machines.facts import Machine

from .conftest import SetUp
from .machine import ANNA, BERTO, NOBODYS, Laser, until
from .test_availability import broker_is


async def test_a_workshop_without_machines_opens_no_ledger(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up()
    assert entry.runtime_data.makerspace is None


async def test_a_board_is_answered(laser: Laser) -> None:
    assert (await laser.asks("checkmachine"))["name"] == "Laser"
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is True
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is False
    assert (await laser.asks("checkuser", uid=NOBODYS))["is_valid"] is False
    assert (await laser.asks("startuse", uid=ANNA))["request_ok"] is True
    assert 7 in laser.makerspace.desk.facts.open_uses
    assert (await laser.asks("stopuse", uid=ANNA, duration=60))["request_ok"] is True
    assert laser.makerspace.status(7).hours == pytest.approx(60 / 3600)


async def test_what_happened_is_there_after_a_restart(hass: HomeAssistant, laser: Laser) -> None:
    await laser.asks("startuse", uid=ANNA)
    use = laser.makerspace.desk.facts.open_uses[7]
    assert await hass.config_entries.async_reload(laser.entry.entry_id)
    await hass.async_block_till_done()
    assert laser.makerspace.desk.facts.open_uses[7].id == use.id
    assert (await laser.asks("stopuse", uid=ANNA, duration=60))["request_ok"] is True


async def test_what_is_no_query_is_counted_and_answered_by_nobody(
    hass: HomeAssistant, laser: Laser
) -> None:
    laser.says("dance")
    laser.says("checkmachine", number="x")
    laser.says("checkmachine", number="7" * 60_000)
    await hass.async_block_till_done()
    assert laser.makerspace.lanes.rejected.total() == 3
    assert laser.replies == []


async def test_each_machine_has_a_device(hass: HomeAssistant, laser: Laser) -> None:
    assert laser.device.name == "Laser"
    assert laser.device.via_device_id == laser.entry.runtime_data.hub.id
    type_id = laser.makerspace.desk.facts.machines[7].type_id
    await laser.makerspace.save(Machine(id=8, name="Lathe", type_id=type_id), by="test")
    removal = await laser.makerspace.remove(Machine, 8, by="test")
    registry = dr.async_get(hass)
    key = {(DOMAIN, laser.makerspace.device_key(8))}
    assert not registry.async_get_devices(identifiers=key)
    await laser.makerspace.restore(removal, by="test")
    assert registry.async_get_devices(identifiers=key)


async def bring_lathe(laser: Laser) -> asyncio.Task[Machine]:
    """Begin to add a machine: it is being written when this returns."""
    type_id = laser.makerspace.desk.facts.machines[7].type_id
    lathe = Machine(id=8, name="Lathe", type_id=type_id)
    adding = asyncio.create_task(laser.makerspace.save(lathe, by="test"))
    await asyncio.sleep(0)
    return adding


async def test_what_is_kept_is_shown_also_where_who_asked_for_it_was_stopped(
    hass: HomeAssistant, laser: Laser
) -> None:
    script = await bring_lathe(laser)
    script.cancel()
    with pytest.raises(asyncio.CancelledError):
        await script
    key = {(DOMAIN, laser.makerspace.device_key(8))}
    await until(lambda: bool(dr.async_get(hass).async_get_devices(identifiers=key)))
    assert 8 in (await laser.makerspace.ledger.load()).machines


async def test_what_is_being_written_is_kept_when_the_workshop_closes(
    hass: HomeAssistant, laser: Laser
) -> None:
    saving = await bring_lathe(laser)
    assert await hass.config_entries.async_reload(laser.entry.entry_id)
    assert (await saving).name == "Lathe"
    assert laser.makerspace.desk.facts.machines[8].name == "Lathe"


async def test_a_machines_device_goes_with_the_machine_only(
    hass: HomeAssistant, laser: Laser, hass_ws_client: Any, expected_errors: list[str]
) -> None:
    expected_errors.append("Error handling message")
    assert await async_setup_component(hass, "config", {})
    answer = await (await hass_ws_client(hass)).remove_device(laser.device.id)
    assert not answer["success"]
    assert "Laser" in answer["error"]["message"]
    assert laser.device


async def test_a_board_that_asks_while_the_broker_goes_is_answered_when_it_asks_again(
    hass: HomeAssistant, laser: Laser, mqtt_mock: Any
) -> None:
    broker_is(hass, mqtt_mock, there=False)
    laser.says("startuse", uid=ANNA)
    await until(lambda: 7 in laser.makerspace.desk.facts.open_uses)
    await hass.async_block_till_done()
    assert laser.replies == []
    broker_is(hass, mqtt_mock, there=True)
    assert (await laser.asks("startuse", uid=ANNA))["request_ok"] is True
    assert len((await laser.makerspace.ledger.page(UseQuery())).items) == 1


async def test_a_device_follows_its_machine_and_its_board(
    hass: HomeAssistant, laser: Laser
) -> None:
    machine = laser.makerspace.desk.facts.machines[7]
    named = Machine(id=7, name="Big laser", type_id=machine.type_id, version=machine.version)
    await laser.makerspace.save(named, by="test")
    laser.says("alive", version="1.0.1", ip="10.0.0.7", serial="ab", heap="1000")
    await until(lambda: 7 in laser.makerspace.desk.facts.boards)
    await hass.async_block_till_done()
    assert (laser.device.name, laser.device.sw_version) == ("Big laser", "1.0.1")


async def test_without_its_ledger_a_workshop_waits(
    hass: HomeAssistant, mqtt_mock: Any, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await set_up(machines=True)
    assert await hass.config_entries.async_unload(entry.entry_id)

    async def away(_url: str) -> None:
        raise LedgerUnavailable

    monkeypatch.setattr(Ledger, "open", away)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "ledger_unavailable"
    monkeypatch.undo()


def connections() -> set[threading.Thread]:
    """Return the threads that serve connections to files."""
    return {one for one in threading.enumerate() if "_connection_worker_thread" in one.name}


@pytest.mark.parametrize(
    "broken",
    [
        "custom_components.atelier.makerspace.Makerspace._sync",
        "homeassistant.config_entries.ConfigEntries.async_forward_entry_setups",
        "custom_components.atelier.Issues",
        "custom_components.atelier.bus.Bus.hear",
    ],
)
async def test_a_workshop_that_does_not_come_up_leaves_nothing_open(
    hass: HomeAssistant,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    expected_errors: list[str],
    broken: str,
) -> None:
    entry = await set_up(machines=True)
    assert connections()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not connections()
    tasks = asyncio.all_tasks()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError

    expected_errors.append("Error setting up entry")
    with monkeypatch.context() as failing:
        failing.setattr(broken, fail)
        assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    await hass.async_block_till_done()
    assert not connections()
    assert not [task for task in asyncio.all_tasks() - tasks if "atelier" in task.get_name()]
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert entry.runtime_data.makerspace.ledger_up
