"""One house with a Forge for the tests of both: real Home Assistant, Forge, OpenWrt and browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rig.card import why_no_card
from rig.routers import demo_routers
from rig.smithy import Smithy, why_no_forge
from rig.workshop import Workshop

#: Seconds that the garden router's image takes at least.
LISTS = 5


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workshop]:
    """Run a house whose Forge has built one of two routers' images."""
    if reason := why_no_forge():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("smithy")
    smithy = Smithy(
        demo_routers("en", lists=LISTS), folder=folder / "forge", card=why_no_card() is None
    )
    async with Workshop([], folder=folder, smithy=smithy) as running:
        # The demo's line is slow, so that people can watch it.
        smithy.mirror.heal()
        yield running


@pytest.fixture
def smithy(house: Workshop) -> Smithy:
    """Return the Forge of the house, and what belongs to it."""
    assert house.smithy is not None
    return house.smithy
