"""For whom a real Forge does something: the user of Home Assistant who asked for it."""

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.atelier.const import DOMAIN
from tests.forge.house import TOKEN, House
from tests.integration.panel import page_of

from .conftest import Connect, state, until
from .wire import profile

BUTTON = "button.router_attic_build"


@pytest.fixture
async def entry(house: House, connect: Connect) -> MockConfigEntry:
    """Return the entry of a real Forge."""
    return await connect(house.url, TOKEN)


@pytest.fixture
async def ada(hass: HomeAssistant) -> User:
    """Return an administrator whose name needs more than ASCII."""
    return await hass.auth.async_create_user("Ada Löwe 🦁", group_ids=["system-admin"])


def asked(house: House) -> tuple[str, str]:
    """Return what the newest job is, and for whom."""
    job = house.ask("GET", "/api/v1/jobs?limit=1")[1]["jobs"][0]
    return job["kind"], job["by"]


async def test_a_page_asks_for_who_looks_at_it(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, house: House, entry: MockConfigEntry
) -> None:
    page = await page_of(hass, hass_ws_client, "Zoë", admin=True)
    wish = {"method": "POST", "path": "builders/prune", "body": {"all": True}}
    await page.gets("forge/request", entry_id=entry.entry_id, **wish)
    assert asked(house) == ("builder.prune", "Zoë")


async def test_an_action_asks_for_who_calls_it_and_an_automation_for_nobody(
    hass: HomeAssistant, house: House, entry: MockConfigEntry, ada: User
) -> None:
    for context, by in ((Context(user_id=ada.id), "Ada Löwe 🦁"), (Context(), "")):
        await hass.services.async_call(
            DOMAIN, "prune_builders", {"all": True}, blocking=True, context=context
        )
        assert asked(house) == ("builder.prune", by)


async def test_a_button_asks_for_who_presses_it_and_no_state_tells_that(
    hass: HomeAssistant, house: House, entry: MockConfigEntry, ada: User
) -> None:
    assert house.ask("POST", "/api/v1/profiles", profile("attic")["profile"])[0] == 201
    await until(hass, lambda: state(hass, BUTTON) == "unknown")
    await hass.services.async_call(
        "button", "press", {"entity_id": BUTTON}, blocking=True, context=Context(user_id=ada.id)
    )
    assert asked(house) == ("build.image", "Ada Löwe 🦁")
    await until(hass, lambda: state(hass, "sensor.forge_last_result") == "failed")
    assert not any("Ada" in str(one.as_dict()) for one in hass.states.async_all())
    assert "Ada" not in str(entry.runtime_data.data)
    assert "Ada" not in house.said()
