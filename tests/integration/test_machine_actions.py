"""What an administrator, an automation and a stranger get from a makerspace's actions."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from openpyxl import load_workbook
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.pages import AuditQuery
from custom_components.atelier.machine_actions.register import ACTIONS
from tests.ledger.backend import make

from .conftest import SetUp
from .machine import ANNA, BERTO, NOBODYS, Laser, until

type Do = Callable[..., Awaitable[dict[str, Any]]]

NEW: Final = "0a0b0c0d"


def ago(hours: float) -> str:
    """Return a moment so many hours ago, in words."""
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


@pytest.fixture
def do(hass: HomeAssistant, hass_admin_user: MockUser, tmp_path: Path) -> Do:
    """Return what calls an action as an administrator, and returns its response."""
    hass.config.config_dir = str(tmp_path)
    context = Context(user_id=hass_admin_user.id)

    async def call(action: str, **data: Any) -> dict[str, Any]:
        response = await hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=True
        )
        assert isinstance(response, dict)
        return response

    return call


@pytest.fixture
def anna(laser: Laser) -> int:
    """Return the id of the member who may use the laser."""
    member = laser.makerspace.desk.roll.member_with(ANNA)
    assert member is not None
    assert member.id is not None
    return member.id


@pytest.fixture
def berto(laser: Laser) -> int:
    """Return the id of the member who may not."""
    member = laser.makerspace.desk.roll.member_with(BERTO)
    assert member is not None
    assert member.id is not None
    return member.id


async def refused(action: Awaitable[Any], key: str) -> dict[str, str] | None:
    """Expect a translated refusal; return what it tells."""
    with pytest.raises(HomeAssistantError) as caught:
        await action
    assert (caught.value.translation_domain, caught.value.translation_key) == (DOMAIN, key)
    return caught.value.translation_placeholders


# Who may

#: The least that each action takes.
LEAST: Final[dict[str, dict[str, Any]]] = {
    "add_member": {"name": "Cleo", "role": "Members"},
    "change_member": {"member_id": 1},
    "disable_member": {"member_id": 1},
    "remove_member": {"member_id": 1},
    "list_members": {},
    "resolve_member": {"member_id": 1},
    "add_card": {"member_id": 1, "card": NEW},
    "remove_card": {"card": ANNA},
    "list_unknown_cards": {},
    "grant_permission": {"member_id": 2, "machine_id": 7},
    "revoke_permission": {"member_id": 1, "machine_id": 7},
    "add_training": {"name": "Lasers"},
    "record_training": {"member_id": 1, "training": "Lasers"},
    "restore": {"undo": {"id": 1, "kind": "member", "fact_id": 1, "at": 0}},
    "add_machine": {"machine_id": 8, "name": "Lathe", "type": "Machine"},
    "change_machine": {"machine_id": 7},
    "set_blocked": {"machine_id": 7},
    "remove_machine": {"machine_id": 7},
    "list_machines": {},
    "add_machine_type": {"name": "Lathe"},
    "start_machine": {"machine_id": 7, "member_id": 1},
    "stop_machine": {"machine_id": 7},
    "add_care_plan": {"machine_id": 7, "description": "Oil it", "every_h": 5},
    "remove_care_plan": {"plan_id": 1},
    "record_intervention": {"machine_id": 7},
    "list_uses": {},
    "record_use": {"machine_id": 7, "start": ago(2), "end": ago(1)},
    "correct_use": {"use_id": 1},
    "delete_use": {"use_id": 1},
    "statistics": {"since": ago(24)},
    "weekly_summary": {},
    "export": {"list": "members"},
    "purge": {},
    "import_fabomatic": {"path": "/media/x"},
}


def test_every_action_is_tried() -> None:
    assert LEAST.keys() == {action.name for action in ACTIONS}


@pytest.mark.parametrize("action", LEAST)
async def test_who_is_no_administrator_gets_nothing(
    hass: HomeAssistant, laser: Laser, hass_read_only_user: MockUser, action: str
) -> None:
    before = await laser.makerspace.ledger.load()
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            action,
            LEAST[action],
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
            return_response=True,
        )
    assert await laser.makerspace.ledger.load() == before


@pytest.mark.parametrize("action", LEAST)
async def test_a_workshop_without_machines_says_so(
    hass: HomeAssistant, set_up: SetUp, do: Do, action: str
) -> None:
    entry = await set_up()
    await refused(do(action, **LEAST[action]), "no_makerspace")
    await refused(do(action, config_entry_id=entry.entry_id, **LEAST[action]), "no_machines")


async def test_of_several_workshops_one_is_named(laser: Laser, set_up: SetUp, do: Do) -> None:
    await set_up("attic", title="Attic")
    assert (await do("list_members"))["total"] == 2
    other = await set_up("shed", title="Shed", machines=True, machine_prefix="shed-machine")
    await refused(do("list_members"), "which_workshop")
    assert (await do("list_members", config_entry_id=other.entry_id))["total"] == 0


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("add_member", {"name": "Cleo"}),
        ("list_members", {"limit": 501}),
        ("add_machine", {"machine_id": 65536, "name": "Lathe", "type": "Machine"}),
        ("add_machine_type", {"name": "Lathe", "access": "everybody"}),
        ("record_use", {"machine_id": 7, "start": "yesterday", "end": "now"}),
        ("export", {"list": "../../secrets"}),
        ("restore", {"undo": "all"}),
    ],
)
async def test_what_makes_no_sense_is_refused(
    laser: Laser, do: Do, action: str, data: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await do(action, **data)


# Members and cards


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
    await refused(do("change_member", member_id=anna, version=1, surname="Neri"), "ledger_conflict")
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
    await refused(do("restore", undo=undo), "ledger_unknown")


async def test_the_undo_of_something_else_takes_nothing_back(
    laser: Laser, do: Do, anna: int
) -> None:
    undo = (await do("remove_member", member_id=anna))["undo"]
    await refused(do("restore", undo=undo | {"kind": "machine"}), "ledger_unknown")
    assert (await do("list_members"))["total"] == 1


async def test_pages_follow_each_other(laser: Laser, do: Do) -> None:
    pages = [await do("list_members", limit=1, offset=offset) for offset in range(3)]
    names = [[member["name"] for member in page["members"]] for page in pages]
    assert names == [["Berto"], ["Anna"], []]
    assert {page["total"] for page in pages} == {2}


async def test_a_card_is_given_and_taken(laser: Laser, do: Do, anna: int, berto: int) -> None:
    assert (await do("add_card", member_id=anna, card="0A0B0C0D"))["member"]["cards"] == [ANNA, NEW]
    assert (await laser.asks("checkuser", uid=NEW))["is_valid"] is True
    assert await refused(do("add_card", member_id=berto, card=NEW), "ledger_duplicate") == {
        "what": "card"
    }
    await refused(do("add_card", member_id=anna, card=NEW), "ledger_duplicate")
    await refused(do("add_card", member_id=anna, card="too short"), "ledger_invalid")
    assert (await do("remove_card", card=NEW))["member"]["cards"] == [ANNA]
    assert (await laser.asks("checkuser", uid=NEW))["is_valid"] is False
    await refused(do("remove_card", card=NEW), "ledger_unknown")


async def test_an_unknown_card_is_listed_until_it_is_somebodys(
    laser: Laser, do: Do, anna: int
) -> None:
    await laser.asks("checkuser", uid=NOBODYS)
    cards: list[dict[str, Any]] = []
    while not cards:
        cards = (await do("list_unknown_cards"))["cards"]
    assert [(card["card"], card["machine_id"], card["count"]) for card in cards] == [
        (NOBODYS, 7, 1)
    ]
    await do("add_card", member_id=anna, card=NOBODYS)
    assert (await do("list_unknown_cards"))["total"] == 0


@pytest.mark.parametrize(
    ("action", "data", "what"),
    [
        ("change_member", {"member_id": 99}, "member"),
        ("add_member", {"name": "Cleo", "role": "Kings"}, "role"),
        ("add_card", {"member_id": 99, "card": NEW}, "member"),
        ("grant_permission", {"member_id": 1, "machine_id": 99}, "machine"),
        ("grant_permission", {"member_id": 1, "type": "Rocket"}, "type"),
        ("revoke_permission", {"member_id": 2, "machine_id": 7}, "permission"),
        ("record_training", {"member_id": 1, "training": "Rockets"}, "training"),
        ("set_blocked", {"machine_id": 99}, "machine"),
        ("start_machine", {"machine_id": 7, "member_id": 99}, "member"),
        ("record_intervention", {"machine_id": 7}, "plan"),
        ("remove_care_plan", {"plan_id": 99}, "plan"),
        ("correct_use", {"use_id": 99}, "use"),
        ("delete_use", {"use_id": 99}, "use"),
    ],
)
async def test_what_is_not_there_is_named(
    laser: Laser, do: Do, action: str, data: dict[str, Any], what: str
) -> None:
    assert await refused(do(action, **data), "ledger_unknown") == {"what": what}


# Rights


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
    await refused(do("grant_permission", member_id=berto), "ledger_invalid")
    await refused(
        do("grant_permission", member_id=berto, type="machine", machine_id=7), "ledger_invalid"
    )


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


# Machines and care


async def test_a_machine_is_added_blocked_and_removed(laser: Laser, do: Do) -> None:
    await do("add_machine", machine_id=8, name="Lathe", type="Machine", server_down="deny")
    await refused(do("add_machine", machine_id=8, name="Other", type="Machine"), "ledger_duplicate")
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
    await refused(do("change_machine", machine_id=7, version=1, name="Old"), "ledger_conflict")


async def test_a_machine_is_started_and_stopped_from_afar(
    hass: HomeAssistant, laser: Laser, do: Do, anna: int, berto: int
) -> None:
    await refused(do("start_machine", machine_id=7, member_id=anna), "request_offline")
    await laser.asks("checkmachine")
    await refused(do("start_machine", machine_id=7, member_id=berto), "request_not_allowed")
    starting = hass.async_create_task(do("start_machine", machine_id=7, member_id=anna))
    await until(lambda: bool(laser.requests))
    assert laser.requests[-1] == {"request_type": "start", "uid": ANNA}
    await laser.asks("startuse", uid=ANNA)
    assert (await starting)["member_id"] == anna
    stopping = hass.async_create_task(do("stop_machine", machine_id=7))
    await until(lambda: len(laser.requests) == 2)
    await laser.asks("stopuse", uid=ANNA, duration=5)
    assert (await stopping)["state"] == "free"


async def test_care_is_planned_and_recorded(laser: Laser, do: Do, anna: int) -> None:
    plan = (await do("add_care_plan", machine_id=7, description="Clean the lens", every_h=1))[
        "plan"
    ]
    await do("record_use", machine_id=7, member_id=anna, start=ago(3), end=ago(1))
    (machine,) = (await do("list_machines"))["machines"]
    assert machine["due"] == [plan["id"]]
    await refused(do("record_intervention", machine_id=7, plan_id=99), "ledger_unknown")
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
    await refused(do("record_intervention", machine_id=7, plan_id=plan["id"]), "ledger_unknown")


# Uses


async def test_hours_follow_what_is_recorded_corrected_and_deleted(
    laser: Laser, do: Do, anna: int, berto: int
) -> None:
    def hours() -> float:
        return round(laser.makerspace.status(7).hours, 3)

    use = (await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(2)))["use"]
    assert (use["member"], use["machine"], use["ending"]) == ("Anna Rossi", "Laser", "manual")
    assert hours() == 2
    changed = (await do("correct_use", use_id=use["id"], end=ago(1), member_id=berto))["use"]
    assert (changed["member_id"], changed["version"], hours()) == (berto, 2, 3)
    await refused(do("correct_use", use_id=use["id"], version=1, end=ago(2)), "ledger_conflict")
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
    await refused(do("restore", undo=undo), "ledger_unknown")


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
    await refused(do("delete_use", use_id=use["id"]), "use_lasts")


async def test_uses_are_filtered(laser: Laser, do: Do, anna: int, berto: int) -> None:
    await do("record_use", machine_id=7, member_id=anna, start=ago(9), end=ago(8))
    await do("record_use", machine_id=7, member_id=berto, start=ago(5), end=ago(4))
    assert [use["member"] for use in (await do("list_uses"))["uses"]] == [
        "Berto Bianchi",
        "Anna Rossi",
    ]
    for data in ({"search": "rossi"}, {"member_id": anna}, {"until": ago(6)}):
        (use,) = (await do("list_uses", **data))["uses"]
        assert use["member_id"] == anna
    assert (await do("list_uses", type="Machine", since=ago(6)))["total"] == 1
    assert (await do("list_uses", machine_id=8))["total"] == 0


# Sums and files


async def test_a_period_is_summed_up(laser: Laser, do: Do, anna: int) -> None:
    await do("record_use", machine_id=7, member_id=anna, start=ago(30), end=ago(20))
    figures = await do("statistics", since=ago(24), until=ago(1))
    assert (figures["hours"], figures["uses"], figures["members"]) == (pytest.approx(4), 1, 1)
    assert figures["by_machine"][0]["machine"] == "Laser"
    assert figures["by_member"] == [{"member_id": anna, "hours": pytest.approx(4), "uses": 1}]


async def test_the_week_is_told_in_both_languages(laser: Laser, do: Do, anna: int) -> None:
    await do("change_member", member_id=anna, email="anna@x.it", weekly_summary=True)
    empty = await do("weekly_summary")
    assert empty["text"].endswith("No machine was used.")
    await do("add_care_plan", machine_id=7, description="Clean the lens", every_h=1)
    await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(1.5))
    summary = await do("weekly_summary")
    assert summary["recipients"] == ["anna@x.it"]
    assert "Laser: 2.5 h in 1 uses by 1 members" in summary["text"]
    assert "Clean the lens (1.5 h overdue)" in summary["text"]
    italian = (await do("weekly_summary", language="it"))["text"]
    assert "Laser: 2,5 h (utilizzi: 1, persone: 1)" in italian
    assert "Anna" not in summary["text"] + italian


async def test_a_week_is_seven_days_on_the_calendar(
    hass: HomeAssistant, laser: Laser, do: Do
) -> None:
    await hass.config.async_set_time_zone("Europe/Rome")
    summary = await do("weekly_summary", until="2026-10-26 12:00:00", language="it")
    assert summary["start"] == "2026-10-19T12:00:00+02:00"
    assert summary["end"] == "2026-10-26T12:00:00+01:00"
    assert summary["text"].startswith("Dal 19/10/2026 al 26/10/2026:")


def lines_of_the_only_file(folder: Path) -> list[str]:
    """Return what an export wrote: nothing else lies there, and nobody else may read it."""
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    return file.read_text("utf-8-sig").splitlines()


async def test_a_list_is_written_for_spreadsheets(
    laser: Laser, do: Do, anna: int, tmp_path: Path
) -> None:
    await do("change_member", member_id=anna, name="=HYPERLINK(1)", surname="\x07Rossi")
    await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(2))
    written = await do("export", list="uses")
    assert written == {"path": str(tmp_path / "atelier/exports/uses.csv"), "rows": 1}
    head, row = lines_of_the_only_file(tmp_path / "atelier/exports")
    assert head.startswith("id,machine_id,machine,member_id,member,start,end,seconds")
    assert "'=HYPERLINK(1)" in row
    book = load_workbook((await do("export", list="members", format="xlsx"))["path"])
    rows = list(book.active.values)
    assert rows[0][:3] == ("id", "name", "surname")
    assert ("'=HYPERLINK(1)", "Rossi") in [row[1:3] for row in rows]
    assert (await do("export", list="uses", until=ago(5)))["rows"] == 0
    await refused(do("export", list="members", until=ago(5)), "ledger_invalid")


async def test_more_rows_than_a_spreadsheet_has_are_refused(
    laser: Laser, do: Do, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.atelier.machine_actions.sheets.MOST_ROWS", 2)
    await refused(do("export", list="members", format="xlsx"), "too_many_rows")
    assert (await do("export", list="members"))["rows"] == 2
    assert len(lines_of_the_only_file(tmp_path / "atelier/exports")) == 3


async def test_what_cannot_be_written_is_told(laser: Laser, do: Do, tmp_path: Path) -> None:
    (tmp_path / "atelier").mkdir(exist_ok=True)
    (tmp_path / "atelier/exports").write_text("a file in the way")
    await refused(do("export", list="uses"), "cannot_write")


# Upkeep


async def test_what_is_old_is_forgotten_on_demand(laser: Laser, do: Do, anna: int) -> None:
    await do("record_use", machine_id=7, member_id=anna, start=ago(52), end=ago(50))
    await do("record_use", machine_id=7, member_id=anna, start=ago(4), end=ago(2))
    assert (await do("purge"))["forgotten"]["uses"] == 0
    assert (await do("purge", uses_days=2))["forgotten"]["uses"] == 1
    assert [use["member_id"] for use in (await do("list_uses"))["uses"]] == [anna, None]
    assert laser.makerspace.status(7).hours == pytest.approx(4)


async def test_an_old_backend_is_looked_at_then_brought(
    hass: HomeAssistant, laser: Laser, do: Do, tmp_path: Path
) -> None:
    file = str(make(tmp_path / "fabomatic.sqldb"))
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    await do("remove_machine", machine_id=7)
    look = await do("import_fabomatic", path=file, dry_run=True)
    assert look["would_bring"]["member"] == 5
    assert (await do("list_members"))["total"] == 2
    brought = await do("import_fabomatic", path=file)
    assert brought["new"]["member"] == 5
    assert brought["notes"]["bad_card"] == 1
    assert (await do("list_members"))["total"] == 7
    assert laser.makerspace.devices.keys() == laser.makerspace.desk.facts.machines.keys()
    uses = (await do("list_uses"))["total"]
    await do("import_fabomatic", path=file)
    assert (await do("list_members"))["total"] == 7
    assert (await do("list_uses"))["total"] == uses


async def test_a_file_out_of_reach_or_foreign_is_refused(
    hass: HomeAssistant, laser: Laser, do: Do, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database")
    await refused(do("import_fabomatic", path=str(file)), "path_not_allowed")
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    await refused(do("import_fabomatic", path=str(file)), "ledger_foreign_file")
    await refused(do("import_fabomatic", path=f"{tmp_path}/nothing"), "ledger_foreign_file")
    await refused(do("import_fabomatic", path=str(tmp_path)), "ledger_foreign_file")
    await refused(do("import_fabomatic", path=f"{tmp_path}/../passwd"), "path_not_allowed")


async def test_an_automation_may_act_and_is_named_as_one(hass: HomeAssistant, laser: Laser) -> None:
    await hass.services.async_call(DOMAIN, "set_blocked", {"machine_id": 7}, blocking=True)
    (latest, *_) = (await laser.makerspace.ledger.page(AuditQuery())).items
    assert (latest.by, latest.kind, latest.action) == ("automation", "machine", "changed")


async def test_a_ledger_that_is_away_is_told(
    laser: Laser, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise LedgerUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(laser.makerspace.ledger.writer, "do", away)
        await refused(do("set_blocked", machine_id=7), "ledger_unavailable")
        await refused(do("add_card", member_id=1, card=NEW), "ledger_unavailable")
    assert (await laser.asks("checkmachine"))["allowed"] is True
    await do("set_blocked", machine_id=7)
    assert (await laser.asks("checkmachine"))["allowed"] is False
