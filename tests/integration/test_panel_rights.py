"""Who gets what from the panel's commands: everybody, of everything."""

from pathlib import Path
from typing import Any, Final

from aiohttp import WSMsgType
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.components.frontend import DATA_PANELS
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.atelier.machine_actions.register import ACTIONS
from custom_components.atelier.panel.rights import MAY
from custom_components.atelier.websocket_api import COMMANDS

from .conftest import SetUp
from .machine import Laser
from .panel import Page

EVERYBODY: Final = ("stranger", "member", "instructor", "manager", "admin")
LEADERS: Final = {"manager", "admin"}
TEACHERS: Final = {"instructor", *LEADERS}

#: Who may send each command, and what it takes.
WHO: Final[dict[str, tuple[set[str], dict[str, Any]]]] = {
    "act": (TEACHERS, {"action": "grant_permission", "data": {"member_id": 1, "machine_id": 7}}),
    "machines/subscribe": (LEADERS, {}),
    "cards/learn": (LEADERS, {}),
    "facts": (TEACHERS, {}),
    "me": ({"member", "instructor", "manager"}, {}),
    "me/uses": ({"member", "instructor", "manager"}, {}),
    "instruct/members": (TEACHERS, {"search": "an"}),
    "export": (LEADERS, {"list": "members"}),
    "import": ({"admin"}, {"file_id": "00"}),
    "settings": ({"admin"}, {}),
    "settings/set": ({"admin"}, {"uses_days": 300, "cards_days": 20}),
}

#: What only administrators perform, and what instructors may.
ADMINS_ACTIONS: Final = {
    *("add_role", "change_role", "import_fabomatic", "make_gate_key", "purge"),
    *("remove_gate_key", "remove_role"),
}
TEACHERS_ACTIONS: Final = {"grant_permission", "record_training", "revoke_permission"}


def test_no_command_is_left_out() -> None:
    assert {f"atelier/{name}" for name in WHO} == MAY.keys()
    assert {command.name for command in COMMANDS} == MAY.keys()


@pytest.mark.parametrize("name", EVERYBODY)
async def test_a_command_is_for_those_who_may(name: str, people: dict[str, Page]) -> None:
    for command, (allowed, fields) in WHO.items():
        answer = await people[name].asks(command, **fields)
        code = None if answer["success"] else answer["error"]["code"]
        # There is no file to import.
        done = "not_found" if command == "import" else None
        assert code == (done if name in allowed else "unauthorized"), (command, answer)


@pytest.mark.parametrize("name", EVERYBODY)
async def test_who_has_no_right_learns_nothing_of_what_there_is(
    name: str, people: dict[str, Page]
) -> None:
    for command, (allowed, _) in WHO.items():
        for entry_id in ("nothing", None, 7, ["cellar"], {"a": 1}):
            code = await people[name].refused(command, entry_id=entry_id)
            assert code == ("not_found" if name == "admin" else "unauthorized")
        if name not in allowed:
            assert await people[name].refused(command, nonsense={"x": 1}) == "unauthorized"


@pytest.mark.parametrize("name", ["member", "instructor", "manager", "admin"])
async def test_a_wrong_form_is_refused_to_those_who_may_and_is_not_logged(
    name: str, people: dict[str, Page], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "cafe0123"
    for command, (allowed, fields) in WHO.items():
        if name not in allowed:
            continue
        code = await people[name].refused(command, **{**fields, "nonsense": secret})
        assert code == "invalid_format", command
        for field in fields:
            wrong = {**fields, field: {secret: [secret]}}
            assert await people[name].refused(command, **wrong) == "invalid_format", command
    assert secret not in caplog.text


# The web server forgets the heartbeat of a connection that it refuses only when that is due.
@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_who_is_not_logged_in_is_not_heard(
    laser: Laser,
    hass: HomeAssistant,
    aiohttp_client: ClientSessionGenerator,
    socket_enabled: None,
) -> None:
    client = await aiohttp_client(hass.http.app)
    for command in (*WHO, "workshops"):
        socket = await client.ws_connect("/api/websocket")
        assert (await socket.receive_json())["type"] == "auth_required"
        await socket.send_json({"id": 1, "type": f"atelier/{command}", "entry_id": "cellar"})
        assert (await socket.receive_json())["type"] == "auth_invalid"
        assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_each_hears_of_the_workshops_in_which_they_have_a_right(
    people: dict[str, Page],
) -> None:
    rights = {
        "stranger": None,
        "member": ["member"],
        "instructor": ["instructor", "member"],
        "manager": ["manager", "member"],
        "admin": ["admin", "manager"],
    }
    for name, expected in rights.items():
        told = (await people[name].gets("workshops"))["workshops"]
        assert [one["rights"] for one in told] == ([expected] if expected else [])
        assert all(one["entry_id"] == "cellar" and one["title"] == "Cellar" for one in told)
    assert told[0]["member_id"] is None


async def test_a_workshop_without_machines_is_none_for_the_panel(
    hass: HomeAssistant, set_up: SetUp, people: dict[str, Page]
) -> None:
    await set_up("attic", title="Attic")
    admin = people["admin"]
    assert len((await admin.gets("workshops"))["workshops"]) == 1
    assert await admin.refused("facts", entry_id="attic") == "not_found"
    assert await people["manager"].refused("facts", entry_id="attic") == "unauthorized"


async def test_a_right_in_one_workshop_is_none_in_another(
    hass: HomeAssistant,
    set_up: SetUp,
    people: dict[str, Page],
    tmp_path: Path,
) -> None:
    side_bar = set(hass.data[DATA_PANELS])
    attic = await set_up(
        "attic",
        title="Attic",
        machines=True,
        machine_prefix="attics_machine",
        ledger_url=f"sqlite+aiosqlite:///{tmp_path}/attic.db",
    )
    admin, manager = people["admin"], people["manager"]
    assert len((await admin.gets("workshops"))["workshops"]) == 2
    (told,) = (await manager.gets("workshops"))["workshops"]
    assert told["entry_id"] == "cellar"
    for command, (_, fields) in WHO.items():
        for name in ("member", "instructor", "manager"):
            code = await people[name].refused(command, entry_id="attic", **fields)
            assert code == "unauthorized", (command, name)
    assert (await admin.gets("facts", entry_id="attic"))["machines"] == []
    assert await hass.config_entries.async_unload(attic.entry_id)
    assert set(hass.data[DATA_PANELS]) == side_bar
    assert await manager.gets("facts")


async def test_an_instructor_is_told_only_what_they_teach(people: dict[str, Page]) -> None:
    told = await people["instructor"].gets("facts")
    assert told["roles"] == []
    assert [one["name"] for one in told["trainings"]] == ["Laser cutting"]
    assert [one["name"] for one in told["types"]] == ["Laser"]
    assert told["machines"] == [{"id": 7, "name": "Laser", "type_id": told["types"][0]["id"]}]
    assert "users" not in told
    everything = await people["manager"].gets("facts")
    assert [one["id"] for one in everything["machines"]] == [7, 8]
    assert len(everything["roles"]) == 3
    assert "users" not in everything


async def test_administrators_see_whom_members_can_be_linked_to(people: dict[str, Page]) -> None:
    users = (await people["admin"].gets("facts"))["users"]
    assert {"stranger", "member", "instructor", "manager", "admin"} <= {
        user["name"] for user in users
    }


async def test_an_action_is_for_those_who_may_perform_it(people: dict[str, Page]) -> None:
    unfit = "invalid_format"  # further than that only those come who may
    for action in (action.name for action in ACTIONS):
        expected = {
            "stranger": "unauthorized",
            "member": "unauthorized",
            "instructor": unfit if action in TEACHERS_ACTIONS else "unauthorized",
            "manager": "unauthorized" if action in ADMINS_ACTIONS else unfit,
            "admin": unfit,
        }
        for name, code in expected.items():
            assert await people[name].may_not(action, nonsense=1) == code, (action, name)


async def test_an_action_that_there_is_not(people: dict[str, Page]) -> None:
    assert await people["admin"].may_not("fly") == "not_found"
    assert await people["manager"].may_not("fly") == "not_found"
    assert await people["instructor"].may_not("fly") == "unauthorized"


async def test_a_user_has_the_rights_of_now_and_not_of_when_they_came(
    hass: HomeAssistant, people: dict[str, Page]
) -> None:
    manager, admin = people["manager"], people["admin"]
    mara = (await admin.acts("list_members", search="Mara"))["members"][0]["id"]
    await admin.acts("change_member", member_id=mara, role="Staff")
    assert await manager.refused("facts") == "unauthorized"
    assert await manager.gets("me")
    await admin.acts("disable_member", member_id=mara)
    assert await manager.refused("me") == "unauthorized"
    await hass.auth.async_update_user(people["admin"].user, group_ids=[GROUP_ID_USER])
    assert await admin.refused("facts") == "unauthorized"
    await hass.auth.async_update_user(manager.user, group_ids=[GROUP_ID_ADMIN])
    assert (await manager.gets("settings"))["ledger"] == "file"
