"""Register the actions of a makerspace: each is for administrators only."""

from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.service import async_register_admin_service

from ..const import AUTOMATION, DOMAIN
from ..data import AtelierConfigEntry, loaded_workshops, workshop_entry
from ..errors import translated_ledger_errors
from . import (
    cards,
    care,
    changes,
    exports,
    gates,
    machine_types,
    machines,
    members,
    permissions,
    reports,
    roles,
    trainings,
    upkeep,
    uses,
)
from .request import Action, Request

ACTIONS: Final[tuple[Action, ...]] = (
    *members.ACTIONS,
    *cards.ACTIONS,
    *roles.ACTIONS,
    *permissions.ACTIONS,
    *trainings.ACTIONS,
    *machines.ACTIONS,
    *machine_types.ACTIONS,
    *gates.ACTIONS,
    *care.ACTIONS,
    *uses.ACTIONS,
    *changes.ACTIONS,
    *reports.ACTIONS,
    *exports.ACTIONS,
    *upkeep.ACTIONS,
)


@callback
def async_setup_machine_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in ACTIONS:
        async_register_admin_service(
            hass,
            DOMAIN,
            action.name,
            partial(_do, action),
            action.schema,
            SupportsResponse.ONLY if action.asks else SupportsResponse.OPTIONAL,
        )


async def _do(action: Action, call: ServiceCall) -> ServiceResponse:
    """Do what a call asks for; return what came of it to those who want to know."""
    with translated_ledger_errors():
        answer = await action.act(_request(call))
    return answer if call.return_response else None


def _request(call: ServiceCall) -> Request:
    """Return what a call asks, of the workshop that it names or the only one with machines."""
    entry = _entry(call)
    makerspace = entry.runtime_data.makerspace
    if makerspace is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_machines",
            translation_placeholders={"workshop": entry.title},
        )
    return Request(
        hass=call.hass,
        entry=entry,
        makerspace=makerspace,
        by=call.context.user_id or AUTOMATION,
        data=call.data,
    )


def _entry(call: ServiceCall) -> AtelierConfigEntry:
    if (entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID)) is not None:
        return workshop_entry(call.hass, entry_id)
    entries = [
        entry for entry in loaded_workshops(call.hass) if entry.runtime_data.makerspace is not None
    ]
    if not entries:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_makerspace")
    if len(entries) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="which_workshop")
    return entries[0]
