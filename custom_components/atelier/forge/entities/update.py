"""Which release of OpenWrt a profile's image is built from, and whether there is a newer one."""

from typing import Any, Final, override

from awesomeversion import AwesomeVersion, AwesomeVersionException
from homeassistant.components.update import (
    UpdateEntity,
    UpdateEntityDescription,
    UpdateEntityFeature,
)
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..asking import for_whom
from ..building import build_from
from ..coordinator import Forge
from ..errors import translated_forge_errors
from .profile import ProfileEntity, provide

_IMAGE: Final = UpdateEntityDescription(key="image", translation_key="forge_image")


def forge_updates(forge: Forge, async_add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Make an update for each profile."""
    provide(forge, async_add_entities, lambda profile_id: [Image(forge, _IMAGE, profile_id)])


class Image(ProfileEntity, UpdateEntity):
    """Compare the release that was built with the newest; installing builds that one."""

    _attr_supported_features = UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS
    _attr_title = "OpenWrt"

    @property
    @override
    def installed_version(self) -> str | None:
        return self.coordinator.data.built.get(self.profile_id)

    @property
    @override
    def latest_version(self) -> str | None:
        profile = self.profile
        return newer(profile.release, self.coordinator.data.stable) if profile else None

    @property
    @override
    def in_progress(self) -> bool:
        return self.coordinator.data.job_of(self.profile_id) is not None

    @property
    @override
    def update_percentage(self) -> float | None:
        job = self.coordinator.data.job_of(self.profile_id)
        return job.percent if job else None

    @override
    async def async_install(self, version: str | None, backup: bool, **kwargs: Any) -> None:
        """Have the newest release built, which the profile names from then on."""
        if (release := self.latest_version) is None:
            return
        client = await for_whom(self.coordinator, self._context)
        with translated_forge_errors():
            await build_from(self.coordinator, client, self.profile_id, release)


def newer(named: str, stable: str | None) -> str:
    """Return what a profile should be built from: what it names, unless a newer one is out.

    A snapshot, or what comes after the newest release, stays as it is.
    """
    if stable is None or named.upper().endswith("SNAPSHOT"):
        return named
    try:
        return stable if AwesomeVersion(stable) > AwesomeVersion(named) else named
    except AwesomeVersionException:
        return named
