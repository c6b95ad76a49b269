"""The actions on roles: what groups of members may do anywhere."""

from collections import Counter
from typing import Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from ..machines.facts import Role
from .request import ATTR_ROLE, VERSION, WORDS, Action, Request, described

_RIGHTS: Final = ("every_machine", "care", "manage")
_MAY: Final = {vol.Optional(right): cv.boolean for right in _RIGHTS}
_ROLE: Final = {vol.Required(ATTR_ROLE): WORDS}


async def _list_roles(request: Request) -> JsonObjectType:
    """Return all roles, and how many members have each."""
    holders = Counter(member.role_id for member in request.facts.members.values())
    return {
        "roles": [
            described(role) | {"members": holders[role.id or 0]}
            for role in request.facts.roles.values()
        ]
    }


async def _add_role(request: Request) -> JsonObjectType:
    """Add a role."""
    return {"role": await request.keep(Role(**request.given("name", *_RIGHTS)))}


async def _change_role(request: Request) -> JsonObjectType:
    """Change what is given of a role; what its members may do follows at once."""
    changed = request.changed(_free(request), **request.given("name", *_RIGHTS))
    return {"role": await request.keep(changed)}


async def _remove_role(request: Request) -> JsonObjectType:
    """Remove a role that nobody has."""
    return await request.remove(Role, _free(request).id or 0)


def _free(request: Request) -> Role:
    """Return the role that is named. Raise where it is reserved."""
    role = request.role()
    if role.reserved:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="role_reserved",
            translation_placeholders={"role": role.name},
        )
    return role


ACTIONS: Final = (
    Action(name="list_roles", act=_list_roles, fields={}, asks=True),
    Action(name="add_role", act=_add_role, fields={vol.Required("name"): WORDS} | _MAY),
    Action(
        name="change_role",
        act=_change_role,
        fields=_ROLE | VERSION | {vol.Optional("name"): WORDS} | _MAY,
    ),
    Action(name="remove_role", act=_remove_role, fields=_ROLE),
)
