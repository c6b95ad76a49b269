"""Change a workshop's options: what it listens to, how patient it is, and its machines."""

import asyncio
import logging
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_MQTT,
    ConfigEntry,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from .const import (
    CONF_COMMAND_TIMEOUT,
    CONF_LEDGER_URL,
    CONF_MACHINES,
    CONF_PREFIXES,
    DEFAULT_COMMAND_TIMEOUT_S,
    DOMAIN,
)
from .flow_checks import BROKER_ERRORS, check_prefixes, tidy
from .flow_machines import MachinesFlow
from .ledger.copying import Held
from .ledger.errors import LedgerError
from .ledger_move import counted, move
from .ledger_place import address_in, make_folder, same_place
from .wire.topics import overlap

_LOGGER = logging.getLogger(__name__)

PREFIXES: Final = TextSelector(TextSelectorConfig(multiple=True))
_TIMEOUT: Final = NumberSelector(
    NumberSelectorConfig(
        min=1, max=60, step=0.5, unit_of_measurement="s", mode=NumberSelectorMode.BOX
    )
)
_COPY: Final = "copy"


class AtelierOptionsFlow(OptionsFlowWithReload, MachinesFlow):
    """Change what a workshop listens to and how patient it is, without a restart."""

    def __init__(self) -> None:
        """Begin with nothing chosen."""
        self._chosen = {}
        self._found = Held(machines=0, members=0, uses=0)
        self._moving: asyncio.Task[None] | None = None

    @property
    @override
    def workshop(self) -> ConfigEntry:
        return self.config_entry

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take prefixes and the time a command may take."""
        errors: dict[str, str] = {}
        facts: dict[str, str] = {}
        if user_input is not None:
            prefixes = tidy(user_input[CONF_PREFIXES])
            error, facts = await check_prefixes(self.hass, prefixes, self.config_entry)
            if error is None:
                withdraw_offers(self.hass, prefixes, self.flow_id)
                self._chosen = {**self.config_entry.options, **user_input, CONF_PREFIXES: prefixes}
                if user_input.get(CONF_MACHINES):
                    return await self.async_step_machines()
                return self.async_create_entry(data=self._chosen)
            errors["base" if error in BROKER_ERRORS else CONF_PREFIXES] = error
        schema = vol.Schema(
            {
                vol.Required(CONF_PREFIXES): PREFIXES,
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

    @override
    async def machines_chosen(self) -> ConfigFlowResult:
        """Ask what becomes of the ledger there is, where another place was given for it."""
        if not self.config_entry.options.get(CONF_MACHINES) or same_place(self._old, self._new):
            return self.async_create_entry(data=self._chosen)
        await self.hass.async_add_executor_job(make_folder, self.hass)
        before = await counted(self._old)
        self._found = await counted(self._new) or self._found
        if before is not None and before.nothing:
            return self.async_create_entry(data=self._chosen)
        if before is not None and self._found.nothing:
            return await self.async_step_move()
        return await self.async_step_adopt()

    async def async_step_move(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to bring along what the ledger holds, where the new place is empty."""
        if user_input is None:
            schema = vol.Schema({vol.Required(_COPY, default=True): BooleanSelector()})
            return self.async_show_form(step_id="move", data_schema=schema)
        if user_input[_COPY]:
            return await self.async_step_copying()
        return self.async_create_entry(data=self._chosen)

    async def async_step_adopt(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Tell that what is kept at the new place counts from now on."""
        if user_input is not None:
            return self.async_create_entry(data=self._chosen)
        counts = {name: str(getattr(self._found, name)) for name in ("machines", "members", "uses")}
        return self.async_show_form(step_id="adopt", description_placeholders=counts)

    async def async_step_copying(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Copy the ledger; a dialog that is closed meanwhile does not stop it half-way."""
        if self._moving is None:
            work = move(
                self.hass,
                self.config_entry,
                old=self._old,
                new=self._new,
                options=self._chosen,
                tell=self.async_update_progress,
            )
            self._moving = self.hass.async_create_task(work, "atelier moves a ledger")
        if not self._moving.done():
            return self.async_show_progress(
                step_id="copying",
                progress_action="copying",
                progress_task=self.hass.async_create_task(_outlast(self._moving)),
            )
        failed = self._moving.exception()
        if failed is None:
            return self.async_show_progress_done(next_step_id="moved")
        # Only the ledger's own errors are sure to hold no values.
        why = failed if isinstance(failed, LedgerError) else type(failed).__name__
        _LOGGER.warning("The ledger was not copied: %s", why)
        return self.async_show_progress_done(next_step_id="not_moved")

    async def async_step_moved(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """End: the workshop goes by its options already."""
        return self.async_create_entry(data=self._chosen)

    async def async_step_not_moved(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """End: everything is as it was."""
        return self.async_abort(reason="ledger_not_copied")

    @property
    def _old(self) -> str:
        return address_in(self.hass, self.config_entry)

    @property
    def _new(self) -> str:
        return address_in(self.hass, self.config_entry, self._chosen[CONF_LEDGER_URL])


async def _outlast(task: asyncio.Task[None]) -> None:
    """Wait for a task that goes on whoever stops waiting."""
    await asyncio.wait([task])


@callback
def withdraw_offers(hass: HomeAssistant, prefixes: list[str], own_flow_id: str) -> None:
    """Take back the offers of other flows to set up workshops for these prefixes."""
    for flow in hass.config_entries.flow.async_progress_by_handler(
        DOMAIN, match_context={"source": SOURCE_MQTT}
    ):
        prefix = flow["context"].get("title_placeholders", {}).get("prefix", "")
        if flow["flow_id"] != own_flow_id and any(overlap(prefix, one) for one in prefixes):
            hass.config_entries.flow.async_abort(flow["flow_id"])
