"""Trainings are kept, and gate who gets in."""

from tests.integration.machine import ANNA, Laser

from .acting import Do, ago, refused


async def test_who_was_trained_gets_in(laser: Laser, do: Do, anna: int) -> None:
    await do("add_training", name="Lasers", valid_days=10)
    await do("add_machine_type", name="Cutter", training="lasers", logoff_min=30)
    await do("change_machine", machine_id=7, type="Cutter")
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is False
    await do("record_training", member_id=anna, training="Lasers", at=ago(24 * 11))
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is False
    await do("record_training", member_id=anna, training="Lasers")
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is True
    assert (await laser.asks("checkmachine"))["logoff"] == 30
    trainings = (await do("resolve_member", member_id=anna))["trainings"]
    assert [one["training"] for one in trainings] == ["Lasers"]


async def test_trainings_are_listed_changed_and_removed(laser: Laser, do: Do, anna: int) -> None:
    added = (await do("add_training", name="Lasers", valid_days=10))["training"]
    await do("record_training", member_id=anna, training="Lasers")
    await do("change_machine_type", type="Machine", training="Lasers")
    (listed,) = (await do("list_trainings"))["trainings"]
    assert (listed["members"], listed["types"]) == (1, ["Machine"])
    changed = await do(
        "change_training", training="lasers", version=1, name="Beams", valid_days=None
    )
    assert changed["training"] == added | {"name": "Beams", "valid_days": None, "version": 2}
    await refused(
        do("change_training", training="Beams", version=1, name="X"), "ledger_conflict_training"
    )
    await refused(do("remove_training", training="Beams"), "ledger_in_use_training")
    await do("change_machine_type", type="Machine", training=None)
    undo = (await do("remove_training", training="Beams"))["undo"]
    assert (await do("list_trainings"))["trainings"] == []
    assert (await do("resolve_member", member_id=anna))["trainings"] == []
    await do("restore", undo=undo)
    assert [one["training"] for one in (await do("resolve_member", member_id=anna))["trainings"]]


async def test_what_was_learnt_is_taken_back(laser: Laser, do: Do, anna: int, berto: int) -> None:
    await do("add_training", name="Lasers")
    await do("change_machine_type", type="Machine", training="Lasers")
    await do("record_training", member_id=anna, training="Lasers")
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is True
    undo = (await do("remove_trained", member_id=anna, training="Lasers"))["undo"]
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is False
    await refused(do("remove_trained", member_id=anna, training="Lasers"), "ledger_unknown_trained")
    await do("restore", undo=undo)
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is True


async def test_who_learns_anew_stays_an_instructor(laser: Laser, do: Do, anna: int) -> None:
    async def instructs(**data: bool) -> bool:
        done = await do("record_training", member_id=anna, training="Lasers", **data)
        return bool(done["trained"]["instructor"])

    await do("add_training", name="Lasers")
    assert await instructs() is False
    assert await instructs(instructor=True) is True
    assert await instructs() is True
    assert await instructs(instructor=False) is False
    await refused(do("record_training", member_id=anna, training="Lasers", at=ago(-1)), "in_future")
