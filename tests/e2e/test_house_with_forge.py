"""The demo's Forge in a real house: furnished once, and found again elsewhere."""

from collections.abc import Iterator
from pathlib import Path
import tempfile
from typing import Any

import pytest

from rig.routers import demo_routers
from rig.smithy import Smithy, forge_entries, why_no_forge
from rig.workshop import Workshop

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(why_no_forge() is not None, reason=str(why_no_forge())),
]


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Return a folder that no other run of pytest closes to users of builds meanwhile."""
    with tempfile.TemporaryDirectory(prefix="atelier-forge-") as folder:
        yield Path(folder)


async def kept(smithy: Smithy) -> tuple[list[Any], list[Any]]:
    """Return what the Forge has: its profiles, and its builds."""
    profiles = (await smithy.forge.get("profiles"))["profiles"]
    builds = (await smithy.forge.get("builds"))["builds"]
    return (
        [(one["profile"]["name"], one["version"]) for one in profiles],
        [(one["profile_id"], one["state"]) for one in builds],
    )


async def test_a_forge_is_furnished_once(workshop: Workshop, reachable: Path) -> None:
    """A demo that goes on with its folder finds profiles and builds, and leads its entry there."""
    hass, routers = workshop.hass, demo_routers("it")
    first = Smithy(routers, folder=reachable)
    async with first:
        await first.join(hass)
        try:
            before = await kept(first)
            assert before == (
                [("Router del giardino", 1), ("Access point dell'officina", 1)],
                [("workshop-ap", "done")],
            )
            connected = await hass.entity_id(first.unique_id("connected"))
            await hass.wait_state(connected, "on")
            entries = await forge_entries(hass)
            assert entries == [first.entry_id]

            await first.close()
            await hass.wait_state(connected, "off", timeout_s=30)
            async with Smithy(routers, folder=reachable) as moved:
                assert moved.forge.url != first.forge.url
                await moved.join(hass)

                assert await forge_entries(hass) == entries == [moved.entry_id]
                await hass.wait_state(connected, "on", timeout_s=30)
                assert await kept(moved) == before
        finally:
            await hass.rest.delete(f"/api/config/config_entries/entry/{first.entry_id}")
    assert not await forge_entries(hass)
