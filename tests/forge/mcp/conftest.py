"""What the MCP server's tests share: a Forge that runs, and a client of the protocol."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
import sys
from typing import Any

from mcp import Client, StdioServerParameters
import pytest

from rig.openwrt.mirror import Mirror
from tests.forge.house import ROOT, TOKEN, House
from tests.forge.works import beside

PROFILE = {
    "name": "Router in the attic",
    "device_id": "attic",
    "openwrt_release": "23.05.5",
    "target": "mediatek",
    "subtarget": "filogic",
    "imagebuilder_profile": "bananapi_bpi-r3",
    "packages": ["htop"],
    "tags": ["lab"],
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, mirror_server: Mirror) -> Iterator[House]:
    """Run a Forge with two profiles, one of which cannot be built."""
    mirror_server.heal()
    with beside(mirror_server, tmp_path_factory.mktemp("forge") / "data") as house:
        for profile_id, more in (("attic", {}), ("broken", {"packages": ["no-such-package"]})):
            body = {"profile_id": profile_id, **PROFILE, **more}
            assert house.ask("POST", "/api/v1/profiles", body)[0] == 201
        yield house


@asynccontextmanager
async def over_stdio(house: House) -> AsyncIterator[Client]:
    """Connect to a server that is started for it, as a desktop program does."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "forge", "mcp"],
        env={
            "PYTHONPATH": str(ROOT / "addon"),
            "FORGE_URL": house.url,
            "FORGE_TOKEN": TOKEN,
        },
        cwd=Path("/"),
    )
    async with Client(server) as client:
        yield client


async def use(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool; return its result, which is structured."""
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None, result
    return result.structured_content
