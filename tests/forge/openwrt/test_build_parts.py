"""The parts of builds that need no `make`: keys, words, causes, listings, ASU's rules."""

from concurrent.futures import ThreadPoolExecutor
import gzip
from pathlib import Path
from threading import Barrier

from pydantic import ValidationError
import pytest

from forge.errors import Integrity, Precondition, Upstream
from forge.jobs.files import LocalFiles
from forge.openwrt import makeinfo, sums
from forge.openwrt.asu.requests import BuildRequest, allowed, board
from forge.openwrt.builds.artifacts import is_card
from forge.openwrt.builds.causes import Causes, parse_manifest
from forge.openwrt.builds.feeds import mirrored
from forge.openwrt.builds.kept import Checked
from forge.openwrt.builds.key import build_key
from forge.openwrt.builds.recipe import Recipe, absolute, wanted
from forge.openwrt.builds.sizes import sizes
from forge.openwrt.place import Place
from forge.openwrt.rows import ArtifactRow
from forge.settings import load
from rig.openwrt.releases import OPKG_ZST
from tests.forge.openwrt.conftest import OpenWorks, profile
from tests.forge.openwrt.reference import reference_key
from tests.forge.openwrt.works import Works

PLACE = Place(release="23.05.2", target="ath79", subtarget="generic")


def key(**changes: object) -> str:
    """Return the key of a recipe that differs in something."""
    known = {
        "builder": "a",
        "revision": "r1",
        "epoch": 1,
        "feeds": "f",
        "overlay": None,
        "local_key": None,
    }
    ours = {name: changes.pop(name) for name in list(changes) if name in known}
    recipe = Recipe.model_validate({"place": PLACE, "board": "b", **changes})
    return build_key(recipe, **{**known, **ours})  # type: ignore[arg-type]  # a table of values


def test_the_reference_s_key_is_known() -> None:
    """Known answer: tests of the reference's own format, version 1."""
    minimal = profile(profile_id="p", imagebuilder_profile="x")
    assert reference_key(minimal) == (
        "sha256:6b753c8edc569ce3620588d89929c53e62b48e521e7f1ad66a43004b41424a50"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"builder": "b"},
        {"revision": "r2"},
        {"epoch": 2},
        {"feeds": "g"},
        {"overlay": "2:x"},
        {"local_key": "k"},
        {"packages": ["htop"]},
        {"packages": ["-htop"]},
        {"board": "c"},
        {"partsize": 7},
        {"filesystem": "ext4"},
        {"image_name": "lab"},
        {"disabled_services": ["log"]},
        {"defaults": "echo"},
        {"initramfs": False},
        {"feeds_mode": "replace"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_all_that_an_image_depends_on_is_in_its_key(change: dict[str, object]) -> None:
    assert key(**change) != key()


def test_what_is_only_expected_is_not_in_the_key() -> None:
    assert Recipe.model_validate({"place": PLACE, "board": "b", "revision": "r1"})
    one = key()
    recipe = Recipe.model_validate({"place": PLACE, "board": "b", "versions": {"a": "1"}})
    assert (
        build_key(
            recipe, builder="a", revision="r1", epoch=1, feeds="f", overlay=None, local_key=None
        )
        == one
    )


def test_packages_become_words_in_their_order() -> None:
    assert wanted(["b", "a"], ["a", "c"], ["d"]) == ["b", "d", "-a", "-c"]
    assert wanted(["a", "a"], ["a"]) == ["-a"]
    assert absolute(["test1"], ["test1", "test2"]) == ["-test2", "test1"]


@pytest.mark.parametrize(
    "word",
    [
        "a;touch${IFS}/tmp/canary",
        "`touch /tmp/canary`",
        '";touch /tmp/canary;"',
        "$(shell touch /tmp/canary)",
        "a b",
        "a\n",
    ],
)
def test_nothing_that_a_shell_would_run_becomes_a_recipe(word: str) -> None:
    for field in ({"packages": [word]}, {"image_name": word}, {"disabled_services": [word]}):
        with pytest.raises(ValidationError):
            Recipe.model_validate({"place": PLACE, "board": "b", **field})


@pytest.mark.parametrize(
    ("output", "code", "facts"),
    [
        ("opkg_download: Failed to download http://x/a, wget returned 4.", "upstream.http", {}),
        ('Profile "x" does not exist!', "not_found.board", {"board": "x"}),
        (
            "Build dependency: Please install gawk",
            "build.prerequisite",
            {"missing": ["Please install gawk"]},
        ),
        ("  lzo: No space left on device", "job.disk", {}),
        (
            "Cannot install package gone.",
            "build.packages_missing",
            {"packages": ["gone"]},
        ),
        (
            "  x-1.0-r1:\n    conflicts: y-2.0-r3[y=2.0-r3]",
            "build.packages_conflict",
            {"packages": ["x", "y"]},
        ),
        ("make: *** [image] Error 2", "build.failed", {"code": 2}),
        ("", "build.failed", {"code": 2}),
    ],
)
def test_causes_have_names(output: str, code: str, facts: dict[str, object]) -> None:
    causes = Causes()
    causes.hear(output.encode())
    error = causes.error("make image", 2)
    assert error.code == code
    assert facts.items() <= error.facts.items()


def test_the_network_goes_before_what_follows_from_it() -> None:
    causes = Causes()
    causes.hear(b"*** Failed to download the package list from http://x/Packages.gz\n")
    causes.hear(b"Unknown package 'htop'.\n * opkg_install_cmd: Cannot install package htop.\n")
    assert causes.error("make", 255).code == "upstream.http"


def test_manifests_of_both_forms_are_read() -> None:
    said = ["a - 1.0-r1", "b 2", "", "Installing c (1) to root...", "» noise of three words"]
    said += ["Downloading http://mirror/Packages.gz", "fetch https://mirror/packages.adb"]
    assert parse_manifest(said) == {"a": "1.0-r1", "b": "2"}


@pytest.mark.parametrize("text", ["", "make: *** No rule", 'Current Target: "a/b"\n'])
def test_a_tree_that_tells_nothing_is_broken(text: str) -> None:
    with pytest.raises(Precondition) as raised:
        makeinfo.parse(text)
    assert raised.value.code == "precondition.builder_broken"


def test_a_hash_that_is_listed_twice_the_same_is_once() -> None:
    line = f"{'a' * 64} *openwrt-imagebuilder-x.Linux-x86_64.tar.zst\n"
    assert sums.archive(sums.parse(line * 2), PLACE)[1] == "a" * 64
    with pytest.raises(Integrity):
        sums.parse(line + line.replace("a" * 64, "b" * 64))


@pytest.mark.parametrize(
    ("name", "content", "type_", "card"),
    [
        ("x-squashfs-combined-efi.img.gz", b"", "combined-efi", True),
        ("x-squashfs-sysupgrade.bin", bytes(510) + b"\x55\xaa", "sysupgrade", False),
        ("x-factory.img", bytes(510) + b"\x55\xaa", "factory", True),
        ("x-factory.img", bytes(512), "factory", False),
        ("x-factory.img.gz", b"not packed", "factory", False),
    ],
)
def test_a_card_s_image_is_known(
    tmp_path: Path, name: str, content: bytes, type_: str, *, card: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert is_card(path, type_) is card


def test_a_mirror_stands_in_for_openwrt_s_own_server() -> None:
    settings = load({"openwrt_mirrors": "http://a/x/ http://b"}, environment={})
    line = "src/gz base https://downloads.openwrt.org/releases/1/packages"
    assert mirrored(settings, line) == "src/gz base http://a/x/releases/1/packages"
    assert mirrored(settings, line, 1) == "src/gz base http://b/releases/1/packages"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://downloads.openwrt.org", True),
        ("https://downloads.openwrt.org/x/y", True),
        ("https://downloads.openwrt.org.evil.com/x", False),
        ("https://downloads.openwrt.org@evil.com/x", False),
        ("http://downloads.openwrt.org/x", False),
        ("https://downloads.openwrt.org:444/x", False),
        ("https://feeds.example/ok/a", True),
        ("https://feeds.example/okay", False),
        ("https://feeds.example/ok/../secret", False),
    ],
)
def test_feeds_are_allowed_by_their_parts(url: str, *, good: bool) -> None:
    prefixes = ("https://downloads.openwrt.org", "https://feeds.example/ok")
    assert allowed(url, prefixes) is good


def test_a_request_s_name_does_not_depend_on_order() -> None:
    asked = {"version": "24.10.4", "target": "a/b", "profile": "c"}
    one = BuildRequest.model_validate({**asked, "packages": ["x", "y"], "client": "owut"})
    other = BuildRequest.model_validate({**asked, "packages": ["y", "x"], "client": "auc"})
    assert one.hash == other.hash
    assert one.hash != BuildRequest.model_validate({**asked, "packages": ["x"]}).hash


def test_boards_are_known_by_their_devices(works: Works) -> None:
    target = works.forge.releases.target(
        Place(release=OPKG_ZST.version, target="ath79", subtarget="generic")
    )
    assert board("glinet,gl-ar150", target) == "glinet_gl-ar150"
    assert board("gl-ar150", target) == "glinet_gl-ar150"


def test_what_the_server_listed_last_serves_while_it_is_away(open_works: OpenWorks) -> None:
    works = open_works(openwrt_refresh_s=0)
    before = works.forge.releases.all()
    away = open_works(openwrt_mirrors="http://127.0.0.1:9", openwrt_stall_s=1)
    with pytest.raises(Upstream):
        away.forge.releases.all()
    offline = open_works(offline=True)
    assert offline.forge.releases.all() == before
    with pytest.raises(Precondition):
        offline.forge.releases.targets("23.05.5")


def test_several_may_look_at_the_files_of_one_build_at_once(tmp_path: Path) -> None:
    settings = load({"data_dir": tmp_path}, environment={})
    files = LocalFiles(tmp_path)
    (tmp_path / "made").write_bytes(b"image")
    kept = files.keep("b" * 32, tmp_path / "made", "image.bin")
    row = ArtifactRow(name=kept.name, size=kept.size, sha256=kept.sha256)
    checked, barrier = Checked(settings, files), Barrier(8)

    def look() -> bool:
        barrier.wait()
        return checked.all_there("b" * 32, [row])

    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            checked.forget("b" * 32)
            assert all(found.result() for found in [pool.submit(look) for _ in range(8)])
    assert [path.name for path in (tmp_path / "checked").iterdir()] == ["b" * 32]


def test_a_damaged_list_of_packages_takes_no_sizes_from_the_others(tmp_path: Path) -> None:
    (tmp_path / "dl").mkdir()
    listed = "Package: {}\nSize: 10\nInstalled-Size: 30\n\nPackage: {}-doc\nSize: 7\n"
    (tmp_path / "dl" / "plain").write_text(listed.format("a", "a"))
    packed = gzip.compress(listed.format("b", "b").encode())
    (tmp_path / "dl" / "packed").write_bytes(packed)
    (tmp_path / "dl" / "short").write_bytes(packed[:-12])
    (tmp_path / "dl" / "wrong").write_bytes(packed[:12] + b"\xff" * 40)
    assert sizes(tmp_path) == {"a": 30, "a-doc": 7, "b": 30, "b-doc": 7}
