"""A board gone mad fills neither the recorder nor the list of what happened."""

import asyncio
import socket
from types import SimpleNamespace

from homeassistant.components import mqtt
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.event import EventStateChangedData, async_track_state_change_event
import pytest
import pytest_socket

from custom_components.atelier.promptness import send_at_once

from .machine import ANNA, Laser, until


class Seen:
    """Count what becomes of an entity."""

    def __init__(self, laser: Laser, domain: str, key: str) -> None:
        self.states: list[str] = []
        entity_id = laser.entity_id(domain, key)
        async_track_state_change_event(laser.hass, [entity_id], self._take)

    def _take(self, event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            self.states.append(state.state)


async def test_a_machine_that_changes_too_often_is_shown_as_it_is_at_last(laser: Laser) -> None:
    seen = Seen(laser, "sensor", "state")
    for _ in range(40):
        assert (await laser.asks("startuse", uid=ANNA))["request_ok"]
        assert (await laser.asks("stopuse", uid=ANNA, duration=60))["request_ok"]
    assert (await laser.asks("startuse", uid=ANNA))["request_ok"]
    assert len(seen.states) < 20
    async with asyncio.timeout(5):
        await until(lambda: laser.shows("sensor", "state") == "in_use")
    assert laser.makerspace.desk.status(7).state == "in_use"


async def test_cards_that_no_reader_could_read_so_fast_are_answered_but_not_told(
    laser: Laser,
) -> None:
    seen = Seen(laser, "event", "activity")
    for _ in range(80):
        assert (await laser.asks("checkuser", uid=ANNA))["is_valid"]
    assert 8 <= len(seen.states) < 20


async def test_boards_that_nobody_knows_are_looked_at_a_few_times_only(laser: Laser) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    laser.makerspace.on_tick.listen(look)
    for number in range(1000, 1200):
        laser.says("checkmachine", str(number))
    await laser.hass.async_block_till_done()
    assert 0 < looks < 20
    assert len(laser.makerspace.desk.strangers) == 64


async def test_what_is_pending_when_a_workshop_goes_is_forgotten(
    hass: HomeAssistant, laser: Laser
) -> None:
    for _ in range(20):
        await laser.asks("startuse", uid=ANNA)
        await laser.asks("stopuse", uid=ANNA, duration=60)
    assert await hass.config_entries.async_unload(laser.entry.entry_id)
    await hass.async_block_till_done()  # a timer that is left over fails the test


def test_answers_leave_at_once(
    hass: HomeAssistant, laser: Laser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Core's client still has the name under which its socket is found."""
    assert hasattr(hass.data[mqtt.DATA_MQTT].client, "_mqttc")
    pytest_socket.enable_socket()
    with socket.socket() as opened, socket.socket(socket.AF_UNIX) as other:
        for one in (opened, other):
            client = SimpleNamespace(_mqttc=SimpleNamespace(socket=lambda one=one: one))
            monkeypatch.setitem(hass.data, mqtt.DATA_MQTT, SimpleNamespace(client=client))
            send_at_once(hass)
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
