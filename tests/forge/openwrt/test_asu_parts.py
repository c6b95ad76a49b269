"""What is renamed between releases, and what OpenWrt's clients are shown, piece by piece."""

import json
from typing import Any

import pytest

from forge.errors import Busy, Invalid, NotFound, Precondition, Unsupported, Upstream
from forge.jobs.states import State
from forge.openwrt.asu.answers import waiting
from forge.openwrt.asu.changes import SNAPSHOT, adapted, branch_of, changes_until
from forge.openwrt.asu.requests import BuildRequest
from forge.openwrt.place import Place
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


def test_the_catalog_tells_boards_and_packages(works: Works) -> None:
    catalog = works.forge.catalog
    overview = catalog.overview()
    assert overview.upstream_url == works.mirror.url
    assert overview.branches["24.10"].package_changes[0].target == "firewall4"
    place = Place(release=OPKG_ZST.version, target="ath79", subtarget="generic")
    told_board = catalog.board(place, "glinet,gl-ar150")
    assert (told_board["id"], told_board["target"]) == ("glinet_gl-ar150", ATH79.id)
    assert str(told_board["build_at"]).startswith("20")
    index = catalog.index(place)
    assert index.architecture == ATH79.arch
    assert any(name.startswith("kmod-") for name in index.packages)
    shared = catalog.shared_index(place.release, ATH79.arch)
    assert "htop" in shared
    assert not any(name.startswith("kmod-") for name in shared)
    with pytest.raises(NotFound):
        catalog.shared_index(place.release, "z80")
    with pytest.raises(NotFound):
        catalog.board(place, "nobody")


def test_figures_are_counted_from_builds(works: Works) -> None:
    stats = works.forge.stats
    assert stats.errors(5) == "No build errors recorded\n"
    good = BuildRequest(
        version=OPKG_ZST.version, target=ATH79.id, profile=BOARD, packages=["htop", "-swconfig"]
    )
    bad = good.model_copy(update={"packages": ["no-such-package"]})
    for asked in (good, bad):
        works.forge.asu.ask(asked)
        assert stats.queue().queue_length == 1
        works.run(works.forge.jobs.list()[0])
    assert works.forge.asu.show(good.hash).status == 200
    failed = works.forge.asu.show(bad.hash)
    assert (failed.status, "no-such-package" in failed.detail) == (500, True)
    summary = stats.summary()
    assert (summary.builds_24h, summary.failures_24h, summary.cache_hits_24h) == (2, 1, 0)
    assert [sum(curve.data) for curve in stats.per_day().datasets] == [2, 0, 1]
    assert [curve.label for curve in stats.by_version().datasets] == ["24.10"]
    assert [curve.label for curve in stats.by_version("24.10").datasets] == [OPKG_ZST.version]
    assert stats.by_version("23.05").datasets == []
    top = stats.top_packages("24.10", 5)
    assert [(one.name, one.count) for one in top.packages] == [("htop", 1)]
    assert stats.top_packages("23.05", 5).packages == []
    (line,) = stats.errors(5).splitlines()
    assert "build.packages_missing" in line
    assert len(line) < 300


def test_what_there_is_not_is_refused(works: Works) -> None:
    good = BuildRequest(version=OPKG_ZST.version, target=ATH79.id, profile=BOARD)
    for changes in ({"version": "99.0.0"}, {"target": "x/y"}, {"profile": "nobody"}):
        with pytest.raises(Unsupported) as refused:
            works.forge.asu.ask(good.model_copy(update=changes))
        assert refused.value.status == 400
        assert refused.value.facts["request_hash"] != good.hash
    strange = good.model_copy(update={"repositories": {"x": "https://elsewhere.example/x"}})
    with pytest.raises(Invalid, match="allows"):
        works.forge.asu.ask(strange)
    with pytest.raises(NotFound):
        works.forge.asu.show("0" * 64)
    place = Place(release=OPKG_ZST.version, target="ath79", subtarget="generic")
    assert works.forge.asu.revision(place) == OPKG_ZST.revision


@pytest.mark.parametrize(
    ("state", "step", "told"),
    [
        (State.QUEUED, None, ("queued", "queued")),
        (State.PREPARING, None, ("started", "init")),
        (State.DOWNLOADING, "an archive", ("started", "container_setup")),
        (State.BUILDING, "packages", ("started", "validate_manifest")),
        (State.BUILDING, "image", ("started", "building_image")),
        (State.COLLECTING, None, ("started", "building_image")),
    ],
)
def test_where_a_build_is_has_a_name_that_clients_know(
    works: Works, state: State, step: str | None, told: tuple[str, str]
) -> None:
    works.forge.asu.ask(BuildRequest(version=OPKG_ZST.version, target=ATH79.id, profile=BOARD))
    (build,) = works.forge.builds.list()
    moved = build.model_copy(update={"state": state, "step": step, "position": 3})
    answer = waiting(moved, "hash")
    assert (answer.detail, answer.imagebuilder_status) == told
    assert answer.queue_position == (2 if state is State.QUEUED else None)
