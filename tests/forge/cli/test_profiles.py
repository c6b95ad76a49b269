"""Profiles from the command line."""

from pathlib import Path

import pytest

from tests.forge.cli.conftest import ROUTER, Line


def test_a_profile_from_its_file_to_its_end(forge_line: Line, router: Path, tmp_path: Path) -> None:
    assert forge_line("profiles", "validate", router).code == 0
    assert "attic-router, new" in forge_line("profiles", "import", router).out
    again = forge_line("profiles", "import", router, "--json")
    assert again.code == 6
    assert again.json["results"][0]["error"]["code"] == "conflict.profile"
    changed = forge_line("profiles", "import", router, "--update", "--json").json["results"]
    assert changed[0]["success"]

    listed = forge_line("profiles", "list", "--tag", "wifi", "--tag", "attic", "--json").json
    assert [one["profile"]["profile_id"] for one in listed] == ["attic-router"]
    assert "There are no such profiles." in forge_line("profiles", "list", "--tag", "other").err
    assert "bananapi_bpi-r3" in forge_line("profiles", "list").out
    assert "htop" in forge_line("profiles", "show", "attic-router").out
    assert forge_line("profiles", "versions", "attic-router", "--json").json[0]["version"] >= 1
    assert "digest" in forge_line("profiles", "versions", "attic-router").out
    assert forge_line("profiles", "overlay", "attic-router", "--json").json["entries"] == []

    assert forge_line("profiles", "clone", "attic-router", "cellar", "--name", "Cellar").code == 0
    compared = forge_line("profiles", "compare", "attic-router", "cellar", "--json").json
    assert [one["field"] for one in compared] == ["profile_id", "name"]
    assert "They say the same" in forge_line("profiles", "compare", "cellar").err

    folder, ours = tmp_path / "out", ("--tag", "attic")
    assert forge_line("profiles", "export", *ours, "--to", folder, "--format", "toml").code == 0
    assert {path.name for path in folder.iterdir()} == {"attic-router.toml", "cellar.toml"}
    into = ("profiles", "export", *ours, "--to", folder, "--format", "toml")
    refused = forge_line(*into, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (6, "conflict.file")
    assert (
        forge_line("profiles", "export", *ours, "--to", folder, "--format", "toml", "--force").code
        == 0
    )
    assert forge_line("profiles", "import", folder, "--update").out.count("version") == 2
    assert forge_line("profiles", "export", *ours, "--shared", "all").out.split() == [
        "attic-router.yaml",
        "cellar.yaml",
    ]
    there = forge_line("profiles", "import", "--shared", "all", "--update", "--json")
    assert all(one["success"] for one in there.json["results"])

    deleted = forge_line("profiles", "delete", "cellar", "attic-router", "cellar", "--json")
    assert deleted.code == 5
    assert deleted.json["error"]["facts"]["deleted"] == ["cellar", "attic-router"]


def test_an_export_to_standard_output_reads_back(
    forge_line: Line, router: Path, tmp_path: Path
) -> None:
    forge_line("profiles", "import", router, "--update")
    whole = forge_line("profiles", "export", "attic-router").out
    copy = tmp_path / "copy.yaml"
    copy.write_text(whole)
    assert forge_line("profiles", "validate", copy).code == 0
    assert forge_line("profiles", "export", "nobody").code == 3
    forge_line("profiles", "delete", "attic-router")


def test_files_that_hold_no_profile_are_told_one_by_one(forge_line: Line, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(ROUTER.format(id="good"))
    (tmp_path / "bad.yaml").write_text("profile_id: bad\nnmae: x\n")
    (tmp_path / "readme.md").write_text("no profile")
    told = forge_line("profiles", "import", tmp_path)
    assert told.code == 3
    assert "good.yaml: good, new" in told.out
    assert "bad.yaml: validation.profile: " in told.err
    wrong = forge_line("profiles", "validate", tmp_path / "bad.yaml", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (3, "validation.profile")
    assert forge_line("profiles", "delete", "good").code == 0
    assert (
        "no file of a profile" in forge_line("profiles", "import", tmp_path, "--pattern", "z*").err
    )


def test_as_many_files_as_no_request_holds_go_in_several(
    forge_line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.cli.documents._MOST", 2)
    ids = [f"many-{number}" for number in range(5)]
    for profile_id in ids:
        (tmp_path / f"{profile_id}.yaml").write_text(ROUTER.format(id=profile_id))
    told = forge_line("profiles", "import", tmp_path)
    assert (told.code, told.out.count(", new")) == (0, 5)
    (tmp_path / "out").touch()
    nowhere = forge_line("profiles", "export", *ids, "--to", tmp_path / "out" / "sub")
    assert (nowhere.code, "cannot be written" in nowhere.err) == (3, True)
    assert forge_line("profiles", "delete", *ids).code == 0


def test_what_cannot_be_read_is_said(forge_line: Line, tmp_path: Path) -> None:
    assert forge_line("profiles", "import", tmp_path / "none.yaml").code == 5
    (tmp_path / "latin.yaml").write_bytes(b"name: K\xfcche\n")
    assert "no UTF-8" in forge_line("profiles", "validate", tmp_path / "latin.yaml").err
    (tmp_path / "long.yaml").write_bytes(b"#" * 300_000)
    assert "too long" in forge_line("profiles", "validate", tmp_path / "long.yaml").err
    assert "cannot be read" in forge_line("profiles", "validate", tmp_path).err
    assert forge_line("profiles", "import").code == 3
