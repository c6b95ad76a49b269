"""What is renamed between releases, and what OpenWrt's clients are shown, piece by piece."""

import json
from typing import Any

import pytest

from forge.errors import Busy, Precondition, Upstream
from forge.openwrt.asu.changes import SNAPSHOT, adapted, branch_of, changes_until
from forge.openwrt.asu.requests import BuildRequest
from rig.openwrt.faults import Content, Status
from rig.openwrt.releases import ATH79, OPKG_ZST
from tests.forge.openwrt.conftest import OpenWorks
from tests.forge.openwrt.works import Works

BOARD = "tplink_archer-c6-v3"


def wanted(*packages: str, **changes: str) -> list[str]:
    """Return packages as a release calls them."""
    place = {
        "release": "24.10.4",
        "revision": "r28959-29397011cc",
        "target": "ath79/generic",
        "board": BOARD,
    }
    return adapted(packages, **{**place, **changes})


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (("firewall", "nano"), ["firewall4", "nano"]),
        (("wpad-basic-wolfssl", "wpad-basic-mbedtls"), ["wpad-basic-mbedtls"]),
        (("kmod-nft-nat6", "luci-app-diag-core"), []),
        (("auc", "luci-app-opkg"), ["owut", "luci-app-package-manager"]),
        # 24.10 left development before opkg went, though its own revisions are higher by now.
        (("opkg",), ["opkg"]),
        (
            ("luci-i18n-opkg-it", "luci-i18n-base-it"),
            [
                "luci-i18n-package-manager-it",
                "luci-i18n-base-it",
            ],
        ),
        (("luci-i18n-base-en", "luci-i18n-firewall-zh-tw"), ["luci-i18n-firewall-zh-tw"]),
        (("-dnsmasq", "dnsmasq-full"), ["-dnsmasq", "dnsmasq-full"]),
    ],
)
def test_packages_are_called_as_the_release_calls_them(
    asked: tuple[str, ...], got: list[str]
) -> None:
    assert wanted(*asked) == got


@pytest.mark.parametrize(
    ("place", "asked", "got"),
    [
        ({"release": "22.03.7", "revision": "r20341-591b7e93d3"}, ["auc"], ["auc"]),
        (
            {"release": "22.03.0", "revision": "r19685-512e76967f"},
            ["luci-i18n-opkg-de", "firewall"],
            ["luci-i18n-opkg-de", "firewall4"],
        ),
        ({"release": "25.12.0", "revision": "r32713-f919e7899d"}, ["opkg"], ["apk-mbedtls"]),
        (
            {"release": SNAPSHOT, "revision": "r34001-x"},
            ["kmod-lib-crc32c", "opkg"],
            ["apk-mbedtls"],
        ),
        # A revision that nobody can read: all that the branch has is taken as done.
        ({"release": SNAPSHOT, "revision": "unknown"}, ["auc"], ["owut"]),
        ({"target": "mediatek/filogic", "board": "openwrt_one"}, [], ["fitblk"]),
        (
            {
                "release": "25.12.1",
                "revision": "r32800-0",
                "target": "lantiq/xrx200",
                "board": "bt_homehub-v5a",
            },
            ["nano"],
            [
                *("nano", "kmod-dsa-gswip"),
                *("xrx200-rev1.1-phy11g-firmware", "xrx200-rev1.2-phy11g-firmware"),
            ],
        ),
        (
            {
                "release": "25.12.1",
                "revision": "r32800-0",
                "target": "mvebu/cortexa9",
                "board": "linksys_wrt3200acm",
            },
            ["kmod-dsa-mv88e6xxx"],
            ["kmod-dsa-mv88e6xxx"],
        ),
    ],
)
def test_a_branch_has_its_own_names_and_needs(
    place: dict[str, str], asked: list[str], got: list[str]
) -> None:
    assert wanted(*asked, **place) == got


def test_a_branch_is_told_by_its_releases_name() -> None:
    assert [branch_of(one) for one in ("24.10.0-rc2", "24.10-SNAPSHOT", SNAPSHOT)] == [
        "24.10",
        "24.10",
        SNAPSHOT,
    ]
    assert len(changes_until("99.10")) == len(changes_until(SNAPSHOT)) > len(changes_until("22.03"))


def told(works: Works, **versions: Any) -> None:
    """Let the server list other releases."""
    said = {
        "stable_version": "25.12.0",
        "oldstable_version": "24.10.4",
        "upcoming_version": "",
        "versions_list": [],
        **versions,
    }
    works.mirror.fault("/.versions.json", Content(json.dumps(said).encode()))


def test_only_the_newest_branches_are_shown(works: Works) -> None:
    told(
        works,
        upcoming_version="26.10.0-rc1",
        versions_list=[
            *("25.12.0", "24.10.4", "24.10.0", "24.10.0-rc1", "24.10.10"),
            *("23.05.5", "22.03.7", "21.02.7", "19.07.10"),
        ],
    )
    branches = works.forge.catalog.branches()
    # The newest five are looked at; of 26.10, of 24.10's newest and of 22.03 nothing is there.
    assert [one.name for one in branches] == [SNAPSHOT, "25.12", "23.05"]
    assert works.forge.catalog.latest().latest == ["26.10.0-rc1", "25.12.0", "24.10.4"]


def test_releases_of_a_branch_are_in_their_order(works: Works) -> None:
    told(works, versions_list=["24.10.4", "24.10.0-rc1", "24.10.0", "24.10.0-rc2"])
    branch = next(one for one in works.forge.catalog.branches() if one.name == "24.10")
    assert branch.versions == [
        *("24.10.4", "24.10.0", "24.10.0-rc2", "24.10.0-rc1", "24.10-SNAPSHOT")
    ]
    assert (branch.branch_off_rev, branch.git_branch) == (27990, "openwrt-24.10")
    assert branch.targets["ath79/generic"] == ATH79.arch


def test_who_cannot_ask_the_server_is_told_so(open_works: OpenWorks) -> None:
    with pytest.raises(Precondition):
        open_works(offline=True).forge.catalog.latest()
    works = open_works()
    works.mirror.fault("*.targets.json", Status(404))
    with pytest.raises(Upstream, match="nothing else"):
        works.forge.catalog.branches()
    works.mirror.fault("*.targets.json", Status(500))
    with pytest.raises(Upstream):
        works.forge.catalog.branches()


def test_a_full_queue_is_told_with_asu_s_own_status(open_works: OpenWorks) -> None:
    works = open_works(queue_limit=1)
    works.forge.jobs.submit("forge.tidy", {})
    asked = BuildRequest(version=OPKG_ZST.version, target="ath79/generic", profile=BOARD)
    with pytest.raises(Busy) as busy:
        works.forge.asu.ask(asked)
    assert (busy.value.status, busy.value.code) == (529, "overloaded.queue")


def test_an_answer_is_given_again_only_while_it_is_whole_and_fresh(open_works: OpenWorks) -> None:
    works = open_works()
    asked = BuildRequest(version=OPKG_ZST.version, target="ath79/generic", profile=BOARD)
    first = works.forge.asu.ask(asked)
    assert first.status == 202
    job = next(iter(works.forge.jobs.list()))
    works.run(job)
    done = works.forge.asu.ask(asked)
    assert (done.status, done.bin_dir) == (200, job.id)
    # Its image is gone: it is not told of, it is built.
    (works.forge.settings.data_dir / "files" / job.id / done.images[0]["name"]).unlink()  # type: ignore[index,operator]  # it has images
    assert works.forge.asu.ask(asked).status == 202
    newer = next(iter(works.forge.jobs.list()))
    assert newer.id != job.id
    works.forge.jobs.cancel(newer.id)
    shown = works.forge.asu.show(asked.hash)
    assert (shown.status, shown.detail) == (500, "Error: The build was cancelled")
