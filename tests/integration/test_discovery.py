"""A workshop is offered because a prop was heard."""

from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_MQTT,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.atelier.const import DOMAIN
from tests.factories import coffin_info, encoded
from tests.integration.board import Board
from tests.integration.conftest import SetUp, take_down


@pytest.fixture
async def broker(hass: HomeAssistant, mqtt_mock: Any) -> Any:
    """Return the broker; workshops made in a test are taken down after it."""
    yield mqtt_mock
    await take_down(hass)


async def heard(hass: HomeAssistant, topic: str, payload: Any, subscribed: str = "") -> Any:
    """Let Home Assistant's MQTT integration discover a message."""
    prefix, _, channel = topic.split("/")
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_MQTT},
        data=MqttServiceInfo(
            topic=topic,
            payload=payload,
            qos=0,
            retain=True,
            subscribed_topic=subscribed or f"{prefix}/+/{channel}",
            timestamp=0,
        ),
    )


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(
    ("topic", "payload", "name", "prefixes"),
    [
        (
            "props/coffin-1/info",
            encoded(coffin_info()).decode(),
            "Crypt",
            ["props", "halloween"],
        ),
        ("props/coffin-1/info", encoded(coffin_info()), "Crypt", ["props", "halloween"]),
        (
            "halloween/esp32-coffin-jumper-01/availability",
            "online",
            "Esp32 Coffin Jumper 01",
            ["halloween", "props"],
        ),
    ],
    ids=["info as text", "info as bytes", "availability"],
)
async def test_a_prop_that_is_heard_offers_a_workshop(
    hass: HomeAssistant, topic: str, payload: Any, name: str, prefixes: list[str]
) -> None:
    offered = await heard(hass, topic, payload)
    assert offered["type"] is FlowResultType.FORM
    assert offered["step_id"] == "discovery_confirm"
    assert offered["description_placeholders"] == {"prop": name, "prefix": prefixes[0]}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"]["name"] == name
    made = await hass.config_entries.flow.async_configure(offered["flow_id"], {})
    await hass.async_block_till_done()
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["title"] == "Workshop"
    assert made["options"]["prefixes"] == prefixes


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("props/coffin-1/info", ""),
        ("props/coffin-1/info", "{"),
        ("props/coffin-1/info", '{"sensor": 5}'),
        ("props/coffin-1/info", b"\xff"),
        ("halloween/x/availability", ""),
        ("halloween/worker_host/availability", "online"),
        ("halloween/ui/availability", "online"),
        ("halloween/bär/availability", "online"),
    ],
)
async def test_what_is_no_prop_offers_nothing(
    hass: HomeAssistant, topic: str, payload: Any
) -> None:
    refused = await heard(hass, topic, payload)
    assert refused["type"] is FlowResultType.ABORT
    assert refused["reason"] == "not_a_prop"


@pytest.mark.usefixtures("broker")
async def test_many_props_make_one_offer(hass: HomeAssistant) -> None:
    await heard(hass, "props/coffin-1/info", encoded(coffin_info()))
    second = await heard(hass, "props/coffin-2/info", encoded(coffin_info()))
    assert second["type"] is FlowResultType.ABORT
    assert second["reason"] == "already_in_progress"
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_a_workshop_that_listens_there_already_needs_no_other(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    refused = await heard(hass, "props/coffin-1/info", encoded(coffin_info()))
    assert refused["reason"] == "already_configured"


@pytest.mark.usefixtures("broker")
async def test_a_refused_offer_stays_refused(hass: HomeAssistant) -> None:
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id=DOMAIN).add_to_hass(hass)
    refused = await heard(hass, "props/coffin-1/info", encoded(coffin_info()))
    assert refused["reason"] == "already_configured"


async def test_a_prefix_that_another_workshop_has_is_not_taken_too(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up("halloween")
    offered = await heard(hass, "props/coffin-1/info", encoded(coffin_info()))
    made = await hass.config_entries.flow.async_configure(offered["flow_id"], {})
    await hass.async_block_till_done()
    assert made["options"]["prefixes"] == ["props"]


@pytest.mark.parametrize("by", ["user", "reconfigure", "options"])
async def test_an_offer_is_taken_back_once_a_workshop_listens_there(
    hass: HomeAssistant, broker: Any, by: str
) -> None:
    async def chosen(flows: Any, prefix: str, *args: Any, **kwargs: Any) -> Any:
        shown = await flows.async_init(*args, **kwargs)
        if shown["type"] is FlowResultType.MENU:
            await flows.async_configure(shown["flow_id"], {"next_step_id": "workshop"})
        made = await flows.async_configure(shown["flow_id"], {"prefixes": [prefix]} | more)
        await hass.async_block_till_done()
        return made

    more: dict[str, Any] = {"name": "Cellar"}
    flows = hass.config_entries.flow
    made = await chosen(flows, "garden", DOMAIN, context={"source": SOURCE_USER})
    entry = made["result"]
    await heard(hass, "props/coffin-1/info", encoded(coffin_info()))
    assert len(flows.async_progress()) == 1
    if by == "user":
        await chosen(flows, "props", DOMAIN, context={"source": SOURCE_USER})
    elif by == "reconfigure":
        context = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
        await chosen(flows, "props", DOMAIN, context=context)
    else:
        more = {"command_timeout": 5}
        await chosen(hass.config_entries.options, "props", entry.entry_id)
    assert flows.async_progress() == []


@pytest.mark.usefixtures("broker")
async def test_an_offer_survives_a_broker_that_is_away(hass: HomeAssistant) -> None:
    offered = await heard(hass, "props/coffin-1/info", encoded(coffin_info()))
    with patch("custom_components.atelier.config_flow.mqtt.is_connected", return_value=False):
        refused = await hass.config_entries.flow.async_configure(offered["flow_id"], {})
    assert refused["type"] is FlowResultType.FORM
    assert refused["errors"] == {"base": "cannot_connect"}
    made = await hass.config_entries.flow.async_configure(offered["flow_id"], {})
    await hass.async_block_till_done()
    assert made["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("broker")
async def test_the_offer_comes_from_the_bus_itself(hass: HomeAssistant) -> None:
    Board(hass).says("info", coffin_info(), retain=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"]["name"] == "Crypt"
