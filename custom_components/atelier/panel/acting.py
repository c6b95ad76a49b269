"""The command that performs an action, and who may perform which besides administrators.

It is not one of Home Assistant's calls: names and cards stay off its event bus.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..ledger.errors import Unknown
from ..ledger.finding import find_removed
from ..ledger.kinds import KINDS
from ..machine_actions.register import ACTIONS
from ..machine_actions.request import Action, Request
from ..machines.facts import Member, Role
from ..machines.instructing import Refusal, may_grant, may_train
from .answer import not_found, unauthorized
from .command import Call, Command
from .rights import Right

_ACTIONS: Final[Mapping[str, Action]] = {action.name: action for action in ACTIONS}

#: What only administrators of Home Assistant do.
ADMIN_ONLY: Final = frozenset(
    {
        "add_role",
        "change_role",
        "import_fabomatic",
        "make_gate_key",
        "purge",
        "remove_gate_key",
        "remove_role",
    }
)


async def _act(call: Call) -> Any:
    """Perform an action in the name of the user."""
    name, rights = call.data["action"], call.asker.rights
    if not _may_at_all(name, rights):
        unauthorized()
    action = _ACTIONS.get(name)
    if action is None:
        not_found("action")
    request = Request(
        hass=call.hass,
        entry=call.entry,
        makerspace=call.makerspace,
        by=call.asker.user_id,
        data=vol.Schema(dict(action.fields))(call.data["data"]),
    )
    if Right.ADMIN not in rights:
        manages = Right.MANAGER in rights
        if not (await _manager_may(name, request) if manages else _teaches(call, request)):
            unauthorized()
    return await action.act(request)


def _may_at_all(name: str, rights: frozenset[Right]) -> bool:
    """Tell whether somebody may perform an action on anything."""
    if Right.ADMIN in rights:
        return True
    return name not in ADMIN_ONLY if Right.MANAGER in rights else name in INSTRUCTORS


# What those may do who manage by their role


async def _manager_may(name: str, request: Request) -> bool:
    """Tell whether somebody who manages may do that: nobody gives or takes what they have."""
    if name == "restore":
        return await _may_restore(request)
    member = request.facts.members.get(request.data.get("member_id", 0))
    if name == "add_member":
        return not request.role().manage and request.data.get("user_id") is None
    if name == "change_member" and member is not None:
        return _keeps_link(request, member) and _keeps_manage(request, member)
    if name in {"disable_member", "remove_member"} and member is not None:
        return not request.makerspace.desk.roll.role_of(member).manage
    return True


def _keeps_link(request: Request, member: Member) -> bool:
    return "user_id" not in request.data or request.data["user_id"] == member.user_id


def _keeps_manage(request: Request, member: Member) -> bool:
    if "role" not in request.data or (wanted := request.role()).id == member.role_id:
        return True
    return not wanted.manage and not request.makerspace.desk.roll.role_of(member).manage


async def _may_restore(request: Request) -> bool:
    """Tell whether a removal may be taken back: not if somebody would manage again by it."""
    undo = request.data["undo"]
    if undo["kind"] == KINDS[Role].name:
        return False
    if undo["kind"] != KINDS[Member].name:
        return True
    members = await request.makerspace.ledger.read(
        lambda connection: find_removed(connection, KINDS[Member], undo["id"])
    )
    role_of = request.makerspace.desk.roll.role_of
    return not any(role_of(member).manage for member in members.values())


# What instructors may do


def _teaches(call: Call, request: Request) -> bool:
    """Tell whether what an instructor wants is theirs to give; what there is not is not."""
    try:
        return INSTRUCTORS[call.data["action"]](call, request) is None
    except Unknown:
        return False


def _refuse_grant(call: Call, request: Request) -> Refusal | None:
    machine_type = request.machine_type() if "type" in request.data else None
    return may_grant(
        request.makerspace.desk.roll,
        _own_id(call),
        request.data["member_id"],
        machine_id=request.data.get("machine_id"),
        type_id=machine_type.id if machine_type else None,
        now=request.makerspace.ledger.clock(),
    )


def _refuse_training(call: Call, request: Request) -> Refusal | None:
    """Tell why not; the trainings of those who instruct too are for who manages to record."""
    if request.data.get("instructor"):
        return Refusal.NAMES_INSTRUCTOR
    return may_train(
        request.makerspace.desk.roll,
        _own_id(call),
        request.data["member_id"],
        request.training().id or 0,
        as_instructor=False,
        now=request.makerspace.ledger.clock(),
    )


def _own_id(call: Call) -> int:
    return (call.asker.member.id if call.asker.member else None) or 0


#: The actions of instructors, and what tells why one is not theirs to do.
INSTRUCTORS: Final[Mapping[str, Callable[[Call, Request], Refusal | None]]] = {
    "grant_permission": _refuse_grant,
    "record_training": _refuse_training,
    "revoke_permission": _refuse_grant,
}

COMMANDS: Final = (
    Command(
        name="atelier/act",
        act=_act,
        fields={vol.Required("action"): cv.string, vol.Optional("data", default=dict): dict},
    ),
)
