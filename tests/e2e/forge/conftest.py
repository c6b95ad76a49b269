"""One house with a Forge for the tests of both: real Home Assistant, Forge, OpenWrt and browser."""

from collections.abc import AsyncIterator

from browsing import chromium, log_in
from playwright.async_api import Browser, Page, expect
import pytest
import pytest_asyncio

from rig.card import why_no_card
from rig.routers import demo_routers
from rig.smithy import Smithy, why_no_forge
from rig.workshop import Workshop

#: Two cores run the house, the Forge, what it builds, and a browser.
expect.set_options(timeout=20_000)

#: Seconds that the garden router's image takes at least.
LISTS = 5


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workshop]:
    """Run a house whose Forge has built one of two routers' images."""
    if reason := why_no_forge():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("smithy")
    smithy = Smithy(
        demo_routers("en", lists=LISTS), folder=folder / "forge", card=why_no_card() is None
    )
    async with Workshop([], folder=folder, smithy=smithy) as running:
        # The demo's line is slow, so that people can watch it.
        smithy.mirror.heal()
        yield running


@pytest.fixture
def smithy(house: Workshop) -> Smithy:
    """Return the Forge of the house, and what belongs to it."""
    assert house.smithy is not None
    return house.smithy


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run one browser; each person has a profile of their own in it."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def admin(house: Workshop, browser: Browser) -> Page:
    """Return the page of an administrator, who stays logged in from test to test."""
    return await log_in(browser, house.hass.url, accept_downloads=True)
