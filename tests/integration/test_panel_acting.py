"""What those who are no administrators may do with an action, and what nobody does twice."""

import asyncio
from typing import Any

from homeassistant.core import Event, HomeAssistant, callback
import pytest

from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.pages import AuditQuery

from .machine import ANNA, Laser
from .panel import Page


@pytest.fixture
def ids(laser: Laser, people: dict[str, Page]) -> dict[str, int]:
    """Return members' ids by their names."""
    members = laser.makerspace.desk.facts.members.values()
    return {member.name: member.id or 0 for member in members}


def of(laser: Laser, member_id: int) -> Any:
    """Return a member as the desk knows them."""
    return laser.makerspace.desk.facts.members[member_id]


# Who manages


async def test_who_manages_brings_members_in_and_changes_them(
    laser: Laser, people: dict[str, Page]
) -> None:
    manager = people["manager"]
    added = await manager.acts("add_member", name="Uma", role="Members", cards=["0a0b0c0d"])
    uma = added["member"]["id"]
    await manager.acts("change_member", member_id=uma, role="Staff", surname="Neri")
    assert of(laser, uma).surname == "Neri"
    removed = await manager.acts("remove_member", member_id=uma)
    await manager.acts("restore", undo=removed["undo"])
    assert of(laser, uma).cards == ("0a0b0c0d",)


async def test_what_somebody_did_is_in_their_name(laser: Laser, people: dict[str, Page]) -> None:
    manager = people["manager"]
    await manager.acts("set_blocked", machine_id=7)
    page = await laser.makerspace.ledger.page(AuditQuery(kind="machine", limit=1))
    assert page.items[0].by == manager.user.id


async def test_who_manages_makes_nobody_manage(
    laser: Laser, people: dict[str, Page], ids: dict[str, int]
) -> None:
    manager = people["manager"]
    refused = "unauthorized"
    assert await manager.may_not("add_member", name="Eve", role="Managers") == refused
    change = {"member_id": ids["Anna"], "role": "managers "}
    assert await manager.may_not("change_member", **change) == refused
    assert len(laser.makerspace.desk.facts.members) == len(ids)


async def test_who_manages_takes_that_from_nobody(
    laser: Laser, people: dict[str, Page], ids: dict[str, int]
) -> None:
    manager, mara = people["manager"], ids["Mara"]
    assert await manager.may_not("change_member", member_id=mara, role="Members") == "unauthorized"
    assert await manager.may_not("disable_member", member_id=mara) == "unauthorized"
    assert await manager.may_not("remove_member", member_id=mara) == "unauthorized"
    await manager.acts("change_member", member_id=mara, role="Managers", surname="Verdi")
    assert of(laser, mara).surname == "Verdi"


async def test_who_manages_links_nobody_to_a_user(
    laser: Laser, people: dict[str, Page], ids: dict[str, int]
) -> None:
    manager, linked = people["manager"], of(laser, ids["Berto"]).user_id
    stranger = people["stranger"].user.id
    new = {"name": "Eve", "role": "Members", "user_id": stranger}
    assert await manager.may_not("add_member", **new) == "unauthorized"
    for user_id in (stranger, None):
        change = {"member_id": ids["Berto"], "user_id": user_id}
        assert await manager.may_not("change_member", **change) == "unauthorized"
    await manager.acts("change_member", member_id=ids["Berto"], user_id=linked, email="b@b.it")
    assert of(laser, ids["Berto"]).user_id == linked


async def test_who_manages_brings_nobody_back_who_managed(
    laser: Laser, people: dict[str, Page], ids: dict[str, int]
) -> None:
    admin, manager = people["admin"], people["manager"]
    await admin.acts("add_member", name="Old", role="Managers")
    old = (await admin.acts("list_members", search="Old"))["members"][0]["id"]
    gone = await admin.acts("remove_member", member_id=old)
    assert await manager.may_not("restore", undo=gone["undo"]) == "unauthorized"
    assert await manager.may_not("restore", undo={**gone["undo"], "kind": "role"}) == "unauthorized"
    assert old not in laser.makerspace.desk.facts.members
    use = await manager.acts(
        "record_use",
        machine_id=7,
        start="2026-01-02T10:00:00+00:00",
        end="2026-01-02T11:00:00+00:00",
    )
    deleted = await manager.acts("delete_use", use_id=use["use"]["id"])
    assert (await manager.acts("restore", undo=deleted["undo"]))["kind"] == "use"


async def test_an_unknown_role_or_member_is_told_as_such(people: dict[str, Page]) -> None:
    manager = people["manager"]
    assert await manager.may_not("add_member", name="Eve", role="Kings") == "ledger_unknown_role"
    assert await manager.may_not("change_member", member_id=999) == "ledger_unknown_member"
    assert await manager.may_not("remove_member", member_id=999) == "ledger_unknown_member"


# Instructors


async def test_an_instructor_teaches_and_allows_what_they_teach(
    laser: Laser, people: dict[str, Page], ids: dict[str, int]
) -> None:
    ivo, berto = people["instructor"], ids["Berto"]
    await ivo.acts("record_training", member_id=berto, training="Laser cutting")
    for target in ({"machine_id": 7}, {"type": "Laser"}):
        granted = await ivo.acts("grant_permission", member_id=berto, **target)
        assert granted["permission"]["granted_by"] == ids["Ivo"]
        await ivo.acts("revoke_permission", member_id=berto, **target)
    assert laser.makerspace.desk.roll.trained_in(berto, 1) is not None


async def test_an_instructor_does_nothing_outside_what_they_teach(
    laser: Laser, people: dict[str, Page], ids: dict[str, int]
) -> None:
    ivo, berto = people["instructor"], {"member_id": ids["Berto"]}
    oneself = {"member_id": ids["Ivo"]}
    before = (
        dict(laser.makerspace.desk.facts.permissions),
        dict(laser.makerspace.desk.facts.trained),
    )
    for action, data in (
        ("record_training", berto | {"training": "Welding"}),
        ("record_training", berto | {"training": "Nothing"}),
        ("record_training", berto | {"training": "Laser cutting", "instructor": True}),
        ("record_training", oneself | {"training": "Laser cutting"}),
        ("grant_permission", berto | {"machine_id": 8}),
        ("grant_permission", berto | {"type": "Welder"}),
        ("grant_permission", berto | {"type": "Machine"}),
        ("grant_permission", berto | {"type": "Nothing"}),
        ("grant_permission", berto | {"machine_id": 99}),
        ("grant_permission", berto),
        ("grant_permission", oneself | {"machine_id": 7}),
        ("grant_permission", {"member_id": 999, "machine_id": 7}),
        ("revoke_permission", {"member_id": ids["Anna"], "machine_id": 8}),
    ):
        assert await ivo.may_not(action, **data) == "unauthorized", (action, data)
    facts = laser.makerspace.desk.facts
    assert (facts.permissions, facts.trained) == before


async def test_an_instructor_does_not_end_what_another_instructs(
    people: dict[str, Page], ids: dict[str, int]
) -> None:
    berto = {"member_id": ids["Berto"], "training": "Laser cutting"}
    await people["admin"].acts("record_training", **berto, instructor=True)
    past = {"at": "2025-01-01T00:00:00+00:00", "until": "2026-01-01T00:00:00+00:00"}
    for flag in ({}, {"instructor": True}, {"instructor": False}):
        code = await people["instructor"].may_not("record_training", **berto, **past, **flag)
        assert code == "unauthorized"


async def test_who_teaches_no_longer_is_no_instructor(
    people: dict[str, Page], ids: dict[str, int]
) -> None:
    ivo, admin = people["instructor"], people["admin"]
    past = {"at": "2025-01-01T00:00:00+00:00", "until": "2026-01-01T00:00:00+00:00"}
    await admin.acts(
        *("record_training",),
        member_id=ids["Ivo"],
        training="Laser cutting",
        instructor=True,
        **past,
    )
    berto = {"member_id": ids["Berto"], "machine_id": 7}
    assert await ivo.may_not("grant_permission", **berto) == "unauthorized"
    assert await ivo.refused("facts") == "unauthorized"
    assert await ivo.refused("instruct/members", search="an") == "unauthorized"
    assert (await ivo.gets("me"))["trainings"][0]["valid"] is False


async def test_an_instructor_finds_members_by_name_and_by_nothing_else(
    people: dict[str, Page], ids: dict[str, int]
) -> None:
    ivo, admin = people["instructor"], people["admin"]
    await admin.acts("change_member", member_id=ids["Anna"], email="secret@example.org")
    await admin.acts("add_member", name="Ánders", surname="Über", role="Members")
    for number in range(25):
        await admin.acts("add_member", name=f"Zoe {number:02}", role="Members")
    await admin.acts("disable_member", member_id=ids["Berto"])

    async def found(search: str) -> list[str]:
        told = await ivo.gets("instruct/members", search=search)
        assert all(one.keys() == {"id", "name"} for one in told["members"])
        return [one["name"] for one in told["members"]]

    assert await found("anna") == ["Anna Rossi"]
    assert await found(" ross AN") == ["Anna Rossi"]
    assert await found("uber and") == ["Ánders Über"]
    assert await found("berto") == []
    assert await found(ANNA[:4]) == []
    assert await found("secret") == []
    assert await found("zoe") == [f"Zoe {number:02}" for number in range(20)]
    for short in ("", "a", " a "):
        assert await ivo.refused("instruct/members", search=short) == "invalid_format"


# Two at once, and who else hears of it


async def test_of_two_who_change_the_same_member_one_is_told(
    laser: Laser, people: dict[str, Page], ids: dict[str, int]
) -> None:
    anna = ids["Anna"]
    version = of(laser, anna).version
    answers = await asyncio.gather(
        *(
            people[name].asks(
                "act",
                action="change_member",
                data={"member_id": anna, "version": version, "surname": name},
            )
            for name in ("admin", "manager")
        )
    )
    (winner,) = [answer for answer in answers if answer["success"]]
    (loser,) = [answer for answer in answers if not answer["success"]]
    assert loser["error"]["code"] == "ledger_conflict_member"
    kept = of(laser, anna)
    assert kept.surname == winner["result"]["member"]["surname"]
    assert (kept.cards, kept.version) == ((ANNA,), version + 1)


async def test_nothing_of_an_action_is_told_to_the_house(
    hass: HomeAssistant, people: dict[str, Page], caplog: pytest.LogCaptureFixture
) -> None:
    events: list[Event] = []

    @callback
    def heard(event: Event) -> None:
        events.append(event)

    hass.bus.async_listen("*", heard)
    added = await people["admin"].acts(
        "add_member", name="Secretissima", role="Members", cards=["cafe0123"]
    )
    assert await people["admin"].may_not("add_card", member_id=1, card="CAFE0123")
    await people["manager"].acts("list_members", search="Secretissima")
    await hass.async_block_till_done()
    told = f"{[event.as_dict() for event in events]} {hass.states.async_all()} {caplog.text}"
    assert added["member"]["id"]
    for secret in ("secretissima", "cafe0123"):
        assert secret not in told.lower()


async def test_a_ledger_that_is_away_is_told_as_such(
    laser: Laser, people: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise LedgerUnavailable("gone")

    monkeypatch.setattr(laser.makerspace.ledger, "read", away)
    assert await people["admin"].may_not("list_members") == "ledger_unavailable"
    assert await people["member"].refused("me") == "ledger_unavailable"
