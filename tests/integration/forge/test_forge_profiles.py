"""Profiles of a Forge: which release they were built from, and building the newest."""

import asyncio
import json
from typing import Any

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.forge.house import TOKEN, House
from tests.integration.forge.conftest import Connect, state, until
from tests.integration.forge.test_forge_life import CONNECTED, issues
from tests.integration.forge.wire import Wire, profile, refusal

UPDATE = "update.router_attic_image"
BUTTON = "button.router_attic_build"
JOB = "1" * 32


def built(profile_id: str | None, release: str) -> Any:
    """Return a build as a Forge tells it."""
    place = {"release": release, "target": "ath79", "subtarget": "generic"}
    return {"id": JOB, "profile_id": profile_id, "recipe": {"place": place}}


def building(state: str, **more: Any) -> dict[str, Any]:
    """Return the job that builds the profile, as a Forge lists it."""
    params = {"profile_id": "attic"}
    return {"id": JOB, "kind": "build.image", "state": state, "params": params, **more}


def told(state: str, **more: Any) -> dict[str, Any]:
    """Return what an event tells of the job that builds the profile."""
    return {"kind": "build.image", "state": state, "profile_id": "attic", **more}


def put(wire: Wire) -> list[tuple[dict[str, str], Any]]:
    """Return what was kept of the profile, as it was asked for."""
    kept: list[tuple[dict[str, str], Any]] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "PUT":
            document = await request.json()
            kept.append((dict(request.query), document))
            return web.json_response({"profile": document, "version": 1 + len(kept)})
        return web.json_response(profile("attic"))

    wire.answers["profiles/attic"] = answer
    return kept


async def act(hass: HomeAssistant, domain: str, service: str, entity_id: str) -> None:
    """Use an entity."""
    await hass.services.async_call(domain, service, {"entity_id": entity_id}, blocking=True)


@pytest.fixture
async def attic(hass: HomeAssistant, wire: Wire, connect: Connect) -> Wire:
    """Return a Forge with a profile that was built from an old release."""
    wire.says["profiles"] = {"profiles": [profile("attic")]}
    wire.says["builds"] = {
        "builds": [built(None, "24.10.4"), built("attic", "23.05.5"), built("attic", "22.03.7")]
    }
    await connect(wire.url)
    await until(hass, lambda: state(hass, UPDATE) == "on")
    return wire


async def test_a_newer_release_is_out(hass: HomeAssistant, attic: Wire) -> None:
    shown = hass.states.get(UPDATE)
    assert shown is not None
    assert shown.attributes["installed_version"] == "23.05.5"
    assert shown.attributes["latest_version"] == "24.10.4"
    assert not shown.attributes["in_progress"]


async def test_installing_builds_the_newest_with_progress(hass: HomeAssistant, attic: Wire) -> None:
    kept = put(attic)

    async def start(request: web.Request) -> web.Response:
        if request.method == "POST":
            attic.says["jobs"] = {"jobs": [building("queued")]}
            return web.json_response({"job_id": JOB, "hit": False}, status=202)
        return web.json_response(attic.says["builds"])

    attic.answers["builds"] = start
    await act(hass, "update", "install", UPDATE)
    (query, document) = kept[0]
    assert len(kept) == 1
    assert query == {"expected": "1"}
    assert document["openwrt_release"] == "24.10.4"

    def shown() -> dict[str, Any]:
        found = hass.states.get(UPDATE)
        return dict(found.attributes) if found else {}

    await until(hass, lambda: shown()["in_progress"])
    attic.tell("job.progress", told("building", percent=55.0), job_id=JOB)
    await until(hass, lambda: shown()["update_percentage"] == 55)
    attic.says["jobs"] = {"jobs": []}
    attic.says["builds"]["builds"].insert(0, built("attic", "24.10.4"))
    attic.tell("job.done", told("done"), job_id=JOB)
    await until(hass, lambda: state(hass, UPDATE) == "off")
    assert not shown()["in_progress"]


def in_progress(hass: HomeAssistant) -> bool:
    """Tell whether the profile's image is being built, as its entity shows it."""
    shown = hass.states.get(UPDATE)
    return shown is not None and bool(shown.attributes["in_progress"])


async def test_a_build_that_others_began_is_seen_at_once(hass: HomeAssistant, attic: Wire) -> None:
    attic.asked.clear()
    attic.tell("job.queued", told("queued"), job_id=JOB)
    await until(hass, lambda: in_progress(hass))
    assert attic.asked == []


async def test_a_build_that_runs_when_home_assistant_comes_is_seen(
    hass: HomeAssistant, attic: Wire
) -> None:
    attic.says["jobs"] = {"jobs": [building("queued"), building("building", id="2" * 32)]}
    attic.send(b"id: 90\nevent: reset\ndata: {}\n\n")
    await until(hass, lambda: in_progress(hass))
    attic.tell("job.progress", told("building", percent=40.0), job_id="2" * 32)
    await until(hass, lambda: percent(hass) == 40)


async def test_progress_that_never_rests_keeps_nothing_from_being_read(
    hass: HomeAssistant, attic: Wire
) -> None:
    attic.says["builds"]["builds"].insert(0, built("attic", "24.10.4"))
    attic.tell("build.done", {"profile_id": "attic"})

    def is_built() -> bool:
        attic.tell("job.progress", told("building", percent=10.0), job_id=JOB)
        return state(hass, UPDATE) == "off"

    await until(hass, is_built)


def percent(hass: HomeAssistant) -> Any:
    """Return how far the profile's image is, as its entity shows it."""
    shown = hass.states.get(UPDATE)
    return shown and shown.attributes["update_percentage"]


async def test_what_changes_while_it_is_read_is_read_once_more(
    hass: HomeAssistant, attic: Wire
) -> None:
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_request: web.Request) -> web.Response:
        said = json.dumps(attic.says["builds"])
        reading.set()
        await go_on.wait()
        return web.Response(text=said, content_type="application/json")

    attic.answers["builds"] = slowly
    attic.tell("profile.changed", {"profile_id": "attic"})
    await reading.wait()
    attic.says["builds"]["builds"].insert(0, built("attic", "24.10.4"))
    attic.tell("build.done", {"profile_id": "attic"})
    await asyncio.sleep(0.3)  # it becomes due while the first reading still lasts
    go_on.set()
    await until(hass, lambda: state(hass, UPDATE) == "off")


async def test_a_build_that_is_not_begun_leaves_the_profile_as_it_was(
    hass: HomeAssistant, attic: Wire
) -> None:
    kept = put(attic)

    async def refuse(request: web.Request) -> web.Response:
        if request.method == "POST":
            return refusal(412, "precondition.new_one", "this is a toaster")
        return web.json_response(attic.says["builds"])

    attic.answers["builds"] = refuse
    attic.says["status"] |= {"cannot_build": {"message": "this is a toaster"}}
    with pytest.raises(ServiceValidationError, match=r"this is a toaster \(precondition.new_one\)"):
        await act(hass, "update", "install", UPDATE)
    assert [document["openwrt_release"] for _, document in kept] == ["24.10.4", "23.05.5"]
    assert kept[1][0] == {"expected": "2"}
    await until(hass, lambda: issues(hass) == {"forge_cannot_build"})


async def test_a_profile_that_names_the_newest_is_built_as_it_is(
    hass: HomeAssistant, attic: Wire
) -> None:
    attic.says["profiles"] = {"profiles": [profile("attic", "24.10.4")]}
    attic.tell("profile.changed", {"profile_id": "attic"})
    attic.says["profiles/attic"] = profile("attic", "24.10.4")
    await act(hass, "update", "install", UPDATE)
    assert ("POST", "builds", {"profile_id": "attic"}) in attic.asked

    async def refuse(request: web.Request) -> web.Response:
        if request.method == "POST":
            return refusal(429, "overloaded.queue", "too many wait")
        return web.json_response(attic.says["builds"])

    attic.answers["builds"] = refuse
    with pytest.raises(HomeAssistantError, match="Too many jobs wait already"):
        await act(hass, "update", "install", UPDATE)
    assert not [method for method, _, _ in attic.asked if method == "PUT"]


async def test_much_is_read_page_by_page(
    hass: HomeAssistant, wire: Wire, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.forge.coordinator._PAGE", 1)
    monkeypatch.setattr("custom_components.atelier.forge.coordinator._BUILDS", 1)
    monkeypatch.setattr("custom_components.atelier.forge.coordinator._PAGES", 3)
    kept = {None: profile("attic"), "attic": profile("cellar")}
    builds = [built(None, "1.0.0"), built("attic", "23.05.5"), built("attic", "22.03.7")]

    async def profiles(request: web.Request) -> web.Response:
        page = kept.get(request.query.get("after"))
        return web.json_response({"profiles": [page] if page else []})

    async def pages(_request: web.Request) -> web.Response:
        return web.json_response({"builds": [builds.pop(0)]})

    wire.answers |= {"profiles": profiles, "builds": pages}
    entry = await connect(wire.url)
    await until(hass, lambda: state(hass, UPDATE) == "on")
    assert entry.runtime_data.data.profiles.keys() == {"attic", "cellar"}
    assert entry.runtime_data.data.built == {"attic": "23.05.5"}
    assert builds == []


async def test_the_button_builds_what_the_profile_names(hass: HomeAssistant, attic: Wire) -> None:
    await act(hass, "button", "press", BUTTON)
    assert ("POST", "builds", {"profile_id": "attic"}) in attic.asked
    await attic.__aexit__()
    with pytest.raises(HomeAssistantError, match="cannot be reached"):
        await act(hass, "button", "press", BUTTON)


@pytest.mark.parametrize(
    ("release", "latest"),
    [("SNAPSHOT", "SNAPSHOT"), ("25.12.0-rc1", "25.12.0-rc1"), ("24.10.0", "24.10.4")],
)
async def test_what_a_profile_should_be_built_from(
    hass: HomeAssistant, wire: Wire, connect: Connect, release: str, latest: str
) -> None:
    wire.says["profiles"] = {"profiles": [profile("attic", release)]}
    await connect(wire.url)
    await until(hass, lambda: state(hass, UPDATE) == "unknown")
    shown = hass.states.get(UPDATE)
    assert shown is not None
    assert shown.attributes["latest_version"] == latest


async def test_profiles_come_and_go(hass: HomeAssistant, attic: Wire) -> None:
    attic.says["profiles"] = {"profiles": []}
    attic.tell("profile.deleted", {})
    await until(hass, lambda: er.async_get(hass).async_get(UPDATE) is None)
    assert state(hass, CONNECTED) == "on"
    attic.says["profiles"] = {"profiles": [profile("attic")]}
    attic.tell("profile.created", {})
    await until(hass, lambda: state(hass, UPDATE) == "on")


async def test_a_real_forges_profile_is_shown_and_its_build_refused(
    hass: HomeAssistant, house: House, connect: Connect
) -> None:
    entry = await connect(house.url, TOKEN)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    document = profile("attic")["profile"]
    status, kept = house.ask("POST", "/api/v1/profiles", document)
    assert status == 201, kept
    await until(hass, lambda: state(hass, UPDATE) == "unknown")
    await act(hass, "button", "press", BUTTON)
    await until(hass, lambda: state(hass, "sensor.forge_last_result") == "failed")
    # The Forge of the tests may not ask OpenWrt's servers, and has no Image Builder yet.
    assert entry.runtime_data.data.last.error["code"] == "precondition.offline"
