"""Care is planned, recorded, corrected and deleted; the hours to the next follow."""

from pytest_homeassistant_custom_component.common import MockUser

from tests.integration.machine import Laser

from .acting import Do, ago, refused


async def test_care_is_planned_and_recorded(laser: Laser, do: Do, anna: int) -> None:
    plan = (await do("add_care_plan", machine_id=7, description="Clean the lens", every_h=1))[
        "plan"
    ]
    await do("record_use", machine_id=7, member_id=anna, start=ago(3), end=ago(1))
    (machine,) = (await do("list_machines"))["machines"]
    assert machine["due"] == [plan["id"]]
    await refused(do("record_intervention", machine_id=7, plan_id=99), "ledger_unknown_plan")
    await refused(do("record_intervention", machine_id=7, at=ago(-1)), "in_future")
    done = await do("record_intervention", machine_id=7, member_id=anna)
    assert done == {"plans": [plan["id"]], "hours_to_care": 1.0}
    undo = (await do("remove_care_plan", plan_id=plan["id"]))["undo"]
    assert (await do("list_machines"))["machines"][0]["plans"] == []
    await do("restore", undo=undo)
    assert (await do("list_machines"))["machines"][0]["hours_to_care"] == 1.0


async def test_anothers_plan_is_not_carried_out(laser: Laser, do: Do) -> None:
    await do("add_machine", machine_id=8, name="Lathe", type="Machine")
    plan = (await do("add_care_plan", machine_id=8, description="Oil it", every_h=1))["plan"]
    await refused(
        do("record_intervention", machine_id=7, plan_id=plan["id"]), "ledger_unknown_plan"
    )


async def test_a_plan_is_changed(laser: Laser, do: Do) -> None:
    plan = (await do("add_care_plan", machine_id=7, description="Oil it", every_h=5))["plan"]
    changed = await do(
        "change_care_plan", plan_id=plan["id"], version=1, every_h=2.5, url="https://x.it/oil"
    )
    assert changed["plan"] == plan | {"every_h": 2.5, "url": "https://x.it/oil", "version": 2}
    assert (await do("list_machines"))["machines"][0]["hours_to_care"] == 2.5
    changed = await do("change_care_plan", plan_id=plan["id"], url=None)
    assert changed["plan"]["url"] is None
    await refused(do("change_care_plan", plan_id=plan["id"], version=1), "ledger_conflict_plan")
    await refused(
        do("change_care_plan", plan_id=plan["id"], lcd_text="ù"), "ledger_invalid_display"
    )


async def test_hours_to_care_follow_its_interventions(
    laser: Laser, do: Do, anna: int, berto: int, hass_admin_user: MockUser
) -> None:
    def left() -> float | None:
        hours = laser.makerspace.status(7).hours_to_care
        return None if hours is None else round(hours, 2)

    plan = await do("add_care_plan", machine_id=7, description="Clean the lens", every_h=10)
    await do("record_use", machine_id=7, member_id=anna, start=ago(6), end=ago(2))
    await do("record_intervention", machine_id=7, member_id=anna, at=ago(1))
    assert left() == 10
    (one,) = (await do("list_interventions"))["interventions"]
    assert (one["plan"], one["machine"], one["member_name"]) == (
        "Clean the lens",
        "Laser",
        "Anna Rossi",
    )
    about = {"intervention_id": one["id"], "version": one["version"]}
    changed = await do("change_intervention", **about, at=ago(3), member_id=berto)
    assert changed["intervention"]["member_name"] == "Berto Bianchi"
    assert (changed["hours_to_care"], left()) == (9, 9)
    await refused(do("change_intervention", **about, at=ago(4)), "ledger_conflict_intervention")
    await refused(do("change_intervention", intervention_id=one["id"], at=ago(-1)), "in_future")
    undo = (await do("delete_intervention", intervention_id=one["id"]))["undo"]
    assert left() == 6
    await do("restore", undo=undo)
    assert left() == 9
    forgotten = await do("change_intervention", intervention_id=one["id"], member_id=None)
    assert forgotten["intervention"]["member_name"] is None
    trail = (await do("list_changes", kind="intervention"))["changes"]
    assert [change["action"] for change in reversed(trail)] == [
        *("created", "changed", "removed", "restored", "changed"),
    ]
    assert {change["by"] for change in trail} == {hass_admin_user.id}
    assert plan["plan"]["id"] == one["plan_id"]


async def test_interventions_are_filtered(laser: Laser, do: Do, anna: int, berto: int) -> None:
    first = (await do("add_care_plan", machine_id=7, description="Clean it", every_h=1))["plan"]
    second = (await do("add_care_plan", machine_id=7, description="Oil it", every_h=1))["plan"]
    for plan, member, at in ((first, anna, 9), (second, berto, 5)):
        await do(
            "record_intervention",
            machine_id=7,
            plan_id=plan["id"],
            member_id=member,
            at=ago(at),
        )
    for asked in (
        {"plan_id": first["id"]},
        {"member_id": anna},
        {"search": "clean"},
        {"search": "rossi"},
        {"until": ago(6)},
        {"oldest_first": True, "limit": 1},
        {"offset": 1},
    ):
        (one,) = (await do("list_interventions", **asked))["interventions"]
        assert one["plan"] == "Clean it"
    assert (await do("list_interventions", since=ago(6), machine_id=7))["total"] == 1
    assert (await do("list_interventions", machine_id=8))["total"] == 0
