"""What the tests of the Forge's pages do alike."""

from dataclasses import dataclass
from typing import Any, Final

from browsing import PATIENCE_MS
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.forge.house import TOKEN, House

PASSWORD: Final = "input[type=password]"
#: A profile of the tests' mirror, but for its id.
ROUTER: Final = {
    "name": "Router in the attic",
    "device_id": "attic",
    "openwrt_release": "24.10.4",
    "target": "mediatek",
    "subtarget": "filogic",
    "imagebuilder_profile": "bananapi_bpi-r3",
    "packages": ["htop"],
    "tags": ["lab"],
}
#: What browsers say of the answer that the token is asked for after.
_ASKED: Final = "401 (Unauthorized)"


@dataclass
class Web:
    """Somebody's browser in front of a Forge, and what it complained about."""

    house: House
    page: Page
    complaints: list[str]


async def look_at(browser: Browser, house: House, url: str = "", **look: Any) -> Web:
    """Open the Forge's page in a profile of its own."""
    context = await browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | look)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    web = Web(house, page, [])

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _ASKED not in message.text:
            web.complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: web.complaints.append(str(error)))
    await page.goto(url or f"{house.url}/")
    return web


async def give_token(page: Page, token: str = TOKEN) -> None:
    """Type a token where it is asked for."""
    await page.locator(PASSWORD).fill(token)
    await page.keyboard.press("Enter")


async def opened(browser: Browser, house: House, url: str = "", **look: Any) -> Web:
    """Open the Forge's page, and give the token."""
    web = await look_at(browser, house, url, **look)
    await give_token(web.page)
    await web.page.locator("atelier-forge").wait_for()
    return web


async def go(page: Page, *place: str) -> None:
    """Go to a place, and wait until it is drawn."""
    await page.evaluate("place => { location.hash = '#/' + place; }", "/".join(place))
    await expect(page.locator("at-note[kind=loading]")).to_have_count(0)


def row(page: Page, text: str) -> Locator:
    """Return the row of a table that shows a text."""
    return page.get_by_role("row").filter(has_text=text)


def log(page: Page) -> Locator:
    """Return a job's log."""
    return page.get_by_role("log")
