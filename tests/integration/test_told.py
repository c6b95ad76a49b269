"""What can be read about a workshop: diagnostics, system health, logbook."""

from typing import Any

from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)

from custom_components.atelier.logbook import async_describe_events
from tests.integration.board import Board
from tests.integration.machine import ANNA, Laser, until


async def test_diagnostics_of_a_workshop(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, hass_client: Any
) -> None:
    coffin.says("telemetry", b"{")
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told["connected"] is True
    assert told["options"]["prefixes"] == ["props", "halloween"]
    assert told["received"] == {"props": 6, "halloween": 0}
    assert told["rejected"] == {"props/coffin-1": {"not_json": 1}}
    assert told["entities"]["props"] > 20
    (prop,) = told["props"]
    assert (prop["id"], prop["online"], prop["state"]) == ("props/coffin-1", True, "armed")


async def test_diagnostics_of_a_prop(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, hass_client: Any
) -> None:
    coffin.says("nonsense", "1")
    Board(hass, "props/other").says("info", "1")
    told = await get_diagnostics_for_device(hass, hass_client, entry, coffin.device)
    (prop,) = told["props"]
    assert prop["telemetry"]["triggers"] == 4
    assert prop["settings"]["volume"] == 20
    assert told["rejected"] == {"props/coffin-1": {"unknown_channel": 1}}


async def test_diagnostics_of_the_workshops_own_device(
    hass: HomeAssistant,
    coffin: Board,
    entry: MockConfigEntry,
    hass_client: Any,
    device_registry: dr.DeviceRegistry,
) -> None:
    hub = device_registry.async_get(coffin.device.via_device_id or "")
    assert hub is not None
    told = await get_diagnostics_for_device(hass, hass_client, entry, hub)
    assert told == {"props": [], "rejected": {}}


async def test_diagnostics_keep_what_is_private(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, hass_client: Any
) -> None:
    whole = str(await get_diagnostics_for_config_entry(hass, hass_client, entry))
    whole += str(await get_diagnostics_for_device(hass, hass_client, entry, coffin.device))
    assert "192.0.2.7" not in whole
    assert "a1b2c3" not in whole
    assert "**REDACTED**" in whole


async def test_diagnostics_of_machines_count_and_name_nobody(
    hass: HomeAssistant, laser: Laser, hass_client: Any
) -> None:
    await laser.asks("checkuser", uid=ANNA)
    laser.says("dance")
    laser.says("alive", version="1.0.1", ip="192.0.2.9", serial="ab", heap="1000")
    await until(lambda: 7 in laser.makerspace.desk.facts.boards)
    whole = await get_diagnostics_for_config_entry(hass, hass_client, laser.entry)
    told = whole["makerspace"]
    assert (told["ledger"], told["ledger_up"]) == ("file", True)
    assert (told["members"], told["cards"], told["permissions"]) == (2, 2, 1)
    assert told["rejected"] == {"unknown_query": 1}
    device = await get_diagnostics_for_device(hass, hass_client, laser.entry, laser.device)
    (machine,) = device["machines"]
    assert (machine["number"], machine["online"], machine["board"]) == (7, True, "1.0.1")
    assert told["machines"] == [machine]
    for secret in (ANNA, "Anna", "Rossi", "192.0.2.9", "ledger.db"):
        assert secret not in f"{whole} {device}"


async def test_system_health(hass: HomeAssistant, coffin: Board) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    coffin.says("telemetry", b"{")
    assert await get_system_health_info(hass, "atelier") == {
        "broker_connected": True,
        "workshops": 1,
        "props": 1,
        "props_online": 1,
        "messages_received": 6,
        "messages_rejected": 1,
        "machines": 0,
        "boards_online": 0,
        "ledgers_reachable": 0,
        "forges": 0,
        "forges_reachable": 0,
    }


async def test_system_health_without_a_workshop(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    told = await get_system_health_info(hass, "atelier")
    assert told["broker_connected"] is False
    assert told["workshops"] == told["props"] == 0


async def lines(hass: HomeAssistant, coffin: Board, *events: dict[str, Any]) -> list[str]:
    """Return the logbook's lines about a coffin's events."""
    described: dict[str, Any] = {}
    async_describe_events(hass, lambda domain, event, describe: described.update({event: describe}))
    heard: list[Any] = []
    hass.bus.async_listen("atelier_activity", heard.append)
    for event in events:
        coffin.says("event", event)
    await hass.async_block_till_done()
    told = [described["atelier_activity"](event) for event in heard]
    return [f"{line['name']} {line['message']}" for line in told]


@pytest.mark.parametrize(
    ("language", "event", "line"),
    [
        ("en", {"type": "activated", "source": "pir"}, "Crypt was activated (pir)"),
        ("en", {"type": "finished"}, "Crypt finished"),
        (
            "en",
            {"type": "refused", "reason": "blocked", "action": "trigger"},
            "Crypt refused (trigger, blocked)",
        ),
        ("en", {"type": "track_ended"}, "Crypt reported “track_ended”"),
        ("it", {"type": "activated", "source": "pir"}, "Crypt si è attivato (pir)"),
        ("de", {"type": "finished"}, "Crypt finished"),
        ("it-CH", {"type": "motion"}, "Crypt ha visto un movimento"),
    ],
)
async def test_the_logbook_tells_it_in_words(
    hass: HomeAssistant, coffin: Board, language: str, event: dict[str, Any], line: str
) -> None:
    hass.config.language = language
    assert await lines(hass, coffin, event) == [line]


async def test_the_logbook_uses_the_name_a_person_gave(
    hass: HomeAssistant, coffin: Board, device_registry: dr.DeviceRegistry
) -> None:
    device_registry.async_update_device(coffin.device.id, name_by_user="Granny")
    assert await lines(hass, coffin, {"type": "finished"}) == ["Granny finished"]


async def test_the_logbook_remembers_a_prop_that_left(
    hass: HomeAssistant, coffin: Board, device_registry: dr.DeviceRegistry
) -> None:
    described: dict[str, Any] = {}
    async_describe_events(hass, lambda domain, event, describe: described.update({event: describe}))
    heard: list[Any] = []
    hass.bus.async_listen("atelier_activity", heard.append)
    coffin.says("event", {"type": "finished"})
    await hass.async_block_till_done()
    device_registry.async_remove_device(coffin.device.id)
    assert described["atelier_activity"](heard[0])["name"] == "props/coffin-1"


@pytest.mark.parametrize("kind", ["by", "{type}", "activated {}"])
async def test_the_logbook_is_not_confused_by_odd_types(
    hass: HomeAssistant, coffin: Board, kind: str
) -> None:
    described: dict[str, Any] = {}
    async_describe_events(hass, lambda domain, event, describe: described.update({event: describe}))
    line = described["atelier_activity"](Event("atelier_activity", {"type": kind, "prop": "p"}))
    assert line["message"] == f"reported “{kind}”"
