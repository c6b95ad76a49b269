"""What happens at a prop."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.event import ATTR_EVENT_TYPE, EventEntity
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_DEVICE_CLASS,
    ATTR_ENTITY_PICTURE,
    ATTR_FRIENDLY_NAME,
    ATTR_ICON,
    ATTR_SUPPORTED_FEATURES,
)
from homeassistant.core import CALLBACK_TYPE, callback

from ...entity import PropEntity
from ...wire.messages import Event

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop


#: Attributes that say what an entity is; no message may put others in their place.
_ENTITYS_OWN: Final = frozenset(
    {
        ATTR_ASSUMED_STATE,
        ATTR_DEVICE_CLASS,
        ATTR_ENTITY_PICTURE,
        ATTR_EVENT_TYPE,
        ATTR_FRIENDLY_NAME,
        ATTR_ICON,
        ATTR_SUPPORTED_FEATURES,
    }
)


def events(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's one event entity, if it has events."""
    if prop.info.capabilities.events:
        yield ActivityEvent(workshop, prop)


class ActivityEvent(PropEntity, EventEntity):
    """Tell what a prop did, refused or suffered."""

    def __init__(self, workshop: Workshop, prop: Prop) -> None:
        """Offer the types the prop described."""
        types = list(prop.info.capabilities.events)
        super().__init__(workshop, prop, "activity", translation_key="activity", subject=types)
        self._attr_event_types = types

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.on_event.listen(self._happened)]

    @callback
    def _happened(self, event: Event) -> None:
        attributes = {
            key: value for key, value in event.attributes.items() if key not in _ENTITYS_OWN
        }
        self._trigger_event(event.type, attributes)
        self.async_write_ha_state()
