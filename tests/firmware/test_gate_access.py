"""Who is let in at a gate, when power goes, and what the display says of it."""

import asyncio

from gatebench import (
    BAD,
    MACHINE,
    MEMBER,
    SAM,
    SAM_UID,
    STAFF,
    STRANGER,
    UMA,
    UMA_UID,
    Answer,
    Gate,
    Server,
    bare,
)
import pytest


async def test_power_is_on_while_in_use(gate: Gate, server: Server) -> None:
    """A card that may: power, the member's name and a tune; the same card again: none of it."""
    assert await gate.rows() == ["LASER1", "Card, please"]
    assert not await gate.power()
    await gate.log_in()
    await gate.advance(61_000)
    assert await gate.power()
    assert await gate.rows() == ["LASER1", "Uma        00:01"]
    await gate.tap(UMA)
    assert not await gate.power()
    assert [level for _, level in await gate.relay()] == [1, 0]
    beeps = [level for _, what, level in await gate.history() if what == "buzzer"]
    assert beeps.count(1) >= 3


@pytest.mark.parametrize(
    ("answer", "machine", "rows"),
    [
        (STRANGER, {}, ["Unknown card", UMA_UID]),
        (STAFF | {"level": 3}, {"allowed": False}, ["Blocked", "LASER1"]),
        (MEMBER, {"maintenance": True, "description": "oil it"}, ["Needs care", "oil it"]),
        (BAD, {}, ["No server", UMA_UID]),
    ],
)
async def test_who_is_refused(
    dark_gate: Gate,
    server: Server,
    answer: dict[str, object],
    machine: dict[str, object],
    rows: list[str],
) -> None:
    """A refusal is shown with its reason, and power stays off."""
    server.answer(checkmachine=MACHINE | machine, checkuser=answer)
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    await dark_gate.lay(UMA)
    assert await dark_gate.rows() == rows
    await dark_gate.lift()
    assert await dark_gate.relay() == []
    assert server.words("startuse") == []


async def test_is_valid_may_be_a_number(gate: Gate, server: Server) -> None:
    """As the reference board reads it: 1 is valid."""
    server.answer(checkuser=MEMBER | {"is_valid": 1})
    await gate.log_in()


async def test_another_card_does_not_take_over(gate: Gate, server: Server) -> None:
    """A second card is told whose the machine is."""
    await gate.log_in()
    await gate.lay(SAM)
    assert await gate.rows() == ["In use by", "Uma"]
    assert server.told("checkuser") == [{"action": "checkuser", "uid": UMA_UID}]
    assert await gate.power()


async def test_the_button_logs_out(gate: Gate, server: Server) -> None:
    """Whoever stands there may switch off, in the grace time too."""
    server.answer(checkmachine=MACHINE | {"grace": 2})
    await gate.advance(31_000)
    await gate.log_in()
    await gate.edge("button")
    await gate.advance(300)
    assert await gate.state() == "grace"
    await server.hear("stopuse")
    await gate.edge("button")
    await gate.advance(300)
    assert not await gate.power()


async def test_auto_log_off(gate: Gate, server: Server) -> None:
    """After `logoff` minutes the use ends like any other; 0 is never."""
    server.answer(checkmachine=MACHINE | {"logoff": 1})
    await gate.advance(31_000)
    await gate.log_in()
    await gate.advance(62_000)
    assert (await server.hear("stopuse"))["duration"] in (60, 61)
    assert not await gate.power()
    server.answer(checkmachine=MACHINE | {"logoff": 0})
    await gate.advance(31_000)
    await gate.log_in()
    await gate.advance(121_000)
    assert await gate.state() == "in_use"


async def test_grace(gate: Gate, server: Server) -> None:
    """Power stays on for `grace` minutes, with a beep each 30 s; a new log-in keeps it on."""
    server.answer(checkmachine=MACHINE | {"grace": 1})
    await gate.advance(31_000)
    await gate.log_in()
    await gate.tap(UMA)
    assert await gate.state() == "grace"
    await gate.advance(20_000)
    await gate.log_in()
    await gate.tap(UMA)
    beeps = len([1 for _, what, level in await gate.history() if what == "buzzer" and level])
    await gate.advance(50_000)
    assert await gate.power()
    heard = len([1 for _, what, level in await gate.history() if what == "buzzer" and level])
    assert heard == beeps + 2
    await gate.advance(12_000)
    assert await gate.state() == "free"
    on, off = await gate.relay()
    assert (on[1], off[1]) == (1, 0)


@pytest.mark.parametrize(
    ("grace", "minutes"), [({}, 1), ({"grace": None}, 1), ({"grace": 0}, 0)], ids=str
)
async def test_grace_that_is_not_told(
    gate: Gate, server: Server, grace: dict[str, object], minutes: int
) -> None:
    """Missing or null is one minute, as on the reference board."""
    without = {key: value for key, value in MACHINE.items() if key != "grace"}
    server.answer(checkmachine=without | grace)
    await gate.advance(31_000)
    await gate.log_in()
    await gate.tap(UMA)
    assert await gate.power() is bool(minutes)
    await gate.advance(61_000)
    assert not await gate.power()


async def test_care_is_confirmed_by_a_long_hold(gate: Gate, server: Server) -> None:
    """Staff hold their card for 10 s: care is told, then the use; members get in again."""
    server.answer(checkmachine=MACHINE | {"maintenance": True}, checkuser=STAFF)
    await gate.advance(31_000)
    mark = len(server.heard)
    await gate.lay(SAM)
    assert await gate.rows() == ["LASER1", "Hold 10 s: done"]
    await gate.advance(9000)
    assert await gate.state() == "confirming"
    assert not await gate.power()
    server.answer(checkmachine=MACHINE)
    await gate.advance(1500)
    await gate.be("in_use")
    await server.hear("startuse")
    said = [bare(word) for word in server.words("maintenance", "startuse", since=mark)]
    assert said == [
        f'{{"action":"maintenance", "uid":"{SAM_UID}"}}',
        f'{{"action":"startuse", "uid":"{SAM_UID}"}}',
    ]


async def test_care_by_the_button(gate: Gate, server: Server) -> None:
    """The button held for 10 s counts like the card."""
    server.answer(checkmachine=MACHINE | {"maintenance": True}, checkuser=STAFF)
    await gate.advance(31_000)
    await gate.lay(SAM)
    await gate.edge("button", level=0)
    await gate.lift()
    await gate.advance(10_000)
    await gate.edge("button", level=1)
    await server.hear("maintenance")
    await gate.be("in_use")


async def test_care_that_was_not_taken(gate: Gate, server: Server) -> None:
    """Staff who do not hold are let in, and nothing is told of care."""
    server.answer(checkmachine=MACHINE | {"maintenance": True}, checkuser=STAFF)
    await gate.advance(31_000)
    await gate.tap(SAM)
    await gate.advance(3500)
    await gate.be("in_use")
    await server.hear("startuse")
    assert server.words("maintenance") == []


async def test_start_and_stop_from_afar(gate: Gate, server: Server) -> None:
    """A start is like a tap, and takes over; a stop ends it, and is told on an idle board too."""
    mark = len(server.heard)
    await server.say("request", {"request_type": "stop", "uid": UMA_UID})
    await gate.advance(500)
    await server.hear("stopuse")
    for uid in (UMA_UID, SAM_UID.upper()):
        await server.say("request", {"request_type": "start", "uid": uid})
        await gate.advance(500)
        await gate.be("in_use")
        await server.hear("startuse", count=2 if uid != UMA_UID else 1)
    await server.say("request", {"request_type": "stop", "uid": "whoever"})
    await gate.advance(500)
    await gate.be("free")
    await server.hear("stopuse", count=3)
    actions = ("checkuser", "startuse", "stopuse")
    said = [(one["action"], one["uid"]) for one in server.told(*actions, since=mark)]
    assert said == [
        ("stopuse", "00000000"),
        ("checkuser", UMA_UID),
        ("startuse", UMA_UID),
        ("stopuse", UMA_UID),
        ("checkuser", SAM_UID),
        ("startuse", SAM_UID),
        ("stopuse", SAM_UID),
    ]


async def test_a_malformed_command_does_nothing(gate: Gate, server: Server) -> None:
    """It is logged, and the next command is heard."""
    for payload in (b"\xff", b"5", b"{}", b"[" * 900, b'{"request_type":"start"}', b"x" * 5000):
        await server.say("request", payload)
        await gate.advance(300)
    await server.say("request", {"request_type": "start", "uid": UMA_UID})
    await gate.advance(500)
    await gate.be("in_use")


async def test_a_doubtful_yes_is_a_no(gate: Gate, server: Server) -> None:
    """As the reference board reads it: valid is true or 1, and the level is a number above 0."""
    for doubt in ({"level": 0}, {"is_valid": 2}, {"level": "1"}, {"level": 4}, {"is_valid": None}):
        server.answer(checkuser=MEMBER | doubt)
        await gate.tap(UMA)
    assert len(server.words("checkuser")) == 5
    assert await gate.relay() == []


async def test_malformed_replies_are_no_replies(gate: Gate, server: Server) -> None:
    """Whatever comes instead of an answer: nobody gets in by it, and the board lives."""
    replies: list[Answer] = [
        b"\xff",
        b"7",
        b"{",
        b"[" * 900,
        b"x" * 3000,
        {},
        {"is_valid": True, "level": 1},
        {"request_ok": "yes", "is_valid": True, "level": 1},
        GOOD_WORD,
        MACHINE | {"level": 3},
    ]
    for reply in replies:
        server.answer(checkuser=reply)
        await server.say("reply", reply if isinstance(reply, bytes) else b'{"request_ok":true}')
        await gate.lay(UMA)
        await gate.lift()
        await gate.advance(2500)
        assert await gate.state() == "free"
    assert await gate.relay() == []
    server.answer(checkuser=MEMBER)
    await gate.advance(80_000)
    await gate.log_in()


GOOD_WORD = {"request_ok": True, "message": ""}


async def test_an_unasked_reply_lets_nobody_in(gate: Gate, server: Server) -> None:
    """A reply counts only while a question is open, and only where it fits."""
    server.answer(checkuser=None)
    await server.say("reply", MEMBER)
    await gate.lay(UMA)
    await server.say("reply", GOOD_WORD)
    await gate.advance(2500)
    assert await gate.state() == "free"
    assert await gate.relay() == []


async def test_card_present(dark_gate: Gate, server: Server) -> None:
    """The card has to stay; power goes within a second of its removal, without grace."""
    server.answer(checkmachine=MACHINE | {"grace": 5})
    dark_gate.configure(gate={"machine": "7", "card_present": True, "ntp": None})
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    await dark_gate.lay(UMA)
    await dark_gate.be("in_use")
    await dark_gate.advance(60_000)
    assert await dark_gate.power()
    removed = (await dark_gate.snapshot())["ms"]
    await dark_gate.request("card_out")
    await dark_gate.advance(1000)
    on, off = await dark_gate.relay()
    assert off[0] - removed < 1000
    await server.hear("stopuse")
    await server.say("request", {"request_type": "start", "uid": UMA_UID})
    await dark_gate.wait_snapshot("display", "lines", wanted=["Leave card here", ""])
    assert on[1] == 1
    assert not await dark_gate.power()


async def test_card_present_in_real_time(dark_gate: Gate, server: Server) -> None:
    """The second holds on a clock that nobody advances."""
    dark_gate.configure(gate={"machine": "7", "card_present": True, "ntp": None})
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.request("card_in", uid=UMA)
    await dark_gate.be("in_use")
    removed = (await dark_gate.snapshot())["ms"]
    await dark_gate.request("card_out")
    await asyncio.sleep(1.0)
    _, off = await dark_gate.relay()
    assert off[0] - removed < 1000


async def test_a_card_that_was_taken_too_soon(dark_gate: Gate, server: Server) -> None:
    """Where the card has to stay, one that is gone before the answer gets no power."""
    server.answer(checkuser=None)
    dark_gate.configure(gate={"machine": "7", "card_present": True, "ntp": None})
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.request("card_in", uid=UMA)
    await server.hear("checkuser")
    await dark_gate.request("card_out")
    await asyncio.sleep(0.7)
    await server.say("reply", MEMBER)
    await dark_gate.advance(500)
    assert await dark_gate.relay() == []


async def test_a_reader_that_fails(dark_gate: Gate, server: Server) -> None:
    """Unplugged, where the card has to stay: power goes. Plugged in again: it reads again."""
    dark_gate.configure(gate={"machine": "7", "card_present": True, "ntp": None})
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.lay(UMA)
    await dark_gate.be("in_use")
    await dark_gate.request("reader", present=False)
    await dark_gate.advance(1000)
    assert not await dark_gate.power()
    await dark_gate.request("reader", present=True)
    await dark_gate.advance(3000)
    assert await dark_gate.power()
