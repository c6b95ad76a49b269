"""An Image Builder that is somebody else's in truth: what it runs gets nothing of the Forge."""

from collections.abc import Callable
from pathlib import Path
import re

import pytest

from forge.closing import close_off
from forge.jobs import proc
from forge.jobs.states import State
from forge.jobs.users import User
from forge.openwrt.builds.facts import Build
from forge.tokens import token
from rig.openwrt.faults import Status
from rig.openwrt.releases import OPKG_ZST
from tests.forge.openwrt.conftest import profile
from tests.forge.openwrt.works import Works

type Spoil = Callable[[str], Path]


@pytest.fixture
def spoil(works: Works) -> Spoil:
    """Have an Image Builder that runs a script of ours before whatever it is asked for."""
    works.ensure()
    works.forge.profiles.create(profile(openwrt_release=OPKG_ZST.version))
    (tree,) = (works.forge.settings.data_dir / "builders").glob("*/*/*/*/tree")

    def spoil(script: str) -> Path:
        (tree / "evil.sh").write_text(script)
        with (tree / "Makefile").open("a") as makefile:
            makefile.write("\nimage manifest: evil\nevil:\n\tsh $(TOPDIR)/evil.sh $@ >&2\n")
        return tree

    return spoil


def build(works: Works) -> tuple[Build, str]:
    """Build; return what became of it, and the log."""
    started = works.forge.builds.start("p1", rebuild=True)
    job = works.run(works.forge.jobs.show(started.job_id))
    return works.forge.builds.show(job.id), works.log(job)


def test_it_can_read_nothing_that_is_the_forges_or_another_jobs(works: Works, spoil: Spoil) -> None:
    data = works.forge.settings.data_dir
    token(works.forge.settings)
    (data / "options.json").write_text("{}")
    (data / "options.json").chmod(0o644)
    (data / "shared").mkdir()
    (data / "shared" / "wifi").write_text("secret")
    other = User.take(works.forge.settings)
    assert other
    other.give(data / "work" / "other")
    (data / "work" / "other" / "made").write_text("secret")
    close_off(works.forge.settings)
    spoil(f"""
        for path in $(cd {data} && echo *) {data}/work/other/made {data}/shared/wifi token \\
            forge.db queue.db options.json openwrt/keys workers/place; do
            case $path in /*) ;; *) path={data}/$path ;; esac
            cat "$path"/* "$path" >/dev/null 2>&1 && echo "read $path"
            ls "$path" >/dev/null 2>&1 && test ! -f "$path" && echo "listed $path"
        done
        for path in token forge.db queue.db options.json; do
            test -e {data}/$path && echo "there is $path"
        done
        ls {data} && echo "listed {data}"
        grep -E "^(Uid|Groups|Cap|NoNewPrivs)" /proc/self/status
    """)
    built, log = build(works)
    other.free()
    assert built.state is State.DONE, log
    for name in ("token", "forge.db", "queue.db", "options.json"):
        assert f"there is {name}" in log
    assert set(re.findall(r"^(?:read|listed) (.*)", log, re.MULTILINE)) <= {f"{data}/builders"}
    (uid,) = set(re.findall(r"^Uid:\s+(.*)", log, re.MULTILINE))
    assert len(set(uid.split())) == 1
    assert int(uid.split()[0]) > works.forge.settings.build_user  # the first was the other's
    assert set(re.findall(r"^Cap\w+:\s+(\S+)", log, re.MULTILINE)) == {"0" * 16}
    assert set(re.findall(r"^NoNewPrivs:\s+(\d)", log, re.MULTILINE)) == {"1"}
    assert set(re.findall(r"^Groups:[ \t]*(.*)", log, re.MULTILINE)) == {""}


def test_what_it_writes_is_in_no_other_build_and_what_it_leaves_running_ends(
    works: Works, spoil: Spoil
) -> None:
    tree = works.forge.settings.data_dir / "builders"
    tree = spoil(f"""
        test -e evil.was && echo "was here before"
        touch evil.was
        for place in {tree}/*/*/*/*/tree {tree}/*/*/*/*; do
            touch $place/evil.was && echo "wrote $place"
            echo >>$place/Makefile && echo "wrote $place"
        done
        # Nothing of its environment and no parent says whose this is.
        env -i setsid sh -c 'sleep 976 & sleep 975' >/dev/null 2>&1 &
    """)
    before = {path: path.lstat().st_mtime_ns for path in tree.rglob("*")}
    for _time in range(2):
        built, log = build(works)
        assert built.state is State.DONE, log
        assert "was here before" not in log.partition("building: image")[0]
        assert "wrote" not in log
    assert {path: path.lstat().st_mtime_ns for path in tree.rglob("*")} == before
    running = [one.read_bytes() for one in Path("/proc").glob("[0-9]*/cmdline") if one.exists()]
    assert not [one for one in running if one.startswith(b"sleep\x00975")]


def test_a_link_to_the_forges_files_keeps_no_key_of_theirs(works: Works, spoil: Spoil) -> None:
    data = works.forge.settings.data_dir
    secret = token(works.forge.settings)
    spoil(f"""
        rm -rf keys; mkdir keys; ln -s {data}/token keys/key-build.pub; ln -s {data}/token keys/1
    """)
    build(works)
    kept = [path for path in data.glob("openwrt/builder-keys/*/*") if path.is_file()]
    assert not [path for path in kept if secret.encode() in path.read_bytes()]


@pytest.mark.parametrize("trick", ["bin", "folder"])
def test_a_link_in_the_place_of_images_brings_none(works: Works, spoil: Spoil, trick: str) -> None:
    data = works.forge.settings.data_dir
    token(works.forge.settings)
    stolen = data / "stolen"
    stolen.mkdir()
    (stolen / "profiles.json").write_text(
        '{"profiles": {"tplink_archer-c6-v3": {"images": [{"name": "a.bin", "type": "x"}]}}}'
    )
    (stolen / "a.bin").write_text("mine")
    aim = {"bin": f"rm -rf bin; ln -s {stolen} bin", "folder": "mkdir -p bin; ln -s"}[trick]
    if trick == "folder":
        aim = f"cp {stolen}/profiles.json bin/; ln -s {data}/token bin/a.bin"
    # Its last step, when all that it should make is made.
    tree = spoil("")
    makefile = (tree / "Makefile").read_text()
    (tree / "Makefile").write_text(
        makefile.replace("\t$(MAKE) -s checksum\n", "\tsh $(TOPDIR)/last.sh\n")
    )
    (tree / "last.sh").write_text(f"cd $BIN_DIR/..\n{aim}\n")
    built, log = build(works)
    assert built.state is State.FAILED, log
    assert built.error
    assert built.error.code in {"build.no_artifacts", "job.program"}
    assert built.artifacts == []
    assert (stolen / "a.bin").read_text() == "mine"
    assert (data / "token").is_file()


def test_a_link_in_the_place_of_a_list_is_not_written_through(works: Works, spoil: Spoil) -> None:
    data = works.forge.settings.data_dir
    secret = token(works.forge.settings)
    works.mirror.fault("*/htop[_-]*", Status(503))
    works.forge.profiles.update(profile(openwrt_release=OPKG_ZST.version, packages=["htop"]))
    spoil(f"rm -f repositories.conf.coming; ln -s {data}/token repositories.conf.coming")
    built, log = build(works)
    assert built.error, log
    assert built.error.code == "job.program"
    assert token(works.forge.settings) == secret


def test_a_user_is_one_jobs_alone_and_nothing_of_it_is_left(works: Works) -> None:
    one, other = (User.take(works.forge.settings) for _ in range(2))
    assert one
    assert other
    assert one.number != other.number
    assert not proc.of_user(one.number)
    one.free()
    again = User.take(works.forge.settings)
    assert again
    assert again.number == one.number
    again.free()
    other.free()
