"""Whatever comes in under the prefix: counted, logged once, visible, and without effect."""

import asyncio
from typing import Any, Final

import pytest

from .actor import Actor
from .house import House

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

MEGABYTE: Final = b"x" * 1_000_000

PAYLOADS: Final = {
    "empty": b"",
    "one megabyte": MEGABYTE,
    "one megabyte of JSON": b'{"temperature": "' + MEGABYTE + b'"}',
    "not UTF-8": b"\xff\xfe\x00\x80",
    "not JSON": b"{temperature: 1",
    "an array": b"[1, 2, 3]",
    "a number": b"42",
    "NaN": b'{"temperature": NaN}',
    "infinity": b'{"temperature": 1e999, "seq": Infinity}',
    "a huge number": b'{"temperature": 1e300, "volume": 123456789012345678901234567890}',
    "deep nesting": b'{"temperature": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    "wrong types": b'{"temperature": {"a": 1}, "motion": "yes", "volume": [1], "type": 5, "ok": 1}',
    "unknown keys": b'{"nobody": 1, "described": {"this": true}}',
    "text that is no state": "weird ✨ state".encode(),
    "control characters": b'{"temperature": "\\u0000\\u0007"}',
}
CHANNELS: Final = (
    "info",
    "availability",
    "state",
    "telemetry",
    "settings",
    "event",
    "result",
    "cmd",
    "settings/set",
    "update",
    "status",
    "telemetry/x/y",
    "nothing/of/the/kind",
)
TOPICS: Final = (
    "props",
    "props/",
    "props//state",
    "props/actor",
    "props/actor/",
    "props/actor//",
    "props/actor/state/",
    "props/actor/a/b/c/d/e/f/g/h",
    "props/two words/state",
    "props/../state",
    "props/../../etc/passwd",
    "props/.hidden/availability",
    "props/Särg/availability",
    "props/⚰️/availability",
    "props/" + "x" * 65 + "/availability",
    "props/a;drop table/availability",
    "props/%s/availability",
    "props/{x}/availability",
    "props/-rf/availability",
    "props/broker/uptime",
    "props/broadcast/availability",
    "props/atelier/availability",
)


async def _still_well(house: House, actor: Actor, temperature: float) -> None:
    """Prove that the workshop hears the prop, and the prop the workshop."""
    hass = house.hass
    sensor = await hass.entity_id(f"{actor.key}/telemetry/temperature")
    actor.introduce()
    actor.publish("telemetry", {"temperature": temperature})
    await hass.wait_state(sensor, str(temperature), timeout_s=20)
    obeyed = len(actor.commands)
    await hass.act(
        "button.press", {"entity_id": await hass.entity_id(f"{actor.key}/action/trigger")}
    )
    assert len(actor.commands) == obeyed + 1


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_a_bad_payload_on_any_channel(house: House, actor: Actor, payload: bytes) -> None:
    """The workshop goes on, and makes no entities of it."""
    entities = await house.hass.entities()
    before = (await house.diagnostics())["rejected"].get(actor.key, {})

    for channel in CHANNELS:
        actor.publish(channel, payload)

    await _still_well(house, actor, 10.5 + len(payload) % 7)
    after = (await house.diagnostics())["rejected"][actor.key]
    assert sum(after.values()) > sum(before.values())
    assert (await house.hass.entities()).keys() == entities.keys()
    assert house.complaints() == []


async def test_odd_topics(house: House, actor: Actor) -> None:
    """No device is made of a topic that no device has, and the topics are counted."""
    devices = {device["id"] for device in await house.hass.devices()}

    for topic in TOPICS:
        for payload in (b"online", b"", b'{"contract": 1, "kind": "prop", "name": "x"}'):
            actor.shout(topic, payload)

    await _still_well(house, actor, 21.5)
    await asyncio.sleep(2.5)  # boards without info are shown after two seconds
    assert {device["id"] for device in await house.hass.devices()} == devices
    rejected = (await house.diagnostics())["rejected"]["props"]
    assert rejected["bad_id"] > 0
    assert rejected["bad_topic"] > 0
    assert house.complaints() == []


async def test_each_kind_is_logged_once(house: House, actor: Actor) -> None:
    """A board that sends rubbish all day does not fill the log."""
    for _ in range(200):
        actor.publish("telemetry", b"{")
    await _still_well(house, actor, 22.5)

    lines = [
        line for line in house.hass.log().splitlines() if actor.key in line and "not_json" in line
    ]
    assert len(lines) == 1
    assert (await house.diagnostics())["rejected"][actor.key]["not_json"] >= 200


async def test_a_bad_description_costs_only_its_bad_parts(house: House) -> None:
    """A board with half a description is there with that half."""
    capabilities: dict[str, Any] = {
        "telemetry": {
            "good": {"type": "int"},
            "bad": {"type": "colour"},
            "UPPER": {"type": "int"},
            "worse": 5,
        },
        "settings": {"endless": {"type": "int"}},
        "actions": {"fine": {"button": True, "params": {"x": {"type": []}}}},
        "player": {"status": ["x"]},
        "presets": {"lost": {"action": "gone"}},
        "states": [],
    }
    info = {"capabilities": capabilities, "manufacturer": [1], "firmware": "1.0"}
    async with Actor(house.broker.port, device_id="half", info=info) as actor:
        await house.hass.entity_id(f"{actor.key}/telemetry/good")
        await house.hass.entity_id(f"{actor.key}/action/fine")
        keys = (await house.hass.entities()).keys()
        assert f"{actor.key}/telemetry/bad" not in keys
        assert (await house.diagnostics())["rejected"][actor.key]["bad_description"] >= 6
    assert house.complaints() == []
