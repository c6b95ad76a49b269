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
from ..machines.instructing import may_grant, may_train
from .command import Call, Command, not_found, unauthorized
from .rights import Right

_ACTIONS: Final[Mapping[str, Action]] = {action.name: action for action in ACTIONS}

#: What only administrators of Home Assistant do.
ADMIN_ONLY: Final = frozenset(
    {"add_role", "change_role", "import_fabomatic", "purge", "remove_role"}
)


async def _act(call: Call) -> Any:
    """Perform an action in the name of the user."""
    name, rights = call.data["action"], call.asker.rights
    if rights.isdisjoint({Right.ADMIN, Right.MANAGER}) and name not in INSTRUCTORS:
        unauthorized()
    action = _ACTIONS.get(name)
    if action is None:
        not_found("action")
    data = vol.Schema(dict(action.fields))(call.data["data"])
    request = Request(
        hass=call.hass,
        entry=call.entry,
        makerspace=call.makerspace,
        by=call.asker.user_id,
        data=data,
    )
    if Right.ADMIN in rights:
        allowed = True
    elif Right.MANAGER in rights:
        allowed = await _manager_may(name, request)
    else:
        allowed = INSTRUCTORS[name](call, request)
    if not allowed:
        unauthorized()
    return await action.act(request)


# What those may do who manage by their role


async def _manager_may(name: str, request: Request) -> bool:
    """Tell whether somebody who manages may do that: nobody gives or takes what they have."""
    if name in ADMIN_ONLY:
        return False
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


def _may_grant(call: Call, request: Request) -> bool:
    machine_type = request.machine_type() if "type" in request.data else None
    refusal = may_grant(
        request.makerspace.desk.roll,
        _own_id(call),
        request.data["member_id"],
        machine_id=request.data.get("machine_id"),
        type_id=machine_type.id if machine_type else None,
        now=request.makerspace.ledger.clock(),
    )
    return refusal is None


def _may_train(call: Call, request: Request) -> bool:
    refusal = may_train(
        request.makerspace.desk.roll,
        _own_id(call),
        request.data["member_id"],
        request.training().id or 0,
        as_instructor=request.data.get("instructor"),
        now=request.makerspace.ledger.clock(),
    )
    return refusal is None


def _own_id(call: Call) -> int:
    return (call.asker.member.id if call.asker.member else None) or 0


#: The actions of instructors, and what decides about each.
INSTRUCTORS: Final[Mapping[str, Callable[[Call, Request], bool]]] = {
    "grant_permission": _may_grant,
    "record_training": _may_train,
    "revoke_permission": _may_grant,
}

COMMANDS: Final = (
    Command(
        name="atelier/act",
        act=_act,
        fields={vol.Required("action"): cv.string, vol.Optional("data", default=dict): dict},
    ),
)
