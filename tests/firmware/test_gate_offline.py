"""Nothing is lost and nothing is doubled: silence, power cuts, and what is told later."""

import binascii
import json
from pathlib import Path
import time

from gatebench import (
    BAD,
    GOOD,
    MACHINE,
    MEMBER,
    STAFF,
    UMA,
    UMA_UID,
    Gate,
    Server,
    bare,
    signed,
)
import pytest
from workbench import run_micropython

from rig.broker import Broker


def keep(gate: Gate, entries: list[str], **more: object) -> None:
    """Put a journal on the flash, as an earlier run would have."""
    body = json.dumps([1, {"entries": entries} | more]).encode()
    (gate.flash / "journal.a").write_bytes(b"%08x\n" % binascii.crc32(body) + body)


async def go_offline(gate: Gate, server: Server) -> None:
    """Know the time and a list, then lose the network."""
    await server.say("list", signed({UMA_UID: 1}))
    server.answer(checkmachine=MACHINE | {"at": int(time.time())})
    mark = len(server.heard)
    await gate.advance(31_000)
    await server.hear("checkmachine", since=mark)
    await gate.advance(200)
    await gate.network(up=False)
    await gate.advance(3000)


async def come_back(gate: Gate) -> None:
    """Have the network again, long enough for a new link."""
    await gate.network(up=True)
    await gate.advance(62_000)


async def test_a_use_offline_is_told_later(gate: Gate, server: Server) -> None:
    """Over a power cut, in order, once, as replays with their own ids and times."""
    await go_offline(gate, server)
    assert await gate.rows() == ["LASER1         !", "Card, please"]
    await gate.log_in()
    await gate.advance(10_000)
    await gate.tap(UMA)
    assert not await gate.power()
    mark = len(server.heard)
    await gate.restart()
    await gate.advance(2000)
    start, stop = await server.hear("startuse"), await server.hear("stopuse")
    await gate.advance(500)

    said = server.words(since=mark)
    # What is old comes before anything else.
    assert [bare(word) for word in said[:2]] == [
        f'{{"action":"startuse", "uid":"{UMA_UID}", "replay":true}}',
        f'{{"action":"stopuse", "uid":"{UMA_UID}","duration":{stop["duration"]}, "replay":true}}',
    ]
    assert stop["at"] - start["at"] in range(stop["duration"] - 1, stop["duration"] + 2)
    assert len({start["id"], stop["id"]}) == 2
    await gate.restart()
    await gate.advance(35_000)
    assert len(server.words("startuse", "stopuse", since=mark)) == 2


async def test_an_unanswered_start_is_told_again(gate: Gate, server: Server) -> None:
    """The same id goes out until it is confirmed, then never again."""
    server.answer(startuse=None)
    await gate.log_in()
    await server.hear("startuse")
    await gate.advance(3000)
    server.answer(startuse=GOOD)
    await gate.advance(62_000)
    again = await server.hear("startuse", count=2)
    await gate.advance(62_000)
    told = server.told("startuse")
    assert len({one["id"] for one in told}) == 1
    assert [one.get("replay", False) for one in told] == [False] + [True] * (len(told) - 1)
    assert again["replay"]
    assert await gate.power()
    mark = len(server.heard)
    await gate.advance(31_000)
    assert server.words("startuse", since=mark) == []


@pytest.mark.parametrize("operation", [1, 2, 3, 4])
async def test_power_cut_in_the_middle_of_a_log_in(
    gate: Gate, server: Server, operation: int
) -> None:
    """Wherever in the write it happens: power never was on without the start being on flash."""
    await gate.advance(20_000)
    await gate.request("power", cut_at=operation)
    await gate.lay(UMA)
    await gate.lift()
    await gate.advance(8000)
    assert "reset: power cut" in gate.log_tail()
    assert not await gate.power()
    await gate.log_in()
    await gate.advance(1000)
    starts = {one["id"] for one in server.told("startuse")}
    assert len([1 for _, level in await gate.relay() if level]) <= len(starts) <= 2


async def test_a_use_that_a_power_cut_ended(gate: Gate, server: Server) -> None:
    """Its end is told when power is back, as far as it was seen; power stays off."""
    await gate.log_in()
    await server.hear("startuse")
    await gate.advance(130_000)
    mark = len(server.heard)
    await gate.restart()
    await gate.advance(2000)
    stop = await server.hear("stopuse", since=mark)
    assert 119 <= stop["duration"] <= 122
    assert stop["replay"]
    assert await gate.relay() == []
    await gate.restart()
    await gate.advance(2000)
    assert len(server.words("stopuse", since=mark)) == 1


async def test_not_now_is_told_again(gate: Gate, server: Server) -> None:
    """A server that cannot keep it gets it again after 30 s, and other questions meanwhile."""
    server.answer(startuse=BAD)
    await gate.log_in()
    await server.hear("startuse")
    mark = len(server.heard)
    await gate.advance(31_000)
    await server.hear("checkmachine", since=mark)
    again = await server.hear("startuse", since=mark)
    server.answer(startuse=GOOD)
    await gate.advance(31_000)
    last = await server.hear("startuse", count=2, since=mark)
    await gate.advance(31_000)
    assert again["id"] == last["id"] == server.told("startuse")[0]["id"]
    assert len(server.words("startuse")) == 3


async def test_what_is_settled_is_not_told_again(gate: Gate, server: Server) -> None:
    """An unknown card stays unknown: the message is over."""
    server.answer(startuse={"request_ok": False, "message": "Invalid card"})
    await gate.log_in()
    await gate.advance(62_000)
    assert len(server.words("startuse")) == 1


async def test_care_offline(gate: Gate, server: Server) -> None:
    """Care that was confirmed without a server is told later."""
    server.answer(checkmachine=MACHINE | {"maintenance": True}, checkuser=STAFF)
    await gate.advance(31_000)
    server.answer(maintenance=None)
    await gate.lay(UMA)
    await gate.advance(11_000)
    await gate.be("in_use")
    server.answer(maintenance=GOOD)
    await gate.restart()
    await gate.advance(3000)
    care = await server.hear("maintenance", count=len(server.told("maintenance")))
    assert bare(server.words("maintenance")[-1]) == (
        f'{{"action":"maintenance", "uid":"{UMA_UID}", "replay":true}}'
    )
    assert len({one["id"] for one in server.told("maintenance")}) == 1
    assert care["uid"] == UMA_UID


async def test_forty_fit_and_no_more(dark_gate: Gate, server: Server) -> None:
    """A full journal lets nobody in rather than lose one; delivered, it lets them in again."""
    keep(dark_gate, [f"{n:012x},stopuse,{UMA_UID},60,1767225600" for n in range(38)])
    await server.say("list", signed({UMA_UID: 1}), retain=True)
    server.answer(stopuse=BAD)
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    await dark_gate.lay(UMA)
    assert await dark_gate.rows() == ["Memory full", ""]
    await dark_gate.lift()
    server.answer(stopuse=GOOD)
    mark = len(server.heard)
    await dark_gate.advance(31_000)
    await server.hear("stopuse", count=38, since=mark)
    told = server.told("stopuse", since=mark)
    assert list(dict.fromkeys(one["id"] for one in told)) == [f"{n:012x}" for n in range(38)]
    await dark_gate.advance(2000)
    await dark_gate.log_in()


async def test_a_full_journal_beside_a_full_list(dark_gate: Gate, server: Server) -> None:
    """Both fit beside each other in little more than an ESP32 leaves, though words are longer."""
    dark_gate.give_memory("heapsize=224k")
    keep(dark_gate, [f"{n:012x},stopuse,{UMA_UID},60,1767225600" for n in range(37)])
    cards = {UMA_UID: 1} | {f"{n:08x}": 1 for n in range(205)}
    text = signed(cards)
    assert 2000 < len(text) <= 2048
    await server.say("list", text, retain=True)
    server.answer(stopuse=BAD, checkmachine=MACHINE | {"at": int(time.time())})
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    await dark_gate.network(up=False)
    await dark_gate.advance(3000)
    await dark_gate.log_in()
    await dark_gate.tap(UMA)
    assert not await dark_gate.power()
    await dark_gate.lay(UMA)
    assert await dark_gate.rows() == ["Memory full", ""]
    assert "not written" not in dark_gate.log_tail(100)
    await dark_gate.restart()
    server.answer(stopuse=GOOD)
    mark = len(server.heard)
    await dark_gate.advance(2000)
    await server.hear("stopuse", count=38, since=mark)
    assert len({one["id"] for one in server.told("stopuse", since=mark)}) == 38


async def test_a_stop_alone_tells_its_start(gate_built: Path, tmp_path: Path) -> None:
    """Where there is no room starts give way to their stops; no use is lost, none is doubled."""
    script = f"""
import sys
sys.path[:0] = [{str(gate_built)!r}, {str(gate_built / "lib")!r}]
from atelier.clock import Clock
from atelier.wall import Wall
from journal import Journal
clock = Clock()
wall = Wall(clock, None, None)
journal, uses = Journal(wall, clock), 0
while journal.room:
    assert journal.add("startuse", "04030201") and journal.add("stopuse", "04030201", uses)
    uses += 1
assert len(journal.entries) <= 40
again = Journal(wall, clock)
assert again.entries == journal.entries
wall.told(1800000000)
journal.time_known()
stops = []
while journal.entries:
    entry, replay = journal.first()
    assert replay and entry.split(",")[4].startswith("18000000")
    if "stopuse" in entry:
        stops.append(int(entry.split(",")[3]))
    journal.settled(entry)
assert stops == list(range(uses)), stops
assert journal.room and not Journal(wall, clock).entries
print(uses)
"""
    assert int(await run_micropython(script, folder=tmp_path)) >= 30


@pytest.mark.parametrize("damage", [b"\xff" * 99, None], ids=range(2))
async def test_a_damaged_journal_is_an_empty_one(
    dark_gate: Gate, server: Server, damage: bytes | None
) -> None:
    """Whatever the flash holds, the board starts and lets people in."""
    if damage is None:
        keep(dark_gate, [5, "x", "a,b"], use={"uid": 1})  # type: ignore[list-item]  # what a torn file may hold
    else:
        (dark_gate.flash / "journal.a").write_bytes(damage)
    await dark_gate.switch_on()
    await server.hear("checkmachine")
    await dark_gate.advance(500)
    await dark_gate.log_in()


async def test_the_broker_restarts_in_the_middle_of_a_use(
    gate: Gate, server: Server, broker: Broker
) -> None:
    """The use goes on, and its stop is told once."""
    await gate.log_in()
    await server.hear("startuse")
    await broker.stop()
    await gate.advance(5000)
    assert await gate.power()
    await gate.tap(UMA)
    assert not await gate.power()
    await broker.start()
    mark = len(server.heard)
    for _ in range(3):
        await gate.advance(31_000)
        if server.words("stopuse", since=mark):
            break
    await server.hear("stopuse", since=mark)
    await gate.advance(31_000)
    assert len({one["id"] for one in server.told("stopuse")}) == 1


async def test_a_server_that_comes_back(gate: Gate, server: Server) -> None:
    """Silence for 2 s ends a question; a tap in the next 45 s gets its answer at once."""
    answers = dict(server.answers)
    server.silence()
    await gate.lay(UMA)
    await gate.advance(2500)
    assert await gate.rows() == ["No server", UMA_UID]
    await gate.lift()
    await gate.advance(2000)
    mark = len(server.heard)
    await gate.lay(UMA)
    assert await gate.rows() == ["No server", UMA_UID]
    assert server.words("checkuser", since=mark) == []
    await gate.lift()
    server.answers = answers | {"checkuser": MEMBER}
    await gate.advance(62_000)
    await gate.log_in()
