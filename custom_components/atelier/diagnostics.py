"""What a person can hand to somebody who helps, without handing over secrets."""

from collections import Counter
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import AnyDeviceEntry

from .const import CONF_LEDGER_URL, DOMAIN
from .data import AtelierConfigEntry, Workshop
from .forge.coordinator import ForgeConfigEntry
from .forge.diagnostics import forge_diagnostics
from .forge.kind import is_forge
from .makerspace import Makerspace
from .props.prop import Prop

#: Chips' ids and addresses in the house are nobody else's business.
_REDACTED: Final = {"address", "serial"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: AtelierConfigEntry | ForgeConfigEntry
) -> dict[str, Any]:
    """Return a workshop's traffic, and what it knows of its props. Or how a Forge stands."""
    if is_forge(entry):
        return forge_diagnostics(entry.runtime_data)
    workshop = entry.runtime_data
    return {
        "options": async_redact_data(dict(entry.options), {CONF_LEDGER_URL}),
        "connected": workshop.connected,
        "received": dict(workshop.bus.received),
        "rejected": _rejected(workshop),
        "entities": dict(workshop.entity_count),
        "props": [_prop(prop) for prop in workshop.roster.props.values()],
    } | ({"makerspace": _makerspace(workshop.makerspace)} if workshop.makerspace else {})


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: AtelierConfigEntry | ForgeConfigEntry, device: AnyDeviceEntry
) -> dict[str, Any]:
    """Return what is known of one prop, or of the Forge that a device belongs to."""
    if is_forge(entry):
        return forge_diagnostics(entry.runtime_data)
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
    } | _machines(workshop, keys)


def _machines(workshop: Workshop, keys: set[str]) -> dict[str, Any]:
    """Return what is known of the machines among some devices."""
    makerspace = workshop.makerspace
    if makerspace is None:
        return {}
    return {
        "machines": [
            _machine(makerspace, number)
            for number in makerspace.devices
            if makerspace.device_key(number) in keys
        ]
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


def _makerspace(makerspace: Makerspace) -> dict[str, Any]:
    """Return how many there are of what; nothing that names anybody."""
    facts = makerspace.desk.facts
    rejected: Counter[str] = Counter()
    for (_, kind), count in makerspace.lanes.rejected.items():
        rejected[str(kind)] += count
    return {
        "ledger": makerspace.ledger_kind,
        "ledger_up": makerspace.ledger_up,
        "members": len(facts.members),
        "cards": sum(len(member.cards) for member in facts.members.values()),
        "roles": len(facts.roles),
        "types": len(facts.types),
        "permissions": len(facts.permissions),
        "trainings": len(facts.trainings),
        "plans": len(facts.plans),
        "unknown_boards": sorted(makerspace.desk.strangers),
        "rejected": dict(rejected),
        "dropped": dict(makerspace.lanes.dropped),
        "machines": [_machine(makerspace, number) for number in makerspace.devices],
    }


def _machine(makerspace: Makerspace, number: int) -> dict[str, Any]:
    """Return how a machine is, but for who is at it."""
    status = makerspace.status(number)
    board = makerspace.desk.facts.boards.get(number)
    return {
        "number": number,
        "state": status.state,
        "online": status.online,
        "in_use": status.since is not None,
        "hours": round(status.hours, 3),
        "hours_to_care": status.hours_to_care,
        "due": len(status.due),
        "board": board.firmware if board else None,
        "heap": board.heap if board else None,
        "listed_cards": makerspace.lists.held(number),
    }
