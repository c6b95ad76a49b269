"""The members' page: people are found, added, given cards and permissions, and removed."""

import re
from typing import Any

from browsing import go, needs_chromium
from pages import choose, confirm, form, row, save, toast, undo
from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from rig.makers import STRANGE_CARD
from rig.makerspace import Makerspace

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


@pytest_asyncio.fixture(loop_scope="session")
async def members(admin: Page) -> Page:
    """Return the administrator's page of members, opened anew."""
    await go(admin, "/home")
    await go(admin, "/atelier/members")
    await admin.get_by_role("row").nth(1).wait_for()
    return admin


async def found(makerspace: Makerspace, search: str) -> list[dict[str, Any]]:
    """Return the members whom the server finds."""
    members: list[dict[str, Any]] = (await makerspace.act("list_members", search=search))["members"]
    return members


async def open_member(page: Page, name: str) -> None:
    """Open a member from the list."""
    await row(page, name).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()


async def test_members_are_looked_for(members: Page) -> None:
    """By parts of a name, by card, and by what they may do; sorted either way."""
    rows = members.locator("tbody tr")
    await expect(rows).to_have_count(4)
    search = members.get_by_role("searchbox")
    await search.fill("lindq")
    await expect(rows).to_have_count(1)
    await search.fill("0A1B2C03")
    await expect(rows).to_have_text([re.compile("Leo Rossi")])
    await search.fill("nobody is called so")
    await expect(members.get_by_text("Nothing matches")).to_be_visible()
    await search.fill("")
    await members.get_by_role("combobox", name="Role").select_option("Staff")
    await expect(rows).to_have_text([re.compile("Sam Okafor")])
    await members.get_by_role("combobox", name="Role").select_option("")
    await members.get_by_role("combobox", name="May use").select_option(label="Laser cutter")
    await expect(rows).to_have_count(3)
    await members.get_by_role("combobox", name="May use").select_option("")
    await members.get_by_role("columnheader", name="Member").get_by_role("button").click()
    await expect(rows.first).to_contain_text("Rossi")


async def test_a_newcomer_taps_a_card(members: Page, makerspace: Makerspace) -> None:
    """Added, given the card that is held to a board, removed, and taken back."""
    await members.get_by_role("button", name="Add member").click()
    dialog = form(members)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("textbox", name="First name")).to_be_focused()
    await dialog.get_by_role("textbox", name="First name").fill("Jürgen")
    await dialog.get_by_role("textbox", name="Surname").fill("Groß 🛠")
    await dialog.get_by_role("button", name="Tap a card").click()
    tapping = members.locator("atelier-learn-dialog")
    await expect(tapping).to_contain_text("Hold the card")

    await makerspace.tap(2, "0a1b2c02")
    await expect(tapping).to_contain_text("This card belongs to Sam Okafor.")
    await expect(tapping.get_by_role("button", name="Take this card")).to_be_disabled()
    await makerspace.tap(2, "0a1b2c02")  # whoever tapped is on, and logs out again
    await makerspace.tap(1, STRANGE_CARD)
    await expect(tapping).to_contain_text("Shown at Laser cutter")
    await tapping.get_by_role("button", name="Take this card").click()
    await expect(dialog).to_contain_text(STRANGE_CARD)
    await save(members)

    await expect(members.get_by_role("heading", name="Jürgen Groß 🛠")).to_be_visible()
    (kept,) = await found(makerspace, "jürgen groß")
    assert kept["cards"] == [STRANGE_CARD]
    assert kept["role"] == "Members"

    await choose(members, "More", "Remove")
    await confirm(members, "Remove")
    await expect(members.get_by_role("button", name="Add member")).to_be_visible()
    assert await found(makerspace, "jürgen") == []
    await undo(members)
    await expect(members.get_by_role("heading", name="Jürgen Groß 🛠")).to_be_visible()
    (back,) = await found(makerspace, "jürgen")
    assert back["cards"] == [STRANGE_CARD]
    await makerspace.act("remove_member", member_id=back["id"])


async def test_a_card_that_is_none_or_somebody_elses(members: Page) -> None:
    """Each is told beside what was typed, which stays."""
    await open_member(members, "Leo Rossi")
    await members.get_by_role("button", name="Edit").click()
    dialog = form(members)
    card = dialog.get_by_placeholder("04a1b2c3")
    await card.fill("12 34")
    await dialog.get_by_role("button", name="Add", exact=True).click()
    await expect(dialog).to_contain_text("A card has 8 hex digits")
    await card.fill("0A:1B:2C:01")
    await card.press("Enter")
    await expect(dialog.locator("at-chip")).to_have_count(2)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.locator("at-chip")).to_have_count(2)
    await members.keyboard.press("Escape")
    await expect(members.locator("atelier-member-view")).to_contain_text("0a1b2c03")


async def test_two_who_edit_one_member(members: Page, makerspace: Makerspace) -> None:
    """The second is shown what the first changed, and loses nothing of their own."""
    (leo,) = await found(makerspace, "leo")
    await open_member(members, "Leo Rossi")
    await members.get_by_role("button", name="Edit").click()
    dialog = form(members)
    await dialog.get_by_role("textbox", name="Surname").fill("Rossi-Bianchi")
    await makerspace.act("change_member", member_id=leo["id"], email="leo@example.org")

    await dialog.get_by_role("button", name="Save").click()

    await expect(dialog.get_by_role("alert")).to_contain_text("Somebody else changed this member")
    await expect(dialog.get_by_role("alert")).to_contain_text("E-mail")
    await expect(dialog.get_by_role("textbox", name="E-mail")).to_have_value("leo@example.org")
    await expect(dialog.get_by_role("textbox", name="Surname")).to_have_value("Rossi-Bianchi")
    await save(members)
    (both,) = await found(makerspace, "leo")
    assert (both["surname"], both["email"]) == ("Rossi-Bianchi", "leo@example.org")
    await makerspace.act("change_member", member_id=leo["id"], surname="Rossi", email=None)


async def test_what_a_member_may_do(members: Page, makerspace: Makerspace) -> None:
    """A permission is granted until a day, taken away and back; a training is recorded."""
    (leo,) = await found(makerspace, "leo")
    await open_member(members, "Leo Rossi")
    await members.get_by_role("button", name="Grant").click()
    await form(members).get_by_role("combobox").select_option(label="Laser cutter")
    await form(members).get_by_label("Until").fill("2031-05-04T12:00")
    await save(members)
    listed = members.locator("atelier-member-permissions")
    await expect(listed).to_contain_text("Laser cutter")
    await expect(listed).to_contain_text("until May 4, 2031")

    await choose(members, "More for Laser cutter", "Take away")
    await expect(listed).to_contain_text("No permission yet.")
    await undo(members)
    await expect(listed).to_contain_text("until May 4, 2031")

    await members.get_by_role("button", name="Record").click()
    await form(members).get_by_role("combobox", name="Training").select_option("Laser safety")
    await form(members).get_by_role("checkbox", name="Instructor").check()
    await save(members)
    learnt = members.locator("atelier-member-trainings")
    await expect(learnt).to_contain_text("Laser safety")
    await expect(learnt).to_contain_text("Instructor")
    await makerspace.tap(1, "0a1b2c03")
    assert (await makerspace.readers[1].look()).relay
    await makerspace.tap(1, "0a1b2c03")

    await choose(members, "More for Laser safety", "Take back")
    await expect(learnt).to_contain_text("No training yet.")
    await makerspace.act("revoke_permission", member_id=leo["id"], machine_id=1)


async def test_a_member_is_disabled(members: Page, makerspace: Makerspace) -> None:
    await open_member(members, "Ada Byron")
    await choose(members, "More", "Disable")
    await expect(members.get_by_role("heading", name="Ada Byron")).to_contain_text("disabled")
    (ada,) = await found(makerspace, "ada byron")
    assert ada["disabled"]
    await choose(members, "More", "Enable")
    await expect(members.get_by_role("heading", name="Ada Byron")).not_to_contain_text("disabled")


async def test_many_permissions_at_once(members: Page, makerspace: Makerspace) -> None:
    """Cells by mouse and keyboard, a column for those chosen; saved together, and undone."""
    await members.get_by_role("button", name="Who may use what").click()

    def cell(who: str, what: str) -> Any:
        return members.get_by_role("checkbox", name=f"{who}, {what}")

    await expect(cell("Ada Byron", "Lasers")).to_be_checked()
    await expect(cell("Leo Rossi", "Lasers")).not_to_be_checked()
    await cell("Ada Byron", "Lasers").click()
    await cell("Leo Rossi", "Pillar drill").focus()
    await members.keyboard.press("ArrowLeft")
    await expect(cell("Leo Rossi", "Laser cutter")).to_be_focused()
    await members.keyboard.press("Space")
    for who in ("Leo Rossi", "Noa Lindqvist"):
        await members.get_by_role("row", name=re.compile(who)).get_by_role("checkbox").first.check()
    await choose(members, "Pillar drill, for those who are chosen", "Grant to those chosen")
    await members.get_by_role("button", name="Save 4 changes").click()
    await expect(toast(members)).to_contain_text("3 granted, 1 taken away")

    kept = await granted(makerspace)
    assert kept == {("Leo", 1), ("Leo", 2), ("Noa", 2), ("Noa", "type"), ("Sam", "type")}
    await expect(cell("Ada Byron", "Lasers")).not_to_be_checked()

    await undo(members)
    await expect(cell("Ada Byron", "Lasers")).to_be_checked()
    for member, machine in (("leo", 1), ("leo", 2), ("noa", 2)):
        (one,) = await found(makerspace, member)
        await makerspace.act("revoke_permission", member_id=one["id"], machine_id=machine)


async def granted(makerspace: Makerspace) -> set[tuple[str, int | str]]:
    """Return who has which permission: for a machine by its number, or for a type."""
    members = {one["id"]: one["name"] for one in await found(makerspace, "")}
    answer = await makerspace.act("list_permissions", member_ids=list(members))
    return {
        (members[one["member_id"]], "type" if one["machine_id"] is None else one["machine_id"])
        for one in answer["permissions"]
    }
