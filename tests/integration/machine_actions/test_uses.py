"""Uses are recorded, corrected, ended and deleted; the hours follow."""

import asyncio
from datetime import UTC, datetime

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.integration.machine import ANNA, Laser

from .acting import Do, ago, refused


async def test_hours_follow_what_is_recorded_corrected_and_deleted(
    laser: Laser, do: Do, anna: int, berto: int
) -> None:
    def hours() -> float:
        return round(laser.makerspace.status(7).hours, 3)

    use = (await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(2)))["use"]
    assert (use["member_name"], use["machine"], use["ending"]) == ("Anna Rossi", "Laser", "manual")
    assert hours() == 2
    changed = (await do("correct_use", use_id=use["id"], end=ago(1), member_id=berto))["use"]
    assert (changed["member_id"], changed["version"], hours()) == (berto, 2, 3)
    await refused(do("correct_use", use_id=use["id"], version=1, end=ago(2)), "ledger_conflict_use")
    undo = (await do("delete_use", use_id=use["id"]))["undo"]
    assert hours() == 0
    await do("restore", undo=undo)
    assert hours() == 3


async def test_no_time_is_counted_twice(laser: Laser, do: Do, anna: int) -> None:
    first = (await do("record_use", machine_id=7, start=ago(4), end=ago(2)))["use"]
    await refused(do("record_use", machine_id=7, start=ago(3), end=ago(1)), "uses_overlap")
    second = (await do("record_use", machine_id=7, start=first["end"], end=ago(1)))["use"]
    await refused(do("correct_use", use_id=second["id"], start=ago(3)), "uses_overlap")
    assert (await do("list_uses"))["total"] == 2


async def test_what_took_a_deleted_uses_place_stays(laser: Laser, do: Do) -> None:
    first = (await do("record_use", machine_id=7, start=ago(4), end=ago(2)))["use"]
    undo = (await do("delete_use", use_id=first["id"]))["undo"]
    second = (await do("record_use", machine_id=7, start=ago(3), end=ago(1)))["use"]
    await refused(do("restore", undo=undo), "uses_overlap")
    await do("delete_use", use_id=second["id"])
    await do("restore", undo=undo)
    await refused(do("restore", undo=undo), "ledger_unknown_removal")


async def test_a_use_that_just_began_takes_time_too(laser: Laser, do: Do) -> None:
    await laser.asks("startuse", uid=ANNA)
    start = laser.makerspace.desk.facts.open_uses[7].start
    await asyncio.sleep(1.2)
    await refused(
        do("record_use", machine_id=7, start=ago(1), end=datetime.now(UTC).isoformat()),
        "uses_overlap",
    )
    before = datetime.fromtimestamp(start, UTC).isoformat()
    await do("record_use", machine_id=7, start=ago(1), end=before)


async def test_a_use_is_in_the_past_and_ends_after_it_began(laser: Laser, do: Do) -> None:
    await refused(do("record_use", machine_id=7, start=ago(1), end=ago(2)), "bad_period")
    await refused(do("record_use", machine_id=7, start=ago(1), end=ago(-1)), "bad_period")


async def test_a_use_that_lasts_is_left_alone(laser: Laser, do: Do) -> None:
    await laser.asks("startuse", uid=ANNA)
    (use,) = (await do("list_uses", lasting=True))["uses"]
    await refused(do("correct_use", use_id=use["id"], start=ago(1)), "use_lasts")
    assert (use["member_name"], use["replay"], use["version"]) == ("Anna Rossi", False, 1)


async def test_a_use_that_lasts_is_ended_by_hand(
    laser: Laser, do: Do, hass_admin_user: MockUser
) -> None:
    await refused(do("end_use", machine_id=7), "use_over")
    await laser.asks("startuse", uid=ANNA)
    (use,) = (await do("list_uses", lasting=True))["uses"]
    await refused(do("end_use", machine_id=7, use_id=use["id"] + 1), "use_over")
    await refused(do("end_use", machine_id=7, at=ago(1)), "bad_period")
    await refused(do("end_use", machine_id=7, at=ago(-1)), "in_future")
    ended = (await do("end_use", machine_id=7, use_id=use["id"]))["use"]
    assert (ended["ending"], ended["id"]) == ("manual", use["id"])
    assert ended["end"] is not None
    assert laser.makerspace.status(7).state == "free"
    (change,) = (await do("list_changes", kind="use"))["changes"]
    assert (change["action"], change["by"]) == ("changed", hass_admin_user.id)
    assert (await laser.asks("startuse", uid=ANNA))["request_ok"] is True


async def test_a_use_that_lasts_is_ended_before_it_is_deleted(laser: Laser, do: Do) -> None:
    await laser.asks("startuse", uid=ANNA)
    (use,) = (await do("list_uses"))["uses"]
    undo = (await do("delete_use", use_id=use["id"]))["undo"]
    assert laser.makerspace.status(7).state == "free"
    assert (await do("list_uses"))["total"] == 0
    await do("restore", undo=undo)
    (restored,) = (await do("list_uses"))["uses"]
    assert (restored["id"], restored["ending"]) == (use["id"], "manual")


async def test_hours_of_a_use_that_lasts_are_those_of_now(laser: Laser, do: Do) -> None:
    await laser.asks("startuse", uid=ANNA)
    await laser.asks("inuse", uid=ANNA, duration=3600)
    (use,) = (await do("list_uses", replay=False))["uses"]
    assert use["hours"] == pytest.approx(1, abs=0.01)
    assert (await do("list_uses", replay=True))["total"] == 0


async def test_uses_are_filtered(laser: Laser, do: Do, anna: int, berto: int) -> None:
    await do("record_use", machine_id=7, member_id=anna, start=ago(9), end=ago(8))
    await do("record_use", machine_id=7, member_id=berto, start=ago(5), end=ago(4))
    assert [use["member_name"] for use in (await do("list_uses"))["uses"]] == [
        "Berto Bianchi",
        "Anna Rossi",
    ]
    for data in ({"search": "rossi"}, {"member_id": anna}, {"until": ago(6)}):
        (use,) = (await do("list_uses", **data))["uses"]
        assert use["member_id"] == anna
    assert (await do("list_uses", type="Machine", since=ago(6)))["total"] == 1
    assert (await do("list_uses", machine_id=8))["total"] == 0
