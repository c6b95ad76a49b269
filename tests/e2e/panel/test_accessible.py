"""Whether the panel can be used with a screen reader, by keyboard, and by weak eyes."""

from pathlib import Path
from typing import Any, Final

from browsing import go, log_in, needs_chromium
from playwright.async_api import Browser, Page, expect
import pytest

from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

#: The rules that Home Assistant's own front end is developed against, too.
AXE: Final = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
PAGES: Final = ("machines", "members", "uses", "care", "unknown", "settings", "import")

#: What is wrong within the panel; what surrounds it is Home Assistant's own.
_LOOK: Final = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => ({
        id, where: target.flat().join(" "), what: failureSummary })))
    .filter(({ where }) => where.includes("atelier-panel "))"""


async def look(page: Page) -> list[dict[str, Any]]:
    """Return what is wrong with what is shown."""
    wrong: list[dict[str, Any]] = await page.evaluate(_LOOK)
    return wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_read(browser: Browser, house: Workshop, scheme: str) -> None:
    """Names for all that can be used, contrast, order of headings, landmarks."""
    page = await log_in(browser, house.hass.url, color_scheme=scheme)
    await page.add_script_tag(path=AXE)
    for name in PAGES:
        await go(page, f"/atelier/{name}")
        await page.locator(f"atelier-panel atelier-{name}").wait_for()
        await page.locator("at-note[kind=loading]").first.wait_for(state="detached")
        # A table that asks anew is pale meanwhile.
        await expect(page.locator("table[aria-busy=true]")).to_have_count(0)
        assert await look(page) == [], name
    await page.context.close()


async def test_what_opens_can_be_read(machines: Page) -> None:
    """A form, a menu, a machine's details."""
    await machines.add_script_tag(path=AXE)
    await machines.get_by_role("button", name="Details of").first.click()
    await machines.get_by_role("button", name="More for").first.click()
    assert await look(machines) == []
    await machines.keyboard.press("Escape")
    await machines.get_by_role("button", name="Add machine").click()
    await machines.get_by_role("textbox", name="Name").wait_for()
    assert await look(machines) == []
    await machines.keyboard.press("Escape")


async def test_tabs_by_keyboard(machines: Page) -> None:
    """From a tab to its page and back, without a mouse."""
    tab = machines.get_by_role("link", name="Uses", exact=True)
    await tab.focus()
    await machines.keyboard.press("Enter")
    await machines.wait_for_url("**/atelier/uses")
    assert await tab.get_attribute("aria-current") == "page"
    await machines.go_back()
    await machines.wait_for_url("**/atelier/machines")
    await machines.locator("atelier-machine-card").first.wait_for()
