"""What is shown while a prop, or the broker, is away; and what is shown of odd messages."""

from typing import Any

from homeassistant.components import mqtt
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_mqtt_message

from tests.factories import described
from tests.integration.board import Board, passes


def broker_is(hass: HomeAssistant, mqtt_mock: Any, *, there: bool) -> None:
    """Let the broker come or go."""
    mqtt_mock.connected = there
    hass.data["mqtt"].client.connected = there
    async_dispatcher_send(hass, mqtt.MQTT_CONNECTION_STATE, there)


async def test_a_prop_that_says_nothing_yet_is_unavailable(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = Board(hass)
    board.says("info", board.info, retain=True)
    await passes(hass, 0.1)
    assert board.shows("sensor", "state") == STATE_UNAVAILABLE
    assert board.shows("binary_sensor", "connectivity") == "off"


async def test_what_a_prop_has_not_said_is_unknown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = await Board(hass).appears()
    for domain, key in (
        ("sensor", "state"),
        ("switch", "armed"),
        ("sensor", "telemetry/triggers"),
        ("sensor", "telemetry/uptime_s"),
        ("binary_sensor", "telemetry/motion"),
        ("number", "setting/volume"),
        ("event", "activity"),
    ):
        assert board.shows(domain, key) == STATE_UNKNOWN, key


async def test_the_last_will_makes_a_prop_unavailable(hass: HomeAssistant, coffin: Board) -> None:
    coffin.says("availability", "offline")
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "state") == STATE_UNAVAILABLE
    assert coffin.shows("button", "action/trigger") == STATE_UNAVAILABLE
    assert coffin.shows("binary_sensor", "connectivity") == "off"
    coffin.says("availability", "online")
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "state") == "armed"
    assert coffin.shows("binary_sensor", "connectivity") == "on"


async def test_what_came_while_a_prop_was_away_counts_when_it_is_back(
    hass: HomeAssistant, coffin: Board
) -> None:
    coffin.says("availability", "offline")
    coffin.says("settings", {"volume": 3})
    await hass.async_block_till_done()
    assert coffin.shows("number", "setting/volume") == STATE_UNAVAILABLE
    coffin.says("availability", "online")
    await hass.async_block_till_done()
    assert coffin.shows("number", "setting/volume") == "3"


async def test_a_late_last_will_does_not_hide_a_prop_that_speaks(
    hass: HomeAssistant, coffin: Board
) -> None:
    coffin.says("availability", "offline")
    coffin.says("telemetry", {"motion": True})
    await hass.async_block_till_done()
    assert coffin.shows("binary_sensor", "telemetry/motion") == "on"


async def test_without_a_broker_nothing_is_available_and_afterwards_all_is(
    hass: HomeAssistant, coffin: Board, mqtt_mock: Any
) -> None:
    broker_is(hass, mqtt_mock, there=False)
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "state") == STATE_UNAVAILABLE
    assert coffin.shows("binary_sensor", "connectivity") == STATE_UNAVAILABLE
    await passes(hass, 1)
    assert hass.states.get("sensor.cellar_props_online").state == "0"
    broker_is(hass, mqtt_mock, there=True)
    await hass.async_block_till_done()
    assert coffin.shows("binary_sensor", "connectivity") == "off"  # until the broker tells
    coffin.says("availability", "online")
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "state") == "armed"
    assert coffin.shows("binary_sensor", "connectivity") == "on"
    await passes(hass, 1)
    assert hass.states.get("sensor.cellar_props_online").state == "1"


async def test_a_change_writes_one_state_and_a_repetition_none(
    hass: HomeAssistant, coffin: Board
) -> None:
    written: list[str] = []
    note = callback(lambda event: written.append(event.data["entity_id"]))
    for event in ("state_changed", "state_reported"):
        hass.bus.async_listen(event, note, event_filter=callback(lambda data: True))
    coffin.says("telemetry", {"motion": True, "solenoid": False, "triggers": 4})
    coffin.says("telemetry", {"motion": True, "solenoid": False, "triggers": 4})
    coffin.says("state", "armed")
    await hass.async_block_till_done()
    assert written == [coffin.entity_id("binary_sensor", "telemetry/motion")]


async def test_null_is_unknown(hass: HomeAssistant, coffin: Board) -> None:
    coffin.says("telemetry", {"motion": None, "rssi": None})
    await hass.async_block_till_done()
    assert coffin.shows("binary_sensor", "telemetry/motion") == STATE_UNKNOWN
    assert coffin.shows("sensor", "telemetry/rssi") == STATE_UNKNOWN


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        ("telemetry", b""),
        ("telemetry", b"\xff"),
        ("telemetry", b"x" * 1_000_000),
        ("telemetry", b'{"motion": NaN}'),
        ("telemetry", b'{"motion": 1, "undeclared": 5}'),
        ("telemetry", b"[" * 100_000),
        ("state", b""),
        ("state", b"\xff"),
        ("state", b"x" * 10_000),
        ("settings", b'{"volume": 31}'),
        ("settings", b'{"volume": "20"}'),
        ("event", b'{"type": "exploded"}'),
        ("event", b"{}"),
        ("result", b'{"correlation_id": "nobody", "ok": true}'),
        ("availability", b"maybe"),
        ("nonsense", b"1"),
        ("telemetry/motion", b"1"),
        ("info", b""),
        ("info", b'{"contract": 1}'),
    ],
    ids=str,
)
async def test_nonsense_is_counted_and_changes_nothing(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, channel: str, payload: bytes
) -> None:
    before = {
        state.entity_id: state.state
        for state in hass.states.async_all()
        if state.entity_id != coffin.entity_id("sensor", "state") or channel != "state"
    }
    coffin.says(channel, payload)
    await hass.async_block_till_done()
    bus = entry.runtime_data.bus
    assert bus.rejected.total() > 0
    for entity_id, state in before.items():
        assert hass.states.get(entity_id).state == state


async def test_each_kind_of_nonsense_is_logged_once(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        coffin.says("telemetry", b"{")
    assert caplog.text.count("Ignored a message of props/coffin-1: not_json") == 1
    assert entry.runtime_data.bus.rejected.total() == 20


async def test_what_is_counted_is_bounded(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.bus._SOURCE_LIMIT", 3)
    for number in range(10):
        Board(hass, f"props/b{number}").says("info", b"{")
        Board(hass, f"props/b{number}").says("info", b"{")
    rejected = entry.runtime_data.bus.rejected
    assert len(rejected) == 4
    assert rejected.total() == 20


@pytest.mark.parametrize(
    "topic", ["props", "props/x", "props/bär/state", "props/a b/state", "props/../x/y"]
)
async def test_odd_topics_are_counted(
    hass: HomeAssistant, entry: MockConfigEntry, topic: str
) -> None:
    async_fire_mqtt_message(hass, topic, b"on")
    await passes(hass, 3)
    assert entry.runtime_data.roster.props == {}
    assert [source for source, _ in entry.runtime_data.bus.rejected] == ["props"]


async def test_a_state_that_was_never_described_is_unknown(
    hass: HomeAssistant, coffin: Board
) -> None:
    coffin.says("state", "flying")
    await hass.async_block_till_done()
    assert coffin.shows("sensor", "state") == STATE_UNKNOWN
    assert coffin.shows("switch", "armed") == STATE_UNKNOWN


async def test_a_prop_without_states_shows_its_state_as_text(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = await Board(hass, "props/x", described()).appears(state="Hm, so so")
    assert board.shows("sensor", "state") == "Hm, so so"
    board.says("state", "x" * 300)
    await hass.async_block_till_done()
    assert board.shows("sensor", "state") == "Hm, so so"


# Events


async def test_an_event_is_shown_with_its_attributes(hass: HomeAssistant, coffin: Board) -> None:
    coffin.says("event", {"type": "activated", "seq": 1, "source": "pir"})
    await hass.async_block_till_done()
    shown = coffin.shown("event", "activity")
    assert shown.attributes["event_type"] == "activated"
    assert shown.attributes["source"] == "pir"


async def test_an_event_delivered_twice_is_shown_once(hass: HomeAssistant, coffin: Board) -> None:
    heard: list[Any] = []
    hass.bus.async_listen("atelier_activity", heard.append)
    for seq in (1, 1, 2):
        coffin.says("event", {"type": "activated", "seq": seq})
    await hass.async_block_till_done()
    assert len(heard) == 2
    assert heard[0].data == {
        "device_id": coffin.device.id,
        "prop": "props/coffin-1",
        "type": "activated",
    }


async def test_attributes_cannot_pass_for_facts(hass: HomeAssistant, coffin: Board) -> None:
    heard: list[Any] = []
    hass.bus.async_listen("atelier_activity", heard.append)
    coffin.says(
        "event",
        {
            "type": "activated",
            "event_type": "finished",
            "device_id": "another",
            "prop": "another",
            "friendly_name": "Another",
            "device_class": "doorbell",
            "entity_picture": "https://example.com/x.png",
        },
    )
    await hass.async_block_till_done()
    shown = coffin.shown("event", "activity")
    assert shown.attributes["event_type"] == "activated"
    assert shown.attributes["friendly_name"] == "Crypt Activity"
    assert "device_class" not in shown.attributes
    assert "entity_picture" not in shown.attributes
    assert heard[0].data["device_id"] == coffin.device.id
    assert heard[0].data["prop"] == "props/coffin-1"


@pytest.mark.parametrize(
    ("telemetry", "problem"),
    [({"problem": True}, "on"), ({"problem": False}, "off"), ({"problem": None}, "off")],
)
async def test_a_problem_is_shown(
    hass: HomeAssistant, coffin: Board, telemetry: dict[str, Any], problem: str
) -> None:
    coffin.says("telemetry", telemetry)
    await hass.async_block_till_done()
    assert coffin.shows("binary_sensor", "problem") == problem


async def test_an_old_boards_error_is_a_problem_until_its_next_state(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    show = Board(hass, "halloween/thriller_hue_nest")
    show.says("state", "waiting")
    await passes(hass, 3)
    await passes(hass, 1)
    show.says("status/error", "KeyError: 'green'")
    await hass.async_block_till_done()
    assert show.shows("binary_sensor", "problem") == "on"
    assert show.shown("event", "activity").attributes["message"] == "KeyError: 'green'"
    show.says("state", "stopped")
    await hass.async_block_till_done()
    assert show.shows("binary_sensor", "problem") == "off"
