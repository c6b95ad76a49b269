"""A Forge in Home Assistant: images built, watched and written to a card; and a Forge that goes."""

import asyncio
import os
import signal
from typing import Any

import pytest

from rig.card import why_no_card
from rig.hass_socket import CommandError, Subscription
from rig.openwrt.faults import Drip
from rig.openwrt.releases import APK, OPKG_ZST
from rig.smithy import Smithy
from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

#: So long a build may take, with a builder that comes first, on a computer that is busy.
BUILT_S = 90
#: An Image Builder of the mirror takes some seconds at this speed, so that progress can be told.
_SLOWLY_BYTES_PER_S = 96 << 10


async def states(changes: Subscription, entity_id: str, timeout_s: float = BUILT_S) -> Any:
    """Return an entity's next state and the attributes that changed with it."""
    async with asyncio.timeout(timeout_s):
        while True:
            change = await changes.next(timeout_s=timeout_s)
            if (said := change.get("a", {}).get(entity_id)) is not None:
                return said.get("s"), said.get("a", {})
            if (said := change.get("c", {}).get(entity_id, {}).get("+")) is not None:
                return said.get("s"), said.get("a", {})


async def attributes(house: Workshop, entity_id: str) -> dict[str, Any]:
    """Return an entity's attributes."""
    state = await house.hass.state(entity_id)
    assert state is not None
    told: dict[str, Any] = state["attributes"]
    return told


async def ended(changes: Subscription, jobs: str, job_id: str) -> dict[str, Any]:
    """Wait until a job has ended; return what the event entity tells of it."""
    known: dict[str, Any] = {}
    while True:
        _, told = await states(changes, jobs)
        known |= told
        over = known.get("event_type") in {"done", "failed", "cancelled"}
        if over and known.get("job_id") == job_id:
            return known


async def test_an_update_is_installed_by_building_it(house: Workshop, smithy: Smithy) -> None:
    """The access point names the release before the newest; installing builds the newest."""
    hass, router = house.hass, smithy.routers.access_point
    update = await hass.entity_id(smithy.unique_id("image", router))
    await hass.wait_state(update, "on", timeout_s=30)
    before = await attributes(house, update)
    assert (before["installed_version"], before["latest_version"]) == (
        OPKG_ZST.version,
        APK.version,
    )
    smithy.mirror.fault("*/openwrt-imagebuilder-*", Drip(_SLOWLY_BYTES_PER_S))
    went: list[dict[str, Any]] = []
    async with hass.stream("subscribe_entities", entity_ids=[update]) as changes:
        await hass.act("update.install", {"entity_id": update})
        state = "on"
        while state != "off":
            new, told = await states(changes, update)
            state = new or state
            went.append(told)
    smithy.mirror.heal()
    assert any(told.get("in_progress") for told in went)
    assert any(told.get("update_percentage") for told in went)
    after = await attributes(house, update)
    assert after["installed_version"] == APK.version
    assert not after["in_progress"]
    kept = await smithy.forge.get("profiles", router.id)
    assert kept["profile"]["openwrt_release"] == APK.version


async def test_a_script_builds_and_gets_its_answer(house: Workshop, smithy: Smithy) -> None:
    """What the action answers is the script's own response; the event entity tells the rest."""
    hass, garden = house.hass, smithy.routers.garden
    wish = {"action": "atelier.build_image", "data": {"profile_id": garden.id}}
    sequence = [
        wish | {"response_variable": "started"},
        {"stop": "asked", "response_variable": "started"},
    ]
    await hass.rest.post(
        "/api/config/script/config/build_garden",
        {"alias": "Build the garden router", "sequence": sequence, "mode": "single"},
    )
    # Home Assistant answers before the script is there.
    await hass.wait_state("script.build_garden", "off")
    jobs = await hass.entity_id(smithy.unique_id("jobs"))
    async with hass.stream("subscribe_entities", entity_ids=[jobs]) as changes:
        started = await hass.act("script.build_garden", response=True)
        assert started["hit"] is False
        event = await ended(changes, jobs, started["job_id"])
    assert (event["event_type"], event["kind"]) == ("done", "build.image")
    again = await hass.act("script.build_garden", response=True)
    assert again["hit"] is True
    await hass.wait_state(await hass.entity_id(smithy.unique_id("last_result")), "done")


@pytest.mark.skipif(why_no_card() is not None, reason=f"no card: {why_no_card()}")
async def test_a_card_is_written_after_its_plan_was_confirmed(
    house: Workshop, smithy: Smithy
) -> None:
    """The plan says what is overwritten; without a yes nothing is; then the card is the image."""
    hass, card = house.hass, smithy.card
    assert card is not None
    blank = card.file.read_bytes()

    async def act(action: str, **data: Any) -> Any:
        return await hass.act(f"atelier.{action}", data, response=True)

    builds = (await act("list_builds", profile_id=smithy.routers.access_point.id))["builds"]
    build = next(one for one in builds if one["state"] == "done")
    files = (await act("list_artifacts", build_id=build["id"]))["artifacts"]
    image = next(one for one in files if one["card"])
    plan = await act("flash_card", image=image["name"], job_id=image["job_id"], device=card.path)
    token = plan["result"]["token"]
    with pytest.raises(CommandError, match="overwrites the card"):
        await act("flash_card", token=token)
    assert card.file.read_bytes() == blank
    jobs = await hass.entity_id(smithy.unique_id("jobs"))
    async with hass.stream("subscribe_entities", entity_ids=[jobs]) as changes:
        job = await act("flash_card", token=token, overwrite=True)
        event = await ended(changes, jobs, job["id"])
    assert event["event_type"] == "done", event
    record = (await smithy.forge.get("flash", "records"))["records"][0]
    assert record["result"] == "match"
    assert card.file.read_bytes() != blank
    with pytest.raises(CommandError):
        await act("flash_card", token=token, overwrite=True)


async def test_a_forge_that_is_killed_in_a_build_goes_on_with_it(
    house: Workshop, smithy: Smithy
) -> None:
    """Home Assistant says that it is away, and afterwards what came of the build."""
    hass, garden = house.hass, smithy.routers.garden
    connected = await hass.entity_id(smithy.unique_id("connected"))
    jobs = await hass.entity_id(smithy.unique_id("jobs"))
    async with hass.stream("subscribe_entities", entity_ids=[jobs]) as changes:
        started = await hass.act(
            "atelier.build_image", {"profile_id": garden.id, "rebuild": True}, response=True
        )
        while (await smithy.forge.get("jobs", started["job_id"]))["state"] != "building":
            await asyncio.sleep(0.1)
        os.kill(smithy.forge.pid, signal.SIGKILL)
        await hass.wait_state(connected, "off", timeout_s=60)
        with pytest.raises(CommandError, match="cannot be reached"):
            await hass.act("atelier.build_image", {"profile_id": garden.id})
        await smithy.forge.start()
        await hass.wait_state(connected, "on", timeout_s=60)
        event = await ended(changes, jobs, started["job_id"])
    assert (event["event_type"], event["kind"]) == ("done", "build.image")
    job = await smithy.forge.get("jobs", started["job_id"])
    assert job["attempt"] == 2


async def test_home_assistant_starts_while_its_forge_is_away(
    house: Workshop, smithy: Smithy
) -> None:
    """It waits for nothing, keeps all entities, and finds the Forge when that is back."""
    hass = house.hass
    connected = await hass.entity_id(smithy.unique_id("connected"))
    update = await hass.entity_id(smithy.unique_id("image", smithy.routers.garden))
    before = set(await hass.entities())
    await smithy.forge.close()
    try:
        await hass.restart()
        assert "atelier is taking" not in hass.log()
        await hass.wait_state(connected, "off", timeout_s=30)
        assert set(await hass.entities()) == before
        assert (await hass.state(update) or {}).get("state") == "unavailable"
    finally:
        await smithy.forge.start()
    await hass.wait_state(connected, "on", timeout_s=60)
    await hass.wait_state(update, lambda state: state != "unavailable", timeout_s=30)
