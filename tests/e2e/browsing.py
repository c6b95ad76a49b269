"""A real Chromium in front of a real Home Assistant, as people use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import shutil
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright
import pytest

from rig.hass_rest import PASSWORD, USER

CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")

#: The front end is large, and two cores are busy with a house.
PATIENCE_MS: Final = 60_000

#: A browser that talks to nobody but the house.
_ARGUMENTS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

needs_chromium: Final = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser, and end it again."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        await browser.close()


async def log_in(
    browser: Browser, url: str, user: str = USER, password: str = PASSWORD, **look: Any
) -> Page:
    """Return a page of a profile of its own, on which somebody logged in."""
    context = await browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | look)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(url)
    await page.fill("input[name=username]", user)
    await page.fill("input[name=password]", password)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#ha-launch-screen", state="detached")
    await page.wait_for_url("**/home/**")  # it goes home by itself before it can be led
    return page


async def go(page: Page, path: str) -> None:
    """Go to another page of the front end as its own links do, without loading it anew."""
    await page.evaluate(
        "path => { history.pushState(null, '', path);"
        " window.dispatchEvent(new CustomEvent('location-changed')); }",
        path,
    )
