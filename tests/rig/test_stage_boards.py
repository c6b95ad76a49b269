"""The page with the boards moves the world of real firmware."""

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from rig.board import Board, BoardPlan
from rig.broker import Broker
from rig.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Viewer:
    """Somebody who looks at the page and presses its buttons."""

    def __init__(self, stage: Stage, board: Board, session: aiohttp.ClientSession) -> None:
        """Take what is on stage."""
        self.board = board
        self._stage = stage
        self._session = session

    async def press(self, action: str) -> int:
        """Press a button of the only board and return the answer's status."""
        url = f"{self._stage.url}/api/boards/{self.board.plan.id}/{action}"
        async with self._session.post(url, json={}) as answer:
            return answer.status

    async def look(self) -> dict[str, Any]:
        """Return what the page shows of the board."""
        async with self._session.get(f"{self._stage.url}/api/boards") as answer:
            looks: list[dict[str, Any]] = await answer.json()
        return looks[0]


@pytest.fixture
async def viewer(tmp_path: Path) -> AsyncIterator[Viewer]:
    """Put a coffin on stage."""
    plan = BoardPlan(id="coffin-1", name="Coffin Jumper")
    async with (
        Broker() as broker,
        Board(plan, mqtt_port=broker.port, folder=tmp_path / "board") as board,
        aiohttp.ClientSession() as session,
    ):
        stage = Stage({"coffin-1": board}, home="http://127.0.0.1:8123")
        await stage.start()
        await board.wait_snapshot("state", wanted="armed", timeout_s=20)
        yield Viewer(stage, board, session)
        await stage.close()


async def test_somebody_walks_past(viewer: Viewer) -> None:
    """The sensor's pin is high while somebody passes, and low again afterwards."""
    assert await viewer.press("walk") == 200
    assert (await viewer.look())["pins"]["pir"] == 1

    await viewer.board.wait_snapshot("pins", "pir", wanted=0)


async def test_the_network_plug_is_pulled_and_plugged_in(viewer: Viewer) -> None:
    """One button does both."""
    assert await viewer.press("network") == 200
    assert (await viewer.look())["network"] == "down"
    assert await viewer.press("network") == 200
    assert (await viewer.look())["network"] == "up"


async def test_without_power_there_is_nothing_to_press(viewer: Viewer) -> None:
    """A board without power says so, and the power comes back by the same button."""
    assert await viewer.press("power") == 200
    assert (await viewer.look())["power"] is False
    assert await viewer.press("walk") == 409
    assert await viewer.press("power") == 200
    assert (await viewer.look())["power"] is True
