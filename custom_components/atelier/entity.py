"""What every entity of a prop has in common."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, override

from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity import Entity

from .props.prop import Prop
from .wire.values import Category, Names

if TYPE_CHECKING:
    from .data import Workshop


class PropEntity(Entity):
    """Show one thing of a prop, told by the prop when it changes."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        workshop: Workshop,
        prop: Prop,
        key: str,
        *,
        translation_key: str | None = None,
        names: Names | None = None,
        subject: Any = None,
    ) -> None:
        """Stand for `key` of a prop; `subject` is what of its description that was made from."""
        self.workshop = workshop
        self.prop = prop
        self.subject = (subject, translation_key, names)
        self.device_entry = workshop.devices[prop.key]
        self.unique_key = f"{prop.key}/{key}"
        self._names = names
        self._attr_unique_id = self.unique_key
        self._attr_available = prop.available
        self._attr_translation_key = translation_key
        if names:
            self._attr_name = in_language(names, workshop.hass)

    @property
    @override
    def suggested_object_id(self) -> str | None:
        """Name the entity id after the English name, whatever language it is shown in."""
        if not self._names:
            return super().suggested_object_id
        return self._names.get("en") or next(iter(self._names.values()))

    def watch(self) -> list[CALLBACK_TYPE]:
        """Listen to what this entity shows; return what ends it."""
        return []

    def take(self) -> None:
        """Take over what the prop knows now."""

    @override
    async def async_added_to_hass(self) -> None:
        """Take what is known, and listen from now on."""
        self._attr_available = self.prop.available
        self.take()
        self.async_on_remove(self.prop.on_online.listen(self._online_changed))
        for end in self.watch():
            self.async_on_remove(end)

    @callback
    def changed(self) -> None:
        """Show what the prop knows now."""
        self.take()
        self.async_write_ha_state()

    @callback
    def _online_changed(self) -> None:
        available = self.prop.available
        if available is not self._attr_available:
            self._attr_available = available
            self.async_write_ha_state()


def in_language(names: Names, hass: HomeAssistant) -> str:
    """Return a name in the house's language, else in English, else in any."""
    language = hass.config.language
    return (
        names.get(language)
        or names.get(language.split("-")[0])
        or names.get("")
        or names.get("en")
        or next(iter(names.values()))
    )


def naming(
    key: str, names: Names, translated: Collection[str] = (), own_class: str | None = None
) -> dict[str, Any]:
    """Return how something is named.

    By the prop itself; else by our translations; else, where its id is that of its device
    class, by Home Assistant; else after its id.
    """
    if names:
        return {"translation_key": key if key in translated else None, "names": names}
    if key in translated:
        return {"translation_key": key}
    return {} if key == own_class else {"names": {"": key.replace("_", " ").capitalize()}}


def category(name: Category | None) -> EntityCategory | None:
    """Return Home Assistant's category for the contract's."""
    return None if name is None else EntityCategory(name)
