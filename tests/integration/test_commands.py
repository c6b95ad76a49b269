"""What a person tells a prop, and what the person reads when it does not obey."""

import asyncio
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.atelier.wire.messages import Reason
from tests.factories import described, lantern_info
from tests.integration.board import Board, passes
from tests.integration.conftest import COFFIN_SPEAKS, SetUp
from tests.integration.test_availability import broker_is

OLD = "halloween/esp32-coffin-jumper-01"


@pytest.fixture
async def lantern(hass: HomeAssistant, entry: MockConfigEntry) -> Board:
    """Return a lantern that is there."""
    board = Board(hass, "props/lantern", lantern_info())
    return await board.appears(
        state="on",
        settings={"display": True, "scene": "fire", "brightness": 0.4, "delay": 5, "target": 21.5},
    )


@pytest.fixture
async def old_coffin(hass: HomeAssistant, entry: MockConfigEntry) -> Board:
    """Return a coffin that was never reflashed."""
    board = Board(hass, OLD)
    await board.listens()
    for channel, message in (
        ("availability", "online"),
        ("state", "armed"),
        ("telemetry", {"vol": 20}),
    ):
        board.says(channel, message)
    await passes(hass, 3)
    await passes(hass, 1)
    return board


async def act(board: Board, action: str, domain: str, key: str, **data: Any) -> None:
    """Use one of a board's entities."""
    await board.hass.services.async_call(
        domain, action, {"entity_id": board.entity_id(domain, key)} | data, blocking=True
    )


@pytest.mark.parametrize(
    ("action", "domain", "key", "data", "told"),
    [
        ("press", "button", "action/trigger", {}, {"action": "trigger", "params": {}}),
        ("press", "button", "action/restart", {}, {"action": "restart", "params": {}}),
        ("turn_on", "switch", "armed", {}, {"action": "unblock", "params": {}}),
        ("turn_off", "switch", "armed", {}, {"action": "block", "params": {}}),
        ("set_value", "number", "setting/volume", {"value": 12}, {"volume": 12}),
        (
            "turn_on",
            "scene",
            "preset/whisper",
            {},
            {"action": "trigger", "params": {"volume": 8, "track": 1}},
        ),
        (
            "media_play",
            "media_player",
            "player",
            {},
            {"action": "play_music", "params": {}},
        ),
        ("media_pause", "media_player", "player", {}, {"action": "pause_music", "params": {}}),
        ("media_stop", "media_player", "player", {}, {"action": "stop_music", "params": {}}),
        (
            "play_media",
            "media_player",
            "player",
            {"media": {"media_content_id": "7", "media_content_type": "music"}},
            {"action": "play_music", "params": {"track": 7}},
        ),
        (
            "select_source",
            "media_player",
            "player",
            {"source": "Organ"},
            {"action": "play_music", "params": {"track": 2}},
        ),
        ("volume_set", "media_player", "player", {"volume_level": 0.5}, {"volume": 15}),
        ("volume_up", "media_player", "player", {}, {"volume": 21}),
        ("volume_down", "media_player", "player", {}, {"volume": 19}),
    ],
)
async def test_what_a_coffin_is_told(
    coffin: Board,
    *,
    action: str,
    domain: str,
    key: str,
    data: dict[str, Any],
    told: dict[str, Any],
) -> None:
    await act(coffin, action, domain, key, **data)
    (heard,) = coffin.told
    assert heard.pop("correlation_id")
    assert heard == told


@pytest.mark.parametrize(
    ("action", "domain", "key", "data", "told"),
    [
        ("turn_off", "switch", "setting/display", {}, {"display": False}),
        ("turn_on", "switch", "setting/display", {}, {"display": True}),
        ("select_option", "select", "setting/scene", {"option": "candle"}, {"scene": "candle"}),
        ("set_value", "number", "setting/brightness", {"value": 0.65}, {"brightness": 0.65}),
        ("set_value", "number", "setting/delay", {"value": 5.0}, {"delay": 5}),
        ("volume_set", "media_player", "player", {"volume_level": 0.4}, {"brightness": 0.4}),
        (
            "turn_on",
            "scene",
            "preset/soft",
            {},
            {"action": "dim", "params": {"level": 0.2}},
        ),
        (
            "play_media",
            "media_player",
            "player",
            {"media": {"media_content_id": "3", "media_content_type": "music"}},
            {"action": "play", "params": {"track": 3}},
        ),
    ],
)
async def test_what_a_lantern_is_told(
    lantern: Board,
    *,
    action: str,
    domain: str,
    key: str,
    data: dict[str, Any],
    told: dict[str, Any],
) -> None:
    await act(lantern, action, domain, key, **data)
    (heard,) = lantern.told
    assert heard.pop("correlation_id")
    assert heard == told


async def test_a_paused_player_goes_on(coffin: Board) -> None:
    coffin.says("telemetry", {"player": "paused"})
    await coffin.hass.async_block_till_done()
    await act(coffin, "media_play", "media_player", "player")
    assert coffin.told[0]["action"] == "resume_music"


async def test_the_player_shows_what_plays(coffin: Board) -> None:
    coffin.says("telemetry", {"player": "playing", "track": 2})
    coffin.says("settings", {"volume": 15})
    await coffin.hass.async_block_till_done()
    shown = coffin.shown("media_player", "player")
    assert shown.state == "playing"
    assert shown.attributes["media_title"] == shown.attributes["source"] == "Organ"
    assert shown.attributes["media_content_id"] == "2"
    assert shown.attributes["volume_level"] == 0.5
    coffin.says("telemetry", {"player": "idle"})
    coffin.says("settings", {"volume": None})
    await coffin.hass.async_block_till_done()
    shown = coffin.shown("media_player", "player")
    assert shown.state == "idle"
    assert "media_title" not in shown.attributes
    assert shown.attributes.get("volume_level") is None


async def test_a_player_that_can_only_be_listened_to(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    info = described(
        telemetry={"sound": {"type": "choice", "options": ["idle", "playing", "paused"]}},
        player={"status": "sound", "tracks": {"1": "One"}},
    )
    board = await Board(hass, "props/radio", info).appears(telemetry={"sound": "playing"})
    shown = board.shown("media_player", "player")
    assert shown.state == "playing"
    assert shown.attributes["supported_features"] == 0


async def test_a_player_that_cannot_go_on_is_told_nothing(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    info = described(
        telemetry={"sound": {"type": "choice", "options": ["idle", "paused"]}},
        actions={"go": {"params": {"track": {"type": "int"}}}},
        player={"status": "sound", "play": "go"},
    )
    board = await Board(hass, "props/radio", info).appears(telemetry={"sound": "paused"})
    await act(board, "media_play", "media_player", "player")
    assert board.told == []


@pytest.mark.parametrize("track", ["Organ", "-1", "³", "1.5", "9" * 5_000])
async def test_a_track_is_a_number(coffin: Board, track: str) -> None:
    with pytest.raises(ServiceValidationError, match=r"is no track: give its number"):
        await act(
            coffin,
            "play_media",
            "media_player",
            "player",
            media={"media_content_id": track, "media_content_type": "music"},
        )
    assert coffin.told == []


# Refusals


REFUSALS = {
    "blocked": "it is blocked. Switch it on first",
    "busy": "it is in action",
    "lockout": "has to rest",
    "not_ready": "it is not ready yet",
    "not_active": "there is nothing to stop",
    "no_player": "no working player",
    "fault": "it has a fault",
    "out_of_range": "a value is out of range. Up to 30",
    "bad_arguments": "its parameters are wrong. Up to 30",
    "unknown_action": "it knows no such action",
    "unknown_setting": "it knows no such setting",
    "empty_command": "the command was empty",
}


def test_every_reason_has_its_sentence() -> None:
    assert REFUSALS.keys() == {str(reason) for reason in Reason}


@pytest.mark.parametrize("reason", REFUSALS)
async def test_a_refusal_is_told_in_words(coffin: Board, reason: str) -> None:
    coffin.refuses(reason, message="Up to 30")
    with pytest.raises(HomeAssistantError) as error:
        await coffin.press("trigger")
    # What is broken goes into the log; a wish that does not fit does not.
    broken = reason in ("fault", "no_player")
    assert isinstance(error.value, ServiceValidationError) is not broken
    said = str(error.value)
    assert said.startswith("Crypt refused “trigger”: ")
    assert REFUSALS[reason] in said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"reason": "lockout", "retry_ms": 4400},
            "Crypt refused “trigger”: it acted a moment ago. Try again in 4 s",
        ),
        ({"reason": "moon", "message": "It is full"}, "Crypt refused “trigger”: It is full"),
        ({"reason": "moon"}, "Crypt refused “trigger” (moon)"),
    ],
)
async def test_a_refusal_in_the_props_own_words(
    coffin: Board, answer: dict[str, Any], said: str
) -> None:
    coffin.refuses(**answer)
    with pytest.raises(HomeAssistantError) as error:
        await coffin.press("trigger")
    assert str(error.value) == said


async def test_the_name_a_person_gave_stands_in_the_error(
    coffin: Board, device_registry: dr.DeviceRegistry
) -> None:
    device_registry.async_update_device(coffin.device.id, name_by_user="My {coffin}")
    coffin.refuses("busy")
    with pytest.raises(HomeAssistantError, match=r"My \{coffin\} refused"):
        await coffin.press("trigger")


@pytest.mark.usefixtures("impatient")
async def test_no_answer_in_time(coffin: Board) -> None:
    coffin.is_silent()
    with pytest.raises(HomeAssistantError) as error:
        await coffin.press("trigger")
    assert str(error.value).startswith("Crypt did not answer “trigger” within 0.5 s.")


@pytest.mark.usefixtures("impatient")
async def test_an_answer_after_the_time_changes_nothing(
    coffin: Board, entry: MockConfigEntry
) -> None:
    coffin.is_silent()
    with pytest.raises(HomeAssistantError):
        await coffin.press("trigger")
    late = coffin.told[0]["correlation_id"]
    coffin.says("result", {"correlation_id": late, "ok": True})
    coffin.says("result", {"correlation_id": "nobody's", "ok": True})
    assert entry.runtime_data.bus.rejected["props/coffin-1", "unknown_result"] == 1


@pytest.mark.parametrize(
    ("domain", "action", "key", "data"),
    [
        ("number", "set_value", "setting/volume", {"value": 3}),
        ("switch", "turn_off", "armed", {}),
        ("scene", "turn_on", "preset/whisper", {}),
        ("media_player", "media_play", "player", {}),
        ("media_player", "volume_set", "player", {"volume_level": 0.1}),
    ],
)
async def test_every_entity_tells_of_a_refusal(
    coffin: Board, domain: str, action: str, key: str, data: dict[str, Any]
) -> None:
    coffin.refuses("fault")
    with pytest.raises(HomeAssistantError, match=r"Crypt refused “\w+”: it has a fault"):
        await act(coffin, action, domain, key, **data)


async def test_a_setting_that_is_refused_stays(coffin: Board) -> None:
    coffin.refuses("out_of_range")
    with pytest.raises(HomeAssistantError):
        await act(coffin, "set_value", "number", "setting/volume", value=3)
    assert coffin.shows("number", "setting/volume") == "20"


async def test_a_prop_that_is_away_is_told_nothing(hass: HomeAssistant, coffin: Board) -> None:
    coffin.says("availability", "offline")
    await hass.async_block_till_done()
    with pytest.raises(HomeAssistantError, match="“trigger” was not sent: Crypt is offline"):
        await call(hass, "trigger", coffin)
    assert coffin.told == []


async def test_without_a_broker_nothing_is_told(
    hass: HomeAssistant, coffin: Board, mqtt_mock: Any
) -> None:
    broker_is(hass, mqtt_mock, there=False)
    with pytest.raises(HomeAssistantError, match="the MQTT broker cannot be reached"):
        await call(hass, "trigger", coffin)


async def test_the_broker_may_go_while_something_is_sent(
    hass: HomeAssistant, coffin: Board
) -> None:
    with (
        patch("custom_components.atelier.bus.mqtt.async_publish", side_effect=HomeAssistantError),
        pytest.raises(HomeAssistantError, match="the MQTT broker cannot be reached"),
    ):
        await call(hass, "trigger", coffin)


async def test_an_error_about_a_device_that_left_names_the_prop(
    hass: HomeAssistant, coffin: Board, device_registry: dr.DeviceRegistry
) -> None:
    def leave(_told: dict[str, Any]) -> dict[str, Any]:
        device_registry.async_remove_device(coffin.device.id)
        return {"ok": False, "reason": "busy"}

    coffin.answer = leave
    with pytest.raises(HomeAssistantError, match="props/coffin-1 refused “trigger”"):
        await call(hass, "trigger", coffin)


async def test_a_workshop_that_is_unloaded_meanwhile_says_so(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(timeout_s=60)
    coffin = await Board(hass).appears(**COFFIN_SPEAKS)
    coffin.is_silent()
    pressed = asyncio.ensure_future(call(hass, "trigger", coffin))
    await asyncio.sleep(0.01)
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError, match="the workshop is being unloaded"):
        await asyncio.wait_for(pressed, 1)


async def test_two_who_press_at_once_get_their_own_answers(
    hass: HomeAssistant, coffin: Board
) -> None:
    answers: list[dict[str, Any]] = [{"ok": True}, {"ok": False, "reason": "busy"}]
    coffin.answer = lambda _: answers.pop(0)
    one, other = await asyncio.gather(
        coffin.press("trigger"), coffin.press("trigger"), return_exceptions=True
    )
    assert one is None
    assert isinstance(other, HomeAssistantError)
    assert len({told["correlation_id"] for told in coffin.told}) == 2


# Boards that were never reflashed


async def test_an_old_board_proves_by_its_state_what_it_did(old_coffin: Board) -> None:
    def jump(_told: dict[str, Any]) -> None:
        old_coffin.says("state", "action")

    old_coffin.answer = jump
    await old_coffin.press("trigger")
    assert old_coffin.told == [{"action": "trigger"}]
    assert old_coffin.shows("sensor", "state") == "action"


async def test_an_old_board_that_shows_nothing_did_nothing(old_coffin: Board) -> None:
    with pytest.raises(HomeAssistantError) as error:
        await old_coffin.press("trigger")
    assert "did not show that it did “trigger”; its state is “armed”" in str(error.value)


async def test_an_old_boards_volume_is_set_by_its_command(old_coffin: Board) -> None:
    await act(old_coffin, "set_value", "number", "setting/volume", value=12)
    assert old_coffin.told[0]["action"] == "set_volume"
    assert old_coffin.told[0]["params"] == {"volume": 12}


# The actions


async def call(
    hass: HomeAssistant,
    action: str,
    *boards: Board,
    response: bool = False,
    **data: Any,
) -> Any:
    """Call one of Atelier's actions."""
    return await hass.services.async_call(
        "atelier",
        action,
        {"device_id": [board.device.id for board in boards]} | data,
        blocking=True,
        return_response=response,
    )


@pytest.mark.parametrize(
    ("action", "data", "told"),
    [
        ("trigger", {}, {"action": "trigger", "params": {}}),
        (
            "trigger",
            {"volume": 12, "track": 2},
            {"action": "trigger", "params": {"volume": 12, "track": 2}},
        ),
        ("trigger", {"params": {"volume": 9}}, {"action": "trigger", "params": {"volume": 9}}),
        (
            "trigger",
            {"params": {"volume": 9}, "volume": 3},
            {"action": "trigger", "params": {"volume": 3}},
        ),
        (
            "send_command",
            {"command": "play_music", "params": {"track": 2}},
            {"action": "play_music", "params": {"track": 2}},
        ),
        ("reset_counter", {}, {"action": "reset_counter", "params": {}}),
    ],
)
async def test_actions_tell_props(
    hass: HomeAssistant, coffin: Board, action: str, data: dict[str, Any], told: dict[str, Any]
) -> None:
    assert await call(hass, action, coffin, **data) is None
    (heard,) = coffin.told
    assert heard.pop("correlation_id")
    assert heard == told


async def test_a_response_tells_what_became_of_it(hass: HomeAssistant, coffin: Board) -> None:
    coffin.answer = lambda _: {"ok": True, "message": "Boo"}
    assert await call(hass, "trigger", coffin, response=True) == {
        "results": {coffin.device.id: {"ok": True, "confirmed": True, "message": "Boo"}}
    }


async def test_an_old_board_confirms_nothing(hass: HomeAssistant, old_coffin: Board) -> None:
    response = await call(hass, "send_command", old_coffin, response=True, command="dance")
    assert response["results"][old_coffin.device.id]["confirmed"] is False


@pytest.mark.parametrize("response", [True, False])
async def test_one_prop_that_fails_raises_its_error(
    hass: HomeAssistant, coffin: Board, *, response: bool
) -> None:
    coffin.refuses("busy")
    with pytest.raises(HomeAssistantError, match="Crypt refused “trigger”: it is in action"):
        await call(hass, "trigger", coffin, response=response)


@pytest.fixture
async def three(hass: HomeAssistant, coffin: Board, lantern: Board) -> list[Board]:
    """Return a coffin that obeys, one that refuses, and a lantern that is silent."""
    second = await Board(hass, "props/coffin-2").appears(**COFFIN_SPEAKS)
    second.refuses("busy")
    lantern.is_silent()
    return [coffin, second, lantern]


@pytest.mark.usefixtures("impatient")
async def test_of_several_the_failures_are_raised_together(
    hass: HomeAssistant, three: list[Board]
) -> None:
    with pytest.raises(HomeAssistantError) as error:
        await call(hass, "trigger", *three)
    said = str(error.value)
    assert said.startswith("2 of 3 props failed. ")
    assert "Stop it first, or wait. Lantern did not answer" in said
    assert len(three[0].told) == 1


@pytest.mark.usefixtures("impatient")
async def test_of_several_a_response_tells_each(hass: HomeAssistant, three: list[Board]) -> None:
    response = await call(hass, "trigger", *three, response=True)
    obeyed, refused, silent = (response["results"][board.device.id] for board in three)
    assert obeyed == {"ok": True, "confirmed": True, "message": None}
    assert (refused["ok"], refused["reason"]) == (False, "busy")
    assert refused["message"].startswith("Crypt refused")
    assert (silent["ok"], silent["reason"]) == (False, "no_answer")


@pytest.mark.parametrize(
    ("action", "data", "said"),
    [
        ("send_command", {"command": "fly"}, "Crypt has no action “fly”. It has: stop, restart"),
        (
            "send_command",
            {"command": "trigger", "params": {"volume": 31}},
            "Crypt takes only a whole number from 0 to 30 as “volume” of “trigger”",
        ),
        (
            "send_command",
            {"command": "trigger", "params": {"loudness": 3}},
            "Crypt takes no “loudness” for “trigger”. It takes: volume, track",
        ),
        (
            "trigger",
            {"params": {"volume": 10**400}},
            "Crypt was not told “trigger”: no message can carry what is given as volume",
        ),
        ("reset_counter", {"counter": "triggers"}, "Crypt takes no “counter” for “reset_counter”"),
    ],
)
async def test_what_a_prop_cannot_is_not_sent(
    hass: HomeAssistant, coffin: Board, action: str, data: dict[str, Any], said: str
) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await call(hass, action, coffin, **data)
    assert said in str(error.value)
    assert coffin.told == []


async def test_the_workshop_is_no_prop(hass: HomeAssistant, coffin: Board) -> None:
    with pytest.raises(ServiceValidationError, match="“Cellar” is not a prop"):
        await hass.services.async_call(
            "atelier", "trigger", {"device_id": coffin.device.via_device_id}, blocking=True
        )


async def test_a_device_that_does_not_exist_is_told_as_such(
    hass: HomeAssistant, coffin: Board
) -> None:
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call("atelier", "trigger", {"device_id": "x"}, blocking=True)


async def test_stop_all_stops_by_the_way_each_prop_has(
    hass: HomeAssistant, coffin: Board, old_coffin: Board, lantern: Board
) -> None:
    old_coffin.says("state", "action")
    old_coffin.answer = lambda _: old_coffin.says("state", "armed")
    away = await Board(hass, "props/coffin-3").appears(**COFFIN_SPEAKS)
    away.says("availability", "offline")
    response = await hass.services.async_call(
        "atelier", "stop_all", {}, blocking=True, return_response=True
    )
    assert [told["action"] for told in coffin.told] == ["stop"]
    assert [told["action"] for told in old_coffin.told] == ["stop_action"]
    assert lantern.told == []  # it has no way to be stopped
    assert away.told == []
    assert response == {
        "results": {
            board.device.id: {"ok": True, "confirmed": True, "message": None}
            for board in (coffin, old_coffin)
        }
    }


async def test_stop_all_tells_who_did_not_stop(hass: HomeAssistant, coffin: Board) -> None:
    coffin.refuses("fault")
    with pytest.raises(HomeAssistantError, match="Crypt refused “stop”: it has a fault"):
        await hass.services.async_call("atelier", "stop_all", {}, blocking=True)


async def test_stop_all_of_one_workshop(hass: HomeAssistant, set_up: SetUp) -> None:
    attic = await set_up("props", title="Attic")
    await set_up("halloween")
    one = await Board(hass, "props/coffin-1").appears(**COFFIN_SPEAKS)
    other = await Board(hass, "halloween/coffin-1").appears(**COFFIN_SPEAKS)
    await hass.services.async_call(
        "atelier", "stop_all", {"config_entry_id": attic.entry_id}, blocking=True
    )
    assert (len(one.told), len(other.told)) == (1, 0)
    await hass.services.async_call("atelier", "stop_all", {}, blocking=True)
    assert (len(one.told), len(other.told)) == (2, 1)


async def test_stop_all_without_a_workshop(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError, match="No workshop is loaded"):
        await hass.services.async_call("atelier", "stop_all", {}, blocking=True)


# The workshop's buttons


@pytest.mark.parametrize(
    ("button", "action"),
    [("stop_all", "stop"), ("block_all", "block"), ("arm_all", "unblock")],
)
async def test_the_workshops_buttons_tell_all(
    hass: HomeAssistant, coffin: Board, button: str, action: str
) -> None:
    second = await Board(hass, "props/coffin-2").appears(**COFFIN_SPEAKS)
    second.refuses("busy")  # one that refuses does not keep the others from being told
    await hass.services.async_call(
        "button", "press", {"entity_id": f"button.cellar_{button}"}, blocking=True
    )
    assert [told["action"] for board in (coffin, second) for told in board.told] == [action] * 2
