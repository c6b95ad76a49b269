"""Tell the two kinds of config entries apart."""

from typing import Any, TypeIs

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from .coordinator import ForgeConfigEntry


def is_forge(entry: ConfigEntry[Any]) -> TypeIs[ForgeConfigEntry]:
    """Tell whether an entry is a Forge's; all others are workshops."""
    return CONF_URL in entry.data


def loaded_forges(hass: HomeAssistant) -> list[ForgeConfigEntry]:
    """Return the entries of the Forges that are loaded."""
    entries: list[ConfigEntry[Any]] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry for entry in entries if is_forge(entry)]
