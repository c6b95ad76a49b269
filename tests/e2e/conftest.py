"""What end-to-end tests share: a real workshop with two coffins, a browser, and who uses it."""

from typing import TYPE_CHECKING

from browsing import chromium, log_in
from playwright.async_api import Browser, Page, expect
import pytest
import pytest_asyncio

from rig.coffin import Coffin
from rig.props import demo_props
from rig.workshop import Workshop, known

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


#: Two cores run a house, its boards, what a Forge builds, and a browser.
expect.set_options(timeout=20_000)

# Without a pause between jumps a test need not wait for the one before.
CALM = {"warm_up": 0, "lockout": 0, "debounce": 10}


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Leave out the plug-in's own check: the workshop outlives each test on purpose."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def workshop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workshop]:
    """Run a workshop for the whole session."""
    props = demo_props("en")[:2]
    async with Workshop(props, folder=tmp_path_factory.mktemp("workshop")) as running:
        for prop in props:
            for key, value in CALM.items():
                number = await running.entity_id(prop.plan.id, f"setting/{key}")
                await running.hass.wait_state(number, known)
                await running.hass.act("number.set_value", {"entity_id": number, "value": value})
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def coffins(workshop: Workshop) -> AsyncIterator[tuple[Coffin, Coffin]]:
    """Return both coffins, armed and at rest; stop and arm them again afterwards."""
    pair = (Coffin("coffin-1", workshop), Coffin("coffin-2", workshop))
    await _calm(pair)
    yield pair
    await _calm(pair)


async def _calm(pair: tuple[Coffin, Coffin]) -> None:
    """Bring coffins to rest."""
    await pair[0].hass.act("atelier.stop_all")
    for coffin in pair:
        await coffin.arm()
        await coffin.wait("state", "armed")
        await coffin.wait("telemetry/motion", "off", timeout_s=20)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run one browser; each person has a profile of their own in it."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def admin(house: Workshop, browser: Browser) -> AsyncIterator[Page]:
    """Return the page of a house's administrator, who stays logged in from test to test."""
    page = await log_in(browser, house.hass.url)
    yield page
    await page.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(house: Workshop) -> AsyncIterator[str]:
    """Return the name, and password, of a user who is no administrator, and linked to nobody."""
    created = await house.hass.command(
        "config/auth/create", name="Eve", group_ids=["system-users"], local_only=False
    )
    user_id = created["user"]["id"]
    await house.hass.command(
        "config/auth_provider/homeassistant/create",
        user_id=user_id,
        username="eve",
        password="eve",
    )
    yield "eve"
    await house.hass.command("config/auth/delete", user_id=user_id)
