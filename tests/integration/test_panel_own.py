"""What members see of themselves, and that they see nobody else."""

from typing import Any

from homeassistant.util import dt as dt_util

from custom_components.atelier.machines.facts import Ending, Permission, Use

from .machine import BERTO, Laser
from .panel import Page


def berto_of(laser: Laser) -> int:
    member = laser.makerspace.desk.roll.member_with(BERTO)
    assert member is not None
    return member.id or 0


async def used(laser: Laser, member_id: int, hours_ago: float, hours: float) -> Use:
    """Keep a use that has ended."""
    start = dt_util.utcnow().timestamp() - hours_ago * 3600
    end = start + hours * 3600
    use = Use(
        machine_id=7,
        member_id=member_id,
        start=start,
        last_seen=end,
        end=end,
        ending=Ending.CARD,
    )
    return await laser.makerspace.save(use, by="test")


async def test_members_see_what_they_may_use_and_why_not(
    laser: Laser, people: dict[str, Page]
) -> None:
    berto, until = berto_of(laser), dt_util.utcnow().timestamp() + 86_400
    await laser.makerspace.save(Permission(member_id=berto, machine_id=7, until=until), by="test")
    told = await people["member"].gets("me")
    assert told["member"] == {
        "id": berto,
        "name": "Berto",
        "surname": "Bianchi",
        "role": "Members",
        "cards": 1,
    }
    laser_told, welder = told["machines"]
    assert (laser_told["allowed"], laser_told["reason"]) == (False, "not_trained")
    assert (welder["allowed"], welder["reason"]) == (False, "no_permission")
    await people["admin"].acts(
        "record_training", member_id=berto, training="Laser cutting", until="2099-01-01"
    )
    told = await people["member"].gets("me")
    first: dict[str, Any] = told["machines"][0]
    assert (first["name"], first["type"], first["allowed"]) == ("Laser", "Laser", True)
    assert first["reason"] is None
    assert dt_util.parse_datetime(first["until"], raise_on_error=True).timestamp() == int(until)
    (training,) = told["trainings"]
    assert (training["name"], training["valid"], training["instructor"]) == (
        "Laser cutting",
        True,
        False,
    )
    assert training["until"].startswith("2099-01-01")


async def test_members_see_their_uses_and_nobody_elses(
    laser: Laser, people: dict[str, Page]
) -> None:
    berto = berto_of(laser)
    await used(laser, 1, 9, 1)
    for number in range(3):
        await used(laser, berto, 8 - 2 * number, 0.5)
    told = await people["member"].gets("me")
    assert (told["uses"], told["hours"]) == (3, 1.5)
    page = await people["member"].gets("me/uses", offset=1, limit=1)
    assert page["total"] == 3
    (use,) = page["uses"]
    assert use.keys() == {"id", "machine_id", "machine", "start", "end", "hours", "ending"}
    assert (use["machine"], use["hours"], use["ending"]) == ("Laser", 0.5, "card")
    nobody = await people["manager"].gets("me/uses")
    assert nobody == {"total": 0, "uses": []}


async def test_members_cannot_ask_as_somebody_else(people: dict[str, Page]) -> None:
    for command in ("me", "me/uses"):
        assert await people["member"].refused(command, member_id=1) == "invalid_format"
    assert await people["member"].refused("me/uses", limit=501) == "invalid_format"
    assert await people["member"].refused("me/uses", offset=-1) == "invalid_format"


async def test_a_machine_that_is_blocked_or_gone(laser: Laser, people: dict[str, Page]) -> None:
    await used(laser, berto_of(laser), 3, 1)
    await people["admin"].acts("set_blocked", machine_id=7)
    told = await people["member"].gets("me")
    assert told["machines"][0]["reason"] == "blocked"
    await people["admin"].acts("remove_machine", machine_id=7)
    told = await people["member"].gets("me")
    assert [one["id"] for one in told["machines"]] == [8]
    assert (await people["member"].gets("me/uses"))["total"] == told["uses"]
