"""The gate says what a Fab-O-matic board says, to the byte, and when it says it."""

from gatebench import (
    MACHINE,
    NUMBER,
    SAM,
    SAM_UID,
    STRANGER,
    TOPIC,
    UMA,
    UMA_UID,
    Gate,
    Server,
    bare,
)
import pytest


async def test_a_whole_use(gate: Gate, server: Server) -> None:
    """From power-on to log-out: every message, its spelling and its order."""
    await gate.log_in()
    await gate.advance(31_000)
    await server.hear("inuse")
    await gate.tap(UMA)
    await gate.be("free")
    stop = await server.hear("stopuse")

    said = [bare(word) for word in server.words()]
    checks = '{"action":"checkmachine"}'
    inuse = (await server.hear("inuse"))["duration"]
    assert [word for word in said[1:] if word != checks] == [
        f'{{"action":"checkuser","uid":"{UMA_UID}"}}',
        f'{{"action":"startuse", "uid":"{UMA_UID}"}}',
        f'{{"action":"inuse", "uid":"{UMA_UID}","duration":{inuse}}}',
        f'{{"action":"stopuse", "uid":"{UMA_UID}","duration":{stop["duration"]}}}',
    ]
    assert said[1] == checks
    alive = server.told("alive")[0]
    assert said[0] == (
        f'{{"action":"alive","version":"machine_gate,1.0.0","ip":"127.0.0.1",'
        f'"serial":"{alive["serial"]}","heap":"{alive["heap"]}"}}'
    )
    assert len(alive["serial"]) == 12
    assert alive["heap"].isdigit()
    assert 28 <= inuse <= 33
    assert 31 <= stop["duration"] <= 38
    topics = {topic for topic, _ in server.heard}
    assert topics == {TOPIC, f"{TOPIC}/reply"}


async def test_starts_and_stops_have_an_id_and_a_time(gate: Gate, server: Server) -> None:
    """What the protocol lacks stands behind what it has; the time is there once it is known."""
    server.answer(checkmachine=MACHINE | {"at": 1_800_000_000})
    mark = len(server.heard)
    await gate.advance(31_000)
    await server.hear("checkmachine", since=mark)
    server.answer(checkmachine=MACHINE)
    await gate.log_in()
    await gate.tap(UMA)
    start, stop = await server.hear("startuse"), await server.hear("stopuse")
    assert 1_800_000_000 <= start["at"] <= 1_800_000_010
    assert stop["at"] - start["at"] in range(stop["duration"], stop["duration"] + 2)
    assert start["id"] != stop["id"]
    assert server.words("startuse")[0] == (
        f'{{"action":"startuse", "uid":"{UMA_UID}","id":"{start["id"]}","at":{start["at"]}}}'
    )


async def test_the_rhythm(gate: Gate, server: Server) -> None:
    """A question each 30 s, a sign of life each 120 s, `inuse` only while in use."""
    mark = len(server.heard)
    await gate.advance(122_000)
    assert len(server.words("checkmachine", since=mark)) in (4, 5)
    assert len(server.words("alive", since=mark)) == 1
    assert server.words("inuse", since=mark) == []


async def test_a_tap_asks_for_the_machine_soon(gate: Gate, server: Server) -> None:
    """About a second after a tap on a free machine its state is asked for."""
    await gate.advance(5000)
    mark = len(server.heard)
    server.answer(checkuser={"request_ok": True, "is_valid": False, "level": 0, "name": "x"})
    await gate.tap(UMA)
    assert [word["action"] for word in server.told(since=mark)] == ["checkuser", "checkmachine"]


async def test_a_card_is_spelled_as_a_number(gate: Gate, server: Server) -> None:
    """The first byte is the lowest; longer ids are cut to their first four bytes."""
    server.answer(checkuser=STRANGER)
    cards = ("01020304", "0a000000", "04112233445566", "04112288445566778899")
    for card in cards:
        await gate.tap(card)
    await server.hear("checkuser", count=4)
    assert server.words("checkuser") == [
        f'{{"action":"checkuser","uid":"{uid}"}}'
        for uid in ("04030201", "0000000a", "33221104", "88221104")
    ]


async def test_of_two_cards_one_is_read(gate: Gate, server: Server) -> None:
    """Two cards at once are told apart bit by bit; what is read is one of them, whole."""
    await gate.request("card_in", uid=SAM)
    await gate.tap(UMA)
    asked = server.told("checkuser")
    assert len(asked) == 1
    assert asked[0]["uid"] in (UMA_UID, SAM_UID)


async def test_the_number_stands_in_the_topic_as_typed(dark_gate: Gate, server: Server) -> None:
    """A board `07` speaks on `machine/07`, and is no other than machine 7."""
    dark_gate.configure(gate={"machine": f"0{NUMBER}"})
    await dark_gate.switch_on()
    await dark_gate.advance(2500)
    assert {topic for topic, _ in server.heard} == {f"machine/0{NUMBER}"}


@pytest.mark.parametrize(
    ("own", "complaint"),
    [
        ({"machine": "65536"}, "gate.machine"),
        ({"key": "zz"}, "gate.key"),
        ({"server_down": "open"}, "gate.server_down"),
        ({"card_present": "yes"}, "gate.card_present"),
        ({"language": "xx"}, "gate.language"),
    ],
)
async def test_a_wrong_configuration_is_said(
    dark_gate: Gate, own: dict[str, object], complaint: str
) -> None:
    """What is wrong in config.json is on the console, and power stays off."""
    dark_gate.configure(gate=own)
    await dark_gate.start()
    await dark_gate.advance(2000)
    assert complaint in dark_gate.log_tail()
    assert not await dark_gate.power()
