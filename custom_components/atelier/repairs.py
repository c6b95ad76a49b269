"""Mend what can be mended with a click."""

from typing import Any, override

from homeassistant.auth.models import User
from homeassistant.components.http import KEY_HASS_USER
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.http import current_request
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from .const import DOMAIN
from .data import Workshop
from .machines.facts import Machine
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
            workshop = loaded_workshop(self.hass, self._facts["entry_id"])
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


class AdoptBoard(RepairsFlow):
    """Make a machine of a board that nobody knows."""

    def __init__(self, data: dict[str, Any]) -> None:
        """Remember which board, of which workshop."""
        self._facts = data

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Take a name and a type for the machine."""
        workshop = loaded_workshop(self.hass, self._facts["entry_id"])
        makerspace = workshop.makerspace if workshop is not None else None
        if makerspace is None:
            return self.async_abort(reason="not_loaded")
        number = int(self._facts["about"])
        errors: dict[str, str] = {}
        if user_input is not None:
            machine = Machine(
                id=number, name=user_input["name"].strip(), type_id=int(user_input["type"])
            )
            try:
                if number not in makerspace.desk.facts.machines:
                    await makerspace.save(machine, by=_who())
            except ServiceValidationError:
                errors["base"] = "not_kept"
            except HomeAssistantError:
                errors["base"] = "ledger_away"
            else:
                return self.async_create_entry(data={})
        types = [
            SelectOptionDict(value=str(kind.id), label=kind.name)
            for kind in makerspace.desk.facts.types.values()
        ]
        fields = vol.Schema(
            {
                vol.Required("name"): TextSelector(),
                vol.Required("type", default=types[0]["value"] if types else ""): SelectSelector(
                    SelectSelectorConfig(options=types)
                ),
            }
        )
        return self.async_show_form(
            step_id="confirm",
            data_schema=self.add_suggested_values_to_schema(fields, user_input),
            errors=errors,
            description_placeholders={key: str(value) for key, value in self._facts.items()},
        )


class MakeGateKey(RepairsFlow):
    """Make the key of a gate, and show it this once."""

    def __init__(self, data: dict[str, Any]) -> None:
        """Remember which machine, of which workshop."""
        self._facts = data
        self._key = ""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Make the key when a person agrees."""
        if user_input is None:
            return self._form("confirm")
        workshop = loaded_workshop(self.hass, self._facts["entry_id"])
        makerspace = workshop.makerspace if workshop is not None else None
        if makerspace is None:
            return self.async_abort(reason="not_loaded")
        self._key = await makerspace.lists.make_key(int(self._facts["about"]))
        return await self.async_step_key()

    async def async_step_key(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the key until the person has taken it over."""
        if user_input is None:
            return self._form("key", key=self._key)
        return self.async_create_entry(data={})

    def _form(self, step: str, **more: str) -> RepairsFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=vol.Schema({}),
            description_placeholders={key: str(value) for key, value in self._facts.items()} | more,
        )


def _who() -> str:
    """Return who mends: the dialog's own context does not say."""
    request = current_request.get()
    user: User | None = request.get(KEY_HASS_USER) if request is not None else None
    return user.id if user is not None else DOMAIN


def loaded_workshop(hass: HomeAssistant, entry_id: str) -> Workshop | None:
    """Return a workshop, if it is loaded."""
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    workshop: Workshop = entry.runtime_data
    return workshop


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    if issue_id.startswith("unknown_board"):
        return AdoptBoard(data or {})
    if issue_id.startswith("gate_without_key"):
        return MakeGateKey(data or {})
    flow = ClearRetainedCommand if issue_id.startswith("retained_command") else SettleDoubledId
    return flow(data or {})
