"""The house in which trouble is made."""

from dataclasses import dataclass
from typing import Any

from rig.broker import Broker
from rig.hass import HomeAssistant


@dataclass(slots=True)
class House:
    """What a test makes trouble in."""

    broker: Broker
    hass: HomeAssistant
    entry_id: str

    async def diagnostics(self) -> dict[str, Any]:
        """Return the workshop's diagnostics, as a person would download them."""
        url = f"/api/diagnostics/config_entry/{self.entry_id}"
        data: dict[str, Any] = (await self.hass.rest.get(url))["data"]
        return data

    async def issues(self) -> dict[str, dict[str, Any]]:
        """Return the repair issues of Atelier by their translation key."""
        listed = (await self.hass.command("repairs/list_issues"))["issues"]
        return {issue["translation_key"]: issue for issue in listed if issue["domain"] == "atelier"}

    def complaints(self) -> list[str]:
        """Return the lines of the log that tell of an exception or an error of ours."""
        return [
            line
            for line in self.hass.log().splitlines()
            if "custom_components/atelier/" in line
            or (" ERROR " in line and "custom_components.atelier" in line)
        ]
