"""The benchmark of machines: its boards speak as real ones do, and cost less than they measure."""

import asyncio
from collections.abc import AsyncIterator
import os
from pathlib import Path
import sys

import orjson
import pytest

from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.desk import Desk
from custom_components.atelier.wire.machine_replies import CardReply
from custom_components.atelier.wire.machines import parse_query
from rig.bench.machines import flood, speech
from rig.bench.machines.boards import Boards
from rig.bench.machines.plan import QUICK, Makerspace
from rig.bench.machines.rows import rows
from rig.bench.machines.seeding import Cards, fill
from rig.bench.samples import Samples
from rig.broker import Broker
from rig.errors import RigError
from rig.places import ROOT

FEW = Makerspace(machines=3, members=20, uses=60)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Run a broker and the responder that only echoes."""
    async with Broker() as broker:
        echo = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rig.bench.machines.echo", str(broker.port)),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "script")},
        )
        assert echo.stdout is not None
        assert await asyncio.wait_for(echo.stdout.readline(), 20) == b"listening\n"
        yield broker.port
        echo.kill()
        await echo.wait()


def test_boards_say_what_boards_say() -> None:
    """A visit is told of in the order, and with the spelling, of the reference's boards."""
    said = speech.Speech(7, Cards(20), stride=3)
    texts = [said.say(kind).decode() for kind in (*speech.MIX, "unknown")]
    assert texts == [
        '{"action":"checkmachine"}',
        '{"action":"checkuser","uid":"10000013"}',
        '{"action":"checkuser","uid":"10000007"}',
        '{"action":"startuse", "uid":"10000007"}',
        '{"action":"checkmachine"}',
        '{"action":"inuse", "uid":"10000007","duration":0}',
        '{"action":"checkmachine"}',
        '{"action":"inuse", "uid":"10000007","duration":0}',
        '{"action":"stopuse", "uid":"10000007","duration":0}',
        '{"action":"checkuser","uid":"f000000a"}',
    ]
    assert orjson.loads(speech.alive(300))["ip"] == "10.0.1.44"


async def test_each_board_is_answered_in_turn(port: int) -> None:
    async with Boards(port, range(1, 6), Cards(20)) as boards:
        heard = (await boards.loop(speech.MIX, 0.5)).check()
        assert heard.replies > 50
        assert heard.late == 0
        assert len(heard.waits["startuse"]) == boards.starts
        out = await boards.log_out()
        assert set(out.waits) <= {"stopuse"}
        assert not (await boards.log_out()).replies


async def test_boards_at_a_pace_say_so_much(port: int) -> None:
    async with Boards(port, range(1, 6), Cards(20)) as boards:
        heard = await boards.pace(speech.ASKING, 200, 1)
        assert 100 < heard.replies < 300
        async with flood.flooding(port, Cards(20), speech.UNKNOWN, 500):
            assert (await boards.pace(speech.ASKING, 50, 0.5)).replies


async def test_an_answer_that_nobody_asked_for_is_a_fault(port: int) -> None:
    async with Boards(port, [1], Cards(20)) as boards:
        with pytest.raises(RigError, match="nothing"):
            async with flood.flooding(port, Cards(20), speech.ASKING, 500):
                (await boards.pace(speech.ASKING, 50, 0.5)).check()


async def test_a_ledger_is_filled_with_members_who_may_and_some_who_may_not(
    tmp_path: Path,
) -> None:
    await fill(tmp_path / "ledger.db", FEW)
    ledger = await Ledger.open(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    facts = await ledger.load()
    assert (len(facts.machines), len(facts.members)) == (3, 20)
    assert sum(map(len, facts.recent.values())) == 60
    desk, cards = Desk(facts, ledger), Cards(20)
    for number in range(25):
        for card, valid in ((cards.allowed(number), True), (cards.refused(number), False)):
            query = parse_query(f'{{"action":"checkuser","uid":"{card}"}}'.encode())
            reply = await desk.answer(1, query)
            assert isinstance(reply, CardReply)
            assert reply.is_valid is valid
    await desk.close()
    await ledger.close()


def test_the_report_tells_what_was_missed() -> None:
    ours, floor = Samples(), Samples()
    ours["pace_p99"].append(21)
    ours["cost_uses"].append(100)
    floor["cost_uses"].append(90)
    missed = [row.name for row in rows(ours, floor, QUICK) if row.misses()]
    assert missed == ["200 queries/s, reply p99"]
