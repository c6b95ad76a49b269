"""Builds in a Forge that really runs: over HTTP, by its own workers, killed at every stage."""

import base64
from collections.abc import Iterator
import os
from pathlib import Path
import signal
import time
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from forge.jobs.facts import Job
from forge.jobs.rows import JobRow
from forge.jobs.states import State
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import OPKG_ZST
from tests.forge.house import TOKEN, House, until
from tests.forge.openwrt.conftest import BASE
from tests.forge.started import LINGER

BOARD = "tplink_archer-c6-v3"
RECIPE = {
    "place": {"release": OPKG_ZST.version, "target": "ath79", "subtarget": "generic"},
    "board": BOARD,
}
ASKED = {"version": OPKG_ZST.version, "target": "ath79/generic", "profile": "tplink,archer-c6-v3"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, mirror_server: Mirror) -> Iterator[House]:
    """Run a Forge beside the mirror, with three profiles; one can be built no more."""
    folder = tmp_path_factory.mktemp("forge")
    mirror_server.heal()
    with House(
        folder,
        openwrt_mirrors=mirror_server.url,
        openwrt_rounds=2,
        openwrt_repositories=mirror_server.url,
    ) as house:
        for profile_id, packages in (
            ("ok1", ["htop"]),
            ("ok2", ["nano"]),
            ("bad", ["no-such-thing"]),
        ):
            status, told = house.ask(
                "POST",
                "/api/v1/profiles",
                {
                    **BASE,
                    "profile_id": profile_id,
                    "openwrt_release": OPKG_ZST.version,
                    "packages": packages,
                },
            )
            assert status == 201, told
        yield house


def finished(house: House, job_id: str) -> Job:
    """Wait for a job."""
    until(lambda: house.forge.jobs.show(job_id).finished, 120)
    return house.forge.jobs.show(job_id)


def test_a_build_is_asked_for_followed_and_downloaded(house: House) -> None:
    status, told = house.ask("POST", "/api/v1/builds", {"profile_id": "ok1"})
    assert (status, told["hit"]) == (202, False)
    job = finished(house, told["job_id"])
    assert job.state is State.DONE, house.log(job)
    status, build = house.ask("GET", f"/api/v1/builds/{told['build']['id']}")
    assert (status, build["state"]) == (200, "done")
    image = next(one for one in build["artifacts"] if one["type"] == "sysupgrade")
    request = Request(  # noqa: S310 - our own server
        f"{house.url}/api/v1/jobs/{image['job_id']}/files/{image['name']}",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        assert len(answer.read()) == image["size"]
    again = house.ask("POST", "/api/v1/builds", {"profile_id": "ok1"})
    assert (again[0], again[1]["hit"], again[1]["build"]["id"]) == (202, True, build["id"])
    assert house.ask("GET", "/api/v1/builds?profile_id=ok1")[1]["builds"][0]["id"] == build["id"]


def test_a_batch_has_one_result_for_each_in_their_order(house: House) -> None:
    body = {"profile_ids": ["ok1", "missing", "ok2"], "mode": "best-effort"}
    status, told = house.ask("POST", "/api/v1/builds/batch", body)
    assert status == 202, told
    result = finished(house, told["id"]).result
    assert result
    assert (result["total"], result["succeeded"], result["failed"]) == (3, 2, 1)
    assert [one["profile_id"] for one in result["results"]] == body["profile_ids"]
    assert [(one["error"] or {}).get("code") for one in result["results"]] == [
        None,
        "not_found.profile",
        None,
    ]


def test_a_batch_may_end_at_the_first_failure(house: House) -> None:
    body = {"profile_ids": ["bad", "ok1"], "mode": "fail-fast"}
    _, told = house.ask("POST", "/api/v1/builds/batch", body)
    result = finished(house, told["id"]).result
    assert result
    assert result["stopped_early"]
    assert [one["error"]["code"] for one in result["results"]] == ["build.packages_missing"]
    assert house.ask("POST", "/api/v1/builds/batch", {})[0] == 412


def test_a_batch_of_what_was_built_answers_at_once(house: House) -> None:
    _, told = house.ask("POST", "/api/v1/builds/batch", {"profile_ids": ["ok1", "ok2"]})
    result = finished(house, told["id"]).result
    assert result
    assert result["hits"] == 2


def wait_for(house: House, job_id: str, state: str) -> None:
    """Wait until a job has been in a state."""
    until(lambda: f"» {state}" in house.log(house.forge.jobs.show(job_id)), 60)


@pytest.mark.parametrize("stage", ["downloading", "verifying", "building", "collecting"])
def test_a_build_whose_process_is_killed_begins_again(house: House, stage: str) -> None:
    place = f"/api/v1/builders/{OPKG_ZST.version}/ath79/generic"
    if stage in {"downloading", "verifying"}:
        _, told = house.ask("DELETE", f"{place}?force=true")
        if "id" in told:
            finished(house, told["id"])
    idle = house.children(house.serving)
    (house.folder / LINGER).write_text(stage, "ascii")
    _, told = house.ask("POST", "/api/v1/builds", {"profile_id": "ok1", "rebuild": True})
    job_id = told["job_id"]
    wait_for(house, job_id, stage)
    (runner,) = (pid for pid in house.children(house.serving) if pid not in idle)
    os.kill(runner, signal.SIGKILL)
    job = finished(house, job_id)
    assert job.state is State.DONE, house.log(job)
    build = house.ask("GET", f"/api/v1/builds/{job_id}")[1]
    assert len({one["name"] for one in build["artifacts"]}) == len(build["artifacts"])
    assert build["artifacts"]
    assert not list((house.folder / "work").iterdir())


def test_an_asu_client_gets_its_image(house: House) -> None:
    asked = {**ASKED, "packages": ["htop", "nano"], "client": "owut/1", "unknown": 1}
    status, told = house.ask("POST", "/api/v1/build", asked)
    assert status == 202, told
    assert told["imagebuilder_status"] in {"queued", "init"}

    def done() -> bool:
        return house.ask("GET", f"/api/v1/build/{told['request_hash']}")[0] != 202

    until(done, 120)
    status, answer = house.ask("POST", "/api/v1/build", {**asked, "packages": ["nano", "htop"]})
    assert status == 200, answer
    assert answer["manifest"]["nano"]
    assert answer["version_code"] == OPKG_ZST.revision
    image = answer["images"][0]
    request = Request(  # noqa: S310 - our own server
        f"{house.url}/store/{answer['bin_dir']}/{image['name']}",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    with build_opener(ProxyHandler({})).open(request, timeout=30) as got:
        assert got.status == 200
        assert got.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"version": "99.0.0"}, 400, "Unsupported"),
        ({"profile": "nobody,knows"}, 400, "Unsupported profile"),
        ({"packages": ["a;touch /tmp/canary"]}, 422, "packages"),
        ({"repositories": {"x": "http://127.0.0.1.evil.example/x"}}, 422, "allows"),
        ({"target": "../x"}, 422, "target"),
    ],
)
def test_an_asu_client_is_refused_in_words(
    house: House, changes: dict[str, Any], status: int, says: str
) -> None:
    got, told = house.ask("POST", "/api/v1/build", {**ASKED, **changes})
    assert got == status, told
    assert says in (told.get("detail") or told["error"]["message"])


def test_an_asu_client_is_told_why_it_failed(house: House) -> None:
    _, told = house.ask("POST", "/api/v1/build", {**ASKED, "packages": ["no-such-thing"]})
    until(lambda: house.ask("GET", f"/api/v1/build/{told['request_hash']}")[0] == 500, 120)
    _, answer = house.ask("GET", f"/api/v1/build/{told['request_hash']}")
    assert "no-such-thing" in answer["detail"]


def test_what_the_server_offers_is_told(house: House) -> None:
    assert OPKG_ZST.version in house.ask("GET", "/api/v1/releases")[1]["releases"]
    place = f"/api/v1/releases/{OPKG_ZST.version}"
    assert {one["target"] for one in house.ask("GET", f"{place}/targets")[1]["targets"]} == {
        "ath79",
        "mediatek",
    }
    found = house.ask("GET", f"{place}/boards?search=archer%20c6")[1]
    assert [one["id"] for one in found["boards"]] == [BOARD]
    target = house.ask("GET", f"{place}/targets/ath79/generic")[1]
    assert target["revision"] == OPKG_ZST.revision
    packages = house.ask("GET", f"{place}/targets/ath79/generic/packages?search=htop")[1]
    assert packages["packages"][0]["name"] == "htop"
    assert house.ask("GET", "/api/v1/releases/99.1.2/targets")[0] == 404
    revision = house.ask("GET", f"/api/v1/revision/{OPKG_ZST.version}/ath79/generic")[1]
    assert revision == {"revision": OPKG_ZST.revision}


def test_what_is_not_kept_yet_can_be_planned(house: House) -> None:
    draft = {**BASE, "profile_id": "draft", "openwrt_release": OPKG_ZST.version}
    _, job = house.ask("POST", "/api/v1/builds/plan", {"profile": {**draft, "packages": ["htop"]}})
    assert finished(house, job["id"]).result["added"] == ["htop", "libncurses"]  # type: ignore[index]  # it is done
    assert house.ask("GET", "/api/v1/profiles/draft")[0] == 404
    for body in ({}, {"profile": draft, "profile_id": "ok1"}):
        status, told = house.ask("POST", "/api/v1/builds/plan", body)
        assert (status, told["error"]["code"]) == (422, "validation.body")
    status, told = house.ask("POST", "/api/v1/builds/plan", {"profile": {**draft, "name": ""}})
    assert told["error"]["facts"]["problems"][0]["where"] == "body.profile.name"


def test_images_for_cards_are_listed(house: House) -> None:
    assert house.ask("GET", "/api/v1/card-images?search=ok1") == (200, {"images": []})


def test_many_hits_are_answered_quickly(house: House) -> None:
    finished(house, house.ask("POST", "/api/v1/builds", {"profile_id": "ok2"})[1]["job_id"])
    began = time.monotonic()
    for _ in range(20):
        assert house.ask("POST", "/api/v1/builds", {"profile_id": "ok2"})[1]["hit"]
    assert time.monotonic() - began < 20 * 0.25


def test_nothing_that_is_asked_for_is_run(house: House, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for word in (f'x";touch {canary};"', f"`touch${{IFS}}{canary}`", f"$(shell touch {canary})"):
        profile = {**BASE, "profile_id": "evil", "openwrt_release": OPKG_ZST.version}
        for field in ({"packages": [word]}, {"extra_image_name": word}):
            status, told = house.ask("POST", "/api/v1/profiles", {**profile, **field})
            assert (status, told["error"]["code"].partition(".")[0]) == (422, "validation")
        assert house.ask("POST", "/api/v1/build", {**ASKED, "packages": [word]})[0] == 422
        body = {"profile_id": "ok1", "packages": [word]}
        assert house.ask("POST", "/api/v1/builds", body)[0] == 422
        # A store that was tampered with is no way either: the job looks once more.
        with house.forge.store.write() as session:
            job, _ = house.forge.jobs.add(session, "build.plan", {"recipe": RECIPE})
            row = session.get(JobRow, job.id)
            assert row
            row.params = {"recipe": {**RECIPE, "packages": [word]}}
        house.forge.jobs.send(job)
        assert finished(house, job.id).state is State.FAILED
    assert not canary.exists()


def test_two_builds_of_one_builder_do_not_touch_each_other(house: House) -> None:
    started = [
        house.ask("POST", "/api/v1/builds", {"profile_id": "ok1", "packages": [one, "fault-pause"]})
        for one in ("curl", "tcpdump")
    ]
    builds = []
    for _, told in started:
        job = finished(house, told["job_id"])
        assert job.state is State.DONE, house.log(job)
        builds.append(house.ask("GET", f"/api/v1/builds/{job.id}")[1])
    one, other = (build["facts"]["manifest"] for build in builds)
    assert one.keys() ^ other.keys() == {"curl", "libcurl", "tcpdump", "libpcap"}
    began = [build["started_at"] for build in builds]
    ended = [build["finished_at"] for build in builds]
    assert max(began) < min(ended), "they did not run at once"


def test_a_device_gives_its_token_in_the_address(house: House) -> None:
    basic = base64.b64encode(f"owut:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    assert house.ask("GET", "/api/v1/builds", headers=headers, token=None)[0] == 200
    wrong = {"Authorization": "Basic " + base64.b64encode(b"owut:no").decode()}
    assert house.ask("GET", "/api/v1/builds", headers=wrong, token=None)[0] == 401
    assert (
        house.ask("GET", "/api/v1/builds", headers={"Authorization": "Basic ?"}, token=None)[0]
        == 401
    )
    assert house.ask("GET", "/api/v1/builds")[0] == 200
