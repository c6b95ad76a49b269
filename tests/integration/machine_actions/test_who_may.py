"""Who may act at all, where, and in which words."""

from typing import Any, Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from custom_components.atelier.const import DOMAIN
from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.pages import AuditQuery
from custom_components.atelier.machine_actions.register import ACTIONS
from tests.integration.conftest import SetUp
from tests.integration.machine import ANNA, Laser

from .acting import NEW, Do, ago, refused

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
    "dismiss_unknown_card": {"card": NEW},
    "list_roles": {},
    "add_role": {"name": "Guests"},
    "change_role": {"role": "Staff"},
    "remove_role": {"role": "Staff"},
    "list_permissions": {"member_ids": [1]},
    "set_permissions": {"changes": [{"member_id": 2, "machine_id": 7, "granted": True}]},
    "list_trainings": {},
    "change_training": {"training": "Lasers"},
    "remove_training": {"training": "Lasers"},
    "remove_trained": {"member_id": 1, "training": "Lasers"},
    "list_changes": {},
    "change_machine_type": {"type": "Machine"},
    "remove_machine_type": {"type": "Machine"},
    "make_gate_key": {"machine_id": 7},
    "remove_gate_key": {"machine_id": 7},
    "change_care_plan": {"plan_id": 1},
    "list_interventions": {},
    "change_intervention": {"intervention_id": 1},
    "delete_intervention": {"intervention_id": 1},
    "end_use": {"machine_id": 7},
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
#: What no action takes.
SENSELESS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("add_member", {"name": "Cleo"}),
    ("list_members", {"limit": 501}),
    ("add_machine", {"machine_id": 65536, "name": "Lathe", "type": "Machine"}),
    ("add_machine_type", {"name": "Lathe", "access": "everybody"}),
    ("record_use", {"machine_id": 7, "start": "yesterday", "end": "now"}),
    ("export", {"list": "../../secrets"}),
    ("restore", {"undo": "all"}),
    ("list_members", {"order": "height"}),
    ("change_training", {"training": "Lasers", "valid_days": 0}),
    ("list_permissions", {"member_ids": []}),
    ("set_permissions", {"changes": []}),
    ("set_permissions", {"changes": [{"member_id": 1, "machine_id": 7}]}),
    (
        "set_permissions",
        {"changes": [{"member_id": 1, "machine_id": 7, "type_id": 1, "granted": True}]},
    ),
    ("set_permissions", {"changes": [{"member_id": 1, "type_id": 1, "granted": True}] * 501}),
]
#: What names something that there is none of, and its kind.
NOT_THERE: Final[list[tuple[str, dict[str, Any], str]]] = [
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
    ("change_care_plan", {"plan_id": 99}, "plan"),
    ("change_role", {"role": "Kings"}, "role"),
    ("change_machine_type", {"type": "Rocket"}, "type"),
    ("change_machine_type", {"type": "Machine", "training": "Rockets"}, "training"),
    ("remove_trained", {"member_id": 99, "training": "Rockets"}, "member"),
    ("change_intervention", {"intervention_id": 99}, "intervention"),
    ("delete_intervention", {"intervention_id": 99}, "intervention"),
    ("dismiss_unknown_card", {"card": NEW}, "card"),
    ("list_permissions", {"member_ids": [1, 99]}, "member"),
    ("end_use", {"machine_id": 99}, "machine"),
    ("correct_use", {"use_id": 99}, "use"),
    ("delete_use", {"use_id": 99}, "use"),
]


def test_every_action_is_tried() -> None:
    assert LEAST.keys() == {action.name for action in ACTIONS}


async def test_who_is_no_administrator_gets_nothing(
    hass: HomeAssistant, laser: Laser, hass_read_only_user: MockUser, subtests: pytest.Subtests
) -> None:
    before = await laser.makerspace.ledger.load()
    for action, data in LEAST.items():
        with subtests.test(action):
            with pytest.raises(Unauthorized):
                await hass.services.async_call(
                    DOMAIN,
                    action,
                    data,
                    blocking=True,
                    context=Context(user_id=hass_read_only_user.id),
                    return_response=True,
                )
            assert await laser.makerspace.ledger.load() == before


async def test_a_workshop_without_machines_says_so(
    set_up: SetUp, do: Do, subtests: pytest.Subtests
) -> None:
    entry = await set_up()
    for action, data in LEAST.items():
        with subtests.test(action):
            await refused(do(action, **data), "no_makerspace")
            await refused(do(action, config_entry_id=entry.entry_id, **data), "no_machines")


async def test_of_several_workshops_one_is_named(laser: Laser, set_up: SetUp, do: Do) -> None:
    await set_up("attic", title="Attic")
    assert (await do("list_members"))["total"] == 2
    other = await set_up("shed", title="Shed", machines=True, machine_prefix="shed-machine")
    await refused(do("list_members"), "which_workshop")
    assert (await do("list_members", config_entry_id=other.entry_id))["total"] == 0


async def test_what_makes_no_sense_is_refused(
    laser: Laser, do: Do, subtests: pytest.Subtests
) -> None:
    before = await laser.makerspace.ledger.load()
    for action, data in SENSELESS:
        with subtests.test(action, data=repr(data)):
            with pytest.raises(vol.Invalid):
                await do(action, **data)
            assert await laser.makerspace.ledger.load() == before


async def test_what_is_not_there_is_named(laser: Laser, do: Do, subtests: pytest.Subtests) -> None:
    before = await laser.makerspace.ledger.load()
    for action, data, what in NOT_THERE:
        with subtests.test(action, data=repr(data)):
            await refused(do(action, **data), f"ledger_unknown_{what}")
            assert await laser.makerspace.ledger.load() == before


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
