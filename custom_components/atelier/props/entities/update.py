"""The firmware of a prop."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, override

from homeassistant.components.update import UpdateDeviceClass, UpdateEntity
from homeassistant.core import CALLBACK_TYPE

from ...entity import PropEntity

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop


def updates(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's firmware, if it told its version."""
    if prop.info.firmware_version is not None:
        yield Firmware(workshop, prop)


class Firmware(PropEntity, UpdateEntity):
    """Show which firmware a prop runs, against the newest of its model in the workshop."""

    _attr_device_class = UpdateDeviceClass.FIRMWARE

    def __init__(self, workshop: Workshop, prop: Prop) -> None:
        """Stand for the firmware as a whole."""
        super().__init__(workshop, prop, "firmware", translation_key="firmware")
        self._attr_title = prop.info.model

    @override
    def take(self) -> None:
        self._attr_installed_version = self.prop.info.firmware_version
        self._attr_latest_version = self.workshop.newest_version(self.prop.info.model)

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [
            self.workshop.on_newest.listen(self.changed),
            self.prop.on_described.listen(lambda _: self.changed()),
        ]
