"""A list as a file: for one user, once, for minutes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
import tempfile
from typing import Any

from aiohttp import ClientResponse
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from openpyxl import load_workbook
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.atelier.panel import downloads
from custom_components.atelier.panel.room import ROOMS

from .machine import ANNA
from .panel import ENTRY, Page

type Fetch = Callable[[Page, str], Awaitable[ClientResponse]]


@pytest.fixture
def fetch(hass_client: ClientSessionGenerator) -> Fetch:
    """Return what fetches a path in a user's name."""

    async def fetch_as(page: Page, path: str) -> ClientResponse:
        return await (await hass_client(page.token)).get(path)

    return fetch_as


async def test_a_list_is_downloaded_once(people: dict[str, Page], fetch: Fetch) -> None:
    manager = people["manager"]
    made = await manager.gets("export", list="members", filters={"search": "anna"})
    assert made["name"] == f"atelier-members-{dt_util.now():%Y-%m-%d}.csv"
    answer = await fetch(manager, made["path"])
    assert answer.status == HTTPStatus.OK
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{made["name"]}"'
    assert answer.headers["Cache-Control"] == "no-store"
    text = (await answer.read()).decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert ANNA in text
    assert (await fetch(manager, made["path"])).status == HTTPStatus.NOT_FOUND


async def test_a_spreadsheet_is_downloaded_by_a_signed_path(
    hass: HomeAssistant, people: dict[str, Page], hass_client_no_auth: ClientSessionGenerator
) -> None:
    manager = people["manager"]
    made = await manager.gets("export", list="uses", format="xlsx", filters={"type": "Laser"})
    (refresh,) = manager.user.refresh_tokens
    signed = async_sign_path(hass, made["path"], timedelta(seconds=30), refresh_token_id=refresh)
    client = await hass_client_no_auth()
    assert (await client.get(made["path"])).status == HTTPStatus.UNAUTHORIZED
    answer = await client.get(signed)
    assert answer.status == HTTPStatus.OK
    book = load_workbook(BytesIO(await answer.read()))
    assert book.active is not None
    assert book.active["A1"].value == "id"


async def test_nobody_else_downloads_it(people: dict[str, Page], fetch: Fetch) -> None:
    made = await people["manager"].gets("export", list="members")
    for name in ("admin", "stranger", "member", "instructor"):
        assert (await fetch(people[name], made["path"])).status == HTTPStatus.NOT_FOUND
    assert (await fetch(people["manager"], made["path"])).status == HTTPStatus.OK


async def test_a_guess_finds_nothing(people: dict[str, Page], fetch: Fetch) -> None:
    made = await people["manager"].gets("export", list="members")
    assert len(made["path"].rpartition("/")[2]) == 32
    for guess in ("0", "x" * 32, made["path"].rpartition("/")[2][:-1]):
        path = f"/api/atelier/download/{guess}"
        assert (await fetch(people["manager"], path)).status == HTTPStatus.NOT_FOUND


async def test_who_may_no_longer_does_not_download(people: dict[str, Page], fetch: Fetch) -> None:
    made = await people["manager"].gets("export", list="members")
    mara = (await people["admin"].acts("list_members", search="Mara"))["members"][0]["id"]
    await people["admin"].acts("disable_member", member_id=mara)
    assert (await fetch(people["manager"], made["path"])).status == HTTPStatus.NOT_FOUND


async def test_a_file_that_nobody_fetches_is_let_go_of(
    hass: HomeAssistant, people: dict[str, Page], fetch: Fetch
) -> None:
    made = await people["manager"].gets("export", list="members")
    waiting = hass.data[ROOMS][ENTRY].downloads._waiting
    (download,) = waiting.values()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=downloads.WAIT_S + 1))
    await hass.async_block_till_done()
    assert download.file.closed
    assert not waiting
    assert (await fetch(people["manager"], made["path"])).status == HTTPStatus.NOT_FOUND


async def test_only_so_many_files_wait_for_one_user(people: dict[str, Page], fetch: Fetch) -> None:
    others = await people["admin"].gets("export", list="members")
    first, *_, last = [
        await people["manager"].gets("export", list="members") for _ in range(downloads.MOST + 1)
    ]
    assert (await fetch(people["manager"], first["path"])).status == HTTPStatus.NOT_FOUND
    assert (await fetch(people["manager"], last["path"])).status == HTTPStatus.OK
    assert (await fetch(people["admin"], others["path"])).status == HTTPStatus.OK


async def test_a_file_waits_without_a_name_on_the_disk_and_goes_with_the_workshop(
    hass: HomeAssistant,
    people: dict[str, Page],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    await people["manager"].gets("export", list="members")
    assert not list((tmp_path / "temporary").iterdir())
    (download,) = hass.data[ROOMS][ENTRY].downloads._waiting.values()
    assert not download.file.closed
    assert await hass.config_entries.async_unload(ENTRY)
    assert download.file.closed


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"list": "members", "filters": {"lasting": True}}, "ledger_invalid_filter_lasting"),
        ({"list": "uses", "filters": {"type": "Nothing"}}, "ledger_unknown_type"),
        ({"list": "secrets"}, "invalid_format"),
        ({"list": "uses", "format": "exe"}, "invalid_format"),
        ({"list": "uses", "filters": {"path": "/etc/passwd"}}, "invalid_format"),
    ],
)
async def test_what_cannot_be_exported_is_told(
    fields: dict[str, Any], code: str, people: dict[str, Page]
) -> None:
    assert await people["manager"].refused("export", **fields) == code
