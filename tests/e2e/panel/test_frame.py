"""What surrounds the panel's pages, where there are several workshops."""

import asyncio
from collections.abc import AsyncIterator

from browsing import go, needs_chromium
from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

ATTIC = {"machine_prefix": "attic-machine", "uses_days": 365, "cards_days": 30}


@pytest_asyncio.fixture(loop_scope="session")
async def attic(house: Workshop) -> AsyncIterator[str]:
    """Add a second workshop with machines; return its id."""
    entry_id = await house.hass.add_workshop("Attic", ["attic"])
    flow = await house.hass.options_flow(entry_id)
    await flow.submit(flow.suggested() | {"machines": True})
    await flow.submit(ATTIC)
    assert flow.type == "create_entry"
    async with asyncio.timeout(30):
        while len((await house.hass.command("atelier/workshops"))["workshops"]) < 2:
            await asyncio.sleep(0.1)
    yield entry_id
    await house.hass.rest.delete(f"/api/config/config_entries/entry/{entry_id}")


async def test_one_of_two_workshops(admin: Page, house: Workshop, attic: str) -> None:
    """The choice is in the address, so that it stays from page to page and can be kept."""
    await go(admin, "/home")
    await go(admin, "/atelier/machines")
    await expect(admin.get_by_role("article", name="Laser cutter")).to_be_visible()
    picker = admin.get_by_role("combobox", name="Workshop", exact=True)

    await picker.select_option(label="Attic")

    await expect(admin.get_by_text("No machines yet.")).to_be_visible()
    assert f"workshop={attic}" in admin.url
    await admin.get_by_role("link", name="Care", exact=True).click()
    await admin.wait_for_url(f"**/atelier/care?workshop={attic}")
    await admin.go_back()
    await expect(admin.get_by_text("No machines yet.")).to_be_visible()
    await admin.go_back()
    await expect(admin.get_by_role("article", name="Laser cutter")).to_be_visible()
