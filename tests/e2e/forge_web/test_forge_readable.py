"""Whether the Forge's pages can be read: by weak eyes, with a screen reader, on a phone."""

from pathlib import Path
from typing import Any, Final

from browsing import needs_chromium
from forge_browsing import PASSWORD, go, log, look_at, opened
from playwright.async_api import Browser, Page
import pytest

from tests.forge.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

AXE: Final = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
_LOOK: Final = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => ({
        id, where: target.flat().join(" "), what: failureSummary })))"""
_WIDE: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def wrong(page: Page) -> list[dict[str, Any]]:
    """Return what is wrong with what is shown."""
    # The page lets nothing be put into it; what is evaluated comes from outside of it.
    await page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = await page.evaluate(_LOOK)
    return found


async def drawn(page: Page, place: tuple[str, ...]) -> None:
    """Wait until there is something to see."""
    if place[0] in ("builds", "jobs") and len(place) > 1:
        await log(page).wait_for()
    else:
        await page.locator("main .card, main form, main table").first.wait_for()


@pytest.fixture(scope="module")
def places(house: House) -> list[tuple[str, ...]]:
    """Have something to see at every place."""
    jobs = []
    for profile_id in ("attic", "broken"):
        status, started = house.ask("POST", "/api/v1/builds", {"profile_id": profile_id})
        assert status == 202
        jobs.append(house.finished(house.forge.jobs.show(started["job_id"])))
    return [
        ("profiles",),
        ("profiles", "attic"),
        ("profiles", "broken", "edit"),
        ("profiles", "-new"),
        ("profiles", "-compare", "attic", "broken"),
        ("builders",),
        ("cards",),
        ("builds",),
        ("jobs",),
        *(("builds", job.id) for job in jobs),
        *(("jobs", job.id) for job in jobs),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_read(
    browser: Browser, house: House, places: list[tuple[str, ...]], scheme: str
) -> None:
    page = (await opened(browser, house, color_scheme=scheme)).page
    for place in places:
        await go(page, *place)
        await drawn(page, place)
        assert await wrong(page) == [], place
    await page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_token_can_be_given(browser: Browser, house: House, scheme: str) -> None:
    page = (await look_at(browser, house, color_scheme=scheme)).page
    await page.locator(PASSWORD).wait_for()
    assert await wrong(page) == []
    await page.context.close()


async def test_on_a_phone_nothing_is_wider_than_it(
    browser: Browser, house: House, places: list[tuple[str, ...]]
) -> None:
    phone = {"width": 360, "height": 740}
    page = (await opened(browser, house, viewport=phone, has_touch=True, is_mobile=True)).page
    for place in places:
        await go(page, *place)
        await drawn(page, place)
        assert await page.evaluate(_WIDE) <= 0, place
        assert await wrong(page) == [], place
    await page.context.close()
