"""What a person can hand to somebody who helps, without handing over secrets."""

from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import AnyDeviceEntry

from .const import DOMAIN
from .data import AtelierConfigEntry, Workshop
from .props.prop import Prop

#: Chips' ids and addresses in the house are nobody else's business.
_REDACTED: Final = {"address", "serial"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: AtelierConfigEntry
) -> dict[str, Any]:
    """Return a workshop's traffic, and what it knows of its props."""
    workshop = entry.runtime_data
    return {
        "options": dict(entry.options),
        "connected": workshop.connected,
        "received": dict(workshop.bus.received),
        "rejected": _rejected(workshop),
        "entities": dict(workshop.entity_count),
        "props": [_prop(prop) for prop in workshop.roster.props.values()],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: AtelierConfigEntry, device: AnyDeviceEntry
) -> dict[str, Any]:
    """Return what is known of one prop."""
    workshop = entry.runtime_data
    keys = {key for domain, key in device.identifiers if domain == DOMAIN}
    props = [workshop.roster.props[key] for key in keys if key in workshop.roster.props]
    return {
        "props": [
            _prop(prop) | {"telemetry": prop.telemetry.current, "settings": prop.settings.current}
            for prop in props
        ],
        "rejected": {
            source: kinds for source, kinds in _rejected(workshop).items() if source in keys
        },
    }


def _rejected(workshop: Workshop) -> dict[str, dict[str, int]]:
    sorted_out: dict[str, dict[str, int]] = {}
    for (source, kind), count in workshop.bus.rejected.items():
        sorted_out.setdefault(source, {})[str(kind)] = count
    return sorted_out


def _prop(prop: Prop) -> dict[str, Any]:
    return {
        "id": prop.key,
        "online": prop.online,
        "state": prop.state,
        "error": prop.error,
        "info": async_redact_data(prop.parsed.raw(), _REDACTED),
    }
