"""The actions of Atelier."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_device_and_config_entry
import voluptuous as vol

from .const import DOMAIN
from .data import Workshop, loaded_workshops, workshop_entry
from .errors import translated
from .forge.actions import async_setup_forge_actions
from .forge.kind import is_forge
from .hub import STOP_ROLES
from .machine_actions.register import async_setup_machine_actions
from .props.errors import CommandError
from .props.prop import Outcome, Prop
from .wire.info import Role

ATTR_COMMAND: Final = "command"
ATTR_COUNTER: Final = "counter"
ATTR_PARAMS: Final = "params"
ATTR_TRACK: Final = "track"
ATTR_VOLUME: Final = "volume"

_PARAMS: Final = vol.All(dict, vol.Length(max=16))
_DEVICES: Final = {
    vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string], vol.Length(min=1, max=500))
}

_TRIGGER: Final = vol.Schema(
    _DEVICES
    | {
        vol.Optional(ATTR_VOLUME): vol.All(vol.Coerce(int), vol.Range(min=0, max=100)),
        vol.Optional(ATTR_TRACK): vol.All(vol.Coerce(int), vol.Range(min=1, max=9999)),
        vol.Optional(ATTR_PARAMS, default=dict): _PARAMS,
    }
)
_SEND_COMMAND: Final = vol.Schema(
    _DEVICES
    | {
        vol.Required(ATTR_COMMAND): vol.All(cv.string, vol.Length(min=1, max=64)),
        vol.Optional(ATTR_PARAMS, default=dict): _PARAMS,
    }
)
_RESET_COUNTER: Final = vol.Schema(_DEVICES | {vol.Optional(ATTR_COUNTER): cv.slug})
_STOP_ALL: Final = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, act, schema in (
        ("trigger", _trigger, _TRIGGER),
        ("send_command", _send_command, _SEND_COMMAND),
        ("reset_counter", _reset_counter, _RESET_COUNTER),
        ("stop_all", _stop_all, _STOP_ALL),
    ):
        hass.services.async_register(
            DOMAIN, name, act, schema=schema, supports_response=SupportsResponse.OPTIONAL
        )
    async_setup_machine_actions(hass)
    async_setup_forge_actions(hass)


async def _trigger(call: ServiceCall) -> ServiceResponse:
    """Let props act, once, louder or with another track if asked."""
    params = dict(call.data[ATTR_PARAMS])
    params |= {key: call.data[key] for key in (ATTR_VOLUME, ATTR_TRACK) if key in call.data}
    return await _tell(call, lambda prop: prop.act(Role.TRIGGER, params))


async def _send_command(call: ServiceCall) -> ServiceResponse:
    """Send props a command by its name."""
    command, params = call.data[ATTR_COMMAND], call.data[ATTR_PARAMS]
    return await _tell(call, lambda prop: prop.command(command, params))


async def _reset_counter(call: ServiceCall) -> ServiceResponse:
    """Set props' counters back to nought."""
    params = {ATTR_COUNTER: call.data[ATTR_COUNTER]} if ATTR_COUNTER in call.data else {}
    return await _tell(call, lambda prop: prop.act(Role.RESET_COUNTER, params))


async def _stop_all(call: ServiceCall) -> ServiceResponse:
    """Stop every prop that is there, in one workshop or in all."""
    if (entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID)) is not None:
        entries = [workshop_entry(call.hass, entry_id)]
    else:
        entries = loaded_workshops(call.hass)
        if not entries:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_workshop")
    errors: dict[str, CommandError | None] = {}
    for entry in entries:
        outcome = await entry.runtime_data.tell_all(*STOP_ROLES)
        errors |= {entry.runtime_data.devices[key].id: error for key, error in outcome.items()}
    return _respond(
        call, {device_id: error or Outcome(confirmed=True) for device_id, error in errors.items()}
    )


async def _tell(call: ServiceCall, act: Callable[[Prop], Awaitable[Outcome]]) -> ServiceResponse:
    """Tell all props of a call at the same time, after all of them were found."""
    props = {
        device_id: _prop(call.hass, device_id)
        for device_id in dict.fromkeys(call.data[ATTR_DEVICE_ID])
    }

    async def attempt(prop: Prop) -> Outcome | CommandError:
        try:
            return await act(prop)
        except CommandError as error:
            return error

    answers = await asyncio.gather(*(attempt(prop) for prop in props.values()))
    return _respond(call, dict(zip(props, answers, strict=True)))


def _prop(hass: HomeAssistant, device_id: str) -> Prop:
    device, entry = async_get_device_and_config_entry(hass, DOMAIN, device_id)
    workshop: Workshop | None = None if is_forge(entry) else entry.runtime_data
    for domain, key in device.identifiers:
        if domain == DOMAIN and workshop and (prop := workshop.roster.props.get(key)):
            return prop
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_a_prop",
        translation_placeholders={"device": device.name_by_user or device.name or device_id},
    )


def _respond(call: ServiceCall, answers: dict[str, Outcome | CommandError]) -> ServiceResponse:
    """Return what became of a call; raise what went wrong where nobody would read it.

    One prop that fails raises its own error. Of several, the failures are raised together
    unless the caller asked for the response, which then tells them apart.
    """
    failures = {
        device_id: translated(call.hass, answer)
        for device_id, answer in answers.items()
        if isinstance(answer, CommandError)
    }
    if failures and len(answers) == 1:
        raise next(iter(failures.values()))
    if failures and not call.return_response:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="several_failed",
            translation_placeholders={
                "failed": str(len(failures)),
                "all": str(len(answers)),
                "errors": ". ".join(str(failure) for failure in failures.values()),
            },
        )
    if not call.return_response:
        return None
    return {
        "results": {
            device_id: _result(answer, failures.get(device_id))
            for device_id, answer in answers.items()
        }
    }


def _result(answer: Outcome | CommandError, failure: HomeAssistantError | None) -> dict[str, Any]:
    if isinstance(answer, CommandError):
        reason = answer.facts.get("reason") or str(answer.failure)
        return {"ok": False, "reason": reason, "message": str(failure)}
    return {"ok": True, "confirmed": answer.confirmed, "message": answer.message}
