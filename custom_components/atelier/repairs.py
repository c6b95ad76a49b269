"""Mend what can be mended with a click."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import voluptuous as vol

from .data import Workshop
from .wire.topics import Channel


class _Confirm(RepairsFlow):
    """Ask once, then mend."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._facts = data

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Mend when a person agrees."""
        errors: dict[str, str] = {}
        if user_input is not None:
            workshop = self._workshop()
            if workshop is None:
                return self.async_abort(reason="not_loaded")
            try:
                await self.mend(workshop)
            except ConnectionError:
                errors["base"] = "cannot_connect"
            else:
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders={key: str(value) for key, value in self._facts.items()},
        )

    def _workshop(self) -> Workshop | None:
        entry = self.hass.config_entries.async_get_entry(self._facts["entry_id"])
        loaded = entry is not None and entry.state is ConfigEntryState.LOADED
        return entry.runtime_data if entry is not None and loaded else None

    async def mend(self, workshop: Workshop) -> None:
        """Do what the issue needs; raise ConnectionError where the broker is away."""
        raise NotImplementedError


class ClearRetainedCommand(_Confirm):
    """Take a retained command off the bus."""

    @override
    async def mend(self, workshop: Workshop) -> None:
        await workshop.bus.publish(f"{self._facts['about']}/{Channel.CMD}", "", retain=True)


class SettleDoubledId(_Confirm):
    """Forget whom we saw behind an id, after a person gave one of the boards another."""

    @override
    async def mend(self, workshop: Workshop) -> None:
        if (prop := workshop.roster.props.get(self._facts["about"])) is not None:
            prop.identity.forget()


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    flow = ClearRetainedCommand if issue_id.startswith("retained_command") else SettleDoubledId
    return flow(data or {})
