"""Packages, as people look for them."""

import gzip

import pytest

from forge.errors import Upstream
from forge.openwrt.place import Place
from rig.openwrt.faults import Content, Status
from rig.openwrt.releases import APK, OPKG_ZST
from tests.forge.openwrt.works import Works

PLACE = Place(release=OPKG_ZST.version, target="ath79", subtarget="generic")


def test_what_is_named_so_comes_before_what_only_tells_of_it(works: Works) -> None:
    found, total = works.forge.packages.search(PLACE, "luci", 3)
    assert [one.name for one in found] == ["luci", "luci-app-firewall", "luci-base"]
    assert total > 3
    (curl, *_) = works.forge.packages.search(PLACE, "CURL small", 9)[0]
    assert (curl.name, curl.feed, curl.description) == (
        "curl",
        "packages",
        "curl, as small as it can be",
    )
    assert curl.size
    assert works.forge.packages.search(PLACE, "no such words", 9) == ([], 0)


def test_kernel_modules_are_found_in_their_own_feed(works: Works) -> None:
    ((module,), _) = works.forge.packages.search(PLACE, "kmod-usb-storage", 9)
    assert (module.feed, module.version) == ("kmods", "6.6.110-r1")


def test_names_are_looked_up_by_what_they_stand_for_too(works: Works) -> None:
    told = works.forge.packages.named(PLACE, ["htop", "libncurses", "libncurses6", "no-such"])
    assert [one.name for one in told] == ["htop", "libncurses", "libncurses6"]


def test_releases_with_apk_tell_names_and_versions(works: Works) -> None:
    place = PLACE.model_copy(update={"release": APK.version})
    ((htop,), _) = works.forge.packages.search(place, "htop", 9)
    assert (htop.version, htop.description, htop.size) == ("1.0-r4", None, None)


def test_an_index_is_read_once(works: Works) -> None:
    works.forge.packages.search(PLACE, "htop", 9)
    before = len(works.mirror.paths())
    works.forge.packages.search(PLACE, "curl", 9)
    assert len(works.mirror.paths()) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"x" * 500)[:20], gzip.compress(bytes(80 << 20))],
    ids=["empty", "not packed", "cut", "bomb"],
)
def test_what_is_no_index_is_refused(works: Works, content: bytes) -> None:
    works.mirror.fault("*/base/Packages.gz", Content(content))
    with pytest.raises(Upstream, match="no list of packages"):
        works.forge.packages.search(PLACE, "htop", 9)


def test_a_server_that_fails_is_told(works: Works) -> None:
    works.mirror.fault("*/base/Packages.gz", Status(500))
    with pytest.raises(Upstream):
        works.forge.packages.search(PLACE, "htop", 9)


def test_the_longest_unused_index_is_forgotten(works: Works) -> None:
    places = [
        Place(release=release, target=target, subtarget=subtarget)
        for release in (OPKG_ZST.version, APK.version)
        for target, subtarget in (("ath79", "generic"), ("mediatek", "filogic"))
    ]
    for place in places[:3]:
        assert works.forge.packages.search(place, "htop", 1)[1]
    before = len(works.mirror.paths())
    works.forge.packages.search(places[2], "curl", 1)
    works.forge.packages.search(places[1], "curl", 1)
    assert len(works.mirror.paths()) == before


def test_feeds_that_are_not_there_are_left_out(works: Works) -> None:
    for name in ("Packages.gz", "index.json"):
        works.mirror.fault(f"*/luci/{name}", Status(404))
    assert works.forge.packages.search(PLACE, "luci-base", 9) == ([], 0)
    assert works.forge.packages.search(PLACE, "htop", 9)[1] == 1


@pytest.mark.parametrize("told", [b'{"packages": 7}', b'{"packages": []}'])
def test_an_index_of_another_shape_is_refused(works: Works, told: bytes) -> None:
    place = PLACE.model_copy(update={"release": APK.version})
    works.mirror.fault("*/base/index.json", Content(told))
    with pytest.raises(Upstream, match="no index"):
        works.forge.packages.search(place, "htop", 9)


def test_a_target_that_does_not_tell_its_architecture_is_refused(works: Works) -> None:
    works.mirror.fault("*/ath79/generic/profiles.json", Content(b'{"arch_packages": "../x"}'))
    with pytest.raises(Upstream, match="architecture"):
        works.forge.packages.search(PLACE, "htop", 9)


def test_a_target_without_a_kernel_has_its_modules_nowhere(works: Works) -> None:
    told = b'{"arch_packages": "mips_24kc", "linux_kernel": {"version": "../6"}}'
    works.mirror.fault("*/ath79/generic/profiles.json", Content(told))
    assert works.forge.packages.search(PLACE, "kmod-usb-storage", 9) == ([], 0)
