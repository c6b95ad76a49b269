"""Every entity of the kinds of props there are, as Home Assistant shows it."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import PropertyMock, patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.atelier.const import PLATFORMS
from tests.factories import described, lantern_info
from tests.integration.board import Board, passes
from tests.integration.conftest import COFFIN_SPEAKS, SetUp


@pytest.fixture
def only(platform: Platform) -> Iterator[None]:
    """Set up one platform only."""
    with patch("custom_components.atelier.PLATFORMS", (platform,)):
        yield


def platforms_but(*without: Platform) -> pytest.MarkDecorator:
    """Run a test for each platform on which its prop has entities."""
    return pytest.mark.parametrize(
        "platform", [platform for platform in PLATFORMS if platform not in without], ids=str
    )


@pytest.fixture
def all_enabled() -> Iterator[None]:
    """Enable the entities that are hidden at first, too."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock(return_value=True),
    ):
        yield


@pytest.fixture
def at_ten(freezer: FrozenDateTimeFactory) -> None:
    """Let it be ten o'clock."""
    freezer.move_to("2026-10-31T22:00:00+00:00")


@platforms_but(Platform.SELECT)
@pytest.mark.usefixtures("at_ten", "all_enabled", "only")
async def test_a_coffin(
    hass: HomeAssistant,
    platform: Platform,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    entry = await set_up()
    await Board(hass).appears(**COFFIN_SPEAKS)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    await hass.config_entries.async_unload(entry.entry_id)


@platforms_but(Platform.MEDIA_PLAYER, Platform.SCENE, Platform.SELECT)
@pytest.mark.usefixtures("at_ten", "all_enabled", "only")
async def test_a_coffin_that_was_never_reflashed_and_a_show(
    hass: HomeAssistant,
    platform: Platform,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    entry = await set_up()
    coffin = Board(hass, "halloween/esp32-coffin-jumper-01")
    show = Board(hass, "halloween/thriller_hue_nest")
    for board in (coffin, show):
        board.says("availability", "online", retain=True)
    coffin.says("state", "armed", retain=True)
    show.says("state", "waiting")
    coffin.says(
        "telemetry",
        {
            "fw": "1.0.0",
            "uptime_s": 83,
            "triggers": 4,
            "pir": "Motion!",
            "relay": "---",
            "solenoid_power": "Off",
            "blocked": False,
            "vol": 20,
            "rssi": -61,
        },
    )
    show.says("telemetry/tick", "5")
    show.says("telemetry/hue/state", "Disco", retain=True)
    await passes(hass, 3)
    await passes(hass, 1)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    await hass.config_entries.async_unload(entry.entry_id)


@platforms_but()
@pytest.mark.usefixtures("at_ten", "all_enabled", "only")
async def test_a_lantern(
    hass: HomeAssistant,
    platform: Platform,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    entry = await set_up()
    board = Board(hass, "props/lantern", lantern_info(firmware={"version": "0.9"}))
    await board.appears(
        state="on",
        settings={"display": True, "scene": "fire", "brightness": 0.4, "delay": 5, "target": 21.5},
        telemetry={
            "temperature": 21.5,
            "humidity": 40,
            "lamp": True,
            "leak": True,
            "mode": "dim",
            "label": "Käse",
            "player": "playing",
            "wind": 3,
            "since": "today",
            "odd": 3,
        },
    )
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_devices(
    hass: HomeAssistant, coffin: Board, device_registry: dr.DeviceRegistry
) -> None:
    device = coffin.device
    assert (device.name, device.model, device.manufacturer) == (
        "Crypt",
        "Coffin Jumper",
        "Atelier",
    )
    assert (device.sw_version, device.hw_version, device.serial_number) == (
        "1.0.0",
        "esp32",
        "a1b2c3",
    )
    hub = device_registry.async_get(device.via_device_id or "")
    assert hub is not None
    assert hub.name == "Cellar"
    assert hub.entry_type is dr.DeviceEntryType.SERVICE


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Crypt Activations"), ("it", "Crypt Attivazioni")]
)
async def test_names_are_in_the_houses_language_and_ids_in_english(
    hass: HomeAssistant, set_up: SetUp, language: str, name: str
) -> None:
    hass.config.language = language
    await set_up()
    board = await Board(hass).appears(**COFFIN_SPEAKS)
    shown = board.shown("sensor", "telemetry/triggers")
    assert shown.name == name
    assert shown.entity_id == "sensor.crypt_activations"


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("domain", "section", "spec", "name"),
    [
        # Named by the prop, in one way or another.
        ("sensor", "telemetry", {"type": "int", "name": "Größe"}, "Thing Größe"),
        ("sensor", "telemetry", {"type": "int", "name": {"fr": "Taille"}}, "Thing Taille"),
        ("sensor", "telemetry", {"type": "int", "name": {"en": "Size", "de": "X"}}, "Thing Size"),
        # After its id.
        ("sensor", "telemetry", {"type": "int"}, "Thing Big thing"),
        ("binary_sensor", "telemetry", {"type": "bool"}, "Thing Big thing"),
    ],
)
async def test_names(
    hass: HomeAssistant, domain: str, section: str, spec: dict[str, Any], name: str
) -> None:
    board = await Board(hass, "props/x", described(**{section: {"big_thing": spec}})).appears()
    assert board.shown(domain, f"{section}/big_thing").name == name


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("domain", "key", "capabilities", "name"),
    [
        (
            "sensor",
            "telemetry/temperature",
            {"telemetry": {"temperature": {"type": "float", "unit": "°C", "class": "temperature"}}},
            "Thing Temperature",
        ),
        (
            "sensor",
            "telemetry/temperature",
            {"telemetry": {"temperature": {"type": "float", "unit": "m", "class": "temperature"}}},
            "Thing Temperature",
        ),
        (
            "sensor",
            "telemetry/battery",
            {"telemetry": {"battery": {"type": "text", "class": "battery"}}},
            "Thing Battery",
        ),
        (
            "sensor",
            "telemetry/fault",
            {"telemetry": {"fault": {"type": "text", "class": "fault"}}},
            "Thing Fault",
        ),
        (
            "binary_sensor",
            "telemetry/motion",
            {"telemetry": {"motion": {"type": "bool", "class": "motion"}}},
            "Thing Motion",
        ),
        (
            "binary_sensor",
            "telemetry/magic",
            {"telemetry": {"magic": {"type": "bool", "class": "magic"}}},
            "Thing Magic",
        ),
        (
            "button",
            "action/restart",
            {"actions": {"restart": {"button": True, "role": "restart"}}},
            "Thing Restart",
        ),
        (
            "button",
            "action/reset_counter",
            {"actions": {"reset_counter": {"button": True, "role": "reset_counter"}}},
            "Thing Reset counter",
        ),
        (
            "button",
            "action/arm",
            {"actions": {"arm": {"button": True, "role": "arm"}}},
            "Thing Arm",
        ),
    ],
)
async def test_what_has_the_name_of_its_class(
    hass: HomeAssistant, domain: str, key: str, capabilities: dict[str, Any], name: str
) -> None:
    board = await Board(hass, "props/x", described(**capabilities)).appears(telemetry={})
    assert board.shown(domain, key).name == name


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "spec",
    [
        {"type": "int", "state_class": "measurement_angle"},
        {"type": "float", "class": "energy", "unit": "kWh", "state_class": "measurement"},
        {"type": "float", "class": "monetary", "unit": "€"},
        {"type": "int", "class": "timestamp"},
        {"type": "float", "class": "enum", "unit": "V"},
        {"type": "float", "class": "uptime"},
        {"type": "text", "class": "uptime", "state_class": "total_increasing"},
        {"type": "choice", "options": ["5"], "class": "temperature", "unit": "°C"},
        {"type": "float", "step": 1e-9},
        {"type": "float", "class": "ph", "unit": "x"},
        {"type": "float", "class": "temperature", "state_class": "total_increasing", "unit": "°C"},
    ],
)
async def test_whatever_a_prop_says_of_a_value_its_sensor_stands(
    hass: HomeAssistant, spec: dict[str, Any]
) -> None:
    board = await Board(hass, "props/x", described(telemetry={"v": spec})).appears()
    for value in (5, "5", 2**53, -(2**53), None):
        board.says("telemetry", {"v": value})
        await hass.async_block_till_done()
    assert board.shows("sensor", "telemetry/v") is not None


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "spec",
    [
        {"type": "int", "min": 0, "max": 0},
        {"type": "int", "min": -5, "max": -1},
        {"type": "float", "min": 0.5, "max": 2**53, "unit": "x", "class": "no such"},
        {"type": "float", "min": 0, "max": 1, "unit": "V", "class": "temperature"},
        {"type": "int", "min": 0, "max": 9, "unit": "s"},
        {"type": "int", "min": 0, "max": 9, "class": "enum"},
    ],
)
async def test_whatever_a_prop_says_of_a_setting_its_number_stands(
    hass: HomeAssistant, spec: dict[str, Any]
) -> None:
    board = await Board(hass, "props/x", described(settings={"v": spec})).appears(
        settings={"v": spec["min"]}
    )
    shown = board.shown("number", "setting/v")
    assert float(shown.state) == spec["min"]
    assert shown.attributes["min"] == spec["min"]
    assert shown.attributes["max"] == spec["max"]
