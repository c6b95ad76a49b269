"""The page of care: what is due, what was done, and the plans behind it."""

from browsing import go, needs_chromium
from pages import choose, confirm, form, row, save, undo
from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from rig.makerspace import Makerspace

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

DRILL = 2


@pytest_asyncio.fixture(loop_scope="session")
async def care(admin: Page) -> Page:
    """Return the administrator's page of care, opened anew."""
    await go(admin, "/home")
    await go(admin, "/atelier/care")
    await admin.get_by_role("button", name="Plan care").wait_for()
    return admin


async def test_care_is_planned_due_and_done(care: Page, makerspace: Makerspace) -> None:
    """A plan is due by the hours there are; recording an intervention settles it."""
    await care.get_by_role("button", name="Plan care").click()
    dialog = form(care)
    await dialog.get_by_role("combobox", name="Machine").select_option(label="Pillar drill")
    await dialog.get_by_role("textbox", name="What is to be done").fill("Check the belt")
    await dialog.get_by_role("spinbutton", name="Every so many hours").fill("0")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert").first).to_be_visible()
    await dialog.get_by_role("spinbutton", name="Every so many hours").fill("0.5")
    await save(care)

    item = care.get_by_role("listitem").filter(has_text="Check the belt")
    await expect(item).to_contain_text("Overdue by")
    await expect(care.get_by_role("heading", name="One is due")).to_be_visible()

    await item.get_by_role("button", name="Done").click()
    await expect(form(care).get_by_role("checkbox", name="Check the belt")).to_be_checked()
    by = form(care).get_by_role("combobox", name="By")
    await by.fill("sam")
    await care.get_by_role("listbox").get_by_role("option").first.click()
    await save(care)
    await expect(care.get_by_role("heading", name="Nothing is due")).to_be_visible()
    given = row(care, "Check the belt")
    await expect(given).to_contain_text("Sam Okafor")

    await given.get_by_role("button", name="More").click()
    await care.get_by_role("menuitem", name="Delete").click()
    await confirm(care, "Delete")
    await expect(care.get_by_role("heading", name="One is due")).to_be_visible()
    await undo(care)
    await expect(care.get_by_role("heading", name="Nothing is due")).to_be_visible()

    await choose(care, "More for Check the belt", "Edit")
    await dialog.get_by_role("textbox", name="On the board's display").fill("ünicode")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_role("textbox", name="On the board's display").fill("Belt")
    await dialog.get_by_role("spinbutton", name="Every so many hours").fill("100")
    await save(care)
    await expect(item).to_contain_text("100.0 h left")

    await choose(care, "More for Check the belt", "Remove")
    await confirm(care, "Remove")
    await expect(item).to_have_count(0)
    await undo(care)
    await expect(item).to_be_visible()
    plans = (await makerspace.act("list_machines"))["machines"][DRILL - 1]["plans"]
    (belt,) = [plan for plan in plans if plan["description"] == "Check the belt"]
    assert (belt["every_h"], belt["lcd_text"]) == (100, "Belt")
    await makerspace.act("remove_care_plan", plan_id=belt["id"])


async def test_care_without_a_plan_chosen(care: Page) -> None:
    item = care.get_by_role("listitem").filter(has_text="Grease the spindle")
    await item.get_by_role("button", name="Done").click()
    await form(care).get_by_role("checkbox", name="Grease the spindle").uncheck()
    await form(care).get_by_role("button", name="Save").click()
    await expect(form(care).get_by_role("alert")).to_have_text("Choose at least one.")
    await care.keyboard.press("Escape")
    await expect(form(care)).to_have_count(0)
