"""Scenes of a prop: its named ways to act."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.scene import Scene

from ...entity import PropEntity, naming
from ...errors import translated_errors
from ...wire.info import PresetSpec

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop


def scenes(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's scenes."""
    for preset in prop.info.capabilities.presets.values():
        yield PresetScene(workshop, prop, preset)


class PresetScene(PropEntity, Scene):
    """Let a prop act in one of its named ways."""

    def __init__(self, workshop: Workshop, prop: Prop, preset: PresetSpec) -> None:
        """Be named as the prop names it."""
        super().__init__(
            workshop,
            prop,
            f"preset/{preset.key}",
            subject=preset,
            **naming(preset.key, preset.names),
        )
        self._preset = preset

    @override
    async def async_activate(self, **kwargs: Any) -> None:
        """Send the preset's action."""
        with translated_errors(self.hass):
            await self.prop.command(self._preset.action, dict(self._preset.params))
