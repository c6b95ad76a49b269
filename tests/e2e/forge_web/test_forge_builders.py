"""Image Builders, as somebody fetches and deletes them."""

from browsing import needs_chromium
from forge_browsing import Web, go
from playwright.async_api import Page, expect
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


async def test_one_is_fetched_looked_at_and_pruned(web: Web, page: Page) -> None:
    """Nothing goes before it was shown, and never what a build needs."""
    await go(page, "builders")
    await page.get_by_role("button", name="Fetch an Image Builder").click()
    dialog = page.locator("forge-ensure-dialog")
    await dialog.get_by_label("Release").select_option("23.05.5")
    await dialog.get_by_label("Target").select_option("ath79/generic")
    await dialog.get_by_role("button", name="Fetch an Image Builder").click()
    await expect(dialog).to_have_count(0, timeout=60_000)
    card = page.locator("forge-builder-card").filter(has_text="23.05.5/ath79/generic")
    await expect(card).to_contain_text("Ready")
    await expect(card).to_contain_text("Signature good")
    await page.get_by_role("button", name="Delete those unused").click()
    dialog = page.locator("forge-prune-dialog")
    await expect(dialog.get_by_role("status")).to_have_text("Nothing would be deleted.")
    await expect(dialog.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    await dialog.get_by_label("Not used for so many days").fill("")
    await dialog.get_by_label("Release").select_option("23.05.5")
    await expect(dialog.get_by_role("status")).to_contain_text("1 would be deleted")
    await dialog.get_by_role("button", name="Delete one").click()
    await expect(card).to_have_count(0, timeout=30_000)
    assert web.complaints == []


async def test_what_a_build_needs_goes_only_when_it_is_said(web: Web, page: Page) -> None:
    status, started = web.house.ask("POST", "/api/v1/builds", {"profile_id": "attic"})
    assert status == 202
    web.house.finished(web.house.forge.jobs.show(started["job_id"]))
    await go(page, "builders")
    await page.get_by_role("button", name="More about 24.10.4/mediatek/filogic").click()
    await page.get_by_role("menuitem", name="Delete").click()
    question = page.locator("at-confirm")
    await expect(question).to_contain_text("images stay")
    await question.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Delete those unused").click()
    dialog = page.locator("forge-prune-dialog")
    await dialog.get_by_label("Not used for so many days").fill("0")
    await expect(dialog.get_by_role("status")).to_contain_text("because builds need them")
    await dialog.get_by_role("button", name="Cancel").click()
    _, told = web.house.ask("GET", "/api/v1/builders")
    assert [one["release"] for one in told["builders"] if one["builds"]] == ["24.10.4"]
