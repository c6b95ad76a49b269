"""The broker of the rig: a real mosquitto that comes and goes."""

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import paho.mqtt.client as mqtt
import pytest

from rig.broker import Broker
from rig.errors import PortTakenError
from rig.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def connected(broker: Broker, user: str | None = None, password: str = "") -> Iterator[mqtt.Client]:
    """Connect a client and read on for as long as the block lasts."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    if user is not None:
        client.username_pw_set(user, password)
    client.connect(LOOPBACK, broker.port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


async def received(client: mqtt.Client, topic: str, *, within_s: float = 2) -> list[bytes]:
    """Return the payloads that come on a topic until the first has come or time is over."""
    payloads: list[bytes] = []
    client.on_message = lambda _client, _data, message: payloads.append(message.payload)
    client.subscribe(topic, qos=1)
    for _ in range(int(within_s / 0.02)):
        if payloads:
            break
        await asyncio.sleep(0.02)
    return payloads


async def publish(client: mqtt.Client, topic: str, payload: str) -> None:
    """Publish a retained message and wait until the broker has it."""
    message = client.publish(topic, payload, qos=1, retain=True)
    await asyncio.to_thread(message.wait_for_publish, 5)


async def test_it_comes_back_on_its_port_with_what_was_retained() -> None:
    """A restarted persistent broker still has the last state of every prop."""
    async with Broker(persistent=True) as broker:
        port = broker.port
        with connected(broker) as client:
            await publish(client, "props/coffin-1/state", "armed")

        await broker.restart()

        assert broker.port == port
        with connected(broker) as client:
            assert await received(client, "props/coffin-1/state") == [b"armed"]


async def test_killed_it_can_be_started_again() -> None:
    """A crash leaves nothing behind that would stop the next start."""
    async with Broker() as broker:
        await broker.kill()
        assert not broker.running

        await broker.start()

        assert broker.running


async def test_it_knows_who_may_do_what() -> None:
    """Passwords and the access list are mosquitto's own."""
    acl = "user coffin-1\ntopic readwrite props/coffin-1/#\nuser house\ntopic readwrite #\n"
    users = {"coffin-1": "Särge öffnen", "house": "secret"}
    async with Broker(users=users, acl=acl) as broker:
        with (
            connected(broker, "coffin-1", users["coffin-1"]) as coffin,
            connected(broker, "house", users["house"]) as house,
        ):
            await publish(coffin, "props/coffin-2/cmd", "trigger")
            await publish(coffin, "props/coffin-1/state", "armed")
            assert await received(house, "props/#") == [b"armed"]

        stranger = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        answers: list[str] = []
        stranger.on_connect = lambda _c, _d, _f, reason, _p: answers.append(str(reason))
        stranger.connect(LOOPBACK, broker.port)
        while not answers:
            await asyncio.to_thread(stranger.loop, 0.1)
        assert answers == ["Not authorized"]


async def test_a_taken_port_is_named() -> None:
    """Two brokers never share a port in silence."""
    async with Broker() as broker:
        with pytest.raises(PortTakenError, match=f"Port {broker.port} for the MQTT broker"):
            Broker(port=broker.port)
