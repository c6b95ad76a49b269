"""Tell in the logbook, in words, what happened at the props."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN, EVENT_ACTIVITY

#: Sentences by language and type of event.
_SENTENCES: Final = {
    "en": {
        "activated": "was activated",
        "finished": "finished",
        "refused": "refused",
        "faulted": "reported a fault",
        "booted": "started",
        "motion": "saw motion",
    },
    "it": {
        "activated": "si è attivato",
        "finished": "ha finito",
        "refused": "ha rifiutato",
        "faulted": "ha segnalato un guasto",
        "booted": "si è avviato",
        "motion": "ha visto un movimento",
    },
}
#: What is told of the types that bundles add.
_OTHERS: Final = {"en": "reported “{}”", "it": "ha segnalato «{}»"}
#: Attributes that say why or by what, most telling first.
_WHY: Final = ("action", "reason", "source", "message")


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Describe the events of the props."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        language = hass.config.language.split("-")[0]
        language = language if language in _SENTENCES else "en"
        data = event.data
        device = dr.async_get(hass).async_get(str(data.get("device_id")))
        name = (device.name_by_user or device.name) if device else None
        kind = str(data.get("type"))
        message = _SENTENCES[language].get(kind) or _OTHERS[language].format(kind)
        why = ", ".join(str(data[key]) for key in _WHY if data.get(key))
        if why:
            message += f" ({why})"
        return {
            LOGBOOK_ENTRY_NAME: name or str(data.get("prop")),
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ICON: "mdi:drama-masks",
        }

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
