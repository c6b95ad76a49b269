"""What people click: the real front end in a real Chromium."""

from collections.abc import AsyncIterator

from browsing import PATIENCE_MS, chromium, go, log_in, needs_chromium
from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from rig.coffin import Coffin
from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

type Pair = tuple[Coffin, Coffin]


@pytest_asyncio.fixture(loop_scope="session")
async def page(workshop: Workshop) -> AsyncIterator[Page]:
    """Return a page on which somebody logged in."""
    async with chromium() as browser:
        yield await log_in(browser, workshop.hass.url)


async def test_a_prop_is_fired_from_its_page(page: Page, coffins: Pair) -> None:
    """Press makes the board jump; pressing again tells why it does not."""
    coffin = coffins[0]
    await go(page, f"/config/devices/device/{await coffin.device_id()}")
    row = page.locator("hui-button-entity-row", has_text="Trigger")
    press = row.get_by_text("Press")

    await press.click()
    await coffin.jumps()
    await press.click()

    refusal = page.get_by_text("Coffin Jumper refused “trigger”: it is in action").first
    await expect(refusal).to_be_visible(timeout=PATIENCE_MS)


async def test_a_second_workshop_is_set_up_by_hand(page: Page, workshop: Workshop) -> None:
    """A prefix that cannot be is explained, and can be put right in the same dialog."""
    await go(page, "/config/integrations/integration/atelier")
    await page.get_by_role("button", name="Add hub").click()
    await page.get_by_text("A workshop", exact=True).click()
    await page.get_by_role("button", name="Add Topic prefix").click()
    prefix = page.get_by_role("textbox").last
    await prefix.fill("no/+/wildcards")
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("cannot be a prefix")).to_be_visible(timeout=PATIENCE_MS)

    await prefix.fill("attic")
    await page.get_by_role("button", name="Submit").click()
    # Two workshops of the same name: the list shows both.
    await expect(page.get_by_text("Workshop", exact=True)).not_to_have_count(0)

    entries = await workshop.hass.command("config_entries/get", domain="atelier")
    for _ in range(50):
        if len(entries) == 2:
            break
        await page.wait_for_timeout(200)
        entries = await workshop.hass.command("config_entries/get", domain="atelier")
    assert len(entries) == 2
    await workshop.hass.rest.delete(f"/api/config/config_entries/entry/{entries[-1]['entry_id']}")
