"""Workshops are set up, changed and refused by hand."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_mqtt_message

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.probe import hears_itself
from tests.integration.conftest import SetUp, take_down

NINE = [f"p{number}" for number in range(9)]

#: Prefixes that are refused, the error that says why, and its facts.
WRONG = [
    ([], "how_many_prefixes", {}),
    (NINE, "how_many_prefixes", {}),
    ([""], "bad_prefix", {"prefix": ""}),
    (["props/#"], "bad_prefix", {"prefix": "props/#"}),
    (["+"], "bad_prefix", {"prefix": "+"}),
    (["prüps"], "bad_prefix", {"prefix": "prüps"}),
    (["../props"], "bad_prefix", {"prefix": "../props"}),
    (["x" * 500], "bad_prefix", {"prefix": "x" * 64}),
    (["props", "props/cellar"], "prefixes_overlap", {"prefix": "props"}),
]


@pytest.fixture
async def broker(hass: HomeAssistant, mqtt_mock: Any) -> Any:
    """Return the broker; workshops made in a test are taken down after it."""
    yield mqtt_mock
    await take_down(hass)


async def begin(hass: HomeAssistant) -> Any:
    """Open the form that sets a workshop up."""
    shown = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert shown["type"] is FlowResultType.MENU
    assert shown["menu_options"] == ["workshop", "forge"]
    shown = await hass.config_entries.flow.async_configure(
        shown["flow_id"], {"next_step_id": "workshop"}
    )
    assert shown["type"] is FlowResultType.FORM
    assert shown["step_id"] == "workshop"
    return shown


async def submit(hass: HomeAssistant, shown: Any, name: str, prefixes: list[str]) -> Any:
    """Fill the form in."""
    made = await hass.config_entries.flow.async_configure(
        shown["flow_id"], {"name": name, "prefixes": prefixes}
    )
    await hass.async_block_till_done()
    return made


def suggestions(shown: Any) -> dict[str, Any]:
    """Return what a form suggests."""
    return {
        str(key): key.description["suggested_value"]
        for key in shown["data_schema"].schema
        if key.description
    }


@pytest.mark.usefixtures("broker")
async def test_a_workshop_is_a_name_and_prefixes(hass: HomeAssistant) -> None:
    shown = await begin(hass)
    assert shown["errors"] == {}
    assert suggestions(shown) == {"name": "Workshop", "prefixes": ["props", "halloween"]}
    made = await submit(hass, shown, " Cellar ", [" props/ ", "/house/props", "props"])
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert made["title"] == "Cellar"
    assert made["data"] == {}
    assert made["options"] == {"prefixes": ["props", "house/props"], "command_timeout": 5.0}


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(("prefixes", "error", "facts"), WRONG)
async def test_wrong_prefixes_are_refused_and_may_be_mended(
    hass: HomeAssistant, prefixes: list[str], error: str, facts: dict[str, str]
) -> None:
    refused = await submit(hass, await begin(hass), "Cellar", prefixes)
    assert refused["type"] is FlowResultType.FORM
    assert refused["errors"] == {"prefixes": error}
    assert refused["description_placeholders"].items() >= facts.items()
    assert suggestions(refused).items() >= {"name": "Cellar", "prefixes": prefixes}.items()
    made = await submit(hass, refused, "Cellar", ["props"])
    assert made["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("name", ["", "   ", "x" * 65])
async def test_a_wrong_name_is_refused_and_may_be_mended(hass: HomeAssistant, name: str) -> None:
    refused = await submit(hass, await begin(hass), name, ["props"])
    assert refused["errors"] == {"name": "bad_name"}
    made = await submit(hass, refused, "Cellar", ["props"])
    assert made["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("prefix", ["props", "props/cellar", "halloween"])
async def test_two_workshops_do_not_share_a_branch(
    hass: HomeAssistant, set_up: SetUp, prefix: str
) -> None:
    await set_up("props", "halloween", title="Attic")
    shown = await begin(hass)
    assert suggestions(shown)["prefixes"] == []
    refused = await submit(hass, shown, "Cellar", ["garden", prefix])
    assert refused["errors"] == {"prefixes": "prefix_taken"}
    assert refused["description_placeholders"]["workshop"] == "Attic"
    made = await submit(hass, refused, "Cellar", ["garden"])
    assert made["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("broker")
async def test_an_offer_that_was_ignored_takes_no_prefix(hass: HomeAssistant) -> None:
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id=DOMAIN).add_to_hass(hass)
    made = await submit(hass, await begin(hass), "Cellar", ["props"])
    assert made["type"] is FlowResultType.CREATE_ENTRY


async def test_without_mqtt_there_is_no_workshop(hass: HomeAssistant) -> None:
    with patch(
        "custom_components.atelier.config_flow.mqtt.async_wait_for_mqtt_client",
        return_value=False,
    ):
        stopped = await submit(hass, await begin(hass), "Cellar", ["props"])
    assert stopped["type"] is FlowResultType.ABORT
    assert stopped["reason"] == "mqtt_not_set_up"


async def test_without_a_broker_a_person_may_try_again(hass: HomeAssistant, broker: Any) -> None:
    shown = await begin(hass)
    with patch("custom_components.atelier.config_flow.mqtt.is_connected", return_value=False):
        refused = await submit(hass, shown, "Cellar", ["props"])
    assert refused["errors"] == {"base": "cannot_connect"}
    made = await submit(hass, refused, "Cellar", ["props"])
    assert made["type"] is FlowResultType.CREATE_ENTRY


async def test_a_broker_that_lets_nothing_through_is_found_out(
    hass: HomeAssistant, broker: Any, deaf: Callable[[str], None]
) -> None:
    deaf("halloween")
    refused = await submit(hass, await begin(hass), "Cellar", ["props", "halloween"])
    assert refused["errors"] == {"base": "not_heard"}
    assert refused["description_placeholders"]["prefix"] == "halloween"
    made = await submit(hass, refused, "Cellar", ["props"])
    assert made["type"] is FlowResultType.CREATE_ENTRY


# The probe


@pytest.mark.usefixtures("broker")
async def test_the_probe_hears_itself_whoever_else_speaks(hass: HomeAssistant) -> None:
    listening = hass.async_create_task(hears_itself(hass, "props"))
    for topic in ("props/atelier/cmd", "props/x/state", "props/ui/state", "props/bär/state"):
        async_fire_mqtt_message(hass, topic, b"on")
    assert await listening


async def test_the_probe_gives_up_where_nothing_can_be_published(
    hass: HomeAssistant, broker: Any
) -> None:
    with patch(
        "custom_components.atelier.probe.mqtt.async_publish", side_effect=HomeAssistantError
    ):
        assert not await hears_itself(hass, "props")


# Changed later


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, name: str, *prefixes: str
) -> Any:
    """Change a workshop's name and prefixes."""
    shown = await entry.start_reconfigure_flow(hass)
    assert shown["step_id"] == "reconfigure"
    assert suggestions(shown) == {"name": entry.title, "prefixes": entry.options["prefixes"]}
    return await submit(hass, shown, name, list(prefixes))


async def test_a_workshop_can_be_given_another_name_and_prefixes(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    done = await reconfigure(hass, entry, "Attic", "props", "garden")
    assert done["reason"] == "reconfigure_successful"
    assert entry.title == "Attic"
    assert entry.options == {"prefixes": ["props", "garden"], "command_timeout": 5}
    assert entry.runtime_data.prefixes == ("props", "garden")


@pytest.mark.parametrize(("prefixes", "error", "facts"), WRONG)
async def test_wrong_prefixes_are_refused_when_a_workshop_is_changed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    prefixes: list[str],
    error: str,
    facts: dict[str, str],
) -> None:
    refused = await reconfigure(hass, entry, "Attic", *prefixes)
    assert refused["errors"] == {"prefixes": error}
    done = await submit(hass, refused, "Attic", ["garden"])
    assert done["reason"] == "reconfigure_successful"
    assert entry.options["prefixes"] == ["garden"]


async def options(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open a workshop's options."""
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    assert shown["step_id"] == "init"
    return shown


async def choose(hass: HomeAssistant, shown: Any, **chosen: Any) -> Any:
    """Fill the options in."""
    done = await hass.config_entries.options.async_configure(shown["flow_id"], chosen)
    await hass.async_block_till_done()
    return done


async def test_options_take_effect_at_once(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    shown = await options(hass, entry)
    assert suggestions(shown) == {"prefixes": ["props", "halloween"], "command_timeout": 5}
    done = await choose(hass, shown, prefixes=["props/"], command_timeout=12.5)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"prefixes": ["props"], "command_timeout": 12.5, "machines": False}
    assert entry.runtime_data.prefixes == ("props",)
    assert entry.runtime_data.command_timeout_s == 12.5


@pytest.mark.parametrize(("prefixes", "error", "facts"), WRONG)
async def test_wrong_options_are_refused_and_may_be_mended(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    prefixes: list[str],
    error: str,
    facts: dict[str, str],
) -> None:
    refused = await choose(hass, await options(hass, entry), prefixes=prefixes, command_timeout=3)
    assert refused["errors"] == {"prefixes": error}
    assert refused["description_placeholders"].items() >= facts.items()
    done = await choose(hass, refused, prefixes=["garden"], command_timeout=3)
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_options_refuse_another_workshops_prefix(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up("halloween", title="Attic")
    entry = await set_up("props")
    refused = await choose(
        hass, await options(hass, entry), prefixes=["halloween/x"], command_timeout=3
    )
    assert refused["errors"] == {"prefixes": "prefix_taken"}
    assert refused["description_placeholders"]["workshop"] == "Attic"


async def test_options_tell_when_nothing_would_be_heard(
    hass: HomeAssistant, entry: MockConfigEntry, deaf: Callable[[str], None]
) -> None:
    deaf("garden")
    refused = await choose(hass, await options(hass, entry), prefixes=["garden"], command_timeout=3)
    assert refused["errors"] == {"base": "not_heard"}
