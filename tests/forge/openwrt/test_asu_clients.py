"""OpenWrt's own clients at a Forge: what owut, auc, LuCI and the firmware selector really send."""

from collections.abc import Iterator
import hashlib
import json
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from forge.api.clients import address
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import APK, OPKG_XZ, OPKG_ZST
from tests.forge.house import TOKEN, House, until
from tests.forge.openwrt.uclient import Heard, Uclient
from tests.forge.works import beside

BOARD = "tplink_archer-c6-v3"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, mirror_server: Mirror) -> Iterator[House]:
    """Run a Forge beside the mirror."""
    mirror_server.heal()
    folder = tmp_path_factory.mktemp("forge") / "data"
    with beside(mirror_server, folder, openwrt_repositories=mirror_server.url) as house:
        yield house


@pytest.fixture
def owut(house: House) -> Uclient:
    """Run owut on a device: a new connection for each file."""
    return Uclient(house, "owut/2025.10.19-r1", address(TOKEN))


@pytest.fixture
def auc(house: House) -> Uclient:
    """Run auc on a device."""
    return Uclient(house, "auc (0.3.2-1)", address(TOKEN))


def ended(client: Uclient, request_hash: str) -> Heard:
    """Ask for a request's headers until they say something else than 202, then for all of it."""
    steps: list[str] = []

    def moved() -> bool:
        heard = client.get(f"/api/v1/build/{request_hash}", "HEAD")
        steps.append(heard.headers.get("x-imagebuilder-status", ""))
        assert heard.headers["x-queue-position"].isdigit()
        return heard.status != 202

    until(moved, 120)
    assert set(steps) <= {
        *("queued", "init", "container_setup", "validate_manifest", "building_image"),
        *("done", "failed"),
    }
    return client.get(f"/api/v1/build/{request_hash}")


def upgrade(client: Uclient, asked: dict[str, Any]) -> dict[str, Any]:
    """Have an image built; return what the client is told at the end."""
    first = client.post("/api/v1/build", asked, pieces=3)
    assert first.status in {200, 202}, first.body
    if first.status == 200:
        return dict(first.json)
    told = first.json
    assert (told["status"], told["detail"]) in {(202, "queued"), (202, "started")}
    last = ended(client, told["request_hash"])
    assert last.status == last.json["status"] == 200, last.body
    return dict(last.json)


def test_owut_upgrades_a_device(house: House, owut: Uclient, mirror_server: Mirror) -> None:
    overview = owut.get("/json/v1/overview.json").json
    branch = overview["branches"]["24.10"]
    assert OPKG_ZST.version in branch["versions"]
    assert overview["server"]["max_custom_rootfs_size_mb"] == 1024
    # It reads a target where the overview says that the packages come from.
    folder = branch["path"].replace("{version}", OPKG_ZST.version)
    assert overview["upstream_url"] == mirror_server.url
    platform = json.loads(
        mirror_server.upstream.read(f"{folder}/targets/ath79/generic/profiles.json")
    )
    shared = owut.get(f"/json/v1/{folder}/packages/{platform['arch_packages']}-index.json").json
    own = owut.get(f"/json/v1/{folder}/targets/ath79/generic/index.json").json
    available = {**shared, **own["packages"]}
    assert own["architecture"] == platform["arch_packages"]
    # What an image holds by itself, in the versions that the indexes tell, and one more.
    defaults = {*platform["default_packages"], *platform["profiles"][BOARD]["device_packages"]}
    wanted = [name for name in (*sorted(defaults), "htop") if name in available]
    assert any(name.startswith("kmod-") for name in wanted), "kernel modules have their own feed"
    asked = {
        "client": "owut/2025.10.19-r1",
        "target": "ath79/generic",
        "profile": BOARD,
        "version": OPKG_ZST.version,
        "version_code": OPKG_ZST.revision,
        "filesystem": "squashfs",
        "diff_packages": True,
        "packages_versions": {name: available[name] for name in wanted},
        "rootfs_size_mb": 64,
        "defaults": "uci set system.@system[0].hostname=attic",
    }
    answer = upgrade(owut, asked)
    # All that it reads of the answer.
    assert answer["request"]["version_code"] == answer["version_code"] == OPKG_ZST.revision
    assert answer["request"]["rootfs_size_mb"] == 64
    assert answer["request"]["defaults"] == asked["defaults"]
    assert {name: answer["manifest"][name] for name in wanted} == asked["packages_versions"]
    (image,) = (
        one
        for one in answer["images"]
        if (one.get("filesystem"), one["type"]) == ("squashfs", "sysupgrade")
    )
    store = f"/store/{answer['bin_dir']}/{image['name']}"
    got = owut.get(store)
    assert hashlib.sha256(got.body).hexdigest() == image["sha256"]
    assert owut.get(store, "HEAD").headers["content-length"] == str(len(got.body))
    again = owut.post("/api/v1/build", asked)
    assert (again.status, again.json["request_hash"]) == (200, answer["request_hash"])


def test_auc_upgrades_a_device(house: House, auc: Uclient) -> None:
    found = {}
    for branch in auc.get("/json/v1/branches.json").json:
        # It leaves out what has no such fields, and then asks for a board of every version.
        assert {"enabled", "name", "path", "path_packages", "versions", "targets"} <= branch.keys()
        for version in branch["versions"] if "ath79/generic" in branch["targets"] else ():
            folder = branch["path"].replace("{version}", version)
            heard = auc.get(f"/json/v1/{folder}/targets/ath79/generic/{BOARD}.json")
            if heard.status == 200:
                found[version] = (folder, heard.json)
    assert {OPKG_XZ.version, OPKG_ZST.version, APK.version, "SNAPSHOT"} == found.keys()
    folder, board = found[OPKG_XZ.version]
    assert (board["metadata_version"], board["target"]) == (1, "ath79/generic")
    assert isinstance(board["images"], list)
    own = auc.get(f"/json/v1/{folder}/targets/ath79/generic/index.json").json
    assert own["architecture"] == board["arch_packages"]
    assert auc.get(f"/json/v1/{folder}/packages/{board['arch_packages']}-index.json").json["htop"]
    answer = upgrade(
        auc,
        {
            "version": OPKG_XZ.version,
            "version_code": board["version_code"],
            "target": "ath79/generic",
            "profile": BOARD,
            "diff_packages": True,
            "packages_versions": {"kmod-ath9k": own["packages"]["kmod-ath9k"]},
        },
    )
    image = next(one for one in answer["images"] if one["type"] == "sysupgrade")
    assert auc.get(f"/store/{answer['bin_dir']}/{image['name']}").status == 200


def ask_as_a_page(
    house: House, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any, Any]:
    """Ask as a browser does for a page of another server: no token, and where it is from."""
    request = Request(  # noqa: S310 - our own server
        f"{house.url}{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Origin": "https://selector.example", **headers},
    )
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        return error.code, error.headers, error.read()


def test_the_firmware_selector_asks_from_its_own_page(house: House) -> None:
    place = f"{address(TOKEN)}/api/v1/build"
    status, headers, _ = ask_as_a_page(
        house,
        "OPTIONS",
        place,
        **{
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
            "Access-Control-Request-Private-Network": "true",
        },
    )
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in headers["Access-Control-Allow-Methods"]
    asked = {
        "profile": "glinet_gl-ar150",
        "target": "ath79/generic",
        "packages": ["htop", "no-such-package"],
        "defaults": "",
        "version_code": OPKG_ZST.revision,
        "version": OPKG_ZST.version,
        "diff_packages": True,
        "client": "ofs/5.1.0",
    }
    json_ = {"Content-Type": "application/json"}
    status, headers, body = ask_as_a_page(house, "POST", place, asked, **json_)
    told = json.loads(body)
    assert (status, headers["Access-Control-Allow-Origin"]) == (202, "*")
    assert "stderr" not in told  # it looks whether the name is there

    def over() -> bool:
        return ask_as_a_page(house, "GET", f"{place}/{told['request_hash']}")[0] != 202

    until(over, 120)
    status, headers, body = ask_as_a_page(house, "GET", f"{place}/{told['request_hash']}")
    assert (status, headers["Access-Control-Allow-Origin"]) == (500, "*")
    assert "no-such-package" in json.loads(body)["detail"]
    wrong = {**asked, "packages": ["$(reboot)"]}
    status, headers, body = ask_as_a_page(house, "POST", place, wrong, **json_)
    assert (status, headers["Access-Control-Allow-Origin"]) == (422, "*")
    assert "packages" in json.loads(body)["detail"]


def test_luci_finds_what_was_elsewhere_once(house: House, owut: Uclient) -> None:
    for name in ("overview", "latest"):
        moved = owut.get(f"/api/v1/{name}")
        assert moved.status == 301
        assert moved.headers["location"] == f"{address(TOKEN)}/json/v1/{name}.json"
    assert owut.get("/json/v1/latest.json").json["latest"] == [APK.version, OPKG_ZST.version]
    # A slash more than there should be, as who configured `http://forge/asu/…/` gets it.
    assert Uclient(house, "x", f"{address(TOKEN)}/").get("/json/v1/latest.json").status == 200


def test_a_device_is_known_by_its_other_names(owut: Uclient) -> None:
    folder = f"/json/v1/releases/{OPKG_ZST.version}"
    by_alias = owut.get(f"{folder}/targets/ath79/generic/gl-ar150.json").json
    assert by_alias["id"] == "glinet_gl-ar150"
    assert owut.get(f"{folder}/targets/ath79/generic/nobody.json").status == 404
    assert owut.get(f"{folder}/packages/z80-index.json").status == 404
    assert BOARD in owut.get(f"{folder}/targets/ath79/generic/profiles.json").json["profiles"]
    assert owut.get(f"{folder}/.targets.json").json["ath79/generic"] == "mips_24kc"
    development = "/json/v1/snapshots"
    assert owut.get(f"{development}/.targets.json").json["ath79/generic"] == "mips_24kc"
    assert owut.get(f"{development}/packages/mips_24kc-index.json").json["htop"]
    target = f"{development}/targets/ath79/generic"
    assert owut.get(f"{target}/index.json").json["packages"]
    assert owut.get(f"{target}/{BOARD}.json").json["version_number"] == "SNAPSHOT"
    assert owut.get(f"{target}/profiles.json").json["target"] == "ath79/generic"


def test_what_is_refused_is_told_as_clients_read_it(owut: Uclient) -> None:
    asked = {"version": "99.0.0", "target": "ath79/generic", "profile": BOARD}
    told = owut.post("/api/v1/build", asked)
    assert (told.status, told.json["status"]) == (400, 400)
    assert "99.0.0" in told.json["detail"]
    missing = owut.get(f"/api/v1/build/{'0' * 64}")
    assert (missing.status, missing.json["status"]) == (404, 404)
    assert missing.json["detail"]
    assert owut.get(f"/api/v1/build/{'0' * 64}", "HEAD").status == 404


def test_the_key_opens_nothing_else(house: House, owut: Uclient) -> None:
    for path in ("/api/v1/jobs", "/api/v1/config", "/metrics", "/health", "/api/v1/asu-address"):
        assert Uclient(house, "x", address(TOKEN)).get(path).status == 401
    key = address(TOKEN).rpartition("/")[2]
    assert house.ask("GET", "/api/v1/jobs", token=key)[0] == 401
    wrong = Uclient(house, "x", f"/asu/{'0' * 32}").get("/json/v1/latest.json")
    assert (wrong.status, wrong.json["status"]) == (401, 401)
    # The Forge's token still opens the plain addresses, and says what the key is.
    assert house.ask("GET", "/json/v1/latest.json")[0] == 200
    assert house.ask("GET", "/api/v1/asu-address")[1]["path"] == address(TOKEN)
    assert TOKEN not in address(TOKEN)


def test_the_figures_are_those_of_the_builds(house: House, owut: Uclient) -> None:
    upgrade(
        owut,
        {
            "version": OPKG_ZST.version,
            "target": "ath79/generic",
            "profile": BOARD,
            "packages": ["+htop"],
        },
    )
    assert owut.get("/api/v1/stats").json == {"queue_length": 0}
    assert owut.get("/api/v1/stats/summary").json["builds_24h"] >= 1
    days = owut.get("/api/v1/builds-per-day").json
    assert len(days["labels"]) == 30
    assert days["labels"][-1] == time.strftime("%Y-%m-%dZ", time.gmtime())
    assert days["datasets"][0]["data"][-1] >= 1
    weeks = owut.get("/api/v1/builds-by-version").json
    assert len(weeks["labels"]) == 26
    curve = next(one for one in weeks["datasets"] if one["label"] == "24.10")
    assert sum(curve["data"]) >= 1
    releases = owut.get("/api/v1/builds-by-version?branch=24.10").json["datasets"]
    assert OPKG_ZST.version in {one["label"] for one in releases}
    top = owut.get("/api/v1/top-packages?branch=24.10&n=5").json
    assert "htop" in {one["name"] for one in top["packages"]}
    assert len(top["packages"]) <= 5
    assert owut.get("/api/v1/top-packages?branch=21.02").json["packages"] == []
    assert owut.get("/api/v1/build-errors?n_entries=5").status == 200
