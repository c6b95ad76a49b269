"""Members are added, changed, found and removed."""

from pytest_homeassistant_custom_component.common import MockUser

from custom_components.atelier.ledger.pages import AuditQuery
from tests.integration.machine import ANNA, Laser

from .acting import NEW, Do, refused


async def test_a_member_is_added_changed_and_found(
    laser: Laser, do: Do, hass_admin_user: MockUser
) -> None:
    added = (await do("add_member", name="Cleo", surname="Étoile", role="members", cards=NEW))[
        "member"
    ]
    assert (added["version"], added["cards"]) == (1, [NEW])
    changed = (
        await do("change_member", member_id=added["id"], version=1, email="cleo@x.it", role="Staff")
    )["member"]
    assert (changed["name"], changed["email"], changed["version"]) == ("Cleo", "cleo@x.it", 2)
    found = await do("list_members", search="etoile")
    assert [member["role"] for member in found["members"]] == ["Staff"]
    audit = await laser.makerspace.ledger.page(AuditQuery(kind="member", fact_id=added["id"]))
    assert {entry.by for entry in audit.items} == {hass_admin_user.id}


async def test_of_two_who_change_at_once_the_second_is_told(
    laser: Laser, do: Do, anna: int
) -> None:
    await do("change_member", member_id=anna, version=1, surname="Verdi")
    await refused(
        do("change_member", member_id=anna, version=1, surname="Neri"), "ledger_conflict_member"
    )
    assert (await do("resolve_member", member_id=anna))["name"] == "Anna Verdi"


async def test_who_is_disabled_is_refused_at_once(laser: Laser, do: Do, anna: int) -> None:
    await do("disable_member", member_id=anna)
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is False
    await do("disable_member", member_id=anna, disabled=False)
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is True


async def test_a_removal_is_taken_back(laser: Laser, do: Do, anna: int) -> None:
    undo = (await do("remove_member", member_id=anna))["undo"]
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is False
    assert (await do("list_members"))["total"] == 1
    restored = await do("restore", undo=undo)
    assert [fact["name"] for fact in restored["restored"]] == ["Anna"]
    assert (await laser.asks("checkuser", uid=ANNA))["is_valid"] is True
    await refused(do("restore", undo=undo), "ledger_unknown_removal")


async def test_the_undo_of_something_else_takes_nothing_back(
    laser: Laser, do: Do, anna: int
) -> None:
    undo = (await do("remove_member", member_id=anna))["undo"]
    await refused(do("restore", undo=undo | {"kind": "machine"}), "ledger_unknown_removal")
    assert (await do("list_members"))["total"] == 1


async def test_pages_follow_each_other(laser: Laser, do: Do) -> None:
    pages = [await do("list_members", limit=1, offset=offset) for offset in range(3)]
    names = [[member["name"] for member in page["members"]] for page in pages]
    assert names == [["Berto"], ["Anna"], []]
    assert {page["total"] for page in pages} == {2}


async def test_members_are_put_in_order(laser: Laser, do: Do) -> None:
    await do("add_member", name="Zoe", surname="Abate", role="Members")
    for asked, names in (
        ({}, ["Zoe", "Berto", "Anna"]),
        ({"descending": True}, ["Anna", "Berto", "Zoe"]),
        ({"order": "name"}, ["Anna", "Berto", "Zoe"]),
        ({"order": "newest"}, ["Zoe", "Berto", "Anna"]),
    ):
        listed = (await do("list_members", **asked))["members"]
        assert [member["name"] for member in listed] == names


async def test_members_are_found_by_role_and_by_what_they_learnt(
    laser: Laser, do: Do, anna: int, berto: int
) -> None:
    await do("change_member", member_id=berto, role="Staff")
    await do("add_training", name="Lasers")
    await do("record_training", member_id=anna, training="Lasers")
    for asked, member_id in (({"role": "staff"}, berto), ({"training": "lasers"}, anna)):
        (found,) = (await do("list_members", **asked))["members"]
        assert found["id"] == member_id
    await refused(do("list_members", role="Kings"), "ledger_unknown_role")
