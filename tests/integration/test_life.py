"""Props are removed, restored, counted; workshops are unloaded and live side by side."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)

from custom_components.atelier.const import DOMAIN
from tests.factories import coffin_info, described, lantern_info
from tests.integration.board import Board, passes
from tests.integration.conftest import COFFIN_SPEAKS, SetUp
from tests.integration.test_availability import broker_is

# Removed


@pytest.fixture(autouse=True)
def refused_removals(expected_errors: list[str]) -> None:
    """Expect the WebSocket API to log what it answers with an error."""
    expected_errors.append("Error handling message")


async def remove(hass: HomeAssistant, hass_ws_client: Any, board: Board) -> dict[str, Any]:
    """Remove a prop's device, as a person does."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    answer: dict[str, Any] = await client.remove_device(board.device.id)
    await hass.async_block_till_done()
    return answer


async def test_a_prop_that_is_there_is_not_removed(
    hass: HomeAssistant, coffin: Board, hass_ws_client: Any
) -> None:
    answer = await remove(hass, hass_ws_client, coffin)
    assert not answer["success"]
    assert "Crypt is still there. Switch it off" in answer["error"]["message"]
    assert coffin.device


async def test_a_prop_that_is_gone_is_removed_here_and_at_the_broker(
    hass: HomeAssistant, coffin: Board, hass_ws_client: Any, entry: MockConfigEntry, mqtt_mock: Any
) -> None:
    coffin.says("availability", "offline")
    mqtt_mock.async_publish.reset_mock()
    answer = await remove(hass, hass_ws_client, coffin)
    assert answer["success"]
    published = [call.args for call in mqtt_mock.async_publish.call_args_list]
    assert {(topic, payload, retain) for topic, payload, _, retain, *_ in published} == {
        (f"props/coffin-1/{channel}", "", True)
        for channel in ("info", "availability", "state", "settings")
    }
    assert not coffin.has("sensor", "state")
    assert hass.states.get("sensor.crypt_state") is None
    assert entry.runtime_data.roster.props == {}
    assert entry.runtime_data.entity_count["props"] == 0
    await passes(hass, 3)
    assert entry.runtime_data.roster.props == {}, "its own cleared topics must not revive it"


async def test_a_removed_prop_comes_back_clean(
    hass: HomeAssistant, coffin: Board, hass_ws_client: Any
) -> None:
    coffin.says("availability", "offline")
    assert (await remove(hass, hass_ws_client, coffin))["success"]
    coffin.says("info", coffin_info(name="Tomb"))
    coffin.says("availability", "online")
    await passes(hass, 0.1)
    assert coffin.device.name == "Tomb"
    assert coffin.shows("sensor", "state") == STATE_UNKNOWN
    await coffin.press("trigger")
    assert len(coffin.told) == 1


async def test_clearing_a_props_topics_is_no_news_to_log(
    hass: HomeAssistant, coffin: Board, hass_ws_client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    coffin.says("availability", "offline")
    assert (await remove(hass, hass_ws_client, coffin))["success"]
    assert "Ignored a message" not in caplog.text


async def test_without_a_broker_nothing_is_removed(
    hass: HomeAssistant, coffin: Board, hass_ws_client: Any, mqtt_mock: Any
) -> None:
    broker_is(hass, mqtt_mock, there=False)
    answer = await remove(hass, hass_ws_client, coffin)
    assert not answer["success"]
    assert "the MQTT broker cannot be reached" in answer["error"]["message"]
    assert coffin.device


async def test_the_workshop_itself_is_not_removed(
    hass: HomeAssistant, coffin: Board, hass_ws_client: Any
) -> None:
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    answer = await client.remove_device(coffin.device.via_device_id)
    assert not answer["success"]


async def test_a_prop_of_a_prefix_that_was_taken_away_can_be_removed(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, hass_ws_client: Any
) -> None:
    hass.config_entries.async_update_entry(
        entry, options=entry.options | {"prefixes": ["halloween"]}
    )
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "state") == STATE_UNAVAILABLE
    assert (await remove(hass, hass_ws_client, coffin))["success"]


async def test_a_device_is_not_removed_while_the_workshop_is_not_loaded(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, hass_ws_client: Any
) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    answer = await remove(hass, hass_ws_client, coffin)
    assert answer["error"]["message"] == "No workshop is loaded"


# Restarted


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Unload the workshop and set it up again, as a restart does."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_after_a_restart_props_stand_ready_before_they_speak(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry
) -> None:
    await restart(hass, entry)
    assert coffin.shows("sensor", "state") == STATE_UNAVAILABLE
    assert coffin.shows("binary_sensor", "connectivity") == "off"
    coffin.says("availability", "online")
    coffin.says("state", "armed")
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "state") == "armed"


async def test_what_is_known_is_kept_without_a_proper_end(
    hass: HomeAssistant, coffin: Board, hass_storage: dict[str, Any]
) -> None:
    await passes(hass, 6)
    kept = hass_storage["atelier.cellar"]["data"]
    assert kept["props/coffin-1"] == coffin.info


async def test_a_restart_keeps_what_was_learned_of_an_old_board(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = Board(hass, "halloween/example_prop")
    board.says("telemetry", {"fires": 3})
    await passes(hass, 3)
    await passes(hass, 1)
    await restart(hass, entry)
    board.says("availability", "online")
    board.says("telemetry", {"fires": 4})
    await hass.async_block_till_done()
    assert board.shows("sensor", "telemetry/fires") == "4.0"


async def test_a_removed_workshop_leaves_nothing_behind(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await passes(hass, 6)
    assert "atelier.cellar" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert "atelier.cellar" not in hass_storage
    assert er.async_get(hass).entities.get_entries_for_config_entry_id(entry.entry_id) == []


async def test_an_unloaded_workshop_hears_nothing(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry
) -> None:
    coffin.says("info", coffin_info(name="Tomb"))
    Board(hass, "props/stranger").says("state", "on")
    bus = entry.runtime_data.bus
    assert await hass.config_entries.async_unload(entry.entry_id)
    received = bus.received.total()
    coffin.says("telemetry", {"motion": True})
    await passes(hass, 400)
    assert bus.received.total() == received


async def test_a_prop_that_appears_while_the_workshop_unloads_is_there_once_afterwards(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(hass)
    unload = hass.config_entries.async_unload_platforms

    async def and_it_appears(*args: Any) -> bool:
        unloaded = await unload(*args)
        await board.appears()
        return unloaded

    monkeypatch.setattr(hass.config_entries, "async_unload_platforms", and_it_appears)
    assert await hass.config_entries.async_reload(entry.entry_id)
    monkeypatch.undo()
    await hass.async_block_till_done()
    # An entity twice would be an error in the log.
    assert board.has("sensor", "state")


async def test_without_mqtt_the_workshop_waits(hass: HomeAssistant) -> None:
    entry = MockConfigEntry(domain=DOMAIN, options={"prefixes": ["props"]})
    entry.add_to_hass(hass)
    MockConfigEntry(domain=mqtt.DOMAIN).add_to_hass(hass)
    assert await async_setup_component(hass, "http", {})
    with (
        patch("custom_components.atelier.async_wait_for_mqtt_client", return_value=False),
        patch("homeassistant.setup.async_process_deps_reqs"),
        patch("homeassistant.components.mqtt.async_setup_entry", return_value=True),
    ):
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason == "The MQTT integration is not set up or not ready"
    await hass.config_entries.async_unload(entry.entry_id)


async def test_an_entry_that_platforms_hold_back_stays_open(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    Board(hass).says("info", coffin_info())
    await passes(hass, 0.1)
    assert entry.runtime_data.roster.props
    await passes(hass, 400)
    await entry.runtime_data.close()


# Counted


async def test_a_count_is_known_after_a_restart_of_home_assistant(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    mock_restore_cache_with_extra_data(
        hass,
        [
            (
                State("sensor.crypt_activations", "41"),
                {"native_value": 41, "native_unit_of_measurement": None},
            )
        ],
    )
    await set_up()
    coffin = await Board(hass).appears()
    assert coffin.shows("sensor", "telemetry/triggers") == "41"
    coffin.says("telemetry", {"triggers": 42})
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "telemetry/triggers") == "42"


async def test_a_count_that_was_set_back_is_shown(hass: HomeAssistant, coffin: Board) -> None:
    coffin.says("telemetry", {"triggers": 0})
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "telemetry/triggers") == "0"


async def test_the_workshop_counts_who_is_there(hass: HomeAssistant, coffin: Board) -> None:
    await passes(hass, 1)
    assert hass.states.get("sensor.cellar_props_online").state == "1"
    await Board(hass, "props/coffin-2").appears()
    await passes(hass, 1)
    assert hass.states.get("sensor.cellar_props_online").state == "2"
    coffin.says("availability", "offline")
    await passes(hass, 1)
    assert hass.states.get("sensor.cellar_props_online").state == "1"


# Since when


def seen(coffin: Board) -> datetime:
    """Return since when a coffin is shown to run."""
    return datetime.fromisoformat(coffin.shows("sensor", "telemetry/uptime_s"))


async def test_the_boot_moment_is_steady_while_networks_waver(
    hass: HomeAssistant, coffin: Board, freezer: FrozenDateTimeFactory
) -> None:
    coffin.says("telemetry", {"uptime_s": 1000})
    await hass.async_block_till_done()
    before = coffin.shown("sensor", "telemetry/uptime_s")
    for uptime, later in ((1005, 5), (1012, 5), (1011, 5), (1040, 15)):
        freezer.tick(later)
        coffin.says("telemetry", {"uptime_s": uptime})
        await hass.async_block_till_done()
    assert coffin.shown("sensor", "telemetry/uptime_s") is before


async def test_the_boot_moment_jumps_with_a_reboot(
    hass: HomeAssistant, coffin: Board, freezer: FrozenDateTimeFactory
) -> None:
    coffin.says("telemetry", {"uptime_s": 1000})
    await hass.async_block_till_done()
    freezer.tick(60)
    coffin.says("telemetry", {"uptime_s": 10})
    await hass.async_block_till_done()
    assert abs(seen(coffin) - (datetime.now(UTC) - timedelta(seconds=10))) < timedelta(seconds=2)


@pytest.mark.parametrize("jump", [-3600, 3600])
async def test_the_boot_moment_follows_a_clock_that_was_set(
    hass: HomeAssistant, coffin: Board, freezer: FrozenDateTimeFactory, jump: int
) -> None:
    coffin.says("telemetry", {"uptime_s": 1000})
    await hass.async_block_till_done()
    freezer.move_to(datetime.now(UTC) + timedelta(seconds=jump))
    coffin.says("telemetry", {"uptime_s": 1005})
    await hass.async_block_till_done()
    assert abs(seen(coffin) - (datetime.now(UTC) - timedelta(seconds=1005))) < timedelta(seconds=2)


@pytest.mark.parametrize("uptime", [-5, 2**53, None])
async def test_an_uptime_that_cannot_be_changes_nothing(
    hass: HomeAssistant, coffin: Board, uptime: int | None
) -> None:
    before = coffin.shown("sensor", "telemetry/uptime_s")
    coffin.says("telemetry", {"uptime_s": uptime})
    await hass.async_block_till_done()
    assert coffin.shown("sensor", "telemetry/uptime_s") is before


# Updated


def firmware(board: Board) -> tuple[str, str, str]:
    """Return a board's update: state, installed, latest."""
    shown = board.shown("update", "firmware")
    return (
        shown.state,
        shown.attributes["installed_version"],
        shown.attributes["latest_version"],
    )


async def test_a_board_is_compared_with_the_newest_of_its_model(
    hass: HomeAssistant, coffin: Board
) -> None:
    assert firmware(coffin) == ("off", "1.0.0", "1.0.0")
    newer = Board(hass, "props/coffin-2", coffin_info(firmware={"version": "1.10.0"}))
    await newer.appears()
    older = Board(hass, "props/coffin-3", coffin_info(firmware={"version": "1.9"}))
    await older.appears()
    other = Board(hass, "props/lantern", lantern_info(firmware={"version": "7.0"}))
    await other.appears()
    assert firmware(coffin) == ("on", "1.0.0", "1.10.0")
    assert firmware(newer) == ("off", "1.10.0", "1.10.0")
    assert firmware(older) == ("on", "1.9", "1.10.0")
    assert firmware(other) == ("off", "7.0", "7.0")
    coffin.says("info", coffin_info(firmware={"version": "1.10.0"}))
    await hass.async_block_till_done()
    assert firmware(coffin) == ("off", "1.10.0", "1.10.0")


async def test_without_a_version_there_is_no_update(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = await Board(hass, "props/x", described()).appears()
    assert not board.has("update", "firmware")


async def test_a_board_without_a_model_is_compared_with_none(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = Board(hass, "props/x", described() | {"firmware": {"version": "1.0"}})
    await board.appears()
    assert board.shows("update", "firmware") == STATE_UNKNOWN


# Side by side


async def test_two_workshops_keep_apart(hass: HomeAssistant, set_up: SetUp) -> None:
    attic = await set_up("attic/props", title="Attic")
    cellar = await set_up("props")
    one = await Board(hass, "attic/props/coffin-1").appears(**COFFIN_SPEAKS)
    other = await Board(hass, "props/coffin-1").appears(**COFFIN_SPEAKS)
    one.says("state", "blocked")
    await hass.async_block_till_done()
    assert (one.shows("sensor", "state"), other.shows("sensor", "state")) == ("blocked", "armed")
    assert one.device.config_entry_id == attic.entry_id
    assert other.device.config_entry_id == cellar.entry_id
    await passes(hass, 1)
    for name in ("attic", "cellar"):
        assert hass.states.get(f"sensor.{name}_props_online").state == "1"
    assert await hass.config_entries.async_unload(attic.entry_id)
    other.says("state", "blocked")
    await hass.async_block_till_done()
    assert other.shows("sensor", "state") == "blocked"
    assert one.shows("sensor", "state") == STATE_UNAVAILABLE


# Many


async def test_more_props_than_a_prefix_may_have_are_ignored_and_told(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: Any, issue_registry: Any
) -> None:
    monkeypatch.setattr("custom_components.atelier.props.roster.PROP_LIMIT", 2)
    for number in range(4):
        Board(hass, f"props/p{number}").says("info", described())
    await passes(hass, 0.1)
    assert list(entry.runtime_data.roster.props) == ["props/p0", "props/p1"]
    assert "flood_cellar_props" in {issue_id for _, issue_id in issue_registry.issues}


async def test_more_entities_than_a_prefix_may_have_are_left_out_and_told(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: Any, issue_registry: Any
) -> None:
    monkeypatch.setattr("custom_components.atelier.data.ENTITY_LIMIT", 5)
    level = {"type": "int", "min": 0, "max": 9}
    board = Board(hass, "props/x", described(settings={f"s{number}": level for number in range(9)}))
    await board.appears()
    assert entry.runtime_data.entity_count["props"] == 5
    assert "flood_cellar_props" in {issue_id for _, issue_id in issue_registry.issues}
    board.says("info", described(settings={"s1": level | {"max": 5}}))
    await hass.async_block_till_done()
    assert board.has("number", "setting/s1")
    assert entry.runtime_data.entity_count["props"] <= 5


async def test_what_the_bus_remembers_of_topics_is_bounded(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: Any
) -> None:
    monkeypatch.setattr("custom_components.atelier.bus._ROUTE_LIMIT", 3)
    for number in range(9):
        Board(hass, f"props/p{number}").says("cmd", "trigger")
    assert len(entry.runtime_data.bus._routes) == 3


async def test_a_workshop_unloaded_while_it_subscribes_takes_nobody_along(
    hass: HomeAssistant, mqtt_mock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = mqtt.client.MQTT._async_wait_for_mid_or_raise

    async def slowly(self: mqtt.client.MQTT, mid: int | None, result_code: int) -> None:
        await asyncio.sleep(0.05)
        await wait(self, mid, result_code)

    entry = MockConfigEntry(domain=DOMAIN, title="Cellar", options={"prefixes": ["a", "b"]})
    entry.add_to_hass(hass)
    monkeypatch.setattr(mqtt.client.MQTT, "_async_wait_for_mid_or_raise", slowly)
    assert await hass.config_entries.async_setup(entry.entry_id)
    heard: list[Any] = []
    end = await mqtt.async_subscribe(hass, "elsewhere/+", heard.append)
    # The first of its two wildcards is on its way, and the other two wait behind it.
    subscribed = mqtt_mock._mqttc.subscribe
    while not any(call.args[0] == "a/#" for call in subscribed.call_args_list):
        await asyncio.sleep(0)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert any(call.args[0] == "elsewhere/+" for call in subscribed.call_args_list)
    end()
