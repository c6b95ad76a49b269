"""What is old is forgotten, and what another system knew is brought."""

from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest

from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.fabomatic_uses import UseBringing
from tests.integration.machine import Laser
from tests.ledger.backend import make

from .acting import Do, ago, refused


async def test_what_is_old_is_forgotten_on_demand(laser: Laser, do: Do, anna: int) -> None:
    await do("record_use", machine_id=7, member_id=anna, start=ago(52), end=ago(50))
    await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(2))
    assert (await do("purge"))["forgotten"]["uses"] == 0
    assert (await do("purge", uses_days=2))["forgotten"]["uses"] == 1
    assert [use["member_id"] for use in (await do("list_uses"))["uses"]] == [anna, None]
    assert laser.makerspace.status(7).hours == pytest.approx(4)


async def test_an_old_backend_is_looked_at_then_brought(
    hass: HomeAssistant, laser: Laser, do: Do, tmp_path: Path
) -> None:
    file = str(make(tmp_path / "fabomatic.sqldb"))
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    await do("remove_machine", machine_id=7)
    look = await do("import_fabomatic", path=file, dry_run=True)
    assert look["would_bring"]["member"] == 5
    assert (await do("list_members"))["total"] == 2
    brought = await do("import_fabomatic", path=file)
    assert brought["new"]["member"] == 5
    assert brought["notes"]["bad_card"] == 1
    assert look["notes"]["well_known_card"] == brought["notes"]["well_known_card"] == 1
    assert (await do("list_members"))["total"] == 7
    assert laser.makerspace.devices.keys() == laser.makerspace.desk.facts.machines.keys()
    uses = (await do("list_uses"))["total"]
    again = await do("import_fabomatic", path=file)
    assert again["new"] == {}
    assert again["known"] == {
        kind: brought["new"].get(kind, 0) + brought["known"].get(kind, 0)
        for kind in brought["new"] | brought["known"]
    }
    assert (await do("list_members"))["total"] == 7
    assert (await do("list_uses"))["total"] == uses


async def test_what_was_brought_before_it_broke_off_counts_and_the_rest_follows(
    hass: HomeAssistant, laser: Laser, do: Do, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(make(tmp_path / "fabomatic.sqldb"))
    hass.config.allowlist_external_dirs = {str(tmp_path)}

    async def breaks_off(_: UseBringing) -> None:
        raise LedgerUnavailable("it just went")

    with monkeypatch.context() as broken:
        broken.setattr(UseBringing, "run", breaks_off)
        await refused(do("import_fabomatic", path=file), "ledger_unavailable")
    uma = laser.makerspace.desk.roll.member_with("aabbccdd")
    assert uma is not None
    assert uma.name == "Uma"
    brought = await do("import_fabomatic", path=file)
    assert "member" not in brought["new"]
    assert brought["new"]["use"] > 0


async def test_a_file_out_of_reach_or_foreign_is_refused(
    hass: HomeAssistant, laser: Laser, do: Do, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database")
    await refused(do("import_fabomatic", path=str(file)), "path_not_allowed")
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    await refused(do("import_fabomatic", path=str(file)), "ledger_foreign_foreign")
    await refused(do("import_fabomatic", path=f"{tmp_path}/nothing"), "ledger_foreign_missing")
    await refused(do("import_fabomatic", path=str(tmp_path)), "ledger_foreign_missing")
    await refused(do("import_fabomatic", path=f"{tmp_path}/../passwd"), "path_not_allowed")
