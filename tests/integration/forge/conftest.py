"""Home Assistant with a Forge beside it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import pytest_socket

from custom_components.atelier.const import DOMAIN
from tests.forge.house import House
from tests.integration.forge.wire import TOKEN, Wire

type Connect = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def sockets(hass: HomeAssistant, mqtt_mock: Any) -> None:
    """Allow sockets: what answers is really there."""
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr("custom_components.atelier.forge.coordinator._FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr("custom_components.atelier.forge.coordinator._LONGEST_PAUSE_S", 0.2)
    monkeypatch.setattr("custom_components.atelier.forge.coordinator._SETTLE_S", 0.05)


@pytest.fixture
async def wire(sockets: None) -> AsyncIterator[Wire]:
    """Return what answers like a Forge."""
    async with Wire() as wire:
        yield wire


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return a real Forge, in processes of its own."""
    # A fixture of a whole module is set up before the one that allows each test its sockets.
    pytest_socket.enable_socket()
    with House(tmp_path_factory.mktemp("forge"), offline="true") as house:
        yield house


@pytest.fixture
async def connect(hass: HomeAssistant) -> AsyncIterator[Connect]:
    """Return what makes an entry of a Forge; it is unloaded after the test."""
    entries: list[MockConfigEntry] = []

    async def make(url: str, token: str = TOKEN, **more: Any) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN, title="Forge", data={"url": url, "token": token}, **more
        )
        entry.add_to_hass(hass)
        entries.append(entry)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    yield make
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def until(hass: HomeAssistant, true: Callable[[], object], patience_s: float = 15) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(patience_s):
        while not true():
            await asyncio.sleep(0.02)
            await hass.async_block_till_done()


def state(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return an entity's state."""
    found = hass.states.get(entity_id)
    return found.state if found else None
