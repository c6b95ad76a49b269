"""The page of settings: types, trainings, roles, memory, and the trail of changes."""

from browsing import go, needs_chromium
from pages import choose, confirm, form, row, save, toast, undo
from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from rig.makerspace import Makerspace

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


@pytest_asyncio.fixture(loop_scope="session")
async def settings(admin: Page) -> Page:
    """Return the administrator's page of settings, opened anew."""
    await go(admin, "/home")
    await go(admin, "/atelier/settings")
    await admin.locator("atelier-roles li").first.wait_for()
    return admin


def item(page: Page, kind: str, name: str) -> Locator:
    """Return what a list shows of one."""
    return page.locator(f"atelier-{kind} li").filter(has_text=name)


async def add(page: Page, kind: str, name: str) -> None:
    """Open the form for one more of a kind, and name it."""
    await page.locator(f"atelier-{kind}").get_by_role("button", name="Add").click()
    await form(page).get_by_role("textbox", name="Name").fill(name)


async def test_types_need_trainings(settings: Page, makerspace: Makerspace) -> None:
    """Both are made here; what is in use is not removed; the rest is, and back."""
    await add(settings, "trainings", "Welding")
    await form(settings).get_by_role("spinbutton", name="Days for which it counts").fill("30")
    await save(settings)
    await expect(item(settings, "trainings", "Welding")).to_contain_text("counts for 30 days")

    await settings.reload()
    await settings.locator("atelier-roles li").first.wait_for()
    await add(settings, "machine-types", "Welders")
    await form(settings).get_by_role("combobox", name="Required training").select_option("Welding")
    await save(settings)
    await expect(item(settings, "machine-types", "Welders")).to_contain_text("requires Welding")

    await choose(settings, "More for Welding", "Remove")
    await confirm(settings, "Remove")
    await expect(toast(settings)).to_contain_text("still requires this training")
    await expect(item(settings, "trainings", "Welding")).to_be_visible()

    await choose(settings, "More for Welders", "Edit")
    await form(settings).get_by_role("combobox", name="Required training").select_option("")
    await form(settings).get_by_role("spinbutton", name="Minutes until").fill("0")
    await save(settings)
    welders = item(settings, "machine-types", "Welders")
    await expect(welders).not_to_contain_text("requires")
    await expect(welders).to_contain_text("never logs out")

    await choose(settings, "More for Welders", "Remove")
    await confirm(settings, "Remove")
    await expect(welders).to_have_count(0)
    await undo(settings)
    await expect(welders).to_be_visible()
    await makerspace.act("remove_machine_type", type="Welders")
    await makerspace.act("remove_training", training="Welding")


async def test_roles(settings: Page, makerspace: Makerspace) -> None:
    """A name that is taken is refused; one that members have stays; a reserved one is locked."""
    await add(settings, "roles", "Staff")
    await form(settings).get_by_role("button", name="Save").click()
    await expect(form(settings).get_by_role("alert")).to_be_visible()
    await form(settings).get_by_role("textbox", name="Name").fill("Carers")
    await form(settings).get_by_role("checkbox", name="records care").check()
    await save(settings)
    await expect(item(settings, "roles", "Carers")).to_contain_text("records care")
    await choose(settings, "More for Staff", "Remove")
    await confirm(settings, "Remove")
    await expect(toast(settings)).to_contain_text("still have this role")
    locked = item(settings, "roles", "cannot be changed").first
    await expect(locked.get_by_role("button")).to_have_count(0)
    await makerspace.act("remove_role", role="Carers")


async def test_memory(settings: Page, makerspace: Makerspace) -> None:
    """Days are kept in the options, and nothing can be forgotten while they are being typed."""
    days = settings.get_by_role("spinbutton", name="Days for which it is remembered")
    purge = settings.locator("atelier-retention").get_by_role("button", name="Forget now")
    await days.fill("0")
    await settings.locator("atelier-retention").get_by_role("button", name="Save").click()
    await expect(settings.locator("atelier-retention")).to_contain_text("from 1 to 36,500")
    await days.fill("400")
    await expect(purge).to_be_disabled()
    await settings.locator("atelier-retention").get_by_role("button", name="Save").click()
    await expect(purge).to_be_enabled()
    await purge.click()
    await confirm(settings, "Forget now")
    await expect(toast(settings)).to_contain_text("Uses that no longer name anybody:")
    await days.fill("365")
    await settings.locator("atelier-retention").get_by_role("button", name="Save").click()
    await expect(purge).to_be_enabled()


async def test_who_changed_what(settings: Page, makerspace: Makerspace) -> None:
    """The trail tells of a change, by whom, and what it was before."""
    await makerspace.act("change_machine", machine_id=2, name="Huge drill")
    await makerspace.act("change_machine", machine_id=2, name="Pillar drill")
    await go(settings, "/atelier/care")
    await go(settings, "/atelier/settings")
    await settings.get_by_role("combobox", name="What").select_option("machine")
    first = row(settings, "Machine Pillar drill").first
    await expect(first).to_contain_text("Demo")
    await first.click()
    told = settings.locator("atelier-changes at-dialog")
    await expect(told.locator("del")).to_have_text("Huge drill")
    await expect(told.locator("ins")).to_have_text("Pillar drill")
    await settings.keyboard.press("Escape")
