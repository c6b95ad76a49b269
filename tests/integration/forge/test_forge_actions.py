"""The actions with a Forge."""

from typing import Any

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.atelier.const import DOMAIN
from tests.forge.house import TOKEN, House
from tests.integration.conftest import SetUp
from tests.integration.forge.conftest import Connect, state, until
from tests.integration.forge.test_forge_life import CONNECTED
from tests.integration.forge.wire import Wire

ID = "a" * 32
PLACE = {"release": "24.10.4", "target": "ath79", "subtarget": "generic"}


async def act(hass: HomeAssistant, action: str, **said: Any) -> Any:
    """Call an action; return its response."""
    return await hass.services.async_call(DOMAIN, action, said, blocking=True, return_response=True)


@pytest.mark.parametrize(
    ("action", "said", "asked"),
    [
        ("build_image", {"profile_id": "attic"}, ("POST", "builds", {"profile_id": "attic"})),
        (
            "build_images",
            {"tag": "home", "mode": "fail-fast"},
            ("POST", "builds/batch", {"tag": ["home"], "mode": "fail-fast"}),
        ),
        ("ensure_builder", PLACE, ("POST", "builders/ensure", PLACE)),
        ("prune_builders", {"all": True}, ("POST", "builders/prune", {"all": True})),
        (
            "flash_card",
            {"token": ID, "overwrite": True},
            ("POST", "flash/writes", {"token": ID, "force": True}),
        ),
        ("list_profiles", {}, ("GET", "profiles", None)),
        ("list_builders", {}, ("GET", "builders", None)),
        ("list_builds", {"profile_id": "attic"}, ("GET", "builds", None)),
        ("list_artifacts", {"build_id": ID}, ("GET", f"builds/{ID}/artifacts", None)),
        ("list_cards", {}, ("GET", "flash/devices", None)),
    ],
)
async def test_what_a_forge_is_asked(
    hass: HomeAssistant,
    wire: Wire,
    connect: Connect,
    *,
    action: str,
    said: dict[str, Any],
    asked: tuple[str, str, Any],
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.asked.clear()
    path = asked[1]
    wire.says[path] = wire.says.get(path) or {"said": path}
    assert await act(hass, action, **said) == wire.says[path]
    assert asked in wire.asked


async def test_a_card_is_planned_before_it_is_written(
    hass: HomeAssistant, wire: Wire, connect: Connect
) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    job = {"id": ID, "kind": "flash.plan", "state": "verifying", "result": None}
    wire.says["flash/plans"] = job
    looked = 0

    async def show(request: web.Request) -> web.Response:
        nonlocal looked
        looked += 1
        if looked > 1:
            return web.json_response(job | {"state": "done", "result": {"token": ID}})
        for job_id in ("b" * 32, ID):
            wire.tell("job.done", {"kind": "flash.plan", "state": "done"}, job_id=job_id)
        return web.json_response(job)

    wire.answers[f"jobs/{ID}"] = show
    plan = await act(hass, "flash_card", image="x.img.gz", device="/dev/sda", eject=True)
    assert plan["result"] == {"token": ID}
    assert looked == 2
    asked = [body for method, path, body in wire.asked if path == "flash/plans"]
    image = {"name": "x.img.gz", "job_id": None}
    assert asked == [{"image": image, "device": "/dev/sda", "eject": True}]


async def test_a_plan_that_takes_long_is_returned_as_it_stands(
    hass: HomeAssistant, wire: Wire, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.forge.actions._PLAN_PATIENCE_S", 0.05)
    await connect(wire.url)
    job = {"id": ID, "kind": "flash.plan", "state": "queued"}
    wire.says |= {"flash/plans": job, f"jobs/{ID}": job}
    plan = await act(hass, "flash_card", image="x.img", device="/dev/sda")
    assert plan["state"] == "queued"


@pytest.mark.parametrize("build_id", [f"{ID}\n", f"{ID}/log", ID.upper() + "G", "../config"])
async def test_what_is_no_id_is_asked_for_nowhere(
    hass: HomeAssistant, wire: Wire, connect: Connect, build_id: str
) -> None:
    await connect(wire.url)
    with pytest.raises(vol.Invalid):
        await act(hass, "list_artifacts", build_id=build_id)
    assert not [path for _, path, _ in wire.asked if path.startswith("builds/")]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"token": ID}, "This overwrites the card"),
        ({"image": "x"}, "Name the image and the card"),
        ({}, "Name the image and the card"),
    ],
)
async def test_no_card_is_written_by_mistake(
    hass: HomeAssistant, wire: Wire, connect: Connect, said: dict[str, Any], why: str
) -> None:
    await connect(wire.url)
    with pytest.raises(ServiceValidationError, match=why):
        await act(hass, "flash_card", **said)
    assert not any(path.startswith("flash") for _, path, _ in wire.asked)


async def test_which_forge_is_meant(
    hass: HomeAssistant, wire: Wire, connect: Connect, set_up: SetUp
) -> None:
    workshop = await set_up()
    with pytest.raises(ServiceValidationError, match="no Forge"):
        await act(hass, "list_builders")
    entry = await connect(wire.url)
    await connect(f"{wire.url}/other")
    with pytest.raises(ServiceValidationError, match="several Forges"):
        await act(hass, "list_builders")
    assert await act(hass, "list_builders", config_entry_id=entry.entry_id) == {"builders": []}
    with pytest.raises(ServiceValidationError, match="no Forge"):
        await act(hass, "list_builders", config_entry_id=workshop.entry_id)
    with pytest.raises(ServiceValidationError):
        await act(hass, "stop_all", config_entry_id=entry.entry_id)
    assert await act(hass, "stop_all") == {"results": {}}


async def test_a_real_forge_does_and_refuses(
    hass: HomeAssistant, house: House, connect: Connect
) -> None:
    await connect(house.url, TOKEN)
    assert (await act(hass, "list_builders"))["builders"] == []
    assert (await act(hass, "list_builds"))["builds"] == []
    assert (await act(hass, "list_profiles", tag="none"))["profiles"] == []
    assert (await act(hass, "prune_builders", all=True))["kind"] == "builder.prune"
    for action, said, told in (
        ("build_image", {"profile_id": "nobody"}, "There is no such profile"),
        (
            "ensure_builder",
            PLACE | {"target": "../etc"},
            r"The Forge does not take body\.target as it was given",
        ),
        ("list_cards", {}, "Writing cards is switched off: set the option flashing to allow it"),
        ("list_artifacts", {"build_id": ID}, "There is no such build"),
    ):
        with pytest.raises(ServiceValidationError, match=told):
            await act(hass, action, **said)


async def test_a_refused_token_is_said(hass: HomeAssistant, wire: Wire, connect: Connect) -> None:
    await connect(wire.url)
    await until(hass, lambda: state(hass, CONNECTED) == "on")
    wire.token = "new"
    with pytest.raises(HomeAssistantError, match="refuses its token"):
        await act(hass, "list_builders")
    wire.token = "a-token-of-the-wire"
    wire.says["builders"] = 7
    with pytest.raises(HomeAssistantError, match="no Forge of this version"):
        await act(hass, "list_builders")
