"""A prop may say at any time that it is another than before."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.factories import coffin_info, described
from tests.integration.board import Board, passes

LEVEL = {"type": "int", "min": 0, "max": 9}


@pytest.fixture
async def thing(hass: HomeAssistant, entry: MockConfigEntry) -> Board:
    """Return something with two settings."""
    board = Board(hass, "props/thing", described(settings={"one": LEVEL, "two": LEVEL}))
    return await board.appears(settings={"one": 1, "two": 2})


async def describes(board: Board, info: dict[str, Any]) -> None:
    """Let a board connect with another description."""
    board.info = info
    board.says("info", info)
    await board.hass.async_block_till_done()


async def test_what_is_new_appears_and_the_rest_stays(thing: Board) -> None:
    before = thing.shown("number", "setting/one")
    await describes(thing, described(settings={"one": LEVEL, "two": LEVEL, "three": LEVEL}))
    assert thing.has("number", "setting/three")
    assert thing.shown("number", "setting/one") is before
    thing.says("settings", {"three": 3})
    await thing.hass.async_block_till_done()
    assert thing.shows("number", "setting/three") == "3"


async def test_what_is_gone_disappears(thing: Board) -> None:
    entity_id = thing.entity_id("number", "setting/two")
    await describes(thing, described(settings={"one": LEVEL}))
    assert not thing.has("number", "setting/two")
    assert thing.hass.states.get(entity_id) is None
    assert thing.shows("number", "setting/one") == "1"


async def test_what_is_described_otherwise_changes_and_keeps_its_id(thing: Board) -> None:
    entity_id = thing.entity_id("number", "setting/two")
    await describes(thing, described(settings={"one": LEVEL, "two": LEVEL | {"max": 99}}))
    assert thing.entity_id("number", "setting/two") == entity_id
    assert thing.shown("number", "setting/two").attributes["max"] == 99
    thing.says("settings", {"two": 50})
    await thing.hass.async_block_till_done()
    assert thing.shows("number", "setting/two") == "50"


async def test_what_changes_its_kind_moves_to_another_domain(thing: Board) -> None:
    await describes(thing, described(settings={"one": LEVEL, "two": {"type": "bool"}}))
    assert not thing.has("number", "setting/two")
    thing.says("settings", {"two": True})
    await thing.hass.async_block_till_done()
    assert thing.shows("switch", "setting/two") == "on"


async def test_two_descriptions_in_one_breath(thing: Board) -> None:
    thing.says("info", described(settings={"three": LEVEL}))
    thing.says("info", described(settings={"three": LEVEL | {"max": 5}, "four": LEVEL}))
    thing.says("info", described(settings={"four": LEVEL}))
    await thing.hass.async_block_till_done()
    assert not thing.has("number", "setting/three")
    assert not thing.has("number", "setting/one")
    thing.says("settings", {"four": 4})
    await thing.hass.async_block_till_done()
    assert thing.shows("number", "setting/four") == "4"


async def test_described_anew_before_it_is_shown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = Board(hass, "props/thing", described(settings={"one": LEVEL}))
    board.says("info", board.info)
    board.says("info", described(settings={"two": LEVEL}))
    board.says("availability", "online")
    await passes(hass, 0.1)
    assert board.has("number", "setting/two")
    assert not board.has("number", "setting/one")


async def test_a_board_reflashed_in_the_moment_before_it_is_shown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = Board(hass)
    board.says("telemetry", {"tick": 1})
    await passes(hass, 1.6)  # its grace is over, its introduction is not
    roster = entry.runtime_data.roster
    roster._settle()
    board.says("telemetry", {"tick": 2})
    board.says("info", coffin_info())
    board.says("telemetry", {"motion": True})
    await passes(hass, 1)
    assert board.shows("binary_sensor", "telemetry/motion") == "on"
    assert not board.has("sensor", "telemetry/tick")


async def test_an_old_board_that_is_reflashed_keeps_its_device_and_gets_its_entities(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = Board(hass, "halloween/esp32-coffin-jumper-01")
    board.says("state", "armed")
    await passes(hass, 3)
    await passes(hass, 1)
    device = board.device
    trigger = board.entity_id("button", "action/trigger")
    assert board.has("sensor", "telemetry/triggers")
    await describes(board, coffin_info())
    board.says("telemetry", {"fault": "max_on_time"})
    await hass.async_block_till_done()
    assert board.device.id == device.id
    assert board.device.name == "Crypt"
    assert board.entity_id("button", "action/trigger") == trigger
    assert board.shows("sensor", "telemetry/fault") == "max_on_time"


async def test_what_an_old_board_says_for_the_first_time_becomes_an_entity_hidden_at_first(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    board = Board(hass, "halloween/example_prop")
    board.says("availability", "online")
    await passes(hass, 3)
    await passes(hass, 1)
    board.says("telemetry/fires", "3")
    board.says("telemetry/mood", "calm")
    await hass.async_block_till_done()
    assert board.shows("sensor", "telemetry/fires") == "3.0"
    mood = entity_registry.async_get(board.entity_id("sensor", "telemetry/mood"))
    assert mood is not None
    assert mood.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_facts_of_the_device_follow(thing: Board) -> None:
    await describes(
        thing,
        described(settings={"one": LEVEL, "two": LEVEL})
        | {"name": "Other", "model": "Two", "firmware": {"version": "2.0"}},
    )
    assert (thing.device.name, thing.device.model, thing.device.sw_version) == (
        "Other",
        "Two",
        "2.0",
    )


async def test_a_name_that_a_person_gave_stays(
    thing: Board, device_registry: dr.DeviceRegistry
) -> None:
    device_registry.async_update_device(thing.device.id, name_by_user="Mine")
    await describes(thing, described(settings={"one": LEVEL}) | {"name": "Other"})
    assert thing.device.name_by_user == "Mine"


async def test_a_disabled_entity_stays_disabled(
    thing: Board, entity_registry: er.EntityRegistry, entry: MockConfigEntry
) -> None:
    entity_id = thing.entity_id("number", "setting/two")
    entity_registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await passes(thing.hass, 1)
    await describes(
        thing, described(settings={"one": LEVEL, "two": LEVEL | {"max": 99}, "three": LEVEL})
    )
    thing.says("settings", {"two": 5, "three": 3})
    await thing.hass.async_block_till_done()
    assert thing.hass.states.get(entity_id) is None
    assert thing.shows("number", "setting/three") == "3"
    await describes(thing, described(settings={"one": LEVEL}))
    assert not thing.has("number", "setting/two")


async def test_a_disabled_device_has_no_states_and_comes_back(
    hass: HomeAssistant,
    thing: Board,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device_registry.async_update_device(thing.device.id, disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.async_block_till_done()
    assert hass.states.get(thing.entity_id("number", "setting/one")) is None
    await describes(thing, described(settings={"one": LEVEL | {"max": 50}, "two": LEVEL}))
    assert hass.states.get(thing.entity_id("number", "setting/one")) is None
    device_registry.async_update_device(thing.device.id, disabled_by=None)
    await hass.async_block_till_done()
    await passes(hass, 31)  # Home Assistant reloads the entry for what was enabled
    thing.says("settings", {"one": 40})
    thing.says("availability", "online")
    await hass.async_block_till_done()
    assert thing.shows("number", "setting/one") == "40"


async def test_an_entity_that_was_renamed_keeps_its_id_when_described_anew(
    thing: Board, entity_registry: er.EntityRegistry
) -> None:
    entity_registry.async_update_entity(
        thing.entity_id("number", "setting/one"), new_entity_id="number.mine", name="Mine"
    )
    await thing.hass.async_block_till_done()
    await describes(thing, described(settings={"one": LEVEL | {"max": 50}}))
    thing.says("settings", {"one": 5})
    await thing.hass.async_block_till_done()
    shown = thing.shown("number", "setting/one")
    assert (shown.entity_id, shown.name, shown.state) == ("number.mine", "Mine", "5")


async def test_a_prop_that_is_away_is_described_too(thing: Board) -> None:
    thing.says("availability", "offline")
    await describes(thing, described(settings={"three": LEVEL}))
    assert thing.shows("number", "setting/three") == STATE_UNAVAILABLE


async def test_what_changes_while_the_workshop_unloads_is_so_afterwards(
    thing: Board, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = thing.hass.config_entries
    unload = entries.async_unload_platforms

    async def and_it_changes(*args: Any) -> bool:
        unloaded = await unload(*args)
        await describes(thing, described(settings={"one": LEVEL, "three": LEVEL}))
        return unloaded

    monkeypatch.setattr(entries, "async_unload_platforms", and_it_changes)
    assert await entries.async_reload(entry.entry_id)
    monkeypatch.undo()
    await thing.hass.async_block_till_done()
    assert thing.has("number", "setting/three")
    assert not thing.has("number", "setting/two")
