"""What becomes of a Forge's jobs."""

from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import callback

from ..coordinator import Forge
from ..facts import Happening, Job
from .entity import ForgeEntity

_JOBS: Final = EventEntityDescription(
    key="jobs", translation_key="forge_jobs", event_types=list(Happening)
)


def forge_events(forge: Forge) -> list[JobEvents]:
    """Return what becomes of a Forge's jobs."""
    return [JobEvents(forge, _JOBS)]


class JobEvents(ForgeEntity, EventEntity):
    """Tell when a job waits, begins and ends."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the jobs."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.on_job.listen(self._take))

    @callback
    def _take(self, happening: Happening, job: Job) -> None:
        told: dict[str, Any] = {"job_id": job.id, "kind": job.kind, "profile_id": job.profile_id}
        if job.error is not None:
            told |= {"code": job.error.get("code"), "message": job.error.get("message")}
        self._trigger_event(happening, told)
        self.async_write_ha_state()
