"""A real Home Assistant and a real broker for every kind of trouble."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from rig.broker import Broker
from rig.hass import HomeAssistant

from .actor import Actor
from .house import House
from .shop import Shop, open_shop


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Leave out the plug-in's own check: the house outlives each test on purpose."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """Run a house with a workshop and nobody in it."""
    async with Broker(persistent=True) as broker, HomeAssistant() as hass:
        await hass.add_mqtt(broker.port)
        yield House(broker, hass, await hass.add_workshop())


@pytest_asyncio.fixture(loop_scope="module")
async def actor(house: House) -> AsyncIterator[Actor]:
    """Return a prop that is known, available and obedient."""
    async with Actor(house.broker.port) as actor:
        await house.hass.wait_state(
            await house.hass.entity_id(f"{actor.key}/state"), "armed", timeout_s=20
        )
        yield actor


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the shop's ledger."""
    return tmp_path_factory.mktemp("shop") / "ledger.db"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(ledger: Path) -> AsyncIterator[Shop]:
    """Run a house whose workshop has machines, for all tests of machines."""
    async with Broker(persistent=True) as broker, HomeAssistant() as hass:
        await hass.add_mqtt(broker.port)
        house = House(broker, hass, "")
        yield await open_shop(house, "Shop", "machine", f"sqlite+aiosqlite:///{ledger}")
