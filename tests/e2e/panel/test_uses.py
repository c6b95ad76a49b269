"""The uses' page: found, corrected, exported; the hours follow."""

import csv
from datetime import UTC, datetime
from pathlib import Path
import re

from browsing import go, needs_chromium
from openpyxl import load_workbook
from pages import choose, confirm, form, pick, row, save, toast, undo
from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from rig.makerspace import Makerspace

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]

DRILL = 2


@pytest_asyncio.fixture(loop_scope="session")
async def uses(admin: Page) -> Page:
    """Return the administrator's page of uses, opened anew."""
    await go(admin, "/home")
    await go(admin, "/atelier/uses")
    await admin.get_by_role("row").nth(1).wait_for()
    return admin


async def hours_of(makerspace: Makerspace, number: int) -> float:
    """Return how long a machine was used, as the server counts."""
    machines = (await makerspace.act("list_machines"))["machines"]
    return next(float(one["hours"]) for one in machines if one["id"] == number)


async def fill_in(page: Page, start: str, end: str) -> None:
    """Fill in when a use was."""
    await form(page).get_by_label("From").fill(start)
    await form(page).get_by_label("Until").fill(end)


async def test_uses_are_looked_for(uses: Page, makerspace: Makerspace) -> None:
    """By member, machine and period; the server finds them."""
    all_of_them = (await makerspace.act("list_uses", limit=1))["total"]
    of_ada = (await makerspace.act("list_uses", search="ada byron", limit=1))["total"]
    status = uses.locator("at-table").get_by_role("status")
    await expect(status).to_have_text(re.compile(f"of {all_of_them}$"))
    await uses.get_by_role("searchbox").fill("ada byron")
    await expect(status).to_have_text(re.compile(f"of {of_ada}$"))
    await uses.get_by_role("combobox", name="Period").select_option("today")
    await uses.get_by_role("combobox", name="State").select_option("lasting")
    await expect(uses.get_by_text("Nothing matches")).to_be_visible()
    await uses.get_by_role("searchbox").fill("")


async def test_a_use_is_added_corrected_and_deleted(uses: Page, makerspace: Makerspace) -> None:
    """The machine's hours follow each time, and an undo brings them back."""
    before = await hours_of(makerspace, DRILL)
    await uses.get_by_role("button", name="Add a use").click()
    await form(uses).get_by_role("combobox", name="Machine").select_option(label="Pillar drill")
    await pick(uses, "leo")
    await fill_in(uses, "2026-01-05T10:00", "2026-01-05T12:00")
    await save(uses)
    assert await hours_of(makerspace, DRILL) == pytest.approx(before + 2)

    await uses.get_by_role("searchbox").fill("leo")
    added = row(uses, "Jan 5, 2026")
    await expect(added).to_contain_text("2.0 h")
    await choose(uses, "More for Pillar drill, Jan 5, 2026", "Correct")
    await form(uses).get_by_label("Until").fill("2026-01-05T11:00")
    await save(uses)
    await expect(added).to_contain_text("1.0 h")
    assert await hours_of(makerspace, DRILL) == pytest.approx(before + 1)

    await choose(uses, "More for Pillar drill, Jan 5, 2026", "Delete")
    await expect(uses.locator("at-confirm")).to_contain_text("1.0 h are taken off Pillar drill")
    await confirm(uses, "Delete")
    await expect(added).to_have_count(0)
    assert await hours_of(makerspace, DRILL) == pytest.approx(before)

    await undo(uses)
    await expect(added).to_be_visible()
    assert await hours_of(makerspace, DRILL) == pytest.approx(before + 1)
    found = (await makerspace.act("list_uses", search="leo"))["uses"]
    await makerspace.act("delete_use", use_id=found[0]["id"])


async def test_time_never_counts_twice(uses: Page, makerspace: Makerspace) -> None:
    """A use that overlaps another, or ends before it began, is refused where it is typed."""
    uses_of_it = (await makerspace.act("list_uses", machine_id=DRILL))["uses"]
    other = next(use for use in uses_of_it if use["hours"] > 0.3)
    await uses.get_by_role("button", name="Add a use").click()
    await form(uses).get_by_role("button", name="Save").click()
    await expect(form(uses)).to_contain_text("Please fill this in")
    await form(uses).get_by_role("combobox", name="Machine").select_option(label="Pillar drill")
    await fill_in(uses, "2026-01-05T12:00", "2026-01-05T10:00")
    await form(uses).get_by_role("button", name="Save").click()
    refusal = form(uses).get_by_role("alert")
    await expect(refusal).to_be_visible()
    # The browser's own zone is the page's, and stands still at UTC here.
    start, end = (
        datetime.fromisoformat(other[name]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
        for name in ("start", "end")
    )
    await fill_in(uses, start, end)
    await form(uses).get_by_role("button", name="Save").click()
    await expect(refusal).to_contain_text("time would count twice")
    await uses.keyboard.press("Escape")
    await expect(form(uses)).to_have_count(0)


async def test_a_use_that_lasts_is_seen_at_once(uses: Page, makerspace: Makerspace) -> None:
    """It appears by itself, time passes on it, and the board can be asked to log out."""
    await makerspace.readers[DRILL].tap("0a1b2c01")
    lasting = row(uses, "lasts")
    await expect(lasting).to_contain_text("Ada Byron")
    await choose(uses, "More for Pillar drill", "Log out at the board")
    await expect(lasting).to_have_count(0)
    assert not (await makerspace.readers[DRILL].look()).relay


async def test_what_is_shown_can_be_taken_home(
    uses: Page, makerspace: Makerspace, tmp_path: Path
) -> None:
    """As CSV and for a spreadsheet: what is filtered, and no more."""
    await uses.get_by_role("searchbox").fill("sam")
    total = (await makerspace.act("list_uses", search="sam", limit=1))["total"]
    shown = uses.locator("at-table").get_by_role("status")
    await expect(shown).to_have_text(re.compile(f"of {total}$"))
    for deed in ("Download as CSV", "Download for a spreadsheet"):
        async with uses.expect_download() as downloading:
            await choose(uses, "Export", deed)
        download = await downloading.value
        path = tmp_path / download.suggested_filename
        await download.save_as(path)
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = [[str(cell) for cell in line] for line in csv.reader(file)]
        else:
            rows = [
                [str(cell) for cell in line]
                for line in load_workbook(path).worksheets[0].iter_rows(values_only=True)
            ]
        assert len(rows) == 1 + total
        assert all("Sam Okafor" in " ".join(line) for line in rows[1:])
    await uses.get_by_role("searchbox").fill("")


async def test_hours_of_a_period_are_summed_up(uses: Page) -> None:
    await uses.get_by_text("Hours of this period").click()
    sums = uses.locator("atelier-statistics")
    await expect(sums.get_by_role("table", name="By machine")).to_contain_text("Laser cutter")
    await expect(sums.get_by_role("table", name="By member")).to_contain_text("Ada Byron")
    await expect(toast(uses)).to_have_text("")
