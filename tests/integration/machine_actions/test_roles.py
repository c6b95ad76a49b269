"""Roles are added, changed and removed; who has one follows at once."""

from tests.integration.machine import BERTO, Laser

from .acting import Do, refused


async def test_what_a_role_may_is_felt_at_once(laser: Laser, do: Do, berto: int) -> None:
    added = (await do("add_role", name="Guests", care=True))["role"]
    assert (added["care"], added["every_machine"], added["manage"]) == (True, False, False)
    await do("change_member", member_id=berto, role="guests")
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is False
    changed = await do("change_role", role="Guests", version=1, name="Friends", every_machine=True)
    assert changed["role"] == added | {"name": "Friends", "every_machine": True, "version": 2}
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is True
    await refused(do("change_role", role="Friends", version=1, care=False), "ledger_conflict_role")
    held = {role["name"]: role["members"] for role in (await do("list_roles"))["roles"]}
    assert held == {"Managers": 0, "Staff": 0, "Members": 1, "Friends": 1}


async def test_a_role_that_somebody_has_stays(laser: Laser, do: Do) -> None:
    await refused(do("remove_role", role="Members"), "ledger_in_use_role")
    undo = (await do("remove_role", role="Staff"))["undo"]
    assert "Staff" not in {role["name"] for role in (await do("list_roles"))["roles"]}
    await do("restore", undo=undo)
    assert "Staff" in {role["name"] for role in (await do("list_roles"))["roles"]}


async def test_a_reserved_role_stays_as_it_is(laser: Laser, do: Do) -> None:
    before = await do("list_roles")
    for action, data in (("change_role", {"manage": False}), ("remove_role", {})):
        facts = await refused(do(action, role="Managers", **data), "role_reserved")
        assert facts == {"role": "Managers"}
    assert await do("list_roles") == before


async def test_two_roles_do_not_share_a_name(laser: Laser, do: Do) -> None:
    await refused(do("add_role", name="Staff"), "ledger_duplicate_name")
    await refused(do("change_role", role="Staff", name="Members"), "ledger_duplicate_name")
    await refused(do("add_role", name=" "), "ledger_invalid_length_name")
