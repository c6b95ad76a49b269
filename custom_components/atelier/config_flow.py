"""Set up a workshop: by hand, or because a prop was heard. Or a Forge."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components import mqtt
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import BooleanSelector, TextSelector
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import voluptuous as vol

from .const import (
    CONF_COMMAND_TIMEOUT,
    CONF_MACHINES,
    CONF_PREFIXES,
    DEFAULT_COMMAND_TIMEOUT_S,
    DEFAULT_PREFIXES,
    DOMAIN,
)
from .flow_checks import BROKER_ERRORS, check_prefixes, clashing, taken, tidy
from .flow_forge import ForgeFlow
from .flow_machines import MachinesFlow
from .flow_options import PREFIXES, AtelierOptionsFlow, withdraw_offers
from .forge.kind import is_forge
from .wire.info import parse_info
from .wire.reference import first_info
from .wire.rejection import Rejection
from .wire.topics import RESERVED_IDS, Channel, split

_NAME_LIMIT: Final = 64
_DEFAULT_NAME: Final = "Workshop"


class AtelierConfigFlow(ForgeFlow, MachinesFlow, domain=DOMAIN):
    """Make a workshop of a name and the prefixes under which its devices speak, or a Forge."""

    VERSION = 1

    _discovered: str = ""
    _prefix: str = ""
    _name: str = _DEFAULT_NAME

    @property
    @override
    def workshop(self) -> ConfigEntry | None:
        return None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> AtelierOptionsFlow:
        """Return the flow that changes a workshop's options."""
        return AtelierOptionsFlow()

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        return not is_forge(config_entry)

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what to set up."""
        return self.async_show_menu(step_id="user", menu_options=["workshop", "forge"])

    async def async_step_workshop(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take name and prefixes, and prove that devices would be heard under them."""
        return await self._ask("workshop", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change name and prefixes of a workshop, or address and token of a Forge."""
        if is_forge(self._get_reconfigure_entry()):
            return await self.async_step_reconfigure_forge()
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
        if taken(self.hass, [prefix], None):
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
        free = [prefix for prefix in DEFAULT_PREFIXES if not taken(self.hass, [prefix], None)]
        prefixes = list(dict.fromkeys([self._prefix, *free]))
        error, facts = await check_prefixes(self.hass, prefixes, None)
        if error:
            return self.async_show_form(
                step_id="discovery_confirm",
                errors={"base": error},
                description_placeholders=placeholders | facts,
            )
        return self._create(prefixes)

    async def _ask(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        entry = self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None
        errors: dict[str, str] = {}
        facts: dict[str, str] = {}
        if user_input is not None:
            if not await mqtt.async_wait_for_mqtt_client(self.hass):
                return self.async_abort(reason="mqtt_not_set_up")
            name = user_input[CONF_NAME].strip()
            prefixes = tidy(user_input[CONF_PREFIXES])
            error, facts = await check_prefixes(self.hass, prefixes, entry)
            if not name or len(name) > _NAME_LIMIT:
                errors[CONF_NAME] = "bad_name"
            elif error:
                errors["base" if error in BROKER_ERRORS else CONF_PREFIXES] = error
            elif entry is not None and (own := clashing(entry, prefixes)):
                errors[CONF_PREFIXES], facts = "prefixes_overlap", {"prefix": own}
            elif entry is not None:
                withdraw_offers(self.hass, prefixes, self.flow_id)
                return self.async_update_reload_and_abort(
                    entry, title=name, options={**entry.options, CONF_PREFIXES: prefixes}
                )
            else:
                self._name = name
                if not user_input[CONF_MACHINES]:
                    return self._create(prefixes)
                self._chosen = {CONF_PREFIXES: prefixes, CONF_MACHINES: True}
                return await self.async_step_machines()
        suggested: Mapping[str, Any] = user_input or {
            CONF_NAME: entry.title if entry else _DEFAULT_NAME,
            CONF_PREFIXES: (
                entry.options[CONF_PREFIXES]
                if entry
                else [prefix for prefix in DEFAULT_PREFIXES if not taken(self.hass, [prefix], None)]
            ),
        }
        fields: dict[Any, Any] = {
            vol.Required(CONF_NAME): TextSelector(),
            vol.Required(CONF_PREFIXES): PREFIXES,
        }
        if entry is None:
            fields[vol.Required(CONF_MACHINES, default=False)] = BooleanSelector()
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(vol.Schema(fields), suggested),
            errors=errors,
            description_placeholders={"prefix": "", "workshop": ""} | facts,
        )

    @override
    async def machines_chosen(self) -> ConfigFlowResult:
        return self._create(self._chosen[CONF_PREFIXES], self._chosen)

    def _create(
        self, prefixes: list[str], machines: Mapping[str, Any] | None = None
    ) -> ConfigFlowResult:
        withdraw_offers(self.hass, prefixes, self.flow_id)
        patience = {CONF_COMMAND_TIMEOUT: DEFAULT_COMMAND_TIMEOUT_S}
        return self.async_create_entry(
            title=self._name,
            data={},
            options={CONF_PREFIXES: prefixes, **patience, **(machines or {})},
        )
