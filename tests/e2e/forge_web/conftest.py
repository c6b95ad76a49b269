"""One Forge for the tests of all its pages: real jobs, a real browser, both doors."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from between import HERE, Ingress, Line
from forge_browsing import ROUTER, Web, opened
from playwright.async_api import Browser, Page
import pytest
import pytest_asyncio

from rig.openwrt.cache import cached_folder
from rig.openwrt.mirror import InThread, Mirror
from rig.openwrt.tools import missing
from rig.ports import free_port
from tests.forge.house import House
from tests.forge.works import beside

PROFILES: Final[dict[str, dict[str, Any]]] = {
    "attic": {},
    "broken": {"packages": ["no-such-package"]},
}


@pytest.fixture(scope="package")
def ingress_port() -> int:
    """Return where the Forge listens for Home Assistant."""
    return free_port()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, ingress_port: int) -> Iterator[House]:
    """Run a Forge with two profiles, one of which cannot be built."""
    if packages := missing():
        pytest.skip(f"run script/setup, or install {' '.join(packages)}")
    doors = {
        "ingress": True,
        "ingress_host": HERE,
        "ingress_port": ingress_port,
        "supervisor_address": HERE,
    }
    folder = tmp_path_factory.mktemp("forge") / "data"
    with (
        cached_folder() as releases,
        InThread(Mirror(releases)) as mirror,
        beside(mirror, folder, **doors) as house,
    ):
        for profile_id, more in PROFILES.items():
            body = {"profile_id": profile_id, **ROUTER, **more}
            assert house.ask("POST", "/api/v1/profiles", body)[0] == 201
        yield house


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def web(house: House, browser: Browser) -> AsyncIterator[Web]:
    """Return the page of somebody who gave the token, and stays from test to test."""
    web = await opened(browser, house)
    yield web
    await web.page.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(web: Web) -> Page:
    """Return that page."""
    return web.page


@pytest_asyncio.fixture(loop_scope="session")
async def line(house: House) -> AsyncIterator[Line]:
    """Stand between a browser and the Forge."""
    async with Line(house.port) as line:
        yield line


@pytest_asyncio.fixture(loop_scope="session")
async def ingress(house: House, ingress_port: int) -> AsyncIterator[Ingress]:
    """Be Home Assistant, in which Ada opens the Forge."""
    async with Ingress(ingress_port, user="Ada") as ingress:
        yield ingress
