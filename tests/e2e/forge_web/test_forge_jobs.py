"""Jobs, as somebody looks after them."""

import asyncio
from pathlib import Path
import re

from browsing import needs_chromium
from forge_browsing import Web, go, log, row
from playwright.async_api import Page, expect
import pytest

from tests.forge.house import until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


async def test_a_running_job_is_ended(web: Web, page: Page, tmp_path: Path) -> None:
    """Its progress moves by itself; ending it is asked once more, and told."""
    job = web.house.submit("test.resumable", trace=str(tmp_path / "trace"), seconds=6)
    await go(page, "jobs")
    line = row(page, "test.resumable").first
    await expect(line).to_contain_text("step 0")
    await expect(line.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
    await line.get_by_role("button", name="Cancel").click()
    await page.locator("at-confirm").get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.locator("at-confirm")).to_have_count(0)
    assert not web.house.show(job).cancel_requested
    await line.get_by_role("button", name="Cancel").click()
    await page.locator("at-confirm").get_by_role("button", name="Cancel the job").click()
    await expect(line.locator("forge-state")).to_have_text("Cancelled")
    assert web.house.show(job).state == "cancelled"


async def test_those_that_wait_know_their_place(web: Web, page: Page, tmp_path: Path) -> None:
    """Two run; the others wait, and move up."""
    trace = str(tmp_path / "trace")
    jobs = [web.house.submit("test.resumable", trace=trace, seconds=60) for _ in range(4)]
    until(lambda: web.house.show(jobs[1]).started_at is not None)
    await go(page, "jobs", jobs[3].id)
    await expect(page.locator("forge-progress").first).to_contain_text("Number 2 in the queue")
    await expect(page.locator("forge-status-line")).to_contain_text("2 running, 2 waiting")
    web.house.forge.jobs.cancel(jobs[2].id)
    await expect(page.locator("forge-progress").first).to_contain_text("Number 1 in the queue")
    for job in (jobs[3], jobs[1], jobs[0]):
        web.house.forge.jobs.cancel(job.id)
    for job in jobs:
        web.house.finished(job)
    await expect(page.locator("forge-status-line")).to_contain_text("Nothing runs")


async def test_jobs_are_found_by_state_and_kind_page_by_page(web: Web, page: Page) -> None:
    """More than a page of them, and back."""
    for _ in range(30):
        job = web.house.submit("forge.tidy")
    web.house.finished(job)
    refused = web.house.finished(web.house.submit("test.refused"))
    await go(page, "jobs")
    await page.get_by_label("Kind").select_option("Tidy up")
    await expect(page.get_by_role("row")).to_have_count(26)
    await page.get_by_role("button", name="Next page").click()
    await expect(page.get_by_text("26\u201330")).to_be_visible()
    await expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    await page.get_by_role("button", name="Previous page").click()
    await expect(page.get_by_text("1\u201325")).to_be_visible()
    await page.get_by_label("Kind").select_option("All kinds")
    await page.get_by_label("State").select_option("Failed")
    await expect(row(page, "test.refused").first).to_contain_text("The Image Builder is broken")
    await go(page, "jobs", refused.id)
    await expect(page.locator("forge-problem")).to_contain_text("precondition.builder_broken")


async def test_a_log_is_searched_read_and_saved(web: Web, page: Page, tmp_path: Path) -> None:
    """Long ones too: only what is in sight is drawn."""
    said = r"for i in $(seq 20000); do printf '\033[1mline\033[0m %s\n' $i; done"
    job = web.house.finished(web.house.submit("test.program", argv=["sh", "-c", said]))
    assert job.state == "done"
    await go(page, "jobs", job.id)
    await expect(log(page)).to_contain_text("line 20000")
    assert await log(page).locator(".line").count() < 200
    search = page.get_by_role("searchbox", name="Search the log")
    await search.fill("LINE 1234")
    await expect(page.get_by_text("1 / 11")).to_be_visible()
    await expect(log(page).locator(".here")).to_have_text("line 1234")
    await search.press("Enter")
    await expect(log(page).locator(".here")).to_have_text("line 12340")
    await search.press("Shift+Enter")
    await page.get_by_role("button", name="Place before").click()
    await expect(page.get_by_text("11 / 11")).to_be_visible()
    await search.fill("nothing like it")
    await expect(page.get_by_text("Nothing matches")).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Download the log").click()
    await (await coming.value).save_as(tmp_path / "saved")
    assert await asyncio.to_thread((tmp_path / "saved").read_text, "utf-8") == web.house.log(job)


async def test_who_scrolls_up_in_a_log_is_left_alone(web: Web, page: Page) -> None:
    """Until they come to its end again."""
    job = web.house.submit("test.lines", lines=3000, pause_s=0.1, each=20)
    await go(page, "jobs", job.id)
    follow = page.get_by_role("button", name="Follow")
    await expect(log(page)).to_contain_text(re.compile(r"line \d{3}"))
    await log(page).hover()
    await page.mouse.wheel(0, -2000)
    await expect(follow).to_have_attribute("aria-pressed", "false")
    at = await log(page).evaluate("log => log.scrollTop")
    seen = len(web.house.log(job))
    until(lambda: len(web.house.log(job)) > seen + 1000)
    assert await log(page).evaluate("log => log.scrollTop") == at
    await follow.click()
    await expect(follow).to_have_attribute("aria-pressed", "true")
    web.house.forge.jobs.cancel(job.id)
    web.house.finished(job)
    await expect(follow).to_have_count(0)


async def test_a_file_is_kept_with_its_job_by_keyboard(web: Web, page: Page) -> None:
    """From the tab to the job to its file, without a mouse."""
    job = web.house.finished(web.house.submit("test.keep", name="by-keyboard.bin", size=800))
    await go(page, "builds")
    tab = page.get_by_role("link", name="Jobs", exact=True)
    await tab.focus()
    await page.keyboard.press("Enter")
    link = row(page, "test.keep").first.get_by_role("link")
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{web.house.url}/#/jobs/{job.id}")
    file = page.get_by_role("button", name="by-keyboard.bin")
    await file.focus()
    async with page.expect_download() as coming:
        await page.keyboard.press("Enter")
    assert (await coming.value).suggested_filename == "by-keyboard.bin"
    await page.go_back()
    await expect(page).to_have_url(f"{web.house.url}/#/jobs")
