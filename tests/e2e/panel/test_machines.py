"""The machines' page, as somebody who manages a makerspace uses it."""

import re

from browsing import go, log_in, needs_chromium
from playwright.async_api import Browser, Locator, Page, expect
import pytest

from rig.machine_board import MachineBoard
from rig.makers import STRANGE_CARD
from rig.makerspace import Makerspace
from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

LASER, DRILL = "Laser cutter", "Pillar drill"
ADA, LEO = "0a1b2c01", "0a1b2c03"


def form(page: Page) -> Locator:
    """Return what is being filled in."""
    return page.locator("at-form-dialog")


def card(page: Page, machine: str) -> Locator:
    """Return the card of a machine."""
    return page.get_by_role("article", name=machine)


async def choose(page: Page, machine: str, deed: str) -> None:
    """Choose something from a machine's menu."""
    await card(page, machine).get_by_role("button", name=f"More for {machine}").click()
    await page.get_by_role("menuitem", name=deed).click()


async def state_of(makerspace: Makerspace, number: int) -> str | None:
    """Return a machine's state as the server knows it, None where there is no such machine."""
    machines = (await makerspace.act("list_machines"))["machines"]
    return next((str(one["state"]) for one in machines if one["id"] == number), None)


async def test_a_tap_shows_who_is_on(machines: Page, makerspace: Makerspace) -> None:
    """Cards change while somebody looks, time passes on them, and the page can log out."""
    laser = card(machines, LASER)
    await expect(laser).to_contain_text("Free")

    await makerspace.tap(1, ADA)

    await expect(laser).to_contain_text("In use")
    await expect(laser).to_contain_text("Ada Byron")
    await expect(laser.locator(".clock")).to_have_text(re.compile(r"^0:0[2-9]$"))
    happened = machines.get_by_role("log")
    await expect(happened).to_contain_text("Laser cutter let Ada Byron in")
    await expect(happened).to_contain_text("Ada Byron started Laser cutter")

    await laser.get_by_role("button", name="Log out").click()

    await expect(laser).to_contain_text("Free")
    await expect(happened).to_contain_text("Ada Byron stopped Laser cutter")
    assert not (await makerspace.readers[1].look()).relay


async def test_a_strange_card_is_told(machines: Page, makerspace: Makerspace) -> None:
    await makerspace.tap(2, STRANGE_CARD)

    await expect(machines.get_by_role("log")).to_contain_text(
        "An unknown card was shown at Pillar drill"
    )
    await expect(card(machines, DRILL)).to_contain_text("Free")
    await machines.get_by_role("button", name="that nobody knows").click()
    await machines.wait_for_url("**/atelier/unknown")


async def test_a_machine_is_started_for_somebody(machines: Page, makerspace: Makerspace) -> None:
    """Found by some letters; by keyboard alone."""
    await card(machines, DRILL).get_by_role("button", name="Start for…").focus()
    await machines.keyboard.press("Enter")
    picker = machines.get_by_role("combobox", name="Member")
    await expect(picker).to_be_focused()
    await machines.keyboard.type("leo")
    await expect(machines.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    await machines.keyboard.press("Enter")
    await expect(picker).to_have_value("Leo Rossi")

    await machines.keyboard.press("Enter")

    await expect(card(machines, DRILL)).to_contain_text("Leo Rossi")
    await expect(machines.get_by_role("dialog")).to_have_count(0)
    assert (await makerspace.readers[2].look()).relay
    await makerspace.tap(2, LEO)
    await expect(card(machines, DRILL)).to_contain_text("Free")


async def test_a_start_that_is_refused_says_why(machines: Page) -> None:
    """What was typed stays, and the focus goes back to where it came from."""
    start = card(machines, LASER).get_by_role("button", name="Start for…")
    await start.click()
    await machines.keyboard.press("Enter")
    await expect(machines.get_by_text("Please fill this in")).to_be_visible()

    await machines.keyboard.type("leo")
    await machines.get_by_role("listbox").get_by_role("option").click()
    await form(machines).get_by_role("button", name="Start").click()

    refusal = "The member may not use Laser cutter: they have no permission."
    await expect(machines.get_by_role("alert")).to_contain_text(refusal)
    await machines.keyboard.press("Escape")
    await expect(machines.get_by_role("dialog")).to_have_count(0)
    await expect(start).to_be_focused()


async def test_blocking_can_be_taken_back(machines: Page, makerspace: Makerspace) -> None:
    await choose(machines, LASER, "Block")
    await expect(card(machines, LASER)).to_contain_text("Blocked")
    assert await state_of(makerspace, 1) == "blocked"

    await machines.get_by_role("status").get_by_role("button", name="Undo").click()

    await expect(card(machines, LASER)).to_contain_text("Free")
    assert await state_of(makerspace, 1) == "free"


async def test_a_board_becomes_a_machine_and_goes_again(
    machines: Page, house: Workshop, makerspace: Makerspace
) -> None:
    """An unknown board is offered; as a machine it is renamed, removed and taken back."""
    async with MachineBoard(house.broker.port, "7"):
        await machines.get_by_role("button", name="Make it a machine").click()
        dialog = form(machines)
        await expect(dialog.get_by_role("spinbutton", name="Number of the board")).to_be_disabled()
        await dialog.get_by_role("textbox", name="Name").fill("Band saw")
        await dialog.get_by_role("combobox", name="Type").select_option(label="New type…")
        await dialog.get_by_role("textbox", name="Name of the new type").fill("Saws")
        await dialog.get_by_role("button", name="Save").click()
        await expect(card(machines, "Band saw")).to_contain_text("Saws · Board 7")
        await expect(machines.get_by_text("A board is waiting")).to_have_count(0)

        await choose(machines, "Band saw", "Edit")
        await dialog.get_by_role("textbox", name="Name").fill("Table saw")
        await machines.keyboard.press("Enter")
        await expect(card(machines, "Table saw")).to_be_visible()

        await choose(machines, "Table saw", "Remove")
        question = machines.locator("at-confirm")
        await question.get_by_role("button", name="Cancel").click()
        assert await state_of(makerspace, 7) is not None
        await choose(machines, "Table saw", "Remove")
        await question.get_by_role("button", name="Remove").click()
        await expect(card(machines, "Table saw")).to_have_count(0)
        assert await state_of(makerspace, 7) is None

        await machines.get_by_role("status").get_by_role("button", name="Undo").click()
        await expect(card(machines, "Table saw")).to_be_visible()
    await makerspace.act("remove_machine", machine_id=7)
    await expect(card(machines, "Table saw")).to_have_count(0)


async def test_two_who_edit_one_machine(machines: Page, makerspace: Makerspace) -> None:
    """The second is told, and what the first changed stays."""
    await choose(machines, DRILL, "Edit")
    name = machines.get_by_role("textbox", name="Name")
    await name.fill("Big drill")
    await makerspace.act("change_machine", machine_id=2, name="Old drill")

    await form(machines).get_by_role("button", name="Save").click()

    await expect(machines.get_by_role("alert")).to_contain_text(
        "Somebody else changed this machine"
    )
    await expect(name).to_have_value("Big drill")
    await machines.keyboard.press("Escape")
    await expect(card(machines, "Old drill")).to_be_visible()
    await makerspace.act("change_machine", machine_id=2, name=DRILL)


async def test_a_number_that_is_taken(machines: Page) -> None:
    await machines.get_by_role("button", name="Add machine").click()
    dialog = form(machines)
    await dialog.get_by_role("textbox", name="Name").fill("Another laser")
    number = dialog.get_by_role("spinbutton", name="Number of the board")
    await number.fill("70000")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_contain_text("Give a number from 0 to 65,535")
    await number.fill("1")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text(
        "There is a machine with this number already."
    )
    await machines.keyboard.press("Escape")


async def test_machines_are_looked_for(machines: Page) -> None:
    cards = machines.get_by_role("article")
    await expect(cards).to_have_count(2)
    search = machines.get_by_role("searchbox")
    await search.fill("LASER")
    await expect(cards).to_have_count(1)
    await search.fill("no such machine")
    await expect(machines.get_by_text("Nothing matches")).to_be_visible()
    await search.fill("")
    await expect(cards).to_have_count(2)
    await machines.get_by_role("combobox", name="State").select_option("blocked")
    await expect(cards).to_have_count(0)


async def test_a_workshop_is_loaded_again(
    machines: Page, house: Workshop, makerspace: Makerspace
) -> None:
    """Whoever looks at the page stays on it, and it goes on by itself."""
    entry = f"/api/config/config_entries/entry/{makerspace.entry_id}/reload"
    await house.hass.rest.post(entry)
    await makerspace.act("set_blocked", machine_id=2)

    await expect(card(machines, DRILL)).to_contain_text("Blocked")
    await makerspace.act("set_blocked", machine_id=2, blocked=False)
    await expect(card(machines, DRILL)).not_to_contain_text("Blocked")


async def test_a_page_has_an_address(admin: Page, house: Workshop, makerspace: Makerspace) -> None:
    """Loaded from its address; back leads back; an address that is none says so."""
    await admin.goto(f"{house.hass.url}/atelier/machines")
    await expect(card(admin, LASER)).to_be_visible()
    await go(admin, "/atelier/nowhere")
    await expect(admin.get_by_text("There is no such page.")).to_be_visible()
    await admin.go_back()
    await expect(card(admin, LASER)).to_be_visible()
    await go(admin, "/atelier/nowhere")
    await admin.get_by_role("button", name="To the first page").click()
    await expect(card(admin, LASER)).to_be_visible()


async def test_a_member_sees_no_machines_of_others(browser: Browser, house: Workshop) -> None:
    """Neither by the side bar, nor by the address, nor by asking the server by hand."""
    page = await log_in(browser, house.hass.url, "ada", "ada")
    await go(page, "/atelier/machines")
    await expect(page.get_by_text("There is no such page.")).to_be_visible()
    await expect(page.get_by_role("link", name="Machines", exact=True)).to_have_count(0)
    refused = await page.evaluate(
        """async entry_id => {
            const { connection } = document.querySelector("home-assistant").hass;
            const refusals = [];
            for (const message of [
                { type: "atelier/machines/subscribe" },
                { type: "atelier/act", action: "list_members", data: {} },
                { type: "atelier/facts" },
            ]) {
                try { await connection.sendMessagePromise({ ...message, entry_id }); }
                catch (error) { refusals.push(error.code); }
            }
            return refusals;
        }""",
        house.makerspace.entry_id if house.makerspace else "",
    )
    assert refused == ["unauthorized"] * 3
    await page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_shows_all_of_it(browser: Browser, house: Workshop, scheme: str) -> None:
    """Nothing sticks out at 360 pixels, in Italian, whose words are longer."""
    page = await log_in(
        browser,
        house.hass.url,
        viewport={"width": 360, "height": 740},
        has_touch=True,
        is_mobile=True,
        color_scheme=scheme,
        locale="it-IT",
    )
    await go(page, "/atelier/machines")
    await expect(page.get_by_role("button", name="Avvia per…").first).to_be_visible()
    await page.get_by_role("button", name="Dettagli di Laser cutter").click()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
    await page.get_by_role("button", name="Aggiungi macchina").click()
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    await page.context.close()
