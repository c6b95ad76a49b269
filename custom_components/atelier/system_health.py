"""Tell Home Assistant's system page how the workshops are."""

from typing import Any

from homeassistant.components import mqtt, system_health
from homeassistant.core import HomeAssistant, callback

from .data import loaded_workshops
from .forge.kind import loaded_forges


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register what is shown."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    workshops = [entry.runtime_data for entry in loaded_workshops(hass)]
    forges = [entry.runtime_data for entry in loaded_forges(hass)]
    props = [prop for workshop in workshops for prop in workshop.roster.props.values()]
    makerspaces = [one for workshop in workshops if (one := workshop.makerspace) is not None]
    return {
        "broker_connected": bool(workshops) and mqtt.is_connected(hass),
        "workshops": len(workshops),
        "props": len(props),
        "props_online": sum(prop.available for prop in props),
        "messages_received": sum(workshop.bus.received.total() for workshop in workshops),
        "messages_rejected": sum(workshop.bus.rejected.total() for workshop in workshops),
        "machines": sum(len(makerspace.devices) for makerspace in makerspaces),
        "boards_online": sum(
            makerspace.status(number).online
            for makerspace in makerspaces
            for number in makerspace.devices
        ),
        "ledgers_reachable": sum(makerspace.ledger_up for makerspace in makerspaces),
        "forges": len(forges),
        "forges_reachable": sum(forge.up for forge in forges),
    }
