"""Machines and their types are added, changed, started and removed."""

from homeassistant.core import HomeAssistant

from tests.integration.machine import ANNA, BERTO, Laser, until

from .acting import Do, refused


async def test_a_machine_is_added_blocked_and_removed(laser: Laser, do: Do) -> None:
    await do("add_machine", machine_id=8, name="Lathe", type="Machine", server_down="deny")
    await refused(
        do("add_machine", machine_id=8, name="Other", type="Machine"), "ledger_duplicate_id"
    )
    assert (await laser.asks("checkmachine"))["allowed"] is True
    await do("set_blocked", machine_id=7)
    assert (await laser.asks("checkmachine"))["allowed"] is False
    listed = {one["id"]: one for one in (await do("list_machines"))["machines"]}
    assert (listed[7]["state"], listed[8]["state"]) == ("blocked", "offline")
    assert (listed[8]["server_down"], listed[8]["type"]) == ("deny", "Machine")
    undo = (await do("remove_machine", machine_id=8))["undo"]
    assert len((await do("list_machines"))["machines"]) == 1
    await do("restore", undo=undo)
    assert 8 in laser.makerspace.devices


async def test_of_two_who_change_a_machine_the_second_is_told(laser: Laser, do: Do) -> None:
    await do("change_machine", machine_id=7, version=1, name="Big laser")
    await refused(
        do("change_machine", machine_id=7, version=1, name="Old"), "ledger_conflict_machine"
    )


async def test_a_machine_is_started_and_stopped_from_afar(
    hass: HomeAssistant, laser: Laser, do: Do, anna: int, berto: int
) -> None:
    await refused(do("start_machine", machine_id=7, member_id=anna), "request_offline")
    await laser.asks("checkmachine")
    asked = do("start_machine", machine_id=7, member_id=berto)
    await refused(asked, "request_not_allowed_no_permission")
    starting = hass.async_create_task(do("start_machine", machine_id=7, member_id=anna))
    await until(lambda: bool(laser.requests))
    assert laser.requests[-1] == {"request_type": "start", "uid": ANNA}
    await laser.asks("startuse", uid=ANNA)
    assert (await starting)["member_id"] == anna
    stopping = hass.async_create_task(do("stop_machine", machine_id=7))
    await until(lambda: len(laser.requests) == 2)
    await laser.asks("stopuse", uid=ANNA, duration=5)
    assert (await stopping)["state"] == "free"


async def test_machines_go_by_their_type_at_once(laser: Laser, do: Do) -> None:
    await do("add_training", name="Lasers")
    values = {"name": "Cutter", "access": "anybody", "logoff_min": 7}
    changed = await do("change_machine_type", type="machine", version=1, **values)
    assert (changed["type"]["name"], changed["type"]["version"]) == ("Cutter", 2)
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is True
    assert (await laser.asks("checkmachine"))["logoff"] == 7
    await do("change_machine_type", type="Cutter", training="Lasers")
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is False
    (kind,) = (await do("list_machines"))["types"]
    assert (kind["training"], kind["version"]) == ("Lasers", 3)
    await do("change_machine_type", type="Cutter", training=None)
    assert (await do("list_machines"))["types"][0]["training"] is None
    await refused(do("change_machine_type", type="Cutter", version=1), "ledger_conflict_type")


async def test_a_type_that_machines_are_of_stays(laser: Laser, do: Do) -> None:
    await refused(do("remove_machine_type", type="Machine"), "ledger_in_use_type")
    await do("add_machine_type", name="Lathe")
    undo = (await do("remove_machine_type", type="Lathe"))["undo"]
    assert len((await do("list_machines"))["types"]) == 1
    await do("restore", undo=undo)
    assert len((await do("list_machines"))["types"]) == 2
