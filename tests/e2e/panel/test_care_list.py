"""What a person does outside the panel: tick care off a to-do list, let a new board in."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from rig.hass_socket import CommandError
from rig.machine_board import MachineBoard

if TYPE_CHECKING:
    from rig.makerspace import Makerspace
    from rig.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_care_is_ticked_off_the_list(makerspace: Makerspace) -> None:
    hass = makerspace.hass
    care = await hass.entity_id(f"{makerspace.entry_id}/care")
    machine = makerspace.makers.machines[-1]
    before = int(await hass.wait_state(care, str.isdigit))
    plan = (
        await makerspace.act(
            "add_care_plan", machine_id=machine.number, description="Oil the chuck", every_h=0.01
        )
    )["plan"]
    try:
        await hass.wait_state(care, str(before + 1))
        wanted = f"{machine.name}: Oil the chuck"
        (item,) = [one for one in await _items(hass, care) if one["uid"] == str(plan["id"])]
        assert (item["summary"], item["status"]) == (wanted, "needs_action")
        assert item["description"].endswith("/ 0.01 h")
        done = {"entity_id": care, "item": wanted, "status": "completed"}
        with pytest.raises(CommandError, match="can only be marked as done"):
            await hass.act("todo.update_item", done | {"rename": "Forget it"})
        await hass.act("todo.update_item", done)
        await hass.wait_state(care, str(before))
        with pytest.raises(CommandError, match="Unable to find"):
            await hass.act("todo.update_item", done | {"status": "needs_action"})
        given = (await makerspace.act("list_interventions", machine_id=machine.number))[
            "interventions"
        ]
        assert [one["plan_id"] for one in given].count(plan["id"]) == 1
    finally:
        await makerspace.act("remove_care_plan", plan_id=plan["id"])


async def test_a_new_board_is_let_in(house: Workshop, makerspace: Makerspace) -> None:
    hass = makerspace.hass
    async with MachineBoard(house.broker.port, "77", speed=60) as board:
        issue_id = f"unknown_board_{makerspace.entry_id}_77"
        async with asyncio.timeout(20):
            while issue_id not in await _issues(hass):
                await asyncio.sleep(0.2)
        assert board.policy.name == ""
        flow = await hass.repair_flow("atelier", issue_id)
        assert flow.step == "confirm"
        (kind,) = [field for field in flow.answer["data_schema"] if field["name"] == "type"]
        await flow.submit({"name": "Band saw", "type": kind["default"]})
        assert flow.type == "create_entry"
        async with asyncio.timeout(20):
            while board.policy.name != "Band saw":
                await asyncio.sleep(0.2)
        assert issue_id not in await _issues(hass)
        await hass.wait_state(await makerspace.entity_id(77, "state"), "free")
    await makerspace.act("remove_machine", machine_id=77)


async def _items(hass: Any, entity_id: str) -> list[dict[str, Any]]:
    answer = await hass.act("todo.get_items", {"entity_id": entity_id}, response=True)
    items: list[dict[str, Any]] = answer[entity_id]["items"]
    return items


async def _issues(hass: Any) -> set[str]:
    listed = (await hass.command("repairs/list_issues"))["issues"]
    return {one["issue_id"] for one in listed if one["domain"] == "atelier"}
