"""Every vector of tests/vectors/openwrt.json, at the real code: each has its case, and runs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import json
import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp.test_utils import TestClient, TestServer
import pytest

from forge.api.doors import Door
from forge.api.live import Live
from forge.api.metrics import Metrics
from forge.api.server import build as serve
from forge.app import Forge
from forge.errors import ForgeError
from forge.flash.block import BlockTarget
from forge.jobs import proc
from forge.jobs.facts import Job
from forge.openwrt.asu.requests import allowed
from forge.openwrt.builders.pruning import Prune
from forge.openwrt.builds import artifacts
from forge.openwrt.builds.facts import Build
from forge.openwrt.builds.recipe import Recipe, absolute, wanted
from forge.openwrt.place import Place
from forge.openwrt.profiles.facts import Which
from forge.openwrt.profiles.schema import read
from forge.settings import load
from forge.store.migrate import migrate
from rig.openwrt.releases import APK, ATH79, OPKG_ZST, RELEASES
from tests.forge.flash import conftest as cards
from tests.forge.flash.cards import MIB, Loop, disk_image, mounted, run
from tests.forge.flash.conftest import Room
from tests.forge.house import TOKEN, until
from tests.forge.openwrt import conftest as openwrt
from tests.forge.openwrt.conftest import BASE, profile
from tests.forge.openwrt.reference import reference_key
from tests.forge.openwrt.works import Works
from tests.forge.works import beside

#: The fixtures of both rooms, and a Forge that may write cards.
open_works, works, shared = openwrt.open_works, openwrt.works, openwrt.shared
settings, loops, card, room = cards.settings, cards.loops, cards.card, cards.room

type Expected = dict[str, Any]
type Case = Callable[[Any, Expected, pytest.FixtureRequest], None]

FILE: Final = Path(__file__).parents[1] / "vectors" / "openwrt.json"
VECTORS: Final = {one["id"]: one for one in json.loads(FILE.read_bytes())}
PLACE: Final = Place(release=OPKG_ZST.version, target="ath79", subtarget="generic")
CASES: Final[dict[str, Case]] = {}


def case(*ids: str) -> Callable[[Case], Case]:
    """Say which vectors a case is for."""

    def add(function: Case) -> Case:
        for id_ in ids:
            assert id_ not in CASES
            CASES[id_] = function
        return function

    return add


def test_every_vector_has_its_case() -> None:
    assert CASES.keys() == VECTORS.keys()
    assert len(VECTORS) == 33
    with suppress(FileNotFoundError):
        # Where the originals lie beside the repository, this is still what they say.
        beside = Path(__file__).parents[3] / "shared" / "vectors" / "openwrt.json"
        assert json.loads(beside.read_bytes()) == [*VECTORS.values()]


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
def test_vector(vector: dict[str, Any], request: pytest.FixtureRequest) -> None:
    CASES[vector["id"]](vector["given"], vector["expect"], request)


def answer(
    forge: Forge, method: str, path: str, body: Any = None, token: str = TOKEN
) -> tuple[int, Any]:
    """Ask a Forge's API in this process."""

    async def ask() -> tuple[int, Any]:
        live = Live(forge)
        live.start()
        app = serve(forge, Door.API, token, live, Metrics(forge))
        async with TestClient(TestServer(app)) as client:
            headers = {"Authorization": f"Bearer {token}"}
            answered = await client.request(method, path, json=body, headers=headers)
            told = await answered.json(content_type=None)
        await live.stop()
        return answered.status, told

    return asyncio.run(ask())


def as_refused(expect: Expected, do: Callable[[], object]) -> ForgeError:
    """Do what must be refused with the code, and at the field, that are expected."""
    with pytest.raises(ForgeError) as refused:
        do()
    error = refused.value
    assert error.code == expect["code"] or error.code.startswith(f"{expect['code']}.")
    if "status" in expect:
        assert error.status == expect["status"]
    if "field" in expect:
        assert expect["field"] in [one["where"] for one in error.facts["problems"]]
    return error


# Profiles


@case("P01", "P03", "P05", "P07", "P09")
def profile_is_read(given: Any, expect: Expected, _request: pytest.FixtureRequest) -> None:
    changes = {} if given == "BASE" else dict(given["BASE+"])
    if changes.get("packages") == ["x repeated 1001 times"]:
        changes["packages"] = [f"x{number}" for number in range(1001)]
        read({**BASE, "packages": changes["packages"][:1000]})
    if expect.get("ok"):
        assert read({**BASE, **changes}).profile_id == BASE["profile_id"]
    else:
        as_refused(expect, lambda: read({**BASE, **changes}))


@case("P11")
def profiles_are_found_by_a_tag(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    forge: Forge = request.getfixturevalue("works").forge
    for one in given["profiles"]:
        forge.profiles.create(profile(profile_id=one["id"], tags=one["tags"]))
    found = forge.profiles.list(Which(tag=given["filter"]["tags"]))
    assert [one.profile.profile_id for one in found] == expect["ids"]


def built(works: Works, profile_id: str = "p1", **fields: Any) -> Build:
    """Keep a profile and build it; return what became of it."""
    fields = {"openwrt_release": OPKG_ZST.version, "profile_id": profile_id, **fields}
    works.forge.profiles.create(profile(**fields))
    return again(works, profile_id)


def again(works: Works, profile_id: str = "p1") -> Build:
    """Build a profile that is kept."""
    started = works.forge.builds.start(profile_id)
    if not started.hit:
        works.run(works.forge.jobs.show(started.job_id))
    return works.forge.builds.show(started.job_id)


@case("P13")
def a_profile_with_builds_stays(
    _given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    works: Works = request.getfixturevalue("works")
    assert built(works).state == "done"
    status, told = answer(works.forge, "DELETE", "/api/v1/profiles/p1")
    assert (status, told["error"]["code"]) == (expect["status"], expect["code"])
    assert works.forge.profiles.show("p1").version == 1


# Image Builders


def trees(works: Works) -> list[Path]:
    """Return the Image Builders that are unpacked."""
    return [*(works.forge.settings.data_dir / "builders").glob("[0-9S]*/*/*")]


@case("B02")
def the_archive_that_is_listed_is_taken(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    works: Works = request.getfixturevalue("works")
    branch = given["release"].rpartition(".")[0]
    release = next(one for one in RELEASES if one.version.startswith(branch))
    assert works.ensure(release).error is None
    builder = works.forge.builders.show(PLACE.model_copy(update={"release": release.version}))
    assert builder.state == expect["state"]
    assert builder.archive
    assert builder.archive.endswith(f".{expect['archive_suffix']}")


def failed(job: Job, expect: Expected) -> None:
    """Check what a job failed with."""
    assert job.error
    assert job.error.code == expect["code"]


@case("B04")
def what_is_not_listed_is_not_used(
    _given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    works: Works = request.getfixturevalue("works")
    works.mirror.edit_sums(
        OPKG_ZST,
        ATH79,
        lambda sums: "".join(
            line for line in sums.splitlines(keepends=True) if "imagebuilder" not in line
        ),
    )
    failed(works.ensure(), expect)
    assert trees(works) == []


@case("B06")
def who_signs_must_be_known(given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    open_works = request.getfixturevalue("open_works")
    works: Works = open_works(openwrt_signatures=given["signature_policy"])
    works.mirror.edit_sums(OPKG_ZST, ATH79, str, keys=works.mirror.upstream.stranger)
    failed(works.ensure(), expect)
    assert trees(works) == []


@case("B08")
def offline_nobody_is_asked(given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    works: Works = request.getfixturevalue("open_works")(offline=given["offline"])
    failed(works.ensure(), expect)
    assert len(works.mirror.paths()) == expect["http_calls"]


@case("B10")
def what_builds_need_is_not_pruned(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    works: Works = request.getfixturevalue("works")
    assert built(works).state == "done"
    before = trees(works)
    assert before
    as_refused(expect, lambda: works.forge.builders.prune(Prune.model_validate(given["prune"])))
    as_refused(expect, lambda: works.forge.builders.delete(PLACE))
    assert trees(works) == before


# Builds


@case("M01")
def packages_become_words(given: Any, expect: Expected, _request: pytest.FixtureRequest) -> None:
    words = wanted(given["packages"], given["packages_remove"], given["extra"])
    assert " ".join(words) == expect["PACKAGES"]


@case("M03")
def the_reference_s_key(_given: Any, expect: Expected, _request: pytest.FixtureRequest) -> None:
    minimal = profile(profile_id="p", imagebuilder_profile="x")
    assert reference_key(minimal) == expect["cache_key"]


@case("M05")
def a_hit_needs_its_files(_given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    works: Works = request.getfixturevalue("works")
    first = built(works)
    assert works.forge.builds.start("p1").hit
    lost = first.artifacts[0]
    works.forge.files.find(lost.job_id, lost.name).unlink()
    second = again(works)
    assert second.hit is expect["cache_hit"]
    assert (second.id != first.id) is expect["new_build"]
    assert second.state == "done"


@case("M07")
def an_unknown_board_runs_no_make(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    works: Works = request.getfixturevalue("works")
    told = built(works, imagebuilder_profile=given["profile"])
    assert told.error
    assert told.error.code == expect["code"]
    log = works.log(works.forge.jobs.show(told.id))
    assert log.count("$ make") == expect["make_runs"]


@case("M09")
def packages_that_conflict_are_named(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    works: Works = request.getfixturevalue("works")
    assert given["builder"].startswith(APK.manager)
    told = built(works, openwrt_release=APK.version, packages=["conflict-x", "conflict-y"])
    assert told.error
    assert told.error.code == expect["code"]
    assert told.error.facts["packages"] == [f"conflict-{name}" for name in expect["packages"]]


@case("M11")
def what_takes_too_long_ends_whole(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    # The Image Builder's own steps take longer than the reference's two seconds.
    works: Works = request.getfixturevalue("open_works")(build_timeout_s=4 * given["timeout_s"])
    works.ensure()
    told = built(works, packages=["fault-sleep"])
    assert told.error
    assert told.error.code == expect["code"]
    log = works.log(works.forge.jobs.show(told.id))
    assert "sleeping" in log, "the grandchild was there"
    # What would write the file is ended, so that nobody has to wait for what does not come.
    assert not proc.members(told.id)
    assert (expect["file_after_8s"], expect["log_path"]) == ("absent", "set")
    assert not [*works.forge.settings.data_dir.rglob("late")]


@case("M13", "M15")
def images_are_typed(given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue("tmp_path")
    name = given["name"].replace("…", "openwrt-24.10.4-ath79-generic-x")
    (folder / name).write_bytes(bytes(2048))
    listed = {"name": name, "type": expect["type"], "filesystem": "squashfs"}
    profiles = {"profiles": {"x": {"images": [listed]}}}
    (folder / "profiles.json").write_text(json.dumps(profiles))
    (found,) = (
        one for one in artifacts.collect(folder, Recipe(place=PLACE, board="x")) if one.name == name
    )
    assert (found.type, found.card) == (expect["type"], expect["card_flashable"])


@case("M17")
def a_batch_tells_of_each_in_its_order(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    # A batch waits for its builds: they need workers of their own.
    folder: Path = request.getfixturevalue("tmp_path") / "data"
    with beside(request.getfixturevalue("mirror"), folder) as house:
        for name, packages in (("ok1", ["htop"]), ("ok2", ["nano"])):
            house.forge.profiles.create(
                profile(profile_id=name, packages=packages, openwrt_release=OPKG_ZST.version)
            )
        status, told = house.ask("POST", "/api/v1/builds/batch", given)
        assert status == 202
        until(lambda: house.forge.jobs.show(told["id"]).finished, 110)
        result = house.forge.jobs.show(told["id"]).result
    assert result
    counts = [result[name] for name in ("total", "succeeded", "failed")]
    assert counts == [expect[name] for name in ("total", "succeeded", "failed")], result
    assert [one["profile_id"] for one in result["results"]] == expect["order"]
    assert [(one["error"] or {}).get("code") for one in result["results"]] == expect["codes"]


# Cards


def kept(room: Room, folder: Path, size: int) -> dict[str, str]:
    """Keep an image of a whole disk."""
    return room.keep(disk_image(folder / "image.img", size))


@case("F01")
def a_card_is_written_and_read_back(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    assert given["device"] == "loop, 16 MiB, idle"
    room: Room = request.getfixturevalue("room")
    card: Loop = request.getfixturevalue("card")
    image = kept(room, request.getfixturevalue("tmp_path"), 2 * MIB)
    assert room.write(image, card.path)["result"] == expect["verification"]
    assert room.last().status == expect["record"]


@case("F03")
def nothing_is_written_without_force(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    room: Room = request.getfixturevalue("room")
    card: Loop = request.getfixturevalue("card")
    plan = room.plan(kept(room, request.getfixturevalue("tmp_path"), 2 * MIB), card.path)
    before = card.content
    asked = {"token": plan.token, "force": given["F01 with"]["force"]}
    status, told = answer(room.forge, "POST", "/api/v1/flash/writes", asked)
    assert (status, told["error"]["code"]) == (412, expect["code"])
    assert card.content == before


def refused_card(
    expect: Expected, request: pytest.FixtureRequest, device: str, size: int = 2 * MIB
) -> None:
    """Have a plan refused."""
    room: Room = request.getfixturevalue("room")
    image = kept(room, request.getfixturevalue("tmp_path"), size)
    as_refused(expect, lambda: room.plan(image, device))


def parted(request: pytest.FixtureRequest) -> Loop:
    """Plug a card with a partition in."""
    folder: Path = request.getfixturevalue("tmp_path")
    disk = disk_image(folder / "parted", 16 * MIB)
    loop: Loop = request.getfixturevalue("loops")(of=disk, parts=True)
    return loop


@case("F05")
def a_link_to_a_partition(_given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    link: Path = request.getfixturevalue("tmp_path") / "card"
    link.symlink_to(f"{parted(request).path}p1")
    refused_card(expect, request, str(link))


@case("F07")
def a_disk_in_use_elsewhere(_given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    loop = parted(request)
    run("mkfs.ext4", "-q", f"{loop.path}p1")
    before = loop.content[:MIB]
    with mounted(f"{loop.path}p1", request.getfixturevalue("tmp_path") / "point", elsewhere=True):
        refused_card(expect, request, loop.path)
    assert loop.content[:MIB] == before


@case("F09")
def an_image_larger_than_the_card(
    _given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    loop: Loop = request.getfixturevalue("loops")(8 * MIB)
    before = loop.content
    refused_card(expect, request, loop.path, 9 * MIB)
    assert loop.content == before


@case("F11")
def a_medium_that_lies(_given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    room: Room = request.getfixturevalue("room")
    card: Loop = request.getfixturevalue("card")
    image = kept(room, request.getfixturevalue("tmp_path"), 2 * MIB)
    settle, settled = BlockTarget.settle, []

    def once_written(target: BlockTarget) -> None:
        settle(target)
        settled.append(target)
        if len(settled) == 2:  # before the write, and after it
            with card.backing.open("r+b") as file:
                file.seek(MIB)
                file.write(b"something else")
                file.flush()
                os.fsync(file.fileno())

    job = room.confirm(room.plan(image, card.path))
    opener = os.open(card.path, os.O_RDONLY)
    try:
        with request.getfixturevalue("monkeypatch").context() as patch:
            patch.setattr(BlockTarget, "settle", once_written)
            as_refused(expect, lambda: room.run(job))
    finally:
        os.close(opener)
    assert room.last().suspect is (expect["card"] == "suspect")


@case("F13")
def a_setting_that_means_nothing(
    given: Any, expect: Expected, _request: pytest.FixtureRequest
) -> None:
    value = given["settings"]["verification_mode"]
    assert expect["at"] == "startup"
    as_refused(expect, lambda: load({"flash_verification": value}, environment={}))


@case("F15")
def a_read_only_device(_given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    loop: Loop = request.getfixturevalue("loops")(read_only=True)
    refused_card(expect, request, loop.path)


# The API


@case("A01")
def a_build_is_asked_for(_given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    works: Works = request.getfixturevalue("works")
    works.forge.profiles.create(profile(openwrt_release=OPKG_ZST.version))
    status, told = answer(works.forge, "POST", "/api/v1/builds", {"profile_id": "p1"})
    assert status == expect["status"]
    assert works.forge.jobs.show(told["job_id"]).kind == "build.image"


@case("A03")
def no_secret_is_shown(_given: Any, expect: Expected, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue("tmp_path")
    secret = "a-secret-that-nobody-sees"
    settings = load(
        {"data_dir": folder, "token": secret, "database_url": f"sqlite:///{folder}/{secret}.db"},
        environment={},
    )
    with_secrets = Forge.open(settings)
    migrate(with_secrets.store)
    try:
        status, told = answer(with_secrets, "GET", "/api/v1/config", token=secret)
    finally:
        with_secrets.close()
    assert status == 200
    assert (secret not in json.dumps(told)) is expect["no_secret"]


# OpenWrt's own build server


@case("U01")
def only_what_is_named_stays(given: Any, expect: Expected, _request: pytest.FixtureRequest) -> None:
    words = absolute(given["diff_packages"], given["defaults"])
    assert " ".join(words) == expect["PACKAGES"]


@case("U03")
def a_feed_that_only_looks_allowed(
    given: Any, expect: Expected, request: pytest.FixtureRequest
) -> None:
    assert not allowed(given["url"], tuple(given["repo_allow"]))
    assert urlsplit(given["url"]).hostname
    works: Works = request.getfixturevalue("open_works")(
        openwrt_repositories=" ".join(given["repo_allow"])
    )
    asked = {
        "version": OPKG_ZST.version,
        "target": "ath79/generic",
        "profile": BASE["imagebuilder_profile"],
        "repositories": {"x": given["url"]},
    }
    status, told = answer(works.forge, "POST", "/api/v1/build", asked)
    assert (status, told["error"]["code"].partition(".")[0]) == (422, expect["code"])
