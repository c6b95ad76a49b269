"""The step of a flow that asks about machines, when a workshop is made and later."""

from abc import abstractmethod
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryBaseFlow, ConfigFlowResult
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .const import (
    CONF_CARDS_DAYS,
    CONF_LEDGER_URL,
    CONF_MACHINE_PREFIX,
    CONF_PREFIXES,
    CONF_USES_DAYS,
    DEFAULT_CARDS_DAYS,
    DEFAULT_MACHINE_PREFIX,
    DEFAULT_USES_DAYS,
)
from .flow_checks import BROKER_ERRORS, check_ledger, check_machine_prefix
from .ledger_place import completed, hidden

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


class MachinesFlow(ConfigEntryBaseFlow):
    """Ask where machines speak, where their ledger is, and what it forgets when."""

    #: What was chosen so far: options of the workshop to be.
    _chosen: dict[str, Any]

    @property
    @abstractmethod
    def workshop(self) -> ConfigEntry | None:
        """Return the workshop that is changed, None where one is made."""

    @abstractmethod
    async def machines_chosen(self) -> ConfigFlowResult:
        """Go on with what was chosen."""

    async def async_step_machines(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take what there is to say about machines."""
        options = self.workshop.options if self.workshop else {}
        kept = options.get(CONF_LEDGER_URL, "")
        errors: dict[str, str] = {}
        facts: dict[str, str] = {}
        if user_input is not None:
            chosen, errors, facts = await self._read(user_input, kept)
            if not errors:
                self._chosen |= chosen
                return await self.machines_chosen()
        suggested = user_input or {**options, CONF_LEDGER_URL: hidden(kept)}
        return self.async_show_form(
            step_id="machines",
            data_schema=self.add_suggested_values_to_schema(_MACHINES, suggested),
            errors=errors,
            description_placeholders={"prefix": "", "workshop": ""} | facts,
        )

    async def _read(
        self, said: dict[str, Any], kept: str
    ) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
        """Return the options that a person means, what is wrong with them, and its facts."""
        chosen: dict[str, Any] = {CONF_MACHINE_PREFIX: said[CONF_MACHINE_PREFIX].strip().strip("/")}
        for key in (CONF_USES_DAYS, CONF_CARDS_DAYS):
            if not float(said[key]).is_integer():
                return chosen, {key: "whole_days"}, {}
            chosen[key] = int(said[key])
        prefix, prefixes = chosen[CONF_MACHINE_PREFIX], self._chosen[CONF_PREFIXES]
        error, facts = await check_machine_prefix(self.hass, prefix, prefixes, self.workshop)
        if error is not None:
            return chosen, {"base" if error in BROKER_ERRORS else CONF_MACHINE_PREFIX: error}, facts
        address = completed(said.get(CONF_LEDGER_URL, "").strip(), kept)
        if address is None:
            return chosen, {CONF_LEDGER_URL: "ledger_password"}, {}
        chosen[CONF_LEDGER_URL] = address
        if address and address != kept:
            error, facts = await check_ledger(self.hass, address, self.workshop)
            if error is not None:
                return chosen, {CONF_LEDGER_URL: error}, facts
        return chosen, {}, {}
