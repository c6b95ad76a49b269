"""The commands on what a workshop forgets, and when."""

from typing import Any, Final

import voluptuous as vol

from ..const import CONF_CARDS_DAYS, CONF_USES_DAYS, DEFAULT_CARDS_DAYS, DEFAULT_USES_DAYS
from ..machine_actions.upkeep import DAYS
from .command import Call, Command


async def _settings(call: Call) -> dict[str, Any]:
    """Return how a workshop with machines is set."""
    options = call.entry.options
    return {
        CONF_USES_DAYS: options.get(CONF_USES_DAYS, DEFAULT_USES_DAYS),
        CONF_CARDS_DAYS: options.get(CONF_CARDS_DAYS, DEFAULT_CARDS_DAYS),
        "machine_prefix": call.makerspace.prefix,
        "ledger": call.makerspace.ledger_kind,
    }


async def _set(call: Call) -> dict[str, Any]:
    """Change for how many days is remembered; it counts from the next time that is forgotten."""
    call.hass.config_entries.async_update_entry(
        call.entry, options={**call.entry.options, **call.data}
    )
    return await _settings(call)


COMMANDS: Final = (
    Command(name="atelier/settings", act=_settings, fields={}),
    Command(
        name="atelier/settings/set",
        act=_set,
        fields={vol.Required(CONF_USES_DAYS): DAYS, vol.Required(CONF_CARDS_DAYS): DAYS},
    ),
)
