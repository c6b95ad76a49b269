"""The Forge at a genuine server of OpenWrt, where somebody names one: all that others show here.

ATELIER_GENUINE_MIRROR=https://downloads.openwrt.org script/test tests/forge/openwrt/test_genuine.py

ATELIER_GENUINE_KEYS names a folder with OpenWrt's public keys: then signatures must be good.
"""

from collections.abc import Iterator
import os
from pathlib import Path
import shutil

import pytest

from forge.api.clients import address
from forge.openwrt.asu.changes import branch_of, changes_until
from tests.forge.house import TOKEN, House, until
from tests.forge.openwrt.uclient import Uclient

GENUINE = os.environ.get("ATELIER_GENUINE_MIRROR", "").rstrip("/")
KEYS = os.environ.get("ATELIER_GENUINE_KEYS", "")
RELEASE, TARGET, SUBTARGET, BOARD = os.environ.get(
    "ATELIER_GENUINE_BOARD", "24.10.4/ath79/generic/tplink_archer-c6-v3"
).split("/")
PATIENCE_S = 1500

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not GENUINE, reason="ATELIER_GENUINE_MIRROR names no server"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run a Forge that takes everything from that server."""
    folder = tmp_path_factory.mktemp("forge") / "data"
    policy = "prefer"
    if KEYS:
        shutil.copytree(KEYS, folder / "openwrt" / "keys")
        policy = "require"
    with House(folder, openwrt_mirrors=GENUINE, openwrt_signatures=policy) as house:
        yield house


@pytest.fixture
def owut(house: House) -> Uclient:
    """Run owut on a device."""
    return Uclient(house, "owut/2025.10.19-r1", address(TOKEN))


def test_what_the_server_lists_is_understood(house: House, owut: Uclient) -> None:
    overview = owut.get("/json/v1/overview.json").json
    branch = overview["branches"][branch_of(RELEASE)]
    assert RELEASE in branch["versions"]
    assert len(branch["package_changes"]) == len(changes_until(branch_of(RELEASE)))
    arch = branch["targets"][f"{TARGET}/{SUBTARGET}"]
    place = f"/json/v1/releases/{RELEASE}"
    own = owut.get(f"{place}/targets/{TARGET}/{SUBTARGET}/index.json").json["packages"]
    shared = owut.get(f"{place}/packages/{arch}-index.json").json
    assert "busybox" in shared
    assert any(name.startswith("kmod-") for name in own), "the kernel's modules have feeds"
    board = owut.get(f"{place}/targets/{TARGET}/{SUBTARGET}/{BOARD}.json").json
    assert board["metadata_version"] == 1
    found = house.ask("GET", f"/api/v1/releases/{RELEASE}/boards?limit=2000")[1]
    assert BOARD in {one["id"] for one in found["boards"]}


def test_an_image_is_built_as_owut_asks_for_it(house: House, owut: Uclient) -> None:
    place = f"/json/v1/releases/{RELEASE}/targets/{TARGET}/{SUBTARGET}"
    profiles = owut.get(f"{place}/profiles.json").json
    asked = {
        "version": RELEASE,
        "version_code": profiles["version_code"],
        "target": f"{TARGET}/{SUBTARGET}",
        "profile": BOARD,
        "packages": [
            *(one for one in profiles["default_packages"]),
            *(one for one in profiles["profiles"][BOARD]["device_packages"]),
            "htop",
        ],
        "diff_packages": True,
    }
    told = owut.post("/api/v1/build", asked)
    assert told.status == 202, told.body
    status = f"/api/v1/build/{told.json['request_hash']}"
    until(lambda: owut.get(status, "HEAD").status != 202, PATIENCE_S)
    answer = owut.get(status)
    assert answer.status == 200, answer.body
    assert answer.json["version_code"] == profiles["version_code"]
    assert {"busybox", "htop"} <= answer.json["manifest"].keys()
    image = next(one for one in answer.json["images"] if one["type"] == "sysupgrade")
    assert owut.get(f"/store/{answer.json['bin_dir']}/{image['name']}", "HEAD").status == 200
    builder = house.ask("GET", f"/api/v1/builders/{RELEASE}/{TARGET}/{SUBTARGET}")[1]
    assert builder["signature"] == ("verified" if KEYS else "unknown_key")


def test_a_package_that_there_is_not_is_named(house: House) -> None:
    body = {
        "profile_id": "genuine",
        "name": "n",
        "device_id": "d",
        "openwrt_release": RELEASE,
        "target": TARGET,
        "subtarget": SUBTARGET,
        "imagebuilder_profile": BOARD,
        "packages": ["no-such-package"],
    }
    assert house.ask("POST", "/api/v1/profiles", body)[0] == 201
    _, started = house.ask("POST", "/api/v1/builds", {"profile_id": "genuine"})
    until(lambda: house.forge.jobs.show(started["job_id"]).finished, PATIENCE_S)
    error = house.forge.jobs.show(started["job_id"]).error
    assert error
    assert (error.code, error.facts["packages"]) == (
        "build.packages_missing",
        ["no-such-package"],
    )


def test_the_keys_are_openwrt_s(house: House) -> None:
    if not KEYS:
        pytest.skip("ATELIER_GENUINE_KEYS names no folder with OpenWrt's keys")
    found = house.ask("GET", "/api/v1/keys")[1]["keys"]
    assert len(found) == len([*Path(KEYS).iterdir()])
    assert any(one["openwrt"] for one in found)
