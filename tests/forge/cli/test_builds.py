"""From a profile to its image's file, from the command line."""

import hashlib
from pathlib import Path

import pytest

from tests.forge.cli.conftest import ROUTER, Line

pytestmark = pytest.mark.e2e  # real Image Builders are fetched, and run


def test_releases_are_looked_through(forge_line: Line) -> None:
    assert "23.05.5" in forge_line("releases", "list").out
    assert forge_line("releases", "list", "--json").json["stable"] == "25.12.0"
    assert "mediatek/filogic" in forge_line("releases", "targets", "23.05.5").out
    assert "bananapi_bpi-r3" in forge_line("releases", "boards", "23.05.5", "banana").out
    limited = forge_line("releases", "boards", "23.05.5", "--limit", "1")
    assert "match: say more of the name" in limited.err
    assert "openwrt_one" in forge_line("releases", "target", "23.05.5", "mediatek", "filogic").out
    found = forge_line("releases", "packages", "23.05.5", "mediatek", "filogic", "htop", "--json")
    assert found.json[0]["name"] == "htop"
    assert forge_line("releases", "targets", "1.2.3").code == 5


def test_a_builder_from_its_download_to_its_end(forge_line: Line) -> None:
    place = ("24.10.4", "mediatek", "filogic")
    told = forge_line("builders", "ensure", *place, "--json")
    assert (told.code, told.json["state"], told.json["signature"]) == (0, "ready", "verified")
    assert told.err.splitlines()[-1] == "done"  # what is told of progress is beside the data
    assert "It goes on" in forge_line("builders", "ensure", *place, "--no-wait").err
    assert "verified" in forge_line("builders", "show", *place).out
    assert place[0] in forge_line("builders", "list", "--state", "ready").out
    assert forge_line("builders", "info", "--json").json["states"]["ready"] >= 1
    assert "ready" in forge_line("builders", "info").out
    planned = forge_line("builders", "prune", "--release", place[0], "--dry-run", "--json").json
    assert [one["release"] for one in planned["pruned"]] == [place[0]]
    unasked = forge_line("builders", "prune", "--release", place[0], "--json")
    assert (unasked.code, unasked.json["error"]["code"]) == (7, "precondition.force_required")
    no = forge_line("builders", "prune", "--release", place[0], given="n\n", terminal=True)
    assert no.code == 130
    assert forge_line("builders", "prune", "--release", place[0], "--yes", "--json").code == 0
    assert "nothing to delete" in forge_line("builders", "prune", "--release", place[0]).err
    assert forge_line("builders", "prune").code == 3
    forge_line("builders", "ensure", *place)
    assert forge_line("builders", "delete", *place).code == 0
    assert forge_line("builders", "ensure", "24.10.4", "mediatek", "none", "--log").code in (5, 10)


def test_a_build_and_its_files(forge_line: Line, tmp_path: Path) -> None:
    profile = tmp_path / "built.yaml"
    profile.write_text(ROUTER.format(id="built"))
    forge_line("profiles", "import", profile)
    planned = forge_line("builds", "plan", "built", "-p", "tcpdump", "--json")
    assert planned.code == 0
    built = forge_line("builds", "run", "built", "--json")
    assert (built.code, built.json["state"]) == (0, "done")
    build = built.json["id"]
    again = forge_line("builds", "run", "built", "--json").json
    assert again["id"] == build  # the same is not built twice
    assert "sysupgrade" in forge_line("builds", "run", "built").out
    assert build in forge_line("builds", "list", "--profile", "built", "--state", "done").out
    assert "sysupgrade" in forge_line("builds", "show", build).out
    assert "bananapi_bpi-r3" in forge_line("builds", "log", build).out
    assert "It goes on" in forge_line("builds", "run", "built", "--rebuild", "--no-wait").err

    files = forge_line("artifacts", "list", build, "--json").json
    assert "sysupgrade" in forge_line("artifacts", "list", build).out
    kept = forge_line("artifacts", "get", build, "sysupgrade", "--to", tmp_path, "--json").json
    (told,) = [one for one in files if one["type"] == "sysupgrade"]
    path = Path(kept[0]["path"])
    assert path.name == told["name"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
    everything = forge_line("artifacts", "get", build, "--all", "--force", "--to", tmp_path)
    assert len(everything.out.splitlines()) == len(files)
    which = forge_line("cards", "plan", "/dev/none", "--build", build, "--json")
    assert len(which.json["error"]["facts"]["names"]) == 2
    name = which.json["error"]["facts"]["names"][0]
    off = forge_line("cards", "plan", "/dev/none", "--build", build, "--file", name)
    assert "precondition.flashing_disabled" in off.err
    assert forge_line("artifacts", "get", build).code == 3
    assert forge_line("artifacts", "get", build, "nothing").code == 5
    assert forge_line("artifacts", "get", build, "sums", "--to", tmp_path / "no").code == 3


def test_many_builds_at_once(forge_line: Line, tmp_path: Path) -> None:
    many = ROUTER.replace("device_id: attic", "device_id: many")
    (tmp_path / "one.yaml").write_text(many.format(id="one"))
    wrong = many.format(id="two").replace("htop", "no-such-package")
    (tmp_path / "two.yaml").write_text(wrong)
    forge_line("profiles", "import", tmp_path)
    told = forge_line("builds", "batch", "one", "two", "--json")
    assert told.code == 13
    result = told.json["result"]
    assert [(one["profile_id"], one["success"]) for one in result["results"]] == [
        ("one", True),
        ("two", False),
    ]
    shown = forge_line("builds", "batch", "--device", "many", "--mode", "fail-fast", "--log")
    assert shown.code == 13
    assert "no-such-package" in shown.out
    assert forge_line("builds", "batch").code == 7
    assert forge_line("builds", "batch", "one", "--no-wait").code == 0
    failed = forge_line("builds", "run", "two")
    assert failed.code == 13
    assert "build.packages_missing" in failed.err
    (build,) = forge_line("builds", "list", "--profile", "two", "--limit", "1", "--json").json
    assert forge_line("builds", "cancel", build["id"]).code == 6
    assert forge_line("builds", "log", build["id"]).code == 13
    assert forge_line("builds", "delete", build["id"]).code == 0
