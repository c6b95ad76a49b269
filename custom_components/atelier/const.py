"""Names that more than one room uses."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "atelier"

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.MEDIA_PLAYER,
    Platform.NUMBER,
    Platform.SCENE,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.UPDATE,
)

CONF_PREFIXES: Final = "prefixes"
CONF_COMMAND_TIMEOUT: Final = "command_timeout"

DEFAULT_PREFIXES: Final = ("props", "halloween")
DEFAULT_COMMAND_TIMEOUT_S: Final = 5.0

#: Fired for what happened at a prop; the logbook tells it in words.
EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"
