"""The simulated gate: real firmware at a machine, and cards that hands lay on it."""

from collections.abc import AsyncIterator
import json
from pathlib import Path

import pytest

from rig.board import BoardError
from rig.broker import Broker
from rig.gate import Gate, GatePlan, first_byte_first

PLAN = GatePlan(id="gate-7", name="Laser", machine="7", key="ab" * 32, language="it")
CARD = "04030201"


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    """Run a gate beside a broker; there is no server."""
    async with Broker() as broker, Gate(PLAN, mqtt_port=broker.port, folder=tmp_path) as gate:
        await gate.be("free", timeout_s=20)
        yield gate


async def test_it_is_set_as_planned(gate: Gate) -> None:
    """Its own configuration has the machine, the key and the language."""
    own = json.loads((gate.flash / "config.json").read_text())["gate"]
    assert (own["machine"], own["key"], own["language"]) == ("7", "ab" * 32, "it")


async def test_a_tap_is_seen(gate: Gate) -> None:
    """Without a server nobody gets in, and the display tells whose card it was."""
    await gate.tap(CARD)
    await gate.wait_snapshot("display", "lines", wanted=["Nessun server", CARD])
    assert not await gate.power()
    assert await gate.state() == "free"
    assert (await gate.snapshot())["reader"]["cards"] == []


async def test_a_card_may_stay(gate: Gate) -> None:
    """It lies there, first byte first, until it is lifted; the button can be pushed."""
    await gate.lay(CARD)
    assert (await gate.snapshot())["reader"]["cards"] == ["01020304"] == [first_byte_first(CARD)]
    await gate.push()
    await gate.lift()
    assert (await gate.snapshot())["reader"]["cards"] == []
    assert len(await gate.rows()) == 2


async def test_without_power_no_card_is_seen(gate: Gate) -> None:
    """As with every board."""
    await gate.kill()
    with pytest.raises(BoardError, match="has no power"):
        await gate.tap(CARD)
