"""What lies over an image, sent and fetched from the command line."""

from collections.abc import Iterator
from pathlib import Path
import tarfile

import pytest

from tests.forge.cli.conftest import ROUTER, Line

ID = "laid-over"


@pytest.fixture
def profile(forge_line: Line, tmp_path: Path) -> Iterator[str]:
    """Keep a profile."""
    path = tmp_path / "profile.yaml"
    path.write_text(ROUTER.format(id=ID))
    assert forge_line("profiles", "import", path).code == 0
    yield ID
    assert forge_line("profiles", "delete", ID).code == 0


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Have a folder as it shall lie on the device."""
    banner = tmp_path / "files" / "etc" / "banner"
    banner.parent.mkdir(parents=True)
    banner.write_text("hello\n")
    return tmp_path / "files"


def paths(line: Line, profile: str) -> list[str]:
    """Return what lies over a profile's image."""
    told = line("profiles", "overlay", profile, "--json").json
    return [one["path"] for one in told["entries"] if one["kind"] != "folder"]


def test_a_folder_goes_up_and_comes_back(
    forge_line: Line, profile: str, files: Path, tmp_path: Path
) -> None:
    told = forge_line("profiles", "upload", profile, files)
    assert (told.code, told.out, told.err) == (0, "", f"{profile}, version 2\n")
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert forge_line("profiles", "put", profile, script, "/etc/rc.local").code == 0
    assert paths(forge_line, profile) == ["/etc/banner", "/etc/rc.local"]
    stale = forge_line("profiles", "put", profile, script, "/etc/x", "--expected", "2", "--json")
    assert (stale.code, stale.json["error"]["code"]) == (6, "conflict.version")
    assert forge_line("profiles", "take-away", profile, "/etc/banner").code == 0
    assert paths(forge_line, profile) == ["/etc/rc.local"]
    restored = forge_line("profiles", "restore", profile, "2", "--json")
    assert restored.json["version"] == 5
    assert paths(forge_line, profile) == ["/etc/banner"]

    target = tmp_path / "all.tar"
    assert forge_line("profiles", "download", profile, "--to", target).out == f"{target}\n"
    with tarfile.open(target) as archive:
        assert archive.getnames() == ["etc", "etc/banner"]
    there = forge_line("profiles", "download", profile, "--to", target)
    assert (there.code, "--force replaces it" in there.err) == (6, True)
    assert forge_line("profiles", "upload", profile, target, "--json").json["overlay"]


def test_what_cannot_be_laid_over_is_refused_and_changes_nothing(
    forge_line: Line, profile: str, files: Path, tmp_path: Path
) -> None:
    (files / "tmp").mkdir()
    (files / "tmp" / "x").touch()
    wrong = forge_line("profiles", "upload", profile, files, "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (3, "validation.overlay_path")
    assert wrong.json["error"]["facts"]["path"].startswith("tmp")
    # The kernel says of these files that they are longer than what can be read of them.
    unreadable = forge_line("profiles", "upload", profile, "/sys/class/net/lo/statistics")
    assert unreadable.code == 3
    assert unreadable.err.startswith("validation.file: /sys/class/net/lo/statistics cannot be read")
    assert forge_line("profiles", "upload", profile, tmp_path / "none").code == 2
    for place in (tmp_path, tmp_path / "none" / "x", tmp_path / "profile.yaml" / "x"):
        nowhere = forge_line("profiles", "download", profile, "--to", place)
        assert (nowhere.code, nowhere.err.count("\n")) == (3, 1)
    assert forge_line("profiles", "take-away", profile, "/etc/none").code == 5
    assert paths(forge_line, profile) == []
    assert forge_line("profiles", "show", profile, "--json").json["version"] == 1
