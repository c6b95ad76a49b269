"""Builds, as somebody watches them."""

import hashlib
from pathlib import Path
import re

from browsing import needs_chromium
from forge_browsing import Web, go, log, opened, row
from playwright.async_api import Browser, Page, expect
import pytest

from tests.forge.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

BUILDS = "/api/v1/builds"


def built(house: House, profile_id: str, ends: str = "done", **more: object) -> str:
    """Build a profile to its end; return the build's id."""
    status, started = house.ask("POST", BUILDS, {"profile_id": profile_id, **more})
    assert status == 202
    job = house.finished(house.forge.jobs.show(started["job_id"]))
    assert job.state == ends, house.log(job)
    return job.id


async def test_a_build_is_watched_live_to_its_end(web: Web, page: Page, tmp_path: Path) -> None:
    """It comes up by itself, is followed, and leaves files whose hashes are what is shown."""
    await go(page, "builds")
    status, _started = web.house.ask("POST", BUILDS, {"profile_id": "attic", "rebuild": True})
    assert status == 202
    line = row(page, "attic").first
    await expect(line.locator("forge-progress at-bar")).to_be_visible()
    await line.get_by_role("link", name="attic").click()
    await expect(page.get_by_role("heading", name="attic 24.10.4")).to_be_visible()
    # Its last lines are in sight: what it began with may be above by now.
    await expect(log(page)).to_contain_text(re.compile(r"\w"))
    await expect(page.get_by_role("button", name="Follow")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.locator("forge-state")).to_have_text("Done", timeout=60_000)
    await expect(page.get_by_role("link", name="version 1")).to_be_visible()
    await expect(page.get_by_text("Bananapi BPi-R3 (bananapi_bpi-r3)")).to_be_visible()
    upgrade = page.get_by_role("listitem").filter(has_text="sysupgrade.itb")
    await expect(upgrade).to_contain_text("Upgrade")
    shown = (await upgrade.locator(".hash").inner_text()).removeprefix("sha256 ")
    async with page.expect_download() as coming:
        await upgrade.get_by_role("button", name="Download").click()
    download = await coming.value
    await download.save_as(tmp_path / "got")
    assert hashlib.sha256((tmp_path / "got").read_bytes()).hexdigest() == shown
    assert "sysupgrade.itb" in download.suggested_filename
    await page.get_by_text(re.compile(r"All \d+ packages")).click()
    await page.get_by_role("searchbox", name="Search packages").fill("HTOP")
    await expect(page.get_by_role("listitem").filter(has_text="htop")).to_have_count(1)
    await expect(page.get_by_role("listitem").filter(has_text="base-files")).to_have_count(0)
    assert web.complaints == []


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", "There are no such packages in this release: no-such-package."),
        ("it-IT", "In questa release non esistono i pacchetti: no-such-package."),
    ],
)
async def test_why_a_build_failed_is_said_in_words(
    browser: Browser, house: House, locale: str, words: str
) -> None:
    """In the list and on its own page, in the browser's language."""
    failed = built(house, "broken", "failed")
    page = (await opened(browser, house, locale=locale)).page
    await go(page, "builds", "of", "broken")
    await expect(row(page, "broken").first).to_contain_text(words)
    await go(page, "builds", failed)
    problem = page.locator("forge-problem")
    await expect(problem).to_contain_text(words)
    await expect(problem).to_contain_text("build.packages_missing")
    assert await page.evaluate("document.documentElement.lang") == locale
    await page.context.close()


async def test_a_profiles_builds_and_what_changed_between_them(web: Web, page: Page) -> None:
    """A package more brings another one with it."""
    first = built(web.house, "attic")
    built(web.house, "attic", packages=["tcpdump"])
    await go(page, "builds")
    more = row(page, "attic").first
    await expect(more.get_by_role("img", name="came")).to_be_visible()
    await more.get_by_role("link", name="attic").click()
    changes = page.locator("forge-package-changes")
    await expect(changes).to_contain_text("tcpdump")
    await go(page, "builds", first)
    await page.get_by_role("link", name="all its builds").click()
    await expect(page.get_by_role("combobox", name="Profile")).to_have_value("attic")
    await expect(row(page, "broken")).to_have_count(0)


async def test_a_build_is_forgotten_with_its_files(web: Web, page: Page) -> None:
    """After asking."""
    failed = built(web.house, "broken", "failed")
    await go(page, "builds", failed)
    await page.get_by_role("button", name="Delete").click()
    await page.locator("at-confirm").get_by_role("button", name="Delete").click()
    await expect(page).to_have_url(f"{web.house.url}/#/builds")
    assert web.house.ask("GET", f"{BUILDS}/{failed}")[0] == 404


async def test_a_batch_tells_of_each_profile(web: Web, page: Page) -> None:
    """One that was built before, one that cannot be."""
    built(web.house, "attic")
    body = {"profile_ids": ["attic", "broken"]}
    status, job = web.house.ask("POST", f"{BUILDS}/batch", body)
    assert status == 202
    web.house.finished(web.house.forge.jobs.show(job["id"]))
    await go(page, "jobs", job["id"])
    await expect(page.get_by_role("heading", name="1 of 2")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="attic")).to_contain_text(
        "built before"
    )
    await expect(page.get_by_role("listitem").filter(has_text="broken")).to_contain_text("failed")
    await page.get_by_role("link", name="broken").click()
    await expect(page.get_by_role("link", name="a job for several profiles")).to_be_visible()
