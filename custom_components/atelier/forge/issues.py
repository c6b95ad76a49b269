"""Raise what a person has to mend at a Forge, and withdraw it when it is mended."""

from collections.abc import Iterator
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.loader import async_get_loaded_integration

from ..const import DOMAIN
from .coordinator import Forge
from .facts import apart

DOCS: Final = "https://github.com/atelier-home/atelier/blob/main/docs/forge.md"
#: How often what a Forge keeps free must fit into what is free.
_ENOUGH: Final = 2


class ForgeIssues:
    """Look, whenever a Forge has told something, for what only a person can mend."""

    def __init__(self, hass: HomeAssistant, forge: Forge) -> None:
        """Begin with nothing raised."""
        self._hass = hass
        self._forge = forge
        self._raised: set[str] = set()

    @callback
    def look(self) -> None:
        """Raise what is wrong now, and withdraw what no longer is."""
        if not self._forge.up:
            return
        wrong = {
            f"{kind}_{self._forge.config_entry.entry_id}": (kind, facts)
            for kind, facts in self._wrong()
        }
        for issue_id, (kind, facts) in wrong.items():
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=kind,
                translation_placeholders={"forge": self._forge.config_entry.title, **facts},
                learn_more_url=DOCS,
            )
        for issue_id in self._raised - wrong.keys():
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        self._raised = set(wrong)

    @callback
    def close(self) -> None:
        """Withdraw everything: what still holds is noticed again."""
        while self._raised:
            ir.async_delete_issue(self._hass, DOMAIN, self._raised.pop())

    def _wrong(self) -> Iterator[tuple[str, dict[str, str]]]:
        state = self._forge.data
        ours = str(async_get_loaded_integration(self._hass, DOMAIN).version)
        if apart(state.version, ours):
            yield "forge_versions_apart", {"version": state.version, "ours": ours}
        if state.disk_free is not None and state.disk_free < _ENOUGH * state.reserve:
            yield "forge_disk_low", {"free": str(state.disk_free >> 20)}
        if bad := [one.place for one in state.builders if one.problem == "integrity.signature_bad"]:
            yield "forge_signature_bad", {"places": ", ".join(bad)}
        match state.cannot_build:
            case {"facts": {"machine": str(machine)}}:
                yield "forge_unsupported_host", {"machine": machine}
            case {"facts": {"missing": [*programs]}}:
                yield "forge_missing_programs", {"programs": ", ".join(map(str, programs))}
            case {"message": message}:
                yield "forge_cannot_build", {"message": str(message)}
