"""Builds with real `make`, on Image Builders of every kind; proved by opening the images."""

from collections.abc import Callable
import json
from pathlib import Path
import subprocess
from typing import Any
import zlib

import pytest

from forge.errors import Conflict, ForgeError, Precondition
from forge.jobs import events, proc
from forge.jobs.facts import Job
from forge.jobs.states import State
from forge.openwrt.builders.pruning import Prune
from forge.openwrt.builds.facts import Build
from rig.openwrt.faults import Content, Status
from rig.openwrt.releases import APK, OPKG_XZ, OPKG_ZST, Release
from rig.openwrt.tools import find
from tests.forge.openwrt.conftest import OpenWorks, profile
from tests.forge.openwrt.works import Works

ROUTER = {"openwrt_release": OPKG_ZST.version}
CARD = {
    "openwrt_release": OPKG_ZST.version,
    "target": "mediatek",
    "subtarget": "filogic",
    "imagebuilder_profile": "bananapi_bpi-r3",
}


def build(works: Works, profile_id: str = "p1", **more: Any) -> Build:
    """Build a profile, and return what became of it."""
    started = works.forge.builds.start(profile_id, **more)
    if started.build.state is State.QUEUED:
        works.run(works.forge.jobs.show(started.job_id))
    return works.forge.builds.show(started.job_id)


def make(works: Works, **fields: Any) -> Build:
    """Keep a profile and build it."""
    works.forge.profiles.create(profile(**{**ROUTER, **fields}))
    return build(works, fields.get("profile_id", "p1"))


def log(works: Works, built: Build) -> str:
    """Return a build's log."""
    return works.log(works.forge.jobs.show(built.id))


def image(works: Works, built: Build, ending: str) -> Path:
    """Return where one of a build's images is."""
    (found,) = (one for one in built.artifacts if one.name.endswith(ending))
    return works.forge.files.find(found.job_id, found.name)


def run(program: str, *arguments: str | Path) -> bytes:
    """Run a program of the system; return what it says."""
    return subprocess.run([find(program), *arguments], check=True, capture_output=True).stdout  # noqa: S603 - a program and files of the test's own


def root(works: Works, built: Build, tmp_path: Path) -> Path:
    """Unpack the root of a router's image."""
    path = image(works, built, "squashfs-sysupgrade.bin")
    data = path.read_bytes()
    start = data.index(b"hsqs")
    squashfs, folder = tmp_path / "root.squashfs", tmp_path / "root"
    squashfs.write_bytes(data[start:])
    run("unsquashfs", "-q", "-n", "-d", folder, squashfs)
    return folder


@pytest.mark.parametrize("release", [OPKG_XZ, OPKG_ZST, APK], ids=["xz", "zst", "apk"])
def test_a_profile_becomes_images(works: Works, release: Release) -> None:
    built = make(works, openwrt_release=release.version, packages=["htop"])
    assert built.state is State.DONE, log(works, built)
    assert {one.type for one in built.artifacts} >= {"sysupgrade", "factory", "manifest"}
    assert not any(one.card for one in built.artifacts)
    assert built.facts
    assert "htop" in built.facts["manifest"]
    assert built.facts["revision"] == release.revision
    assert built.key
    assert built.key.startswith("2:")


def test_every_option_of_a_profile_is_in_the_image(works: Works, tmp_path: Path) -> None:
    shared = works.forge.shared.root
    (shared / "overlay/etc/config").mkdir(parents=True)
    (shared / "overlay/etc/config/own").write_text("config own\n")
    (shared / "overlay/etc/link").symlink_to("/etc/config")
    (shared / "motd").write_text("hello\n")
    built = make(
        works,
        packages=["nano"],
        packages_remove=["dnsmasq"],
        overlay_dir="overlay",
        files=[{"source": "motd", "destination": "/etc/motd", "mode": "0600"}],
        disabled_services=["uhttpd", "network"],
        extra_image_name="lab",
        add_local_key=True,
        bin_dir="out/p1",
        build_defaults={"initramfs": False, "keep_build_dir": True},
    )
    assert built.state is State.DONE, log(works, built)
    folder = root(works, built, tmp_path)
    assert (folder / "etc/config/own").read_text() == "config own\n"
    assert (folder / "etc/link").is_symlink()
    assert (folder / "etc/motd").stat().st_mode & 0o777 == 0o600
    assert not list((folder / "etc/rc.d").glob("*network"))
    assert list((folder / "etc/rc.d").glob("*dropbear"))
    assert any((folder / "etc/opkg/keys").iterdir())
    assert built.facts
    assert "nano" in built.facts["manifest"]
    assert "dnsmasq" not in built.facts["manifest"]
    assert all("-lab-" in one.name for one in built.artifacts if one.type == "sysupgrade")
    assert not any("initramfs" in one.name for one in built.artifacts)
    assert list((shared / "out/p1").glob("*sysupgrade.bin"))
    assert (works.forge.settings.data_dir / "trees" / built.id / "Makefile").is_file()


def test_a_card_image_has_the_size_and_filesystem_that_were_asked_for(
    works: Works, tmp_path: Path
) -> None:
    built = make(works, **CARD, rootfs_partsize=24, policies={"filesystem": "ext4"})
    assert built.state is State.DONE, log(works, built)
    cards = [one for one in built.artifacts if one.card]
    assert [one.filesystem for one in cards] == ["ext4"]
    (found,) = works.forge.builds.card_images("BPI-R3 p1", 9)
    assert (found.job_id, found.name, found.profile_id) == (built.id, cards[0].name, "p1")
    assert works.forge.builds.card_images("p1 another", 9) == []
    packed = image(works, built, "ext4-sdcard.img.gz")
    raw = tmp_path / "card.img"
    # What follows the first stream is OpenWrt's own trailer.
    raw.write_bytes(zlib.decompressobj(wbits=31).decompress(packed.read_bytes()))
    table = json.loads(run("sfdisk", "-J", raw))["partitiontable"]
    assert table["partitions"][-1]["size"] * 512 == 24 << 20


def test_the_same_again_is_a_hit_and_runs_no_make(works: Works) -> None:
    first = make(works)
    second = works.forge.builds.start("p1")
    assert (second.hit, second.build.id) == (True, first.id)
    again = works.forge.builds.start("p1", rebuild=True)
    assert not again.hit
    rebuilt = works.run(works.forge.jobs.show(again.job_id))
    assert rebuilt.state is State.DONE
    # Reproducible: what was built twice is the same.
    one, other = (
        {a.name: a.sha256 for a in works.forge.builds.show(i).artifacts}
        for i in (first.id, again.job_id)
    )
    assert one == other


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path.unlink(), lambda path: path.write_bytes(b"x" * path.stat().st_size)],
    ids=["deleted", "other bytes"],
)
def test_a_hit_needs_its_files(works: Works, spoil: Callable[[Path], Any]) -> None:
    first = make(works)
    spoil(image(works, first, "sysupgrade.bin"))
    second = works.forge.builds.start("p1")
    assert not second.hit
    assert second.job_id != first.id
    assert works.run(works.forge.jobs.show(second.job_id)).result == {
        "build_id": second.job_id,
        "hit": False,
        "same_as": None,
    }


def test_the_events_of_a_build_name_its_profile(works: Works) -> None:
    make(works)
    told = [one for one in events.since(works.forge.store, 0) if one.type.startswith("job.")]
    builds = [one for one in told if one.data["kind"] == "build.image"]
    assert builds
    assert {one.data["profile_id"] for one in builds} == {"p1"}


def test_other_names_of_the_same_image_are_a_hit(works: Works) -> None:
    first = make(works)
    works.forge.profiles.create(profile(**ROUTER, profile_id="p2", name="other", tags=["lab"]))
    assert works.forge.builds.start("p2").build.id == first.id


def test_what_is_asked_twice_at_once_is_built_once(works: Works) -> None:
    make(works)
    one = works.forge.builds.start("p1", extra=["nano"])
    other = works.forge.builds.start("p1", extra=["nano"])
    assert one.job_id == other.job_id
    keyed = [works.forge.builds.start("p1", rebuild=True, key="k").job_id for _ in range(2)]
    assert keyed[0] == keyed[1]
    with pytest.raises(Conflict, match="idempotency"):
        works.forge.builds.start("p1", rebuild=True, extra=["htop"], key="k")


def test_two_who_did_not_know_build_once(works: Works) -> None:
    works.forge.profiles.create(profile(**ROUTER))
    # Nothing is here yet, so nobody can tell that both are the same.
    one, other = (works.forge.builds.start("p1") for _ in range(2))
    assert one.job_id != other.job_id
    works.run(works.forge.jobs.show(one.job_id))
    second = works.run(works.forge.jobs.show(other.job_id))
    assert second.result == {"build_id": other.job_id, "hit": True, "same_as": one.job_id}
    assert "$ make" not in works.log(second)
    shown = works.forge.builds.show(other.job_id)
    assert {one.job_id for one in shown.artifacts} == {one.job_id}
    with pytest.raises(Conflict, match="share"):
        works.forge.builds.delete(one.job_id)


def failed(works: Works, **fields: Any) -> tuple[str, dict[str, Any], str]:
    """Build what fails; return the code, the facts and the log."""
    built = make(works, **fields)
    assert built.error, log(works, built)
    assert works.forge.builds.show(built.id).artifacts == []
    return built.error.code, built.error.facts, log(works, built)


@pytest.mark.parametrize("release", [OPKG_ZST, APK], ids=["opkg", "apk"])
@pytest.mark.parametrize(
    ("packages", "code", "named"),
    [
        (["no-such-thing"], "build.packages_missing", ["no-such-thing"]),
        (["conflict-x", "conflict-y"], "build.packages_conflict", ["conflict-x", "conflict-y"]),
        (
            ["fault-clash-a", "fault-clash-b"],
            "build.packages_conflict",
            ["fault-clash-a", "fault-clash-b"],
        ),
        (["fault-needy"], "build.packages_missing", ["no-such-library"]),
    ],
)
def test_a_failure_has_a_name(
    works: Works, release: Release, packages: list[str], code: str, named: list[str]
) -> None:
    told, facts, text = failed(works, openwrt_release=release.version, packages=packages)
    assert (told, facts.get("packages")) == (code, named), text


def test_an_image_that_is_too_big_is_told(works: Works) -> None:
    code, facts, _ = failed(works, packages=["fault-huge"])
    assert code == "build.image_too_big"
    assert facts["images"][0]["size"] > facts["images"][0]["limit"]


def test_a_script_that_fails_is_told_with_its_last_lines(works: Works) -> None:
    code, facts, _ = failed(works, packages=["fault-script"])
    assert code == "build.failed"
    assert any("cannot go on" in line or "failed" in line for line in facts["last"])


def test_an_unknown_board_runs_no_make(works: Works) -> None:
    works.ensure()
    works.forge.profiles.create(profile(**ROUTER, imagebuilder_profile="no_such_board"))
    with pytest.raises(ForgeError) as raised:
        works.forge.builds.start("p1")
    assert raised.value.code == "not_found.board"
    assert works.forge.jobs.list(kind="build.image") == []


def test_an_unknown_board_of_an_unknown_builder_runs_no_make_either(works: Works) -> None:
    code, _, text = failed(works, imagebuilder_profile="no_such_board")
    assert code == "not_found.board"
    assert "$ make" not in text


def test_the_network_may_fail_once(works: Works) -> None:
    built = make(works, packages=["fault-flaky"])
    assert built.state is State.DONE, log(works, built)
    assert "trying again" in log(works, built)


def test_a_network_that_goes_on_failing_is_told_and_not_remembered(works: Works) -> None:
    works.ensure()
    works.mirror.fault("*/htop[_-]*", Status(503))
    code, _, text = failed(works, packages=["htop"])
    assert code == "upstream.http", text
    works.mirror.heal()
    assert build(works).state is State.DONE


@pytest.mark.parametrize("package", ["fault-sleep", "fault-escape"])
def test_a_build_that_takes_too_long_is_ended_with_all_it_started(
    open_works: OpenWorks, package: str
) -> None:
    works = open_works(build_timeout_s=10)
    works.ensure()
    code, facts, text = failed(works, packages=[package])
    assert (code, facts["limit_s"]) == ("build.timeout", 10)
    assert "sleeping" in text
    (built,) = works.forge.builds.list()
    assert not proc.members(built.id)


def test_what_no_image_builder_can_do_is_refused(works: Works) -> None:
    works.forge.profiles.create(profile(**ROUTER, policies={"auto_resize_rootfs": True}))
    with pytest.raises(Precondition, match="rootfs_partsize"):
        works.forge.builds.start("p1")


def test_nothing_of_a_build_reaches_the_builder(works: Works) -> None:
    works.ensure()
    tree = next((works.forge.settings.data_dir / "builders").glob("*/*/*/*/tree"))
    before = {path: path.lstat().st_mtime_ns for path in tree.rglob("*") if not path.is_dir()}
    make(works, packages=["htop"], add_local_key=True)
    after = {path: path.lstat().st_mtime_ns for path in tree.rglob("*") if not path.is_dir()}
    assert before == after


def test_all_images_of_a_builder_hold_the_same_key(works: Works, tmp_path: Path) -> None:
    first = make(works, add_local_key=True)
    second = make(works, profile_id="p2", add_local_key=True, packages=["htop"])
    keys = [
        [
            path.read_bytes()
            for path in (root(works, one, tmp_path / one.id) / "etc/opkg/keys").iterdir()
        ]
        for one in (first, second)
        if not (tmp_path / one.id).mkdir()
    ]
    assert keys[0] == keys[1]


def test_feeds_that_moved_are_another_build(open_works: OpenWorks) -> None:
    works = open_works(openwrt_refresh_s=0)
    first = make(works)
    works.mirror.fault("*/packages/mips_24kc/base/Packages.sig", Content(b"another list"))
    second = build(works)
    assert second.key != first.key


def test_a_plan_tells_what_comes_and_goes(works: Works) -> None:
    router = profile(**ROUTER, packages=["htop"], packages_remove=["dnsmasq"])
    job: Job = works.run(works.forge.builds.plan(router))
    assert job.result, works.log(job)
    assert job.result["added"] == ["htop", "libncurses"]
    assert job.result["removed"] == ["dnsmasq"]
    assert job.result["manifest"]["htop"]
    assert job.result["sizes"]


@pytest.mark.parametrize("release", [OPKG_XZ, APK], ids=["opkg", "apk"])
def test_what_a_plan_resolved_is_not_resolved_again(works: Works, release: Release) -> None:
    router = profile(openwrt_release=release.version, packages=["htop"])
    planned = works.run(works.forge.builds.plan(router))
    assert planned.result, works.log(planned)
    built = make(works, openwrt_release=release.version, packages=["htop"])
    assert "$ make manifest" not in log(works, built)
    assert built.facts
    assert built.facts["manifest"] == planned.result["manifest"]


def test_packages_are_resolved_again_when_the_image_holds_others(works: Works) -> None:
    planned = works.run(works.forge.builds.plan(profile(**ROUTER, packages=["htop"])))
    assert planned.result, works.log(planned)
    for kept in (works.forge.settings.data_dir / "openwrt" / "resolved").iterdir():
        kept.write_text(json.dumps({**planned.result["manifest"], "htop": "0.1"}))
    built = make(works, packages=["htop"])
    assert "the feeds have moved" in log(works, built)
    assert built.facts
    assert built.facts["manifest"] == planned.result["manifest"]


def test_a_finished_build_holds_its_job_until_it_is_deleted(works: Works) -> None:
    built = make(works)
    works.do("forge.tidy", older_than_days=0)
    assert works.forge.builds.show(built.id).artifacts
    with pytest.raises(Conflict):
        works.forge.profiles.delete("p1")
    with pytest.raises(Conflict, match="need the Image Builder"):
        works.forge.builders.delete(built.recipe.place)
    with pytest.raises(Conflict, match="need the Image Builder"):
        works.forge.builders.prune(Prune(all=True))
    works.forge.builds.delete(built.id)
    works.forge.profiles.delete("p1")
    works.do("forge.tidy", older_than_days=0)
    assert not works.forge.files.folder(built.id).exists()
    pruned = works.run(works.forge.builders.prune(Prune(all=True)))
    assert pruned.result
    assert len(pruned.result["pruned"]) == 1
    assert works.forge.builders.list() == []
