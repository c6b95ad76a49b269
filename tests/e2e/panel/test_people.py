"""What those see who administrate nothing: members, instructors, and whoever is neither."""

import re

from browsing import go, log_in, needs_chromium
from pages import row, toast
from playwright.async_api import Browser, Locator, Page, expect
import pytest

from rig.makerspace import Makerspace
from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


def tabs(page: Page) -> Locator:
    """Return the pages that somebody is offered: none where there is only one."""
    return page.locator("atelier-header nav a")


async def test_a_member_sees_what_is_theirs(
    browser: Browser, house: Workshop, makerspace: Makerspace
) -> None:
    """What they may use and why not, what they learnt, and their own uses: nobody else's."""
    page = await log_in(browser, house.hass.url, "ada", "ada")
    await go(page, "/atelier")
    await expect(page.get_by_role("heading", name="Hello Ada Byron")).to_be_visible()
    await expect(tabs(page)).to_have_count(0)
    laser = page.get_by_role("listitem").filter(has_text="Laser cutter")
    await expect(laser).to_contain_text("You may use it")
    await expect(page.get_by_role("listitem").filter(has_text="Laser safety")).to_contain_text(
        "until"
    )
    mine = (await makerspace.act("list_uses", search="ada byron", limit=1))["total"]
    await expect(page.locator("at-table").get_by_role("status")).to_contain_text(f"of {mine}")
    for other in ("Sam", "Leo", "Noa"):
        await expect(page.get_by_text(other)).to_have_count(0)

    await makerspace.act("set_blocked", machine_id=1)
    await page.reload()
    await expect(laser).to_contain_text("Not for you: it is blocked")
    await makerspace.act("set_blocked", machine_id=1, blocked=False)
    await page.context.close()


async def test_an_instructor_passes_on_what_they_teach(
    browser: Browser, house: Workshop, makerspace: Makerspace
) -> None:
    """A training, and the machines that require it; no other, and nothing for themselves."""
    page = await log_in(browser, house.hass.url, "sam", "sam")
    await go(page, "/atelier/instruct")
    await expect(tabs(page)).to_have_text([re.compile("Instruct"), re.compile("My machines")])
    await page.get_by_role("combobox", name="Whom").fill("leo")
    await page.get_by_role("listbox").get_by_role("option").first.click()
    await expect(page.get_by_text("Pillar drill")).to_have_count(0)
    await page.get_by_role("button", name="Has learnt it").click()
    await expect(toast(page)).to_contain_text("Leo Rossi learnt Laser safety")
    await page.get_by_label("Until").fill("2031-05-04T12:00")
    await page.get_by_role("button", name="Grant").first.click()
    await expect(toast(page)).to_contain_text("Leo Rossi may use Lasers")

    (leo,) = (await makerspace.act("list_members", search="leo"))["members"]
    about = await makerspace.act("resolve_member", member_id=leo["id"])
    (sam,) = (await makerspace.act("list_members", search="okafor"))["members"]
    (permission,) = about["permissions"]
    assert permission["granted_by"] == sam["id"]
    assert permission["until"].startswith("2031-05-04")
    assert [one["training"] for one in about["trainings"]] == ["Laser safety"]

    await page.get_by_role("button", name="Revoke").first.click()
    await expect(toast(page)).to_contain_text("Leo Rossi may no longer use Lasers")
    await makerspace.act("remove_trained", member_id=leo["id"], training="Laser safety")

    await page.get_by_role("combobox", name="Whom").fill("okafor")
    await page.get_by_role("listbox").get_by_role("option").first.click()
    await page.get_by_role("button", name="Has learnt it").click()
    await expect(toast(page)).to_contain_text("You have no right to this.")
    await page.context.close()


async def test_somebody_else_sees_nothing(browser: Browser, house: Workshop, stranger: str) -> None:
    """The page says so in plain words, and the server tells nothing either."""
    page = await log_in(browser, house.hass.url, stranger, stranger)
    await go(page, "/atelier")
    await expect(page.locator("atelier-panel")).to_contain_text(
        "You have no right in a makerspace here."
    )
    await expect(tabs(page)).to_have_count(0)
    told = await page.evaluate(
        """async () => {
            const { connection } = document.querySelector("home-assistant").hass;
            return connection.sendMessagePromise({ type: "atelier/workshops" });
        }"""
    )
    assert told == {"workshops": []}
    await expect(row(page, "Ada")).to_have_count(0)
    await page.context.close()
