"""Permissions are granted and revoked, one by one and many at once."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.integration.machine import ANNA, BERTO, Laser

from .acting import Do, ago, refused


async def test_a_permission_is_granted_until_a_moment_and_revoked(
    laser: Laser, do: Do, berto: int
) -> None:
    await do("grant_permission", member_id=berto, machine_id=7, until=ago(-1))
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is True
    await do("grant_permission", member_id=berto, machine_id=7, until=ago(1))
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is False
    await do("grant_permission", member_id=berto, machine_id=7)
    known = await do("resolve_member", member_id=berto)
    assert [one["until"] for one in known["permissions"]] == [None]
    undo = (await do("revoke_permission", member_id=berto, machine_id=7))["undo"]
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is False
    await do("restore", undo=undo)
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is True


async def test_a_permission_for_a_type_holds_for_its_machines(
    laser: Laser, do: Do, berto: int
) -> None:
    await do("grant_permission", member_id=berto, type="machine")
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is True
    await refused(do("grant_permission", member_id=berto), "ledger_invalid_one_target")
    await refused(
        do("grant_permission", member_id=berto, type="machine", machine_id=7),
        "ledger_invalid_one_target",
    )


async def test_who_grants_is_kept(
    laser: Laser, do: Do, anna: int, berto: int, hass_admin_user: MockUser
) -> None:
    await do("change_member", member_id=anna, user_id=hass_admin_user.id)
    granted = await do("grant_permission", member_id=berto, type="Machine")
    assert granted["permission"]["granted_by"] == anna
    change = {"member_id": berto, "machine_id": 7, "granted": True}
    await do("set_permissions", changes=[change])
    listed = await do("list_permissions", member_ids=[berto])
    assert [one["granted_by"] for one in listed["permissions"]] == [anna, anna]


async def test_a_matrix_is_set_at_once_and_what_it_took_comes_back(
    laser: Laser, do: Do, anna: int, berto: int
) -> None:
    type_id = laser.makerspace.desk.facts.machines[7].type_id
    done = await do(
        "set_permissions",
        changes=[
            {"member_id": anna, "machine_id": 7, "granted": False},
            {"member_id": berto, "type_id": type_id, "granted": True, "until": ago(-1)},
            {"member_id": berto, "machine_id": 7, "granted": False},
        ],
    )
    assert (done["granted"], done["revoked"]) == (1, 1)
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is False
    assert (await laser.asks("checkuser", uid=BERTO))["is_valid"] is True
    listed = (await do("list_permissions", member_ids=[anna, berto]))["permissions"]
    assert [(one["member_id"], one["type_id"]) for one in listed] == [(berto, type_id)]
    restored = await do("restore", undo=done["undo"])
    assert [one["member_id"] for one in restored["restored"]] == [anna]
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is True


async def test_a_matrix_leaves_what_it_does_not_change(
    laser: Laser, do: Do, anna: int, berto: int
) -> None:
    await do("grant_permission", member_id=berto, machine_id=7, until=ago(-1))
    tick: dict[str, Any] = {"member_id": berto, "machine_id": 7, "granted": True}
    nothing = {"granted": 0, "revoked": 0, "undo": None}
    assert await do("set_permissions", changes=[tick, {**tick, "member_id": anna}]) == nothing
    assert (await do("set_permissions", changes=[tick | {"until": None}]))["granted"] == 1
    (one,) = (await do("list_permissions", member_ids=[berto]))["permissions"]
    assert (one["until"], one["version"]) == (None, 2)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"member_id": 99, "machine_id": 7}, "ledger_unknown_member"),
        ({"member_id": 1, "machine_id": 99}, "ledger_unknown_machine"),
        ({"member_id": 1, "type_id": 99}, "ledger_unknown_type"),
        ({"member_id": 1}, "ledger_invalid_one_target"),
        ({"member_id": 2, "machine_id": 7}, "ledger_invalid_target_twice"),
    ],
    ids=["no member", "no machine", "no type", "nothing", "twice"],
)
async def test_a_matrix_with_a_fault_changes_nothing(
    laser: Laser, do: Do, change: dict[str, int], key: str
) -> None:
    before = await laser.makerspace.ledger.load()
    good = {"member_id": 2, "machine_id": 7, "granted": True}
    await refused(do("set_permissions", changes=[good, change | {"granted": True}]), key)
    assert await laser.makerspace.ledger.load() == before


async def test_what_members_learnt_is_told_with_what_they_may(
    laser: Laser, do: Do, anna: int, berto: int
) -> None:
    await do("add_training", name="Lasers")
    await do("record_training", member_id=anna, training="Lasers", instructor=True)
    listed = await do("list_permissions", member_ids=[anna])
    assert [(one["member_id"], one["instructor"]) for one in listed["trained"]] == [(anna, True)]
    assert [one["machine_id"] for one in listed["permissions"]] == [7]
    assert await do("list_permissions", member_ids=[berto]) == {"permissions": [], "trained": []}
