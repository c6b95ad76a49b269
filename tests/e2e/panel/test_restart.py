"""The panel through a restart of Home Assistant: it says that it waits, and comes back."""

from contextlib import closing
import sqlite3

from browsing import go, log_in, needs_chromium
from pages import row
from playwright.async_api import Browser, Page, expect
import pytest

from rig.makerspace import Makerspace
from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

ADA = "0a1b2c01"
AWAY = "Home Assistant is away."
#: Home Assistant starts on two cores that the browser and the boards use as well.
START_MS = 120_000


def move(makerspace: Makerspace, email: str) -> None:
    """Give a member another address behind Home Assistant's back."""
    ledger = makerspace.hass.folder / "atelier" / f"{makerspace.entry_id}.db"
    with closing(sqlite3.connect(ledger)) as database, database:
        changed = database.execute(
            "UPDATE members SET email = ? WHERE name = 'Ada' AND removal_id IS NULL", (email,)
        )
        assert changed.rowcount == 1


@pytest.mark.timeout(300)
async def test_the_panel_waits_and_shows_what_is_so_afterwards(
    machines: Page, browser: Browser, house: Workshop, makerspace: Makerspace
) -> None:
    laser = machines.get_by_role("article", name="Laser cutter")
    await makerspace.readers[1].tap(ADA)
    await expect(laser).to_contain_text("In use")
    members = await log_in(browser, house.hass.url)
    await go(members, "/atelier/members")
    await expect(row(members, "Ada Byron")).to_be_visible()

    await house.hass.stop()

    for page in (machines, members):
        await expect(page.get_by_text(AWAY)).to_be_visible()
    await expect(laser).to_contain_text("In use")  # what was, under a note that says so
    await makerspace.readers[1].tap(ADA)  # logs out; the board tells it later
    move(makerspace, "moved@example.org")

    await house.hass.start()

    for page in (machines, members):
        await expect(page.get_by_text(AWAY)).to_have_count(0, timeout=START_MS)
    await expect(laser).to_contain_text("Free", timeout=START_MS)
    await expect(row(members, "moved@example.org")).to_be_visible()
    await members.context.close()
