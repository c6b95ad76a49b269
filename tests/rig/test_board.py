"""The simulated board: real firmware in a world that tests can move."""

from typing import TYPE_CHECKING

import pytest

from rig.board import Board, BoardError, BoardPlan
from rig.broker import Broker
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PLAN = BoardPlan(id="coffin-1", name="Särgchen ⚰️")


@pytest.fixture
async def board(tmp_path: Path) -> AsyncIterator[Board]:
    """Run a coffin beside a broker."""
    async with (
        Broker() as broker,
        Board(PLAN, mqtt_port=broker.port, folder=tmp_path / "board") as board,
    ):
        yield board


async def test_it_shows_what_it_does(board: Board) -> None:
    """A snapshot has the outputs, the player and the picture of the display."""
    snapshot = await board.wait_snapshot("state", wanted="armed", timeout_s=20)

    assert snapshot["outputs"]["solenoid"] is False
    assert snapshot["player"]["volume"] == 20
    display = await board.display()
    assert display is not None
    assert len(display.data) == display.width * display.height // 8
    assert any(display.data)


async def test_a_wrong_request_is_refused(board: Board) -> None:
    """The control port says what it does not know, and goes on."""
    with pytest.raises(BoardError, match="levitate"):
        await board.request("levitate")

    assert (await board.snapshot())["ok"] is True


async def test_a_power_cut_is_no_shutdown(board: Board) -> None:
    """Without power nothing answers; with power it comes up again on the same flash."""
    await board.kill()
    assert not board.running
    with pytest.raises(BoardError, match="has no power"):
        await board.snapshot()

    await board.start()

    await board.wait_snapshot("state", wanted="armed", timeout_s=20)


async def test_it_shuts_down_when_asked(board: Board) -> None:
    """A clean exit is possible too."""
    await board.stop()

    assert not board.running


async def test_an_unknown_bundle_is_named(tmp_path: Path) -> None:
    """Nothing is started for a prop that nobody wrote."""
    plan = BoardPlan(id="ghost-1", name="Ghost", bundle="ghost")
    with pytest.raises(RigError, match="no bundle ghost"):
        await Board(plan, mqtt_port=1, folder=tmp_path / "board").start()
