"""Who gets to the Forge's pages, and by which door."""

import hashlib
from pathlib import Path

from between import INGRESS, Ingress, Line
from browsing import needs_chromium
from forge_browsing import PASSWORD, Web, give_token, go, log, look_at, opened, row
from playwright.async_api import Browser, Page, expect
import pytest

from tests.forge.house import TOKEN, House

ANOTHER = "another-token-for-tests"

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


async def test_a_wrong_token_is_told_and_the_right_one_kept(browser: Browser, house: House) -> None:
    page = (await look_at(browser, house)).page
    await give_token(page, "not-the-token-at-all")
    await expect(page.get_by_role("alert")).to_contain_text("The token is wrong")
    assert await page.evaluate("sessionStorage.length") == 0
    await give_token(page)
    await page.locator("atelier-forge").wait_for()
    assert TOKEN not in page.url
    await page.reload()
    await page.locator("atelier-forge").wait_for()
    await page.get_by_role("button", name="Forget the token").click()
    await expect(page.locator(PASSWORD)).to_be_focused()
    await page.reload()
    await page.locator(PASSWORD).wait_for()
    await page.context.close()


async def test_a_place_is_kept_while_the_token_is_asked_for(browser: Browser, house: House) -> None:
    page = (await look_at(browser, house, f"{house.url}/#/jobs")).page
    await give_token(page)
    await expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    await page.context.close()


async def test_ingress_needs_no_token_and_knows_who_asks(
    browser: Browser, house: House, ingress: Ingress, tmp_path: Path
) -> None:
    job = house.finished(house.submit("test.keep", name="image.bin", size=80_000))
    web = await look_at(browser, house, ingress.url)
    page = web.page
    await page.locator("atelier-forge").wait_for()
    assert INGRESS in page.url
    await go(page, "jobs", job.id)
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="image.bin").click()
    download = await coming.value
    await download.save_as(tmp_path / "got")
    assert hashlib.sha256((tmp_path / "got").read_bytes()).hexdigest() == job.result["sha256"]
    await go(page, "builds")
    status, started = house.ask("POST", "/api/v1/builds", {"profile_id": "broken"})
    assert status == 202
    house.finished(house.forge.jobs.show(started["job_id"]))
    await row(page, "broken").first.get_by_role("button", name="Build broken again").click()
    await expect(page.get_by_text("Ada", exact=True)).to_be_visible()
    assert web.complaints == []
    await page.context.close()


async def test_a_line_that_is_cut_is_told_and_nothing_of_a_log_is_lost(
    browser: Browser, house: House, line: Line
) -> None:
    job = house.submit("test.lines", lines=4000, pause_s=0.1, each=50)
    page = (await opened(browser, house, line.url)).page
    await go(page, "jobs", job.id)
    await expect(log(page)).to_contain_text("line 1")
    await line.cut()
    await expect(page.get_by_text("The Forge does not answer")).to_be_visible()
    await expect(page.get_by_text("The line is down")).to_be_visible()
    await line.mend()
    await expect(page.get_by_text("The Forge does not answer")).to_have_count(0)
    house.finished(job)
    await expect(page.locator("forge-state").first).to_have_text("Done")
    lines = await page.evaluate(
        "() => document.querySelector('forge-web').shadowRoot.querySelector('atelier-forge')"
        ".shadowRoot.querySelector('forge-jobs').shadowRoot.querySelector('forge-job-view')"
        ".shadowRoot.querySelector('forge-log').log.lines"
    )
    assert [text for text in lines if text.startswith("line ")] == [
        f"line {number}" for number in range(4000)
    ]
    await page.context.close()


async def test_a_forge_that_is_away_is_told_and_comes_back(
    browser: Browser, house: House, line: Line
) -> None:
    web = await look_at(browser, house, line.url)
    await web.page.locator(PASSWORD).wait_for()
    await line.cut()
    await give_token(web.page)
    await expect(web.page.get_by_text("The Forge cannot be reached")).to_be_visible()
    await line.mend()
    await web.page.get_by_role("button", name="Try again").click()
    await web.page.locator("atelier-forge").wait_for()
    await web.page.context.close()


async def test_a_token_that_was_replaced_is_asked_for_anew(
    browser: Browser, house: House, line: Line, tmp_path: Path
) -> None:
    """The page is left open while the Forge gets another one."""
    page = (await opened(browser, house, line.url)).page
    with House(tmp_path / "data", token=ANOTHER) as anew:
        await line.cut()
        line.to = anew.port
        await line.mend()
        await expect(page.get_by_role("alert")).to_contain_text("The token is wrong")
        assert await page.evaluate("sessionStorage.length") == 0
        await give_token(page, ANOTHER)
        await page.locator("atelier-forge").wait_for()
    await page.context.close()


async def test_addresses_that_lead_nowhere(web: Web, page: Page) -> None:
    await go(page, "nowhere")
    await expect(page.get_by_text("There is no such page")).to_be_visible()
    await go(page, "builds", "f" * 32)
    await expect(page.get_by_text("There is no such build")).to_be_visible()
    await go(page, "jobs", "%22%3E%3Cimg src=x onerror=alert(1)%3E")
    await expect(page.get_by_role("alert")).to_be_visible()
    await go(page, "builds")
    await expect(page.get_by_role("heading", name="Builds")).to_be_visible()
    # Answers that say no are told by the browser too; nothing else is.
    assert [text for text in web.complaints if "Failed to load resource" not in text] == []
    web.complaints.clear()
