"""The demo's Forge: where it can be, what its routers are, and how a card comes and goes."""

import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from forge.errors import Precondition
from forge.openwrt import host
from forge.openwrt.overlays import gather
from forge.openwrt.profiles.schema import read
from forge.openwrt.shared import Shared
from rig import check, smithy as smithies
from rig.card import Card, why_no_card
from rig.errors import RigError
from rig.openwrt.releases import OPKG_ZST
from rig.places import closed_on_the_way, is_closed, open_way
from rig.routers import LISTS, demo_routers
from rig.smithy import why_no_forge
from rig.stage import Stage
from rig.welcome import welcome
from rig.workshop import Workshop

ROOT = Path(__file__).parents[2]

needs_card = pytest.mark.skipif(why_no_card() is not None, reason=str(why_no_card()))


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_routers_profiles_are_good(language: str, tmp_path: Path) -> None:
    """A Forge takes what the demo says, and finds what is laid over the images."""
    for router in demo_routers(language).all:
        profile = read(router.profile)
        router.write_overlay(tmp_path)
        laid = {entry.path for entry in gather(profile, Shared(tmp_path))}
        assert "etc/config/system" in laid
        assert profile.openwrt_release == OPKG_ZST.version
    assert (tmp_path / "garden-router/etc/adblock/lists").read_text("utf-8").count("\n") == len(
        LISTS
    )


def test_without_programs_there_is_no_forge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smithies, "missing", lambda: ["mtools", "squashfs-tools"])
    assert why_no_forge() == "images cannot be built before you install mtools squashfs-tools"


def test_where_image_builders_do_not_run_there_is_no_forge(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise Precondition("this host is a toaster", about="unsupported_host")

    monkeypatch.setattr(smithies, "missing", list)
    monkeypatch.setattr(host, "check", refuse)
    assert why_no_forge() == "this host is a toaster"


def test_what_runs_without_a_forge_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The demo and the check go on with all else."""
    monkeypatch.setattr(check, "why_no_forge", lambda: "no mtools here")
    assert check.smithy("en", tmp_path) is None
    assert capsys.readouterr().out == "The Forge is left out: no mtools here\n"
    workshop = Workshop((), folder=tmp_path)
    stage = Stage({}, home=workshop.hass.url)
    said = welcome(workshop, stage, "no mtools here")
    assert "Forge            none: no mtools here\n" in said
    assert "token" not in said


def test_cards_are_held_to_the_demo_that_runs(tmp_path: Path) -> None:
    """One with a folder of its own is found by it."""
    workshop = Workshop((), folder=tmp_path)
    stage = Stage({}, home=workshop.hass.url)
    assert "\n  script/tap 1 ada\n" in welcome(workshop, stage, None)
    folder = tmp_path / "my demo"
    said = welcome(workshop, stage, None, folder=folder)
    assert f"\n  script/tap --dir '{folder}' 1 ada\n" in said


def test_who_is_no_root_is_told_that_there_is_no_card(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(RigError, match="loop devices need root"):
        Card(tmp_path / "card.img")


def test_temporary_folders_are_opened_and_no_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where a demo lies in somebody's closed home, that stays closed."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    for folder in (home, temporary):
        (folder / "demo").mkdir(parents=True)
        folder.chmod(0o700)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(temporary))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    open_way(home / "demo")
    open_way(temporary / "demo")
    assert home in closed_on_the_way(home / "demo")
    assert is_closed(home / "demo")
    assert temporary not in closed_on_the_way(temporary / "demo")


@needs_card
def test_a_host_that_gives_no_loop_device_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a container that has /dev/loop-control and nothing else."""
    losetup = tmp_path / "losetup"
    losetup.write_text("#!/bin/sh\necho 'cannot find an unused loop device' >&2; exit 1\n")
    losetup.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert "cannot find an unused loop device" in str(why_no_card())


@needs_card
def test_a_card_keeps_what_it_holds(tmp_path: Path) -> None:
    card = Card(tmp_path / "card.img")
    card.insert()
    device = Path(card.path)
    device.write_bytes(b"kept" * 1024)
    assert card.link.resolve() == device
    card.close()
    assert not card.link.is_symlink()
    card.insert()
    assert Path(card.path).read_bytes()[:4096] == b"kept" * 1024
    card.close()


@needs_card
def test_a_card_goes_when_its_process_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "card.img"
    code = (
        "import sys; from pathlib import Path; from rig.card import Card;"
        "card = Card(Path(sys.argv[1])); card.insert(); print(card.path, flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", code, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "script")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        name = Path(process.stdout.readline().strip()).name
        backing = Path(f"/sys/block/{name}/loop/backing_file")
        assert backing.read_text("utf-8").strip() == str(file)
        process.send_signal(signal.SIGKILL)
    give_up = time.monotonic() + 10
    while backing.exists() and backing.read_text("utf-8").strip() == str(file):
        assert time.monotonic() < give_up, "the card is still there"
        time.sleep(0.05)
