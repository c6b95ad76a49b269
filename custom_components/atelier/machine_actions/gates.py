"""The actions on gates of ours: the keys that their lists are signed with."""

import logging
from typing import Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from .request import MACHINE, Action, Request

_LOGGER = logging.getLogger(__name__)


async def _make_gate_key(request: Request) -> JsonObjectType:
    """Make a key for a machine's gate and return it, this once."""
    machine = request.machine()
    if request.makerspace.lists.has_key(machine.id) and not request.data["replace"]:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="gate_has_key",
            translation_placeholders={"machine": machine.name},
        )
    key = await request.makerspace.lists.make_key(machine.id)
    _LOGGER.info("A key for the gate of machine %d was made by %s", machine.id, request.by)
    return {"machine_id": machine.id, "key": key}


async def _remove_gate_key(request: Request) -> JsonObjectType:
    """Take a gate's key back: it lets nobody in any more while it cannot ask."""
    machine = request.machine()
    if not request.makerspace.lists.has_key(machine.id):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="gate_has_no_key",
            translation_placeholders={"machine": machine.name},
        )
    await request.makerspace.lists.take_back(machine.id)
    _LOGGER.info("The key for the gate of machine %d was removed by %s", machine.id, request.by)
    return {"machine_id": machine.id}


ACTIONS: Final = (
    Action(
        name="make_gate_key",
        act=_make_gate_key,
        fields=MACHINE | {vol.Optional("replace", default=False): cv.boolean},
        asks=True,
    ),
    Action(name="remove_gate_key", act=_remove_gate_key, fields=MACHINE),
)
