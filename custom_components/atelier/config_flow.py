"""Set up a workshop: by hand, or because a prop was heard."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components import mqtt
from homeassistant.config_entries import (
    SOURCE_MQTT,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import voluptuous as vol

from .const import (
    CONF_CARDS_DAYS,
    CONF_COMMAND_TIMEOUT,
    CONF_LEDGER_URL,
    CONF_MACHINE_PREFIX,
    CONF_MACHINES,
    CONF_PREFIXES,
    CONF_USES_DAYS,
    DEFAULT_CARDS_DAYS,
    DEFAULT_COMMAND_TIMEOUT_S,
    DEFAULT_MACHINE_PREFIX,
    DEFAULT_PREFIXES,
    DEFAULT_USES_DAYS,
    DOMAIN,
)
from .ledger.errors import LedgerError
from .ledger.ledger import Ledger
from .probe import hears_itself
from .wire.info import parse_info
from .wire.reference import first_info
from .wire.rejection import Rejection
from .wire.topics import RESERVED_IDS, Channel, is_prefix, overlap, split

_PREFIX_LIMIT: Final = 8
_NAME_LIMIT: Final = 64
_DEFAULT_NAME: Final = "Workshop"

_PREFIXES: Final = TextSelector(TextSelectorConfig(multiple=True))
_TIMEOUT: Final = NumberSelector(
    NumberSelectorConfig(
        min=1, max=60, step=0.5, unit_of_measurement="s", mode=NumberSelectorMode.BOX
    )
)
_DAYS: Final = NumberSelector(
    NumberSelectorConfig(
        min=1, max=36_500, step=1, unit_of_measurement="d", mode=NumberSelectorMode.BOX
    )
)
_MACHINES: Final = vol.Schema(
    {
        vol.Required(CONF_MACHINE_PREFIX, default=DEFAULT_MACHINE_PREFIX): TextSelector(),
        vol.Optional(CONF_LEDGER_URL): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD)
        ),
        vol.Required(CONF_USES_DAYS, default=DEFAULT_USES_DAYS): _DAYS,
        vol.Required(CONF_CARDS_DAYS, default=DEFAULT_CARDS_DAYS): _DAYS,
    }
)


class AtelierConfigFlow(ConfigFlow, domain=DOMAIN):
    """Make a workshop of a name and the prefixes under which its devices speak."""

    VERSION = 1

    _discovered: str = ""
    _prefix: str = ""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> AtelierOptionsFlow:
        """Return the flow that changes a workshop's options."""
        return AtelierOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take name and prefixes, and prove that devices would be heard under them."""
        return await self._ask("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change name and prefixes of a workshop."""
        return await self._ask("reconfigure", user_input)

    @override
    async def async_step_mqtt(self, discovery_info: MqttServiceInfo) -> ConfigFlowResult:
        """Offer a workshop because a prop announced itself."""
        prefix = discovery_info.subscribed_topic.split("/+/")[0]
        try:
            device_id, channel = split(discovery_info.topic, prefix)
            payload = discovery_info.payload
            encoded = payload.encode() if isinstance(payload, str) else bytes(payload)
            if not encoded or device_id in RESERVED_IDS:
                return self.async_abort(reason="not_a_prop")
            described = first_info(device_id)
            name = parse_info(encoded).info.name if channel == Channel.INFO else described["name"]
        except Rejection:
            return self.async_abort(reason="not_a_prop")
        if _taken(self.hass, [prefix], None):
            return self.async_abort(reason="already_configured")
        await self.async_set_unique_id(DOMAIN)
        self._abort_if_unique_id_configured()
        self._prefix, self._discovered = prefix, name
        self.context["title_placeholders"] = {"name": name, "prefix": prefix}
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Make the workshop when a person agrees."""
        placeholders = {"prop": self._discovered, "prefix": self._prefix}
        if user_input is None:
            self._set_confirm_only()
            return self.async_show_form(
                step_id="discovery_confirm", description_placeholders=placeholders
            )
        free = [prefix for prefix in DEFAULT_PREFIXES if not _taken(self.hass, [prefix], None)]
        prefixes = list(dict.fromkeys([self._prefix, *free]))
        error, facts = await _check(self.hass, prefixes, None)
        if error:
            return self.async_show_form(
                step_id="discovery_confirm",
                errors={"base": error},
                description_placeholders=placeholders | facts,
            )
        return self._create(_DEFAULT_NAME, prefixes)

    async def _ask(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        entry = self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None
        errors: dict[str, str] = {}
        facts: dict[str, str] = {}
        if user_input is not None:
            if not await mqtt.async_wait_for_mqtt_client(self.hass):
                return self.async_abort(reason="mqtt_not_set_up")
            name = user_input[CONF_NAME].strip()
            prefixes = _tidy(user_input[CONF_PREFIXES])
            error, facts = await _check(self.hass, prefixes, entry)
            if not name or len(name) > _NAME_LIMIT:
                errors[CONF_NAME] = "bad_name"
            elif error:
                errors["base" if error in _BROKER_ERRORS else CONF_PREFIXES] = error
            elif entry is not None:
                _withdraw_offers(self.hass, prefixes, self.flow_id)
                return self.async_update_reload_and_abort(
                    entry, title=name, options={**entry.options, CONF_PREFIXES: prefixes}
                )
            else:
                return self._create(name, prefixes)
        suggested: Mapping[str, Any] = user_input or {
            CONF_NAME: entry.title if entry else _DEFAULT_NAME,
            CONF_PREFIXES: (
                entry.options[CONF_PREFIXES]
                if entry
                else [
                    prefix for prefix in DEFAULT_PREFIXES if not _taken(self.hass, [prefix], None)
                ]
            ),
        }
        schema = vol.Schema(
            {vol.Required(CONF_NAME): TextSelector(), vol.Required(CONF_PREFIXES): _PREFIXES}
        )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={"prefix": "", "workshop": ""} | facts,
        )

    def _create(self, name: str, prefixes: list[str]) -> ConfigFlowResult:
        _withdraw_offers(self.hass, prefixes, self.flow_id)
        return self.async_create_entry(
            title=name,
            data={},
            options={
                CONF_PREFIXES: prefixes,
                CONF_COMMAND_TIMEOUT: DEFAULT_COMMAND_TIMEOUT_S,
            },
        )


class AtelierOptionsFlow(OptionsFlowWithReload):
    """Change what a workshop listens to and how patient it is, without a restart."""

    def __init__(self) -> None:
        """Begin with nothing chosen."""
        self._chosen: dict[str, Any] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take prefixes and the time a command may take."""
        errors: dict[str, str] = {}
        facts: dict[str, str] = {}
        if user_input is not None:
            prefixes = _tidy(user_input[CONF_PREFIXES])
            error, facts = await _check(self.hass, prefixes, self.config_entry)
            if error is None:
                _withdraw_offers(self.hass, prefixes, self.flow_id)
                self._chosen = {**self.config_entry.options, **user_input, CONF_PREFIXES: prefixes}
                if user_input.get(CONF_MACHINES):
                    return await self.async_step_machines()
                return self.async_create_entry(data=self._chosen)
            errors["base" if error in _BROKER_ERRORS else CONF_PREFIXES] = error
        schema = vol.Schema(
            {
                vol.Required(CONF_PREFIXES): _PREFIXES,
                vol.Required(CONF_COMMAND_TIMEOUT, default=DEFAULT_COMMAND_TIMEOUT_S): _TIMEOUT,
                vol.Required(CONF_MACHINES, default=False): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders={"prefix": "", "workshop": ""} | facts,
        )

    async def async_step_machines(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take where machines speak, where their ledger is and what it forgets when."""
        errors: dict[str, str] = {}
        facts: dict[str, str] = {}
        if user_input is not None:
            prefix = user_input[CONF_MACHINE_PREFIX].strip().strip("/")
            url = user_input.get(CONF_LEDGER_URL, "").strip()
            days = {key: int(user_input[key]) for key in (CONF_USES_DAYS, CONF_CARDS_DAYS)}
            prefixes = self._chosen[CONF_PREFIXES]
            error, facts = await _check_machines(self.hass, prefix, prefixes, self.config_entry)
            if error is not None:
                errors["base" if error in _BROKER_ERRORS else CONF_MACHINE_PREFIX] = error
            elif url and not await _opens(url):
                errors[CONF_LEDGER_URL] = "ledger_unreachable"
            else:
                chosen = {CONF_MACHINE_PREFIX: prefix, CONF_LEDGER_URL: url, **days}
                return self.async_create_entry(data=self._chosen | chosen)
        return self.async_show_form(
            step_id="machines",
            data_schema=self.add_suggested_values_to_schema(
                _MACHINES, user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders={"prefix": "", "workshop": ""} | facts,
        )


@callback
def _withdraw_offers(hass: HomeAssistant, prefixes: list[str], own_flow_id: str) -> None:
    """Take back the offers of other flows to set up workshops for these prefixes."""
    for flow in hass.config_entries.flow.async_progress_by_handler(
        DOMAIN, match_context={"source": SOURCE_MQTT}
    ):
        prefix = flow["context"].get("title_placeholders", {}).get("prefix", "")
        if flow["flow_id"] != own_flow_id and any(overlap(prefix, one) for one in prefixes):
            hass.config_entries.flow.async_abort(flow["flow_id"])


_BROKER_ERRORS: Final = ("cannot_connect", "not_heard")


def _tidy(prefixes: list[str]) -> list[str]:
    return list(dict.fromkeys(prefix.strip().strip("/") for prefix in prefixes))


def _taken(hass: HomeAssistant, prefixes: list[str], own: ConfigEntry | None) -> str | None:
    """Return the title of another workshop that listens to one of the prefixes."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if own is not None and entry.entry_id == own.entry_id:
            continue
        for theirs in _heard_by(entry):
            if any(overlap(theirs, prefix) for prefix in prefixes):
                return entry.title
    return None


def _heard_by(entry: ConfigEntry) -> list[str]:
    """Return the prefixes that a workshop listens to."""
    prefixes = list(entry.options.get(CONF_PREFIXES, ()))
    if entry.options.get(CONF_MACHINES):
        prefixes.append(entry.options.get(CONF_MACHINE_PREFIX, DEFAULT_MACHINE_PREFIX))
    return prefixes


async def _opens(url: str) -> bool:
    """Tell whether a ledger can be kept at an address; an empty one gets its tables."""
    try:
        ledger = await Ledger.open(url)
    except LedgerError:
        return False
    await ledger.close()
    return True


async def _check_machines(
    hass: HomeAssistant, prefix: str, prefixes: list[str], own: ConfigEntry
) -> tuple[str | None, dict[str, str]]:
    """Return what is wrong with the prefix of the machines."""
    if not is_prefix(prefix) or "/" in prefix:
        return "bad_machine_prefix", {"prefix": prefix[:64]}
    if any(overlap(other, prefix) for other in prefixes):
        return "prefixes_overlap", {"prefix": prefix}
    if (title := _taken(hass, [prefix], own)) is not None:
        return "prefix_taken", {"workshop": title}
    return await _check_broker(hass, [prefix])


async def _check(
    hass: HomeAssistant, prefixes: list[str], own: ConfigEntry | None
) -> tuple[str | None, dict[str, str]]:
    """Return what is wrong with prefixes, and the facts of the sentence that says so."""
    for prefix in prefixes:
        if not is_prefix(prefix):
            return "bad_prefix", {"prefix": prefix[:64]}
        if any(other != prefix and overlap(other, prefix) for other in prefixes):
            return "prefixes_overlap", {"prefix": prefix}
    if not 0 < len(prefixes) <= _PREFIX_LIMIT:
        return "how_many_prefixes", {}
    if (title := _taken(hass, prefixes, own)) is not None:
        return "prefix_taken", {"workshop": title}
    return await _check_broker(hass, prefixes)


async def _check_broker(
    hass: HomeAssistant, prefixes: list[str]
) -> tuple[str | None, dict[str, str]]:
    """Return whether devices would be heard under the prefixes."""
    if not mqtt.is_connected(hass):
        return "cannot_connect", {}
    for prefix in prefixes:
        if not await hears_itself(hass, prefix):
            return "not_heard", {"prefix": prefix}
    return None, {}
