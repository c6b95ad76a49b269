"""Home Assistant with a broker of straw and a workshop on it."""

import asyncio
import builtins
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
import logging
from pathlib import Path
import sys
import time
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.data import Workshop
from tests.integration.board import Board
from tests.integration.machine import Laser, furnish
from tests.integration.panel import Page, house
from tests.tables import sqlite_with_tables

#: What a coffin says after its info and availability, by channel.
COFFIN_SPEAKS: Final[dict[str, Any]] = {
    "state": "armed",
    "settings": {"volume": 20, "lockout": 7000, "track": 1},
    "telemetry": {
        "motion": False,
        "solenoid": False,
        "triggers": 4,
        "player": "idle",
        "track": 1,
        "problem": False,
        "fault": "",
        "rssi": -61,
        "uptime_s": 83,
        "free_heap": 90000,
    },
}

type SetUp = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subscribe without the client's pauses, and give up old boards soon."""
    for name in ("INITIAL_SUBSCRIBE_COOLDOWN", "SUBSCRIBE_COOLDOWN", "UNSUBSCRIBE_COOLDOWN"):
        monkeypatch.setattr(f"homeassistant.components.mqtt.client.{name}", 0)
    # The client's own timer outlives a test, as nothing closes its socket of straw.
    monkeypatch.setattr(
        "homeassistant.components.mqtt.client.MQTT._async_start_misc_periodic", lambda _: None
    )
    monkeypatch.setattr("custom_components.atelier.props.reference._PROOF_TIMEOUT_S", 0.05)
    # Where a test's clock stands still, the client never gets to subscribe.
    monkeypatch.setattr("custom_components.atelier.bus._SETTLE_S", 1.0)


@pytest.fixture(autouse=True)
def loop_is_free(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where the integration opens a file or sleeps inside the event loop."""
    caught: list[str] = []

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            if "custom_components/atelier" in frame.f_code.co_filename and _in_loop():
                caught.append(f"{function.__name__}{args} in {frame.f_code.co_filename}")
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(builtins, "open", guarded(builtins.open))
    monkeypatch.setattr(time, "sleep", guarded(time.sleep))
    yield
    assert caught == []


def _in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@pytest.fixture
def expected_errors() -> list[str]:
    """Return the list in which a test names what may be logged as an error."""
    return []


@pytest.fixture(autouse=True)
def nothing_fails_unseen(
    caplog: pytest.LogCaptureFixture, expected_errors: list[str]
) -> Iterator[None]:
    """Fail where an error was only logged."""
    caplog.set_level(logging.INFO)
    yield
    errors = [
        record.getMessage()
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.ERROR
        and not any(known in record.getMessage() for known in expected_errors)
    ]
    assert errors == []


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return a snapshot that leaves out what differs from run to run, as core's do."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait only moments for an answer."""
    monkeypatch.setattr(Workshop, "command_timeout_s", 0.5)


@pytest.fixture
async def set_up(hass: HomeAssistant, mqtt_mock: Any) -> AsyncIterator[SetUp]:
    """Return what sets a workshop up; it is taken down after the test."""

    async def set_up_workshop(
        *prefixes: str, title: str = "Cellar", timeout_s: float = 5, **options: Any
    ) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN,
            entry_id=title.lower(),
            title=title,
            options={
                "prefixes": list(prefixes or ("props", "halloween")),
                "command_timeout": timeout_s,
                **options,
            },
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    yield set_up_workshop
    await take_down(hass)


@pytest.fixture
async def entry(set_up: SetUp) -> MockConfigEntry:
    """Return a workshop that is set up."""
    return await set_up()


@pytest.fixture
async def coffin(hass: HomeAssistant, entry: MockConfigEntry) -> Board:
    """Return a coffin that is there, armed and at rest."""
    board = Board(hass)
    return await board.appears(**COFFIN_SPEAKS)


@pytest.fixture
async def laser(hass: HomeAssistant, set_up: SetUp, tmp_path: Path) -> Laser:
    """Return the board of a makerspace's only machine; Anna may use it, Berto may not."""
    ledger_url = sqlite_with_tables(tmp_path / "ledger.db")
    laser = Laser(hass, await set_up(machines=True, ledger_url=ledger_url))
    await furnish(laser.makerspace)
    await laser.listens()
    await hass.async_block_till_done()
    return laser


@pytest.fixture
async def people(
    hass: HomeAssistant, laser: Laser, hass_ws_client: WebSocketGenerator
) -> AsyncIterator[dict[str, Page]]:
    """Return the panel's page for each kind of person."""
    yield await house(hass, laser, hass_ws_client)
    # What a stream reads at its beginning ends before the ledger does.
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what makes the broker accept what is published under a prefix, and keep it."""

    def make_deaf(prefix: str) -> None:
        monkeypatch.setattr("custom_components.atelier.probe._TIMEOUT_S", 1)
        publish = mqtt.async_publish

        async def swallow(hass: HomeAssistant, topic: str, *args: Any, **kwargs: Any) -> None:
            if not topic.startswith(f"{prefix}/"):
                await publish(hass, topic, *args, **kwargs)

        monkeypatch.setattr(mqtt, "async_publish", swallow)

    return make_deaf


async def take_down(hass: HomeAssistant) -> None:
    """Unload every workshop."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
