"""Home Assistant stops, dies and starts; workshops share it; ids are invented by the thousand."""

import asyncio

import pytest

from rig.broker import Broker
from rig.hass import HomeAssistant
from rig.hass_socket import CommandError

from .actor import Actor
from .house import House

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def test_home_assistant_is_restarted_during_an_action(house: House) -> None:
    """It does not wait for a prop that never answers, and finds it again afterwards."""
    hass = house.hass
    async with Actor(house.broker.port, device_id="mute", silent=True) as actor:
        state = await hass.entity_id(f"{actor.key}/state")
        await hass.wait_state(state, "armed", timeout_s=20)
        device = (await hass.entities())[f"{actor.key}/state"]["device_id"]
        waiting = asyncio.create_task(
            hass.act("atelier.trigger", {"device_id": device}), name="the unanswered command"
        )
        while not actor.commands:
            await asyncio.sleep(0.05)

        async with asyncio.timeout(45):
            await hass.restart()

        with pytest.raises(Exception):  # noqa: B017, PT011 - the connection or the command broke
            await waiting
        await hass.wait_state(state, "armed", timeout_s=30)
        assert len(actor.commands) == 1, "a command is never sent twice"


async def test_home_assistant_is_killed(house: House, actor: Actor) -> None:
    """Props are there again at once, with what they were."""
    await asyncio.sleep(6)  # what is known is written within five seconds
    before = {key for key in await house.hass.entities() if key.startswith(f"{actor.key}/")}

    await house.hass.kill()
    await house.hass.start()

    state = await house.hass.entity_id(f"{actor.key}/state")
    await house.hass.wait_state(state, "armed", timeout_s=30)
    after = {key for key in await house.hass.entities() if key.startswith(f"{actor.key}/")}
    assert after == before


async def test_two_workshops_in_one_house(house: House, actor: Actor) -> None:
    """The same id in two workshops is two props, and no branch belongs to both."""
    hass = house.hass
    flow = await hass.workshop_flow()
    await flow.submit({"name": "Thief", "prefixes": ["props/actor"]})
    assert flow.errors == {"prefixes": "prefix_taken"}
    await flow.submit({"name": "Garden", "prefixes": ["garden"]})
    assert flow.type == "create_entry"

    async with Actor(house.broker.port, prefix="garden") as twin:
        await hass.wait_state(await hass.entity_id(f"{twin.key}/state"), "armed", timeout_s=20)
        here, there = len(actor.commands), len(twin.commands)
        await hass.act(
            "button.press", {"entity_id": await hass.entity_id(f"{twin.key}/action/trigger")}
        )
        assert (len(actor.commands), len(twin.commands)) == (here, there + 1)
    await hass.rest.delete(f"/api/config/config_entries/entry/{flow.entry_id()}")


async def test_two_boards_with_one_id(house: House, actor: Actor) -> None:
    """A repair names the id; it is settled by whoever gave one board another."""
    async with Actor(house.broker.port, serial="s2") as double:
        for board in (actor, double, actor):
            board.introduce()
            await asyncio.sleep(0.3)
    issue = (await house.issues())["doubled_id"]
    assert issue["translation_placeholders"]["id"] == actor.key

    flow = await house.hass.repair_flow("atelier", issue["issue_id"])
    await flow.submit()
    assert flow.type == "create_entry"
    assert "doubled_id" not in await house.issues()


async def test_a_retained_command(house: House, actor: Actor) -> None:
    """It is noticed at the next start, and a click takes it off the broker."""
    hass = house.hass
    actor.publish("cmd", "trigger", retain=True)
    await hass.rest.post(f"/api/config/config_entries/entry/{house.entry_id}/reload")
    async with asyncio.timeout(15):
        while "retained_command" not in await house.issues():
            await asyncio.sleep(0.2)

    flow = await hass.repair_flow("atelier", (await house.issues())["retained_command"]["issue_id"])
    await flow.submit()

    assert flow.type == "create_entry"
    await hass.rest.post(f"/api/config/config_entries/entry/{house.entry_id}/reload")
    await asyncio.sleep(3)
    assert "retained_command" not in await house.issues()


async def test_a_prop_that_is_removed_and_returns(house: House) -> None:
    """It cannot be removed while it is there; it leaves nothing behind, and comes back clean."""
    hass = house.hass
    async with Actor(house.broker.port, device_id="guest") as guest:
        await hass.wait_state(await hass.entity_id(f"{guest.key}/state"), "armed", timeout_s=20)
        entry = (await hass.entities())[f"{guest.key}/state"]
        remove = {"device_id": entry["device_id"], "config_entry_id": house.entry_id}
        with pytest.raises(CommandError, match="still there"):
            await hass.command("config/device_registry/remove_config_entry", **remove)
    await hass.wait_state(entry["entity_id"], "unavailable")
    await hass.command("config/device_registry/remove_config_entry", **remove)
    assert not [key for key in await hass.entities() if key.startswith(f"{guest.key}/")]

    await hass.rest.post(f"/api/config/config_entries/entry/{house.entry_id}/reload")
    await asyncio.sleep(3)
    assert not [key for key in await hass.entities() if key.startswith(f"{guest.key}/")]

    async with Actor(house.broker.port, device_id="guest") as guest:
        await hass.wait_state(await hass.entity_id(f"{guest.key}/state"), "armed", timeout_s=20)
        button = await hass.entity_id(f"{guest.key}/action/trigger")
        await hass.act("button.press", {"entity_id": button})
        assert guest.commands


async def test_a_flood_of_invented_ids() -> None:
    """There is an end to it, a repair says so, and known props do not suffer."""
    async with Broker(max_queued=0) as broker, HomeAssistant() as hass:
        await hass.add_mqtt(broker.port)
        house = House(broker, hass, await hass.add_workshop(prefixes=["props"]))
        async with Actor(broker.port) as actor:
            state = await hass.entity_id(f"{actor.key}/state")
            await hass.wait_state(state, "armed", timeout_s=20)
            for number in range(2_200):
                actor.shout(f"props/invented-{number}/availability", "online")
            async with asyncio.timeout(60):
                while "flood" not in await house.issues():
                    await asyncio.sleep(0.5)
            actor.publish("state", "action", retain=True)
            await hass.wait_state(state, "action", timeout_s=30)
            assert len((await house.diagnostics())["props"]) <= 2_000
        assert house.complaints() == []
