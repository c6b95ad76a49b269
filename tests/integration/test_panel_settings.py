"""What administrators set and bring in by the panel."""

from pathlib import Path
import tempfile
from typing import Any

from aiohttp import FormData
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.ledger.backend import make

from .machine import Laser
from .panel import ENTRY, Page


async def sent(page: Page, hass_client: ClientSessionGenerator, content: bytes) -> str:
    """Send a file as a browser does; return its id."""
    form = FormData()
    form.add_field("file", content, filename="fabomatic.db")
    answer = await (await hass_client(page.token)).post("/api/file_upload", data=form)
    return str((await answer.json())["file_id"])


async def test_what_is_remembered_is_set(
    hass: HomeAssistant, laser: Laser, people: dict[str, Page]
) -> None:
    admin = people["admin"]
    before = await admin.gets("settings")
    assert before == {
        "uses_days": 365,
        "cards_days": 30,
        "machine_prefix": "machine",
        "ledger": "file",
    }
    after = await admin.gets("settings/set", uses_days=100, cards_days=7)
    assert after == before | {"uses_days": 100, "cards_days": 7}
    await hass.async_block_till_done()
    # The workshop goes on as it is: nobody at a machine notices.
    assert laser.entry.options["uses_days"] == 100
    assert laser.entry.options["ledger_url"]
    assert laser.makerspace is hass.config_entries.async_get_entry(ENTRY).runtime_data.makerspace  # type: ignore[union-attr]  # it is there


@pytest.mark.parametrize(
    "fields",
    [
        {"uses_days": 0, "cards_days": 7},
        {"uses_days": 100, "cards_days": 36501},
        {"uses_days": "many", "cards_days": 7},
        {"uses_days": 100},
        {"uses_days": 100, "cards_days": 7, "ledger_url": "sqlite://"},
    ],
)
async def test_what_cannot_be_set_changes_nothing(
    fields: dict[str, Any], people: dict[str, Page]
) -> None:
    admin = people["admin"]
    assert await admin.refused("settings/set", **fields) == "invalid_format"
    assert (await admin.gets("settings"))["uses_days"] == 365


async def test_a_file_is_looked_at_and_then_brought(
    laser: Laser,
    people: dict[str, Page],
    hass_client: ClientSessionGenerator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin, content = people["admin"], make(tmp_path / "reference.db").read_bytes()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    seen = await admin.gets("import", file_id=await sent(admin, hass_client, content), dry_run=True)
    promised = seen["would_bring"]["member"]
    assert promised > 0
    count = len(laser.makerspace.desk.facts.members)
    file_id = await sent(admin, hass_client, content)
    brought = await admin.gets("import", file_id=file_id)
    assert brought["new"]["member"] + brought["known"].get("member", 0) == promised
    assert len(laser.makerspace.desk.facts.members) == count + brought["new"]["member"]
    assert await admin.refused("import", file_id=file_id) == "not_found"
    left = [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]
    assert left == []


async def test_a_foreign_file_is_refused_and_changes_nothing(
    laser: Laser, people: dict[str, Page], hass_client: ClientSessionGenerator
) -> None:
    admin, count = people["admin"], len(laser.makerspace.desk.facts.members)
    contents = {b"": "foreign", b"no database at all": "foreign"}
    contents[b"SQLite format 3\0" + b"\xff" * 5000] = "damaged"
    for content, reason in contents.items():
        file_id = await sent(admin, hass_client, content)
        assert await admin.refused("import", file_id=file_id) == f"ledger_foreign_{reason}"
    assert len(laser.makerspace.desk.facts.members) == count


async def test_a_file_that_was_not_sent_is_not_found(people: dict[str, Page]) -> None:
    for file_id in ("0", "../../etc/passwd", "01JZ" + "0" * 22):
        assert await people["admin"].refused("import", file_id=file_id) == "not_found"
    assert await people["manager"].refused("import", file_id="0") == "unauthorized"
