"""One makerspace for the tests of all pages: a real house, real boards, a real browser."""

from collections.abc import AsyncIterator
from dataclasses import replace

from browsing import go
from playwright.async_api import Page
import pytest
import pytest_asyncio

from rig.makers import Kind, demo_makers
from rig.makerspace import Makerspace
from rig.workshop import Workshop


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workshop]:
    """Run the demo's makerspace, with a Fab-O-matic board at each machine and a week behind it."""
    makers = demo_makers("en", weeks=1)
    machines = tuple(replace(machine, board=Kind.FABOMATIC) for machine in makers.machines)
    folder = tmp_path_factory.mktemp("makerspace")
    async with Workshop([], folder=folder, makers=replace(makers, machines=machines)) as running:
        yield running


@pytest.fixture
def makerspace(house: Workshop) -> Makerspace:
    """Return the makerspace of the house."""
    assert house.makerspace is not None
    return house.makerspace


@pytest_asyncio.fixture(loop_scope="session")
async def machines(admin: Page) -> Page:
    """Return the administrator's page of machines, opened anew."""
    await go(admin, "/home")
    await go(admin, "/atelier/machines")
    await admin.locator("atelier-machine-card").first.wait_for()
    return admin
