"""The signed list: who gets in while the server is away, and who does not."""

import asyncio
import json
import struct
import time

from gatebench import KEY, MACHINE, NUMBER, SAM, SAM_UID, UMA, UMA_UID, Gate, Server, signed
import pytest

from rig.broker import Broker


async def tell_time(gate: Gate, server: Server, at: float | None = None) -> None:
    """Let a reply carry the time."""
    server.answer(checkmachine=MACHINE | {"at": int(at or time.time())})
    mark = len(server.heard)
    await gate.advance(31_000)
    await server.hear("checkmachine", since=mark)
    await gate.advance(200)
    server.answer(checkmachine=MACHINE)


async def gets_in(gate: Gate, uid: str) -> bool:
    """Tap while nobody answers, and tell whether there is power; then be free again."""
    await gate.network(up=False)
    await gate.advance(3000)
    await gate.tap(uid)
    power = await gate.power()
    if power:
        await gate.tap(uid)
    await gate.network(up=True)
    return power


async def test_a_list_lets_in(gate: Gate, server: Server) -> None:
    """Those on it, by their level; nobody else."""
    await server.say("list", signed({UMA_UID: 1}), retain=True)
    await tell_time(gate, server)
    assert not await gets_in(gate, SAM)
    assert await gets_in(gate, UMA)


async def test_a_list_that_is_not_taken(gate: Gate, server: Server) -> None:
    """Whatever is not signed, sound and newer changes nothing: the list before it counts on."""
    await server.say("list", signed({UMA_UID: 1}, serial=5), retain=True)
    for text in (
        signed({SAM_UID: 1}, serial=9, key="ff" * 16),
        signed({SAM_UID: 1}, serial=9).replace('"serial": 9', '"serial": 8'),
        signed({SAM_UID: 1}, serial=9, machine="8"),
        signed({SAM_UID: 1}, serial=4),
        signed({SAM_UID: 1}, serial=5),
        signed({SAM_UID: 9}, serial=9),
        signed({}, serial=9, cards="zzzzzzzz1"),
        signed({}, serial=9, cards=SAM_UID),
        signed({}, serial=9, cards=f"{SAM_UID}9"),
        signed({}, serial=9, cards=[]),
        signed({}, serial=9).split("\n")[0],
        "",
        b"\xff\xfe",
        "x" * 5000,
    ):
        await server.say("list", text)
    await tell_time(gate, server)
    assert not await gets_in(gate, SAM)
    assert await gets_in(gate, UMA)


async def test_a_newer_list_takes_the_place(gate: Gate, server: Server) -> None:
    """Over a restart too; an older one does not come back by it."""
    old = signed({SAM_UID: 1}, serial=5)
    await server.say("list", old)
    await server.say("list", signed({UMA_UID: 1}, serial=6))
    await gate.advance(500)
    await gate.restart()
    await gate.advance(1500)
    await server.say("list", old)
    await tell_time(gate, server)
    assert not await gets_in(gate, SAM)
    assert await gets_in(gate, UMA)


@pytest.mark.parametrize(
    ("valid_s", "issued_s", "lets_in"), [(-1, -99, False), (600, 280, True), (3600, 900, False)]
)
async def test_a_list_has_its_time(
    gate: Gate, server: Server, valid_s: int, issued_s: int, *, lets_in: bool
) -> None:
    """It counts until it expires; a clock that is before its issue is wrong."""
    issued = int(time.time()) + issued_s
    await server.say("list", signed({UMA_UID: 1}, valid_s=valid_s, issued=issued))
    await tell_time(gate, server)
    assert await gets_in(gate, UMA) is lets_in


async def test_a_list_names_no_card(gate: Gate, server: Server) -> None:
    """A card's id where its mark should be lets nobody in, nor does the mark of another list."""
    await server.say("list", signed({}, serial=4, cards=f"{UMA_UID}1"))
    await tell_time(gate, server)
    assert not await gets_in(gate, UMA)
    marks = json.loads(signed({UMA_UID: 1}, serial=5).split("\n")[1])["cards"]
    await server.say("list", signed({}, serial=6, cards=marks))
    assert not await gets_in(gate, UMA)


async def test_another_key_ends_the_list_that_was_kept(gate: Gate, server: Server) -> None:
    """Who may come in is asked anew; the number of the last list counts on."""
    await server.say("list", signed({UMA_UID: 1}, serial=5))
    await tell_time(gate, server)
    assert await gets_in(gate, UMA)
    gate.configure(gate={"machine": NUMBER, "key": "cd" * 16, "ntp": None})
    await gate.restart()
    await gate.advance(1500)
    await tell_time(gate, server)
    assert not await gets_in(gate, UMA)
    await server.say("list", signed({UMA_UID: 1}, serial=6, key="cd" * 16), retain=True)
    await tell_time(gate, server)
    assert await gets_in(gate, UMA)


async def test_a_right_that_ends_before_the_list(gate: Gate, server: Server) -> None:
    """Each such card has its own end; the list goes on without it."""
    await server.say("list", signed({SAM_UID: 1}, ending={UMA_UID: 600}))
    await tell_time(gate, server)
    assert await gets_in(gate, UMA)
    await gate.network(up=False)
    await gate.advance(700_000)
    assert not await gets_in(gate, UMA)
    assert await gets_in(gate, SAM)


async def test_a_list_expires_while_offline(gate: Gate, server: Server) -> None:
    """The board's own clock goes on."""
    await server.say("list", signed({UMA_UID: 1}, valid_s=200))
    await tell_time(gate, server)
    assert await gets_in(gate, UMA)
    await gate.network(up=False)
    await gate.advance(200_000)
    assert not await gets_in(gate, UMA)


async def test_without_the_time_no_list_counts(gate: Gate, server: Server) -> None:
    """After a power cut nobody gets in until somebody told the time."""
    await server.say("list", signed({UMA_UID: 1}))
    await tell_time(gate, server)
    assert await gets_in(gate, UMA)
    await gate.restart()
    await gate.advance(500)
    assert not await gets_in(gate, UMA)


async def test_a_blocked_machine_stays_blocked(gate: Gate, server: Server) -> None:
    """What the server said last of the machine counts offline, over a restart."""
    await server.say("list", signed({UMA_UID: 3}), retain=True)
    server.answer(checkmachine=MACHINE | {"allowed": False})
    await gate.advance(40_000)
    await gate.restart()
    server.answer(checkmachine={"request_ok": False, "at": int(time.time())})
    await gate.advance(2000)
    assert not await gets_in(gate, UMA)
    assert "Blocked" in await gate.rows()


async def test_a_time_server_is_enough(dark_gate: Gate, server: Server, broker: Broker) -> None:
    """A board that starts without a broker lets in who is on its list."""

    class Ntp(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.DatagramTransport)
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            seconds = int(time.time()) + 2_208_988_800
            answer = b"\x24\x01" + bytes(38) + struct.pack("!I", seconds) + bytes(4)
            self.transport.sendto(answer, addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Ntp, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    dark_gate.configure(gate={"machine": NUMBER, "key": KEY, "ntp": f"127.0.0.1:{port}"})
    await server.say("list", signed({UMA_UID: 1}), retain=True)
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    await broker.stop()
    await dark_gate.restart()
    await dark_gate.advance(2000)
    await dark_gate.log_in()
    transport.close()


@pytest.mark.parametrize("own", [{"server_down": "deny"}, {"key": None}])
async def test_a_machine_that_needs_its_server(
    dark_gate: Gate, server: Server, own: dict[str, object]
) -> None:
    """With `deny`, or without a key, no list counts."""
    dark_gate.configure(gate={"machine": NUMBER, "key": KEY, "ntp": None} | own)
    await server.say("list", signed({UMA_UID: 1}), retain=True)
    await dark_gate.switch_on()
    await tell_time(dark_gate, server)
    assert not await gets_in(dark_gate, UMA)
