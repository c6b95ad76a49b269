"""The demo's makerspace in a real house: furnished once, and found again."""

from pathlib import Path
from typing import Any

import pytest

from rig.hass import HomeAssistant
from rig.makers import demo_makers
from rig.makerspace import Makerspace
from rig.readers import GateReader
from rig.workshop import Workshop

pytestmark = pytest.mark.e2e


async def facts(makerspace: Makerspace) -> dict[str, Any]:
    """Return what there is of everything."""
    machines = (await makerspace.act("list_machines"))["machines"]
    members = (await makerspace.act("list_members"))["members"]
    return {
        "machines": [(one["id"], one["name"], one["hours"]) for one in machines],
        "types": [one["type"] for one in machines],
        "members": [(one["name"], one["role"], one["cards"]) for one in members],
        "uses": (await makerspace.act("list_uses"))["total"],
    }


async def users(hass: HomeAssistant) -> dict[str, Any]:
    """Return who can log in, and to which groups they belong."""
    people = await hass.command("config/auth/list")
    return {one["username"]: one["group_ids"] for one in people if one["username"]}


async def test_a_makerspace_is_furnished_once(tmp_path: Path) -> None:
    """A demo that goes on with its folder finds members, uses and boards as they were."""
    makers = demo_makers("it", weeks=1)
    async with Workshop((), folder=tmp_path, language="it", makers=makers) as workshop:
        makerspace, hass = workshop.makerspace, workshop.hass
        assert makerspace is not None
        before = await facts(makerspace)
        assert [name for _, name, _ in before["machines"]] == ["Taglio laser", "Trapano"]
        assert before["types"] == ["Laser", "Trapani"]
        assert len(before["members"]) == 4
        assert before["uses"] > 10
        assert (await users(hass))["ada"] == (await users(hass))["sam"] == ["system-users"]
        ada = next(
            one for one in (await makerspace.act("list_members"))["members"] if one["user_id"]
        )
        assert ada["name"] == "Ada"
        gate = makerspace.readers[1]
        assert isinstance(gate, GateReader)
        assert (gate.gate.flash / "config.json").read_text().count('"key": null') == 0

        await makerspace.close()
        await makerspace.open(makerspace.entry_id)

        assert await facts(makerspace) == before
        assert all(reader.running for reader in makerspace.readers.values())
