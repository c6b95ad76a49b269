"""Build an image by hand."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..asking import for_whom
from ..building import build
from ..coordinator import Forge
from ..errors import translated_forge_errors
from .profile import ProfileEntity, provide

_BUILD: Final = ButtonEntityDescription(key="build", translation_key="forge_build")


def forge_buttons(forge: Forge, async_add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Make a button for each profile."""
    provide(forge, async_add_entities, lambda profile_id: [Build(forge, _BUILD, profile_id)])


class Build(ProfileEntity, ButtonEntity):
    """Build a profile's image, from the release that it names."""

    @override
    async def async_press(self) -> None:
        """Have it built; it is not built anew where the same was built before."""
        client = await for_whom(self.coordinator, self._context)
        with translated_forge_errors():
            await build(self.coordinator, client, {"profile_id": self.profile_id})
