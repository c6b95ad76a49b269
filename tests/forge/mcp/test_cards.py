"""A model writes a card: only by a plan, and only that plan."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.forge.flash.cards import MIB, Loop, disk_image
from tests.forge.house import House
from tests.forge.mcp.conftest import over_stdio, use

pytestmark = pytest.mark.e2e


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Loop]:
    """Plug a card in."""
    with Loop.plugged(tmp_path / "card", 8 * MIB) as card:
        yield card


@pytest.fixture
def writing(card: Loop, tmp_path: Path) -> Iterator[House]:
    """Run a Forge that may write that card."""
    with House(tmp_path / "data", flashing=True, flash_devices=card.path) as house:
        yield house


async def test_a_card_is_planned_and_then_written(
    writing: House, card: Loop, tmp_path: Path
) -> None:
    image = disk_image(tmp_path / "image.img", 4 * MIB)
    data, job_id = image.read_bytes(), uuid4().hex
    writing.forge.files.keep(job_id, image, "image.img")
    wish = {"artifact_id": f"{job_id}/image.img", "device_path": card.path}
    async with over_stdio(writing) as client:
        listed = await use(client, "list_cards")
        (found,) = [one for one in listed["devices"] if one["path"] == card.path]
        assert (found["size"], found["refusal"]) == (8 * MIB, None)

        planned = await use(client, "flash_artifact", **wish, wipe_before=True)
        assert (planned["success"], planned["dry_run"]) == (True, True)
        assert planned["plan"]["wipe"]
        token = planned["plan_token"]
        go = {"dry_run": False, "plan_token": token}
        for refused, code in (
            ({**wish, **go}, "precondition.force_required"),
            ({**wish, "dry_run": False, "force": True}, "precondition.force_required"),
            ({**wish, **go, "force": True, "device_path": "/dev/sda"}, "precondition.other_plan"),
            (
                {**wish, **go, "force": True, "artifact_id": f"{job_id}/other.img"},
                "precondition.other_plan",
            ),
            ({**wish, **go, "force": True, "plan_token": "0" * 32}, "not_found.plan"),
        ):
            told = await use(client, "flash_artifact", **refused)
            assert (told["success"], told["error"]["code"]) == (False, code)
        assert not card.content.strip(b"\xa5")

        written = await use(client, "flash_artifact", **wish, **go, force=True)
        assert (written["success"], written["job"]["result"]["result"]) == (True, "match")
        assert card.content[: 4 * MIB] == data
        again = await use(client, "flash_artifact", **wish, **go, force=True)
        assert again["error"]["code"] == "conflict.plan_used"
