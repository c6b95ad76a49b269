"""The Supervisor is told where the Forge is, whatever it answers at first."""

import asyncio
from collections.abc import AsyncIterator
import logging
from pathlib import Path
import socket
from typing import Any

from aiohttp import web
import pytest

from forge.api.announce import announce
from forge.settings import load
from rig.ports import LOOPBACK, free_port
from tests.forge.house import TOKEN, House, until


class Supervisor:
    """The Supervisor's discovery, as far as it can be seen from an app."""

    def __init__(self) -> None:
        """Answer well, until the test says otherwise."""
        self.port = free_port()
        self.statuses: list[int] = []
        self.told: list[tuple[str, Any]] = []

    async def discovery(self, request: web.Request) -> web.Response:
        """Take a message."""
        self.told.append((request.headers["Authorization"], await request.json()))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response({"result": "ok", "data": {"uuid": "1"}}, status=status)


@pytest.fixture
async def supervisor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    """Run as an app does."""
    supervisor = Supervisor()
    app = web.Application()
    app.router.add_post("/discovery", supervisor.discovery)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, supervisor.port).start()
    monkeypatch.setenv("SUPERVISOR", f"{LOOPBACK}:{supervisor.port}")
    monkeypatch.setenv("SUPERVISOR_TOKEN", "the-supervisors-own")
    yield supervisor
    await runner.cleanup()


def message(port: int) -> tuple[str, Any]:
    """Return what is to be told."""
    config = {"host": socket.gethostname(), "port": port, "token": TOKEN}
    return "Bearer the-supervisors-own", {"service": "atelier", "config": config}


async def test_a_forge_that_starts_is_announced(supervisor: Supervisor, tmp_path: Path) -> None:
    def started() -> int:
        with House(tmp_path) as house:
            until(lambda: bool(supervisor.told))
            return house.port

    # In a thread: this test's own loop is the Supervisor's.
    port = await asyncio.to_thread(started)
    assert supervisor.told == [message(port)]


async def test_it_is_told_again_until_it_has_heard(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor.statuses = [502, 500]
    await announce(load(environment={}), TOKEN, again_after_s=0.01)
    assert supervisor.told == [message(8470)] * 3
    assert "the-supervisors-own" not in caplog.text
    assert TOKEN not in caplog.text


async def test_one_that_is_away_is_waited_for(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SUPERVISOR", f"{LOOPBACK}:{free_port()}")
    waiting = asyncio.create_task(announce(load(environment={}), TOKEN, again_after_s=0.01))
    while "trying again" not in caplog.text:
        await asyncio.sleep(0.01)
    waiting.cancel()
    assert not supervisor.told


async def test_a_refusal_is_believed(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor.statuses = [403]
    await announce(load(environment={}), TOKEN)
    assert len(supervisor.told) == 1
    assert "add it to Home Assistant by its address and token" in caplog.text


async def test_without_a_supervisor_nobody_is_told(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("SUPERVISOR_TOKEN")
    with caplog.at_level(logging.INFO):
        await announce(load(environment={}), TOKEN)
    assert not supervisor.told
    assert not caplog.text
