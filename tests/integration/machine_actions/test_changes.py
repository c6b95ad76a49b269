"""Who changed what is told, and what was removed comes back."""

from pytest_homeassistant_custom_component.common import MockUser

from tests.integration.machine import Laser

from .acting import Do, ago


async def test_who_changed_what_is_told(
    laser: Laser, do: Do, anna: int, hass_admin_user: MockUser
) -> None:
    await do("change_member", member_id=anna, surname="Verdi")
    await do("grant_permission", member_id=anna, type="Machine", until="2040-01-31T12:00:00+00:00")
    await do("remove_member", member_id=anna)
    listed = await do("list_changes", by=hass_admin_user.id)
    assert [(one["kind"], one["action"]) for one in listed["changes"]] == [
        ("member", "removed"),
        ("permission", "created"),
        ("member", "changed"),
    ]
    removed, granted, changed = listed["changes"]
    assert (changed["before"]["surname"], changed["after"]["surname"]) == ("Rossi", "Verdi")
    assert changed["by_name"] == hass_admin_user.name
    assert granted["before"] is None
    assert granted["after"]["until"].startswith("2040-01-31T")
    assert removed["before"]["name"] == "Anna"
    assert removed["after"] is None


async def test_changes_are_filtered_and_paged(laser: Laser, do: Do, anna: int) -> None:
    everything = await do("list_changes", limit=500)
    assert everything["total"] == len(everything["changes"]) > 5
    assert {one["by_name"] for one in everything["changes"]} == {None}
    await do("disable_member", member_id=anna)
    assert (await do("list_changes"))["total"] == everything["total"] + 1
    (latest,) = (await do("list_changes", limit=1))["changes"]
    assert (latest["kind"], latest["fact_id"], latest["action"]) == ("member", anna, "changed")
    assert (await do("list_changes", kind="member", fact_id=anna))["total"] == 2
    assert (await do("list_changes", action="changed", since=ago(1)))["total"] == 1
    assert (await do("list_changes", until=ago(1)))["total"] == 0
