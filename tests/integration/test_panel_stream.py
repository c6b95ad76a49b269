"""What somebody who manages sees move at the machines."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from .machine import ANNA, Laser


async def test_all_that_there_is_comes_first_and_then_what_changes(
    hass: HomeAssistant, laser: Laser, hass_ws_client: WebSocketGenerator
) -> None:
    socket = await hass_ws_client(hass)
    await socket.send_json_auto_id({"type": "atelier/machines/subscribe", "entry_id": "cellar"})
    assert (await socket.receive_json())["success"]
    everything = (await socket.receive_json())["event"]
    assert everything["type"] == "all"
    assert [one["name"] for one in everything["machines"]] == ["Laser"]
    await laser.asks("startuse", uid=ANNA)
    told = [(await socket.receive_json())["event"] for _ in range(3)]
    assert [event["type"] for event in told] == ["happened", "facts", "changed"]
    assert told[2]["machines"][0]["member_name"] == "Anna Rossi"
