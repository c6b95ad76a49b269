"""The link comes back, and nothing that arrives over it can hurt the device."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from pathlib import Path

from fakebroker import FakeBroker, Wire, publish
import pytest
from workbench import PLAN, Bus, Coffin, run_micropython

from rig.broker import Broker

DUP = 8


async def normal(wire: Wire) -> None:
    """Treat a device as a broker does."""
    await wire.greet()
    await wire.serve()


@contextlib.asynccontextmanager
async def coffin_at(broker: FakeBroker, folder: Path, built: Path) -> AsyncIterator[Coffin]:
    """Run a coffin that connects to a fake broker."""
    coffin = Coffin(broker.port, folder, built)
    await coffin.build()
    coffin.keep()
    await coffin.switch_on()
    try:
        yield coffin
    finally:
        await coffin.kill()


async def heard(wire: Wire, channel: str, count: int = 1) -> list[tuple[int, bytes]]:
    """Wait until something was published on a channel so many times."""
    async with asyncio.timeout(20):
        while len(found := wire.published(channel)) < count:
            await asyncio.sleep(0.02)
    return found


async def test_a_connection_opens_in_order(coffin: Coffin, bus: Bus) -> None:
    """Info comes before availability, the state once, all retained but telemetry."""
    await bus.hear("telemetry")

    order = [topic.split("/", 2)[2] for topic, _, _ in bus.heard[:5]]

    assert order == ["info", "availability", "state", "settings", "telemetry"]
    async with Bus(bus._port) as late:
        await late.hear("settings")
        assert {topic.split("/")[2] for topic, _, retained in late.heard if retained} == {
            "info",
            "availability",
            "state",
            "settings",
        }


async def test_the_link_comes_back_after_a_broker_restart(
    coffin: Coffin, broker: Broker, bus: Bus
) -> None:
    """It subscribes again: a command after the restart is heard."""
    await broker.restart()
    mark = bus.mark()
    await bus.hear("info", since=mark, model="Coffin Jumper")
    await bus.hear("availability", "online", since=mark)

    assert (await bus.ask("trigger"))["ok"]


async def test_events_while_offline_are_told_later(coffin: Coffin, bus: Bus) -> None:
    """Events wait for the link, a bounded number of them; the newest are kept."""
    mark = bus.mark()
    await coffin.network(up=False)
    for _ in range(30):
        await coffin.edge("pir")
        await coffin.advance(1000)

    await coffin.network(up=True)
    await bus.hear("availability", "online", since=mark)
    await coffin.advance(60_000)

    numbers = [event["seq"] for event in bus.words("event", mark)]
    assert numbers == sorted(numbers)
    assert 24 <= len(numbers) <= 28  # those that wait, and a few just under way
    assert max(numbers) > 40


async def test_an_unconfirmed_message_is_sent_again(tmp_path: Path, built: Path) -> None:
    """Without a PUBACK it comes again with DUP, then the link is made anew."""

    async def deaf(wire: Wire) -> None:
        await wire.greet()
        await wire.serve(acknowledge=False)

    async with FakeBroker(deaf, normal) as broker, coffin_at(broker, tmp_path, built) as coffin:
        await broker.connections(1)
        await heard(broker.wires[0], "info")
        await coffin.advance(12_000)
        flags = [first & DUP for first, _ in await heard(broker.wires[0], "info", 2)]
        assert flags[:2] == [0, DUP]
        assert len(broker.wires[0].published("event")) == 0  # four are in flight, no more

        await coffin.advance(30_000)
        await broker.connections(2)
        assert [first & DUP for first, _ in await heard(broker.wires[1], "info")] == [0]
        assert [b'"booted"' in payload for _, payload in await heard(broker.wires[1], "event")]


async def test_a_silent_broker_is_left(tmp_path: Path, built: Path) -> None:
    """Without an answer to its ping the device connects anew."""

    async def silent(wire: Wire) -> None:
        await wire.greet()
        await wire.serve(pong=False)

    async with FakeBroker(silent, normal) as broker, coffin_at(broker, tmp_path, built) as coffin:
        await broker.connections(1)
        await heard(broker.wires[0], "telemetry")

        await coffin.advance(40_000)

        await broker.connections(2)
        assert (0xC0, b"") in broker.wires[0].packets


async def test_it_pings_within_the_keepalive(tmp_path: Path, built: Path) -> None:
    """Pings go out although telemetry does too, and the link holds."""
    async with FakeBroker(normal) as broker, coffin_at(broker, tmp_path, built) as coffin:
        await broker.connections(1)
        await heard(broker.wires[0], "telemetry")

        await coffin.advance(100_000)

        assert broker.wires[0].packets.count((0xC0, b"")) >= 5
        assert len(broker.wires) == 1


async def hangs_up(wire: Wire) -> None:
    """Close at once."""
    wire.close()


async def refuses(wire: Wire) -> None:
    """Refuse the login."""
    await wire.read()
    await wire.send(b"\x20\x02\x00\x05")
    wire.close()


async def never_greets(wire: Wire) -> None:
    """Accept the connection and say nothing."""
    await wire.serve()


async def endless_length(wire: Wire) -> None:
    """Send a length that does not end."""
    await wire.greet()
    await wire.send(b"\x30\xff\xff\xff\xff\xff")
    await wire.serve()


async def unknown_packet(wire: Wire) -> None:
    """Send a packet of a type that only clients send."""
    await wire.greet()
    await wire.send(b"\x10\x02\x00\x00")
    await wire.serve()


async def quality_two(wire: Wire) -> None:
    """Send a PUBLISH at a quality that was not asked for."""
    await wire.greet()
    await wire.send(b"\x34\x07\x00\x01a\x00\x01xx")
    await wire.serve()


async def topic_too_long(wire: Wire) -> None:
    """Send a topic that is longer than its packet."""
    await wire.greet()
    await wire.send(b"\x30\x04\xff\xffab")
    await wire.serve()


async def half_a_packet(wire: Wire) -> None:
    """Begin a packet and never end it."""
    await wire.greet()
    await wire.send(b"\x30\x20\x00\x05props")
    await wire.serve()


@pytest.mark.parametrize(
    "fault",
    [
        hangs_up,
        refuses,
        never_greets,
        endless_length,
        unknown_packet,
        quality_two,
        topic_too_long,
        half_a_packet,
    ],
)
async def test_a_wire_fault_costs_the_link_only(
    tmp_path: Path, built: Path, fault: Callable[[Wire], Awaitable[None]]
) -> None:
    """The device leaves the link within bounded time, connects anew, and works meanwhile."""
    async with FakeBroker(fault, normal) as broker, coffin_at(broker, tmp_path, built) as coffin:
        await broker.connections(1)
        await asyncio.sleep(0.2)
        await coffin.edge("pir")
        await coffin.wait_snapshot("state", wanted="action")

        await coffin.advance(60_000)

        await broker.connections(2)
        await heard(broker.wires[1], "availability")
        assert len(await coffin.pulses()) == 1


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"{",
        b"[]",
        b"null",
        b'{"action":5}',
        b'{"params":{}}',
        b'{"action":"set_volume","params":5}',
        b'{"action":"set_volume","params":{"volume":"10"}}',
        b'{"action":"set_volume","params":{"volume":true}}',
        b'{"action":"set_volume","params":{"volume":1e999}}',
        b'{"action":"set_volume"}',
        b'{"action":"trigger","correlation_id":[1]}',
        b'{"action":"__init__"}',
        b"[" * 1500,
        b'{"action":"trigger","params":{"volume":' + b"9" * 1000 + b"}}",
        b"x" * 2049,
        b"x" * 1_000_000,
    ],
    ids=lambda payload: f"{payload[:24]!r}x{len(payload)}",
)
async def test_no_payload_drops_the_link(coffin: Coffin, bus: Bus, payload: bytes) -> None:
    """It is refused with a reason, and the next command is heard on the same link."""
    mark = bus.mark()

    await bus.say("cmd", payload)

    refused = await bus.hear("event", type="refused", since=mark)
    assert refused["reason"] in {
        "empty_command",
        "bad_arguments",
        "unknown_action",
        "out_of_range",
    }
    assert (await bus.ask("identify"))["ok"]
    assert bus.words("availability") == ["online"]


async def test_settings_survive_garbage(coffin: Coffin, bus: Bus) -> None:
    """What is no settings object changes nothing."""
    before = bus.words("settings")[-1]
    for payload in (b"", b"\xff", b"7", b"{}", b'{"volume":null}', b"y" * 5000):
        await bus.say("settings/set", payload)

    assert (await bus.set(volume=20))["ok"]
    assert bus.words("settings")[-1] == before
    assert len(bus.events("refused")) == 6


async def test_a_foreign_topic_is_ignored(tmp_path: Path, built: Path) -> None:
    """A broker that sends what was not asked for is endured."""

    async def chatty(wire: Wire) -> None:
        await wire.greet()
        await wire.send(publish("other/thing", b"x"))
        await wire.send(publish(f"props/{PLAN.id}/cmd", b"trigger"))
        await wire.serve()

    async with FakeBroker(chatty) as broker, coffin_at(broker, tmp_path, built) as coffin:
        await coffin.wait_snapshot("state", wanted="action")
        assert len(broker.wires) == 1


async def test_waits_grow_and_differ(built: Path) -> None:
    """Two devices that lose one broker do not come back in step."""
    script = """
import sys; sys.path.insert(0, "lib")
from atelier.backoff import Backoff
one, other = Backoff(1000, 60000), Backoff(1000, 60000)
print([one.next_ms() for _ in range(9)]); print([other.next_ms() for _ in range(9)])
"""
    first, second = (
        [int(ms) for ms in line.strip("[]").split(", ")]
        for line in (await run_micropython(script, folder=built)).split("\n")[:2]
    )
    assert first != second
    for tries, ms in enumerate(first):
        longest = min(60_000, 1000 * 2**tries)
        assert longest / 2 <= ms <= longest


async def test_a_flood_of_commands_is_survived(coffin: Coffin, bus: Bus) -> None:
    """Hundreds at once: answers are bounded, memory too, and the link holds."""
    before = (await coffin.request("heap", threshold=4096))["used"]
    flood = [
        bus._client.publish(
            f"props/{PLAN.id}/cmd",
            f'{{"action":"identify","correlation_id":"f{number}","params":{{"x":"{"y" * 1900}"}}}}',
            1,
        )
        for number in range(300)
    ]
    await asyncio.to_thread(flood[-1].wait_for_publish, 20)

    assert (await bus.ask("trigger"))["ok"]
    assert await coffin.solenoid()
    assert bus.words("availability") == ["online"]
    await coffin.advance(10_000)
    assert (await coffin.request("heap"))["used"] - before < 6000


async def test_two_boards_with_one_id_do_not_fight_fast(
    coffin: Coffin, broker: Broker, bus: Bus, tmp_path: Path, built: Path
) -> None:
    """A twin takes the link over; both wait longer each time instead of fighting."""
    twin = Coffin(broker.port, tmp_path / "twin", built)
    await twin.build()
    twin.keep()
    mark = bus.mark()
    try:
        await twin.switch_on()
        await asyncio.sleep(4)
        assert 1 <= bus.words("availability", mark).count("online") <= 8
        serials = {word["serial"] for word in bus.words("info")}
        assert len(serials) == 2
    finally:
        await twin.kill()
