"""The actions on types of machines: what their machines have in common."""

from typing import Any, Final

from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..bounds import number
from ..machines.facts import Access, MachineType
from .request import ATTR_TRAINING, ATTR_TYPE, VERSION, WORDS, Action, Request

_MINUTES: Final = number(int, 0, 65535)
_ABOUT: Final = {
    vol.Optional("access"): vol.All(vol.In([str(rule) for rule in Access]), Access),
    vol.Optional("logoff_min"): _MINUTES,
    vol.Optional("grace_min"): _MINUTES,
}
_TYPE: Final = {vol.Required(ATTR_TYPE): WORDS}


async def _add_machine_type(request: Request) -> JsonObjectType:
    """Add a type of machine."""
    return {"type": await request.keep(MachineType(**_about(request)))}


async def _change_machine_type(request: Request) -> JsonObjectType:
    """Change what is given of a type; all its machines go by it at once."""
    changed = request.changed(request.machine_type(), **_about(request))
    return {"type": await request.keep(changed)}


def _about(request: Request) -> dict[str, Any]:
    values = request.given("name", "access", "logoff_min", "grace_min")
    if ATTR_TRAINING in request.data:
        wanted = request.data[ATTR_TRAINING]
        values["training_id"] = None if wanted is None else request.training().id
    return values


async def _remove_machine_type(request: Request) -> JsonObjectType:
    """Remove a type that no machine is of."""
    return await request.remove(MachineType, request.machine_type().id or 0)


ACTIONS: Final = (
    Action(
        name="add_machine_type",
        act=_add_machine_type,
        fields={vol.Required("name"): WORDS, vol.Optional(ATTR_TRAINING): WORDS} | _ABOUT,
    ),
    Action(
        name="change_machine_type",
        act=_change_machine_type,
        fields=_TYPE
        | VERSION
        | {vol.Optional("name"): WORDS, vol.Optional(ATTR_TRAINING): vol.Any(WORDS, None)}
        | _ABOUT,
    ),
    Action(name="remove_machine_type", act=_remove_machine_type, fields=_TYPE),
)
