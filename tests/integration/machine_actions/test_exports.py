"""Whole lists are written to files."""

from pathlib import Path

from openpyxl import load_workbook
import pytest

from tests.integration.conftest import SetUp
from tests.integration.machine import Laser

from .acting import Do, ago, refused


def lines_of_the_only_file(folder: Path) -> list[str]:
    """Return what an export wrote: nothing else lies there, and nobody else may read it."""
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    return file.read_text("utf-8-sig").splitlines()


async def test_a_list_is_written_for_spreadsheets(
    laser: Laser, do: Do, anna: int, tmp_path: Path
) -> None:
    await do("change_member", member_id=anna, name="=HYPERLINK(1)", surname="\x07Rossi")
    await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(2))
    written = await do("export", list="uses")
    assert written == {"path": str(tmp_path / "atelier/exports/cellar/uses.csv"), "rows": 1}
    head, row = lines_of_the_only_file(tmp_path / "atelier/exports/cellar")
    assert head.startswith("id,machine_id,machine,member_id,member,start,end,seconds")
    assert "'=HYPERLINK(1)" in row
    book = load_workbook((await do("export", list="members", format="xlsx"))["path"])
    rows = list(book.active.values)
    assert rows[0][:3] == ("id", "name", "surname")
    assert ("'=HYPERLINK(1)", "Rossi") in [row[1:3] for row in rows]
    assert (await do("export", list="uses", until=ago(5)))["rows"] == 0
    await refused(do("export", list="members", until=ago(5)), "ledger_invalid_filter_until")


async def test_more_rows_than_a_spreadsheet_has_are_refused(
    laser: Laser, do: Do, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.machine_actions.sheets.MOST_ROWS", 2)
    await refused(do("export", list="members", format="xlsx"), "too_many_rows")
    assert (await do("export", list="members"))["rows"] == 2
    assert len(lines_of_the_only_file(tmp_path / "atelier/exports/cellar")) == 3


async def test_what_cannot_be_written_is_told(laser: Laser, do: Do, tmp_path: Path) -> None:
    (tmp_path / "atelier").mkdir(exist_ok=True)
    (tmp_path / "atelier/exports").write_text("a file in the way")
    await refused(do("export", list="uses"), "cannot_write_no_folder")


async def test_workshops_do_not_share_files(
    laser: Laser, set_up: SetUp, do: Do, tmp_path: Path
) -> None:
    shed = await set_up("shed", title="Shed", machines=True, machine_prefix="shed-machine")
    ours = await do("export", list="members", config_entry_id="cellar")
    theirs = await do("export", list="members", config_entry_id=shed.entry_id)
    assert (ours["rows"], theirs["rows"]) == (2, 0)
    assert theirs["path"] == str(tmp_path / "atelier/exports/shed/members.csv")
    assert len(lines_of_the_only_file(tmp_path / "atelier/exports/cellar")) == 3
