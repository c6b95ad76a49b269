"""What can be wrong with what people enter about a workshop: an error's key, and its facts."""

from typing import Final

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .const import CONF_MACHINE_PREFIX, CONF_MACHINES, CONF_PREFIXES, DEFAULT_MACHINE_PREFIX, DOMAIN
from .ledger.errors import LedgerError, LedgerUnavailable, Place
from .ledger.ledger import Ledger
from .ledger_place import is_address, keeper
from .probe import hears_itself
from .wire.topics import is_prefix, overlap

type Wrong = tuple[str | None, dict[str, str]]

#: Errors that are no field's fault.
BROKER_ERRORS: Final = ("cannot_connect", "not_heard")

_PREFIX_LIMIT: Final = 8
_PLACES: Final = {
    Place.AWAY: "ledger_unreachable",
    Place.ADDRESS: "ledger_address",
    Place.LOGIN: "ledger_login",
    Place.NO_DATABASE: "ledger_no_database",
    Place.NEWER: "ledger_newer",
}


def tidy(prefixes: list[str]) -> list[str]:
    """Return prefixes as topics are written, none of them twice."""
    return list(dict.fromkeys(prefix.strip().strip("/") for prefix in prefixes))


def taken(hass: HomeAssistant, prefixes: list[str], own: ConfigEntry | None) -> str | None:
    """Return the title of another workshop that listens to one of the prefixes."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if own is not None and entry.entry_id == own.entry_id:
            continue
        for theirs in _heard_by(entry):
            if any(overlap(theirs, prefix) for prefix in prefixes):
                return entry.title
    return None


async def check_prefixes(
    hass: HomeAssistant, prefixes: list[str], own: ConfigEntry | None
) -> Wrong:
    """Return what is wrong with prefixes."""
    for prefix in prefixes:
        if not is_prefix(prefix):
            return "bad_prefix", {"prefix": prefix[:64]}
        if any(other != prefix and overlap(other, prefix) for other in prefixes):
            return "prefixes_overlap", {"prefix": prefix}
    if not 0 < len(prefixes) <= _PREFIX_LIMIT:
        return "how_many_prefixes", {}
    if (title := taken(hass, prefixes, own)) is not None:
        return "prefix_taken", {"workshop": title}
    return await _check_broker(hass, prefixes)


def clashing(entry: ConfigEntry, prefixes: list[str]) -> str | None:
    """Return the prefix of a workshop's own machines, where one of the prefixes has its branch."""
    own = _machine_prefix(entry)
    return own if own and any(overlap(own, prefix) for prefix in prefixes) else None


async def check_machine_prefix(
    hass: HomeAssistant, prefix: str, prefixes: list[str], own: ConfigEntry | None
) -> Wrong:
    """Return what is wrong with the prefix of the machines."""
    if not is_prefix(prefix) or "/" in prefix:
        return "bad_machine_prefix", {"prefix": prefix[:64]}
    if any(overlap(other, prefix) for other in prefixes):
        return "prefixes_overlap", {"prefix": prefix}
    if (title := taken(hass, [prefix], own)) is not None:
        return "prefix_taken", {"workshop": title}
    return await _check_broker(hass, [prefix])


async def check_ledger(hass: HomeAssistant, address: str, own: ConfigEntry | None) -> Wrong:
    """Return why no ledger can be kept at an address; an empty database gets its tables."""
    if not is_address(address):
        return "ledger_address", {}
    if (title := keeper(hass, address, own)) is not None:
        return "ledger_taken", {"workshop": title}
    try:
        ledger = await Ledger.open(address)
    except LedgerUnavailable as error:
        return _PLACES[error.place], {}
    except LedgerError:
        return "ledger_foreign", {}
    await ledger.close()
    return None, {}


async def _check_broker(hass: HomeAssistant, prefixes: list[str]) -> Wrong:
    """Return whether devices would be heard under the prefixes."""
    if not mqtt.is_connected(hass):
        return "cannot_connect", {}
    for prefix in prefixes:
        if not await hears_itself(hass, prefix):
            return "not_heard", {"prefix": prefix}
    return None, {}


def _heard_by(entry: ConfigEntry) -> list[str]:
    """Return the prefixes that a workshop listens to."""
    prefixes = list(entry.options.get(CONF_PREFIXES, ()))
    if machine_prefix := _machine_prefix(entry):
        prefixes.append(machine_prefix)
    return prefixes


def _machine_prefix(entry: ConfigEntry) -> str | None:
    """Return the prefix under which a workshop hears machines, if it has any."""
    if not entry.options.get(CONF_MACHINES):
        return None
    prefix: str = entry.options.get(CONF_MACHINE_PREFIX, DEFAULT_MACHINE_PREFIX)
    return prefix
