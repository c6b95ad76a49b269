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

#: Only where there are machines: others need not see Home Assistant's to-do lists.
MACHINE_PLATFORMS: Final = (Platform.TODO,)

CONF_PREFIXES: Final = "prefixes"
CONF_COMMAND_TIMEOUT: Final = "command_timeout"
CONF_MACHINES: Final = "machines"
CONF_MACHINE_PREFIX: Final = "machine_prefix"
CONF_LEDGER_URL: Final = "ledger_url"
CONF_USES_DAYS: Final = "uses_days"
CONF_CARDS_DAYS: Final = "cards_days"

DEFAULT_PREFIXES: Final = ("props", "halloween")
DEFAULT_COMMAND_TIMEOUT_S: Final = 5.0
DEFAULT_MACHINE_PREFIX: Final = "machine"
DEFAULT_USES_DAYS: Final = 365
DEFAULT_CARDS_DAYS: Final = 30

#: Fired for what happened at a prop; the logbook tells it in words.
EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"

#: How the audit trail names automations and scripts, which no user stands behind.
AUTOMATION: Final = "automation"
