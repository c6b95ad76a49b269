"""The import: a backend's file is chosen, seen through, brought, and brought again."""

from pathlib import Path

from browsing import go, log_in, needs_chromium
from playwright.async_api import Browser, Page, expect
import pytest
import pytest_asyncio

from rig.makerspace import Makerspace
from rig.workshop import Workshop
from tests.ledger.backend import TABLES, make

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session"), needs_chromium]


@pytest_asyncio.fixture(loop_scope="session")
async def moving_in(admin: Page) -> Page:
    """Return the administrator's page of the import, opened anew."""
    await go(admin, "/home")
    await go(admin, "/atelier/import")
    await admin.get_by_role("heading", name="Import").wait_for()
    return admin


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    """Return the file of a small makerspace: one member who used one machine once."""
    rows = {table.strip("?"): list[dict[str, object]]() for table in TABLES}
    rows |= {
        "roles": [{"role_id": 3, "role_name": "Members"}],
        "users": [
            {"user_id": 3, "name": "Uma", "surname": "Çelik", "role_id": 3}
            | {"card_UUID": "12345678"}
        ],
        "machine_types": [{"type_id": 9, "type_name": "Lathes"}],
        "machines": [{"machine_id": 77, "machine_name": "Lathe", "machine_type_id": 9}],
        "uses": [
            {"use_id": 1, "user_id": 3, "machine_id": 77}
            | {"start_timestamp": 1.7e9, "end_timestamp": 1.7e9 + 3600, "last_seen": 1.7e9}
        ],
    }
    return make(tmp_path / "machines.sqldb", rows=rows)


async def test_a_backend_moves_in(moving_in: Page, backend: Path, makerspace: Makerspace) -> None:
    """Nothing changes before it is confirmed; the second time all of it is known."""
    page = moving_in.locator("atelier-import")
    await page.locator("input[type=file]").set_input_files(backend)
    await expect(page).to_contain_text("This file would bring")
    await expect(page.get_by_role("row", name="Uses 1", exact=True)).to_be_visible()
    await expect(page).to_contain_text("somebody holds the card 12345678")
    machines = (await makerspace.act("list_machines"))["machines"]
    assert "Lathe" not in [machine["name"] for machine in machines]

    await page.get_by_role("button", name="Bring it").click()
    await expect(page).to_contain_text("This was brought")
    await expect(page.get_by_role("row", name="Machines 1 0 0", exact=True)).to_be_visible()
    (lathe,) = [
        machine
        for machine in (await makerspace.act("list_machines"))["machines"]
        if machine["name"] == "Lathe"
    ]
    assert lathe["hours"] == 1
    (uma,) = (await makerspace.act("list_members", search="çelik"))["members"]

    await page.locator("input[type=file]").set_input_files([])
    await page.locator("input[type=file]").set_input_files(backend)
    await page.get_by_role("button", name="Bring it").click()
    await expect(page.get_by_role("row", name="Machines 0 1 0", exact=True)).to_be_visible()
    await expect(page.get_by_role("row", name="Uses 0 1 0", exact=True)).to_be_visible()
    await makerspace.act("remove_machine", machine_id=lathe["id"])
    await makerspace.act("remove_member", member_id=uma["id"])
    await makerspace.act("remove_machine_type", type="Lathes")


def spoilt(backend: Path, content: bytes | None) -> Path:
    """Write a file that holds something else, or half of what it should."""
    whole = backend.read_bytes()
    wrong = backend.with_name("wrong.db")
    wrong.write_bytes(whole[: len(whole) // 2] + b"\xff" * 64 if content is None else content)
    return wrong


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"these are no machines", "This is no database of a Fab-O-matic backend."),
        (None, "The file is damaged."),
        (b"", "This is no database of a Fab-O-matic backend."),
    ],
)
async def test_a_file_that_is_no_backends(
    moving_in: Page, backend: Path, content: bytes | None, told: str
) -> None:
    """Foreign, torn or empty: said in words, with nothing to confirm."""
    wrong = spoilt(backend, content)
    page = moving_in.locator("atelier-import")
    await page.locator("input[type=file]").set_input_files(wrong)
    await expect(page).to_contain_text(told)
    await expect(page).to_contain_text("Nothing was changed.")
    await expect(page.get_by_role("button", name="Bring it")).to_have_count(0)


async def test_why_a_file_is_not_taken_is_said_in_italian(
    house: Workshop, browser: Browser, backend: Path
) -> None:
    page = await log_in(browser, house.hass.url, locale="it-IT")
    await go(page, "/atelier/import")
    shown = page.locator("atelier-import")
    await page.locator("input[type=file]").set_input_files(spoilt(backend, b"no machines"))
    await expect(shown).to_contain_text(
        "Non è un database di un backend Fab-O-matic. Non è cambiato nulla."
    )
    async with page.expect_response("**/api/file_upload"):
        await page.get_by_role("button", name="Riprova").click()
    await expect(shown).to_contain_text("Non è cambiato nulla.")
    await page.context.close()
