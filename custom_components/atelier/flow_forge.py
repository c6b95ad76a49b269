"""Set up a Forge: by its address, or because the Supervisor told of it."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_TOKEN, CONF_URL
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
import voluptuous as vol

from .forge.client import Client, address
from .forge.errors import ForgeError, NoForge, TokenRefused

_TITLE: Final = "Forge"
_URL: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
_TOKEN: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_ADDRESS: Final = vol.Schema({vol.Required(CONF_URL): _URL, vol.Required(CONF_TOKEN): _TOKEN})


class ForgeFlow(ConfigFlow):
    """Make an entry of a Forge's address and its token, which are tried first."""

    _found: Mapping[str, str] = {}
    _name: str = _TITLE

    async def async_step_forge(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take address and token."""
        errors: dict[str, str] = {}
        if user_input is not None:
            given, errors = await self._try(user_input[CONF_URL], user_input[CONF_TOKEN])
            if not errors:
                self._async_abort_entries_match({CONF_URL: given[CONF_URL]})
                return self.async_create_entry(title=_TITLE, data=given)
        return self._form("forge", _ADDRESS, errors, user_input)

    @override
    async def async_step_hassio(self, discovery_info: HassioServiceInfo) -> ConfigFlowResult:
        """Offer the Forge that runs as an app, or take over its new address or token."""
        said = discovery_info.config
        url = address(f"http://{said.get('host')}:{said.get('port')}")
        token = said.get("token")
        if url is None or not isinstance(token, str) or not token:
            return self.async_abort(reason="not_a_forge")
        self._found = {CONF_URL: url, CONF_TOKEN: token}
        self._name = discovery_info.name
        await self.async_set_unique_id(f"forge_{discovery_info.slug}")
        self._abort_if_unique_id_configured(updates=dict(self._found))
        self._async_abort_entries_match({CONF_URL: url})
        self.context["title_placeholders"] = {"name": discovery_info.name}
        return await self.async_step_hassio_confirm()

    async def async_step_hassio_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Make the entry when a person agrees."""
        errors: dict[str, str] = {}
        if user_input is not None:
            given, errors = await self._try(self._found[CONF_URL], self._found[CONF_TOKEN])
            if not errors:
                return self.async_create_entry(title=self._name, data=given)
        self._set_confirm_only()
        return self.async_show_form(
            step_id="hassio_confirm",
            errors={"base": next(iter(errors.values()))} if errors else {},
            description_placeholders={"name": self._name},
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin where the Forge refused its token."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the token that the Forge has now."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            given, errors = await self._try(entry.data[CONF_URL], user_input[CONF_TOKEN])
            if not errors:
                return self.async_update_reload_and_abort(entry, data_updates=given)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=vol.Schema({vol.Required(CONF_TOKEN): _TOKEN}),
            errors=errors,
            description_placeholders={"name": entry.title, "url": entry.data[CONF_URL]},
        )

    async def async_step_reconfigure_forge(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change address and token."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            given, errors = await self._try(user_input[CONF_URL], user_input[CONF_TOKEN])
            others = [
                other
                for other in self._async_current_entries()
                if other.entry_id != entry.entry_id
                and other.data.get(CONF_URL) == given.get(CONF_URL)
            ]
            if not errors and others:
                return self.async_abort(reason="already_configured")
            if not errors:
                return self.async_update_reload_and_abort(entry, data_updates=given)
        shown = user_input or {CONF_URL: entry.data[CONF_URL]}
        return self._form("reconfigure_forge", _ADDRESS, errors, shown)

    def _form(
        self,
        step: str,
        fields: vol.Schema,
        errors: dict[str, str],
        suggested: Mapping[str, Any] | None,
    ) -> ConfigFlowResult:
        """Show a form; a token is never sent back to the browser."""
        shown = {key: value for key, value in (suggested or {}).items() if key != CONF_TOKEN}
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(fields, shown),
            errors=errors,
        )

    async def _try(self, url: str, token: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return what is to be kept of address and token, and what is wrong with them."""
        given = address(url)
        if given is None:
            return {}, {CONF_URL: "forge_address"}
        token = token.strip()
        if not token.isascii() or not token.isprintable():
            return {}, {CONF_TOKEN: "forge_token"}
        try:
            await Client(async_get_clientsession(self.hass), given, token).version()
        except TokenRefused:
            return {}, {CONF_TOKEN: "forge_token"}
        except NoForge:
            return {}, {CONF_URL: "no_forge"}
        except ForgeError:
            return {}, {CONF_URL: "forge_unreachable"}
        return {CONF_URL: given, CONF_TOKEN: token}, {}
