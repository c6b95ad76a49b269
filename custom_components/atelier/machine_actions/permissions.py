"""The actions on permissions: who may use which machine, or which type, until when."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..bounds import several
from ..ledger.errors import Invalid, Rule, Unknown
from ..machines.facts import Permission
from .request import (
    ATTR_MACHINE_ID,
    ATTR_MEMBER_ID,
    ATTR_TYPE,
    ATTR_UNTIL,
    ID,
    MEMBER,
    MOMENT,
    NUMBER,
    WORDS,
    Action,
    Request,
    described,
    undo,
)

#: As many as a page of members, or a matrix, holds.
_MOST: Final = 500
_TARGET: Final = {vol.Optional(ATTR_MACHINE_ID): NUMBER, vol.Optional(ATTR_TYPE): WORDS}
_CHANGE: Final = vol.Schema(
    {
        vol.Required(ATTR_MEMBER_ID): ID,
        vol.Exclusive(ATTR_MACHINE_ID, "target"): NUMBER,
        vol.Exclusive("type_id", "target"): ID,
        vol.Required("granted"): cv.boolean,
        vol.Optional(ATTR_UNTIL): vol.Any(MOMENT, None),
    }
)


def _wanted(request: Request) -> Permission:
    """Return the permission that is meant, as if it were new. Raise Invalid, Unknown."""
    _require_one(ATTR_MACHINE_ID in request.data, ATTR_TYPE in request.data)
    return Permission(
        member_id=request.member().id or 0,
        machine_id=request.machine().id if ATTR_MACHINE_ID in request.data else None,
        type_id=request.machine_type().id if ATTR_TYPE in request.data else None,
        until=request.data.get(ATTR_UNTIL),
        granted_by=_asker(request),
    )


def _require_one(machine: bool, type_: bool) -> None:  # noqa: FBT001 - which of two is given
    if machine == type_:
        raise Invalid(Rule.ONE_TARGET, "permission", "must be for a machine or for a type")


def _asker(request: Request) -> int | None:
    """Return the member who asks, where their Home Assistant user is linked to one."""
    member = request.makerspace.desk.roll.member_of(request.by)
    return member.id if member else None


def _held(request: Request, wanted: Permission) -> Permission | None:
    """Return the permission that a member has already for the same."""
    target = (wanted.machine_id, wanted.type_id)
    for one in request.makerspace.desk.roll.permissions_of(wanted.member_id):
        if (one.machine_id, one.type_id) == target:
            return one
    return None


async def _grant_permission(request: Request) -> JsonObjectType:
    """Allow a member a machine or a type; again: until another moment."""
    wanted = _wanted(request)
    if (held := _held(request, wanted)) is not None:
        wanted = replace(held, until=wanted.until, granted_by=wanted.granted_by)
    return {"permission": await request.keep(wanted)}


async def _revoke_permission(request: Request) -> JsonObjectType:
    """Take a permission away."""
    held = _held(request, _wanted(request))
    if held is None:
        raise Unknown("permission")
    return await request.remove(Permission, held.id or 0)


async def _list_permissions(request: Request) -> JsonObjectType:
    """Return what some members were permitted, and what they learnt."""
    roll, ids = request.makerspace.desk.roll, request.data["member_ids"]
    for member_id in ids:
        if member_id not in request.facts.members:
            raise Unknown("member")
    wanted = frozenset(ids)
    return {
        "permissions": [described(one) for id_ in ids for one in roll.permissions_of(id_)],
        "trained": [
            described(one) for one in request.facts.trained.values() if one.member_id in wanted
        ],
    }


async def _set_permissions(request: Request) -> JsonObjectType:
    """Grant and revoke many permissions, all or none."""
    granter = _asker(request)
    granted: list[Permission] = []
    revoked: list[int] = []
    named: set[tuple[int, int | None, int | None]] = set()
    for change in request.data["changes"]:
        wanted = replace(_permission(request, change), granted_by=granter)
        target = (wanted.member_id, wanted.machine_id, wanted.type_id)
        if target in named:
            raise Invalid(Rule.TARGET_TWICE, "changes", "must not name a permission twice")
        named.add(target)
        held = _held(request, wanted)
        if not change["granted"]:
            revoked += [] if held is None else [held.id or 0]
        elif held is None:
            granted.append(wanted)
        elif ATTR_UNTIL in change and held.until != wanted.until:
            granted.append(replace(held, until=wanted.until, granted_by=granter))
    kept, removal = await request.makerspace.set_permissions(granted, revoked, by=request.by)
    taken: JsonObjectType = {"undo": None} if removal is None else undo(removal)
    return {"granted": len(kept), "revoked": len(revoked)} | taken


def _permission(request: Request, change: Mapping[str, Any]) -> Permission:
    """Return the permission that is to be changed, as if it were new. Raise Invalid, Unknown."""
    machine_id, type_id = change.get(ATTR_MACHINE_ID), change.get("type_id")
    _require_one(machine_id is not None, type_id is not None)
    for what, shelf, id_ in (
        ("member", request.facts.members, change[ATTR_MEMBER_ID]),
        ("machine", request.facts.machines, machine_id),
        ("type", request.facts.types, type_id),
    ):
        if id_ is not None and id_ not in shelf:
            raise Unknown(what)
    return Permission(
        member_id=change[ATTR_MEMBER_ID],
        machine_id=machine_id,
        type_id=type_id,
        until=change.get(ATTR_UNTIL),
    )


ACTIONS: Final = (
    Action(
        name="grant_permission",
        act=_grant_permission,
        fields=MEMBER | _TARGET | {vol.Optional(ATTR_UNTIL): MOMENT},
    ),
    Action(name="revoke_permission", act=_revoke_permission, fields=MEMBER | _TARGET),
    Action(
        name="list_permissions",
        act=_list_permissions,
        fields={vol.Required("member_ids"): several(ID, _MOST, least=1)},
        asks=True,
    ),
    Action(
        name="set_permissions",
        act=_set_permissions,
        fields={vol.Required("changes"): several(_CHANGE, _MOST, least=1)},
    ),
)
