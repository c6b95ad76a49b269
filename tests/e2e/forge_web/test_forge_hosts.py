"""A Forge on a host for which there are no Image Builders, as somebody finds it."""

from collections.abc import Iterator

from browsing import needs_chromium
from forge_browsing import ROUTER, go, opened
from playwright.async_api import Browser, expect
import pytest

from tests.forge.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


@pytest.fixture(scope="module")
def old_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run a Forge on a machine that calls itself i686."""
    folder = tmp_path_factory.mktemp("old") / "data"
    with House(folder, machine="i686", offline=True) as house:
        assert house.ask("POST", "/api/v1/profiles", {"profile_id": "attic", **ROUTER})[0] == 201
        yield house


async def test_why_nothing_can_be_built_is_said_before_somebody_asks(
    old_host: House, browser: Browser
) -> None:
    web = await opened(browser, old_host, locale="it-IT")
    page = web.page
    said = page.get_by_role("alert")
    for place in ("profiles", "profiles/attic", "builds", "builders"):
        await go(page, place)
        await expect(said).to_contain_text("funziona solo su x86_64, e questo host è i686")
        await expect(said).to_contain_text("avvia forge worker su un host x86_64")
    await go(page, "profiles", "attic")
    build = page.get_by_role("button", name="Compila", exact=True)
    await expect(build).to_be_disabled()
    await expect(build).to_have_accessible_description(
        "L'Image Builder di OpenWrt funziona solo su x86_64, e questo host è i686: avvia forge"
        " worker su un host x86_64, e qui imposta build_jobs a 0."
    )
    await build.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("forge-build-dialog")).to_have_count(0)
    await go(page, "jobs")
    await expect(said).to_have_count(0)
    assert old_host.ask("GET", "/api/v1/jobs")[1]["jobs"] == []
    assert web.complaints == []
    await page.context.close()
