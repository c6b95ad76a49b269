"""The broker comes, goes, forgets and forbids."""

import asyncio

import pytest

from rig.broker import Broker
from rig.hass import HomeAssistant
from rig.hass_socket import CommandError

from .actor import Actor
from .house import House
from .old_broker import OldBroker

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

#: Home Assistant tries a lost broker again every ten seconds or so.
RETURN_S = 40


@pytest.mark.parametrize("how", ["restart", "kill"])
async def test_a_broker_that_comes_back(house: House, actor: Actor, how: str) -> None:
    """Everything is unavailable meanwhile, commands say why, and all is well afterwards."""
    hass = house.hass
    state = await hass.entity_id(f"{actor.key}/state")
    button = await hass.entity_id(f"{actor.key}/action/trigger")

    await (house.broker.stop() if how == "restart" else house.broker.kill())
    await hass.wait_state(state, "unavailable", timeout_s=20)
    with pytest.raises(CommandError, match="broker cannot be reached"):
        await hass.act(
            "atelier.trigger",
            {"device_id": (await hass.entities())[f"{actor.key}/state"]["device_id"]},
        )

    await house.broker.start()
    await hass.wait_state(state, "armed", timeout_s=RETURN_S)
    await hass.act("button.press", {"entity_id": button})
    assert house.complaints() == []


async def test_a_broker_that_forbids_to_listen() -> None:
    """The flow says that nothing is heard, and goes on once the rights are there."""
    rights = "user homeassistant\ntopic write props/+/cmd\ntopic readwrite homeassistant/#\n"
    users = {"homeassistant": "secret"}
    async with Broker(users=users, acl=rights) as broker, HomeAssistant() as hass:
        await hass.add_mqtt(broker.port, user="homeassistant", password="secret")
        flow = await hass.workshop_flow()
        await flow.submit({"name": "Deaf", "prefixes": ["props"]})
        assert flow.errors == {"base": "not_heard"}

        async with Broker() as free:
            await hass.rest.delete(
                "/api/config/config_entries/entry/"
                + (await hass.command("config_entries/get", domain="mqtt"))[0]["entry_id"]
            )
            await hass.add_mqtt(free.port)
            for _ in range(20):  # until it is connected to the other broker
                await flow.submit({"name": "Deaf no more", "prefixes": ["props"]})
                if flow.errors != {"base": "cannot_connect"}:
                    break
                await asyncio.sleep(0.5)
            assert flow.type == "create_entry", flow.answer


async def test_a_broker_of_the_older_protocol() -> None:
    """MQTT 3.1.1 will do: a prop is found, heard and told."""
    async with (
        Broker() as broker,
        OldBroker(broker.port) as old,
        HomeAssistant() as hass,
    ):
        flow = await hass.flow("mqtt")
        other = {"set_client_cert": False, "set_ca_cert": "off", "transport": "tcp"}
        login = {"broker": "127.0.0.1", "port": old.port, "protocol": "3.1.1"}
        await flow.submit(login | {"other_settings": other})
        assert flow.type == "create_entry", flow.answer
        await hass.add_workshop(prefixes=["props"])
        async with Actor(broker.port) as actor:
            await hass.wait_state(await hass.entity_id(f"{actor.key}/state"), "armed", timeout_s=20)
            button = await hass.entity_id(f"{actor.key}/action/trigger")
            await hass.act("button.press", {"entity_id": button})
            assert actor.commands[-1]["action"] == "trigger"
        assert old.levels[-1] == 4, "3.1.1 is protocol level 4"


async def test_the_newer_protocol_is_what_the_house_speaks(house: House) -> None:
    """The other tests of this room run on MQTT 5, which is worth knowing."""
    async with OldBroker(house.broker.port, refuses=()) as watched, HomeAssistant() as hass:
        await hass.add_mqtt(watched.port)
        await hass.add_workshop(prefixes=["props"])
        assert watched.levels[-1] == 5
