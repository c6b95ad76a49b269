"""The page of cards that nobody knows: adopted, given away, forgotten."""

from browsing import go, needs_chromium
from pages import choose, form, pick, row, save, toast
from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from rig.makerspace import Makerspace

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

FIRST, SECOND, THIRD = "0a1b2cf1", "0a1b2cf2", "0a1b2cf3"


@pytest_asyncio.fixture(loop_scope="session")
async def unknown(admin: Page) -> Page:
    """Return the administrator's page of unknown cards, opened anew."""
    await go(admin, "/home")
    await go(admin, "/atelier/unknown")
    await admin.get_by_role("heading", name="Unknown cards").wait_for()
    return admin


async def test_a_card_appears_and_becomes_a_members(unknown: Page, makerspace: Makerspace) -> None:
    """While somebody looks: the new member's form holds the card, and the row goes."""
    await makerspace.tap(1, FIRST)
    shown = row(unknown, FIRST)
    await expect(shown).to_contain_text("Laser cutter")

    await shown.get_by_role("button", name="New member").click()
    await expect(form(unknown)).to_contain_text(FIRST)
    await form(unknown).get_by_role("textbox", name="First name").fill("Uma")
    await save(unknown)
    await expect(unknown.get_by_role("heading", name="Uma")).to_be_visible()
    (uma,) = (await makerspace.act("list_members", search="uma"))["members"]
    assert uma["cards"] == [FIRST]
    await go(unknown, "/atelier/unknown")
    await expect(unknown.get_by_role("heading", name="Unknown cards")).to_be_visible()
    await expect(row(unknown, FIRST)).to_have_count(0)
    await makerspace.act("remove_member", member_id=uma["id"])


async def test_a_card_is_given_or_forgotten(unknown: Page, makerspace: Makerspace) -> None:
    await makerspace.tap(2, SECOND)
    await makerspace.tap(2, THIRD)
    await expect(row(unknown, THIRD)).to_be_visible()

    await choose(unknown, f"More for card {SECOND}", "Give it to a member")
    await pick(unknown, "leo")
    await form(unknown).get_by_role("button", name="Give").click()
    await expect(toast(unknown)).to_contain_text("Leo Rossi has the card now")
    await expect(row(unknown, SECOND)).to_have_count(0)

    await choose(unknown, f"More for card {THIRD}", "Forget it")
    await expect(row(unknown, THIRD)).to_have_count(0)
    cards = (await makerspace.act("list_unknown_cards"))["cards"]
    assert {SECOND, THIRD}.isdisjoint(one["card"] for one in cards)
    await makerspace.act("remove_card", card=SECOND)
