"""What the tests of several pages do alike."""

from playwright.async_api import Locator, Page, expect


def form(page: Page) -> Locator:
    """Return what is being filled in."""
    return page.locator("at-form-dialog")


def row(page: Page, text: str) -> Locator:
    """Return the row of a table that shows a text."""
    return page.get_by_role("row").filter(has_text=text)


def toast(page: Page) -> Locator:
    """Return what the page tells for a moment."""
    return page.locator("at-toasts")


async def save(page: Page) -> None:
    """Save what is filled in, and see it close."""
    await form(page).get_by_role("button", name="Save").click()
    await expect(form(page)).to_have_count(0)


async def choose(page: Page, menu: str, deed: str) -> None:
    """Choose something from a menu, known by its label."""
    await page.get_by_role("button", name=menu).first.click()
    await page.get_by_role("menuitem", name=deed).click()


async def confirm(page: Page, deed: str) -> None:
    """Answer a question with yes."""
    await page.locator("at-confirm").get_by_role("button", name=deed).click()


async def undo(page: Page) -> None:
    """Take back what was just done."""
    await toast(page).get_by_role("button", name="Undo").click()


async def pick(page: Page, letters: str) -> None:
    """Find a member by some letters in the form."""
    await form(page).get_by_role("combobox", name="Member").fill(letters)
    await page.get_by_role("listbox").get_by_role("option").first.click()
