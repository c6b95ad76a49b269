"""A workshop: one config entry's bus and props, and the entities made of them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from awesomeversion import AwesomeVersion
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.helpers.storage import Store

from .bus import Bus
from .const import (
    CONF_COMMAND_TIMEOUT,
    CONF_MACHINES,
    CONF_PREFIXES,
    DEFAULT_COMMAND_TIMEOUT_S,
    DEFAULT_PREFIXES,
    DOMAIN,
    EVENT_ACTIVITY,
)
from .entity import PropEntity
from .forge.kind import is_forge
from .hub import action_of
from .makerspace import Makerspace
from .props.errors import CommandError
from .props.prop import Prop
from .props.roster import ENTITY_LIMIT, Roster
from .props.values import Values
from .signal import Signal
from .wire.info import Role
from .wire.messages import Event
from .wire.rejection import Rejection, RejectionKind
from .wire.topics import Channel

type AtelierConfigEntry = ConfigEntry[Workshop]
type Factory = Callable[[Workshop, Prop], Iterable[PropEntity]]

_STORE_VERSION: Final = 1
_SAVE_DELAY_S: Final = 5.0
#: What stays at the broker of a prop that is gone.
_RETAINED: Final = (Channel.INFO, Channel.AVAILABILITY, Channel.STATE, Channel.SETTINGS)


@dataclass(slots=True)
class _Provider:
    """A platform of this entry, what it makes of a prop, and what it made."""

    domain: str
    add: AddConfigEntryEntitiesCallback
    make: Factory
    made: dict[str, dict[str, PropEntity]] = field(default_factory=dict)


class Workshop:
    """Own a config entry's props, from the bus to the registries."""

    def __init__(self, hass: HomeAssistant, entry: AtelierConfigEntry) -> None:
        """Prepare; nothing is heard before `open`."""
        self.hass = hass
        self.entry = entry
        self.prefixes: tuple[str, ...] = tuple(entry.options.get(CONF_PREFIXES, DEFAULT_PREFIXES))
        self.bus = Bus(hass, self.prefixes, self._route)
        self.roster = Roster(self, self.bus.reject)
        self.on_newest: Signal[()] = Signal()
        self.on_presence: Signal[()] = Signal()
        self.devices: dict[str, dr.DeviceEntry] = {}
        self.entity_count: Counter[str] = Counter()
        #: Machines and who may use them, where the workshop has any.
        self.makerspace: Makerspace | None = None
        self._newest: dict[str, AwesomeVersion] = {}
        self._providers: list[_Provider] = []
        self._store = _store(hass, entry)
        self._caused_by: Values | None = None
        self._turn = 0
        self._context = Context()
        self._heard: dict[str, list[CALLBACK_TYPE]] = {}

    # What the props need of the bus (props.prop.Transport)

    @property
    def connected(self) -> bool:
        """Tell whether the broker is there."""
        return self.bus.connected

    @property
    def command_timeout_s(self) -> float:
        """Return how long a command waits for its answer."""
        return float(self.entry.options.get(CONF_COMMAND_TIMEOUT, DEFAULT_COMMAND_TIMEOUT_S))

    async def publish(self, topic: str, payload: str) -> None:
        """Publish a message that is not retained."""
        await self.bus.publish(topic, payload)

    async def tell_all(self, *roles: Role) -> dict[str, CommandError | None]:
        """Send every prop that is there the first of the roles it has.

        Returns by prop why it did not obey, or None where it did.
        """
        told = {
            key: role
            for key, prop in self.roster.props.items()
            if prop.available and (role := action_of(prop, roles))
        }
        answers = await asyncio.gather(
            *(self.roster.props[key].act(role) for key, role in told.items()),
            return_exceptions=True,
        )
        outcome: dict[str, CommandError | None] = {}
        for key, answer in zip(told, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, CommandError):
                raise answer
            outcome[key] = answer if isinstance(answer, CommandError) else None
        return outcome

    # Life cycle

    async def restore(self) -> None:
        """Bring back what was known before a restart; raise LedgerError without a ledger."""
        self.hub = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, self.entry.entry_id)},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer="Atelier",
            translation_key="workshop",
            translation_placeholders={"name": self.entry.title},
        )
        saved = await self._store.async_load() or {}
        self.roster.on_added.listen(self._added)
        self.roster.on_described.listen(self._described)
        self.roster.restore(
            {key: raw for key, raw in saved.items() if key.rpartition("/")[0] in self.prefixes}
        )
        for prop in self.roster.props.values():
            self._attend(prop)
        if self.entry.options.get(CONF_MACHINES):
            self.makerspace = await Makerspace.begin(self)

    async def open(self) -> None:
        """Hear and speak, once all entities that are known stand ready."""
        await self.bus.open(self._connection_changed)
        if self.makerspace is not None:
            await self.makerspace.open()

    async def close(self) -> None:
        """Hear nothing more, and keep what is known."""
        await self.bus.close()
        if self.makerspace is not None:
            await self.makerspace.close()
        self.roster.close()
        await self._store.async_save(self.roster.save())

    @callback
    def provide(self, domain: str, add: AddConfigEntryEntitiesCallback, make: Factory) -> None:
        """Let a platform make entities of every prop there is and will be."""
        provider = _Provider(domain, add, make)
        self._providers.append(provider)
        self._make(provider, [self.roster.props[key] for key in self.devices])

    # Props come, change and go

    @callback
    def _added(self, props: list[Prop]) -> None:
        for prop in props:
            self._attend(prop)
        for provider in self._providers:
            self._make(provider, props)
        self.on_presence.tell()
        self._save_later()

    def _attend(self, prop: Prop) -> None:
        """Give a prop its device, and tell its events to the house."""
        self._register(prop)
        self._note_version(prop)
        self._heard[prop.key] = [
            prop.on_event.listen(lambda event: self._fire(prop, event)),
            prop.on_online.listen(self.on_presence.tell),
        ]

    def _register(self, prop: Prop) -> None:
        info = prop.info
        self.devices[prop.key] = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, prop.key)},
            name=info.name,
            manufacturer=info.manufacturer,
            model=info.model,
            hw_version=info.board,
            sw_version=info.firmware_version,
            serial_number=info.serial,
            via_device_id=self.hub.id,
        )

    @callback
    def _described(self, prop: Prop) -> None:
        self._save_later()
        self.bus.forget_routes()
        if prop.key not in self.devices:
            return
        self._register(prop)
        self._note_version(prop)
        self.entry.async_create_task(self.hass, self._remake(prop), f"remake {prop.key}")

    async def remove(self, key: str) -> None:
        """Forget a prop, here and at the broker, so that it comes back clean if it does.

        Raises ConnectionError, and forgets nothing, where the broker cannot be told.
        """
        prop = self.roster.props[key]
        for channel in _RETAINED:
            await self.bus.publish(prop.topic(channel), "", retain=True)
        self.roster.remove(key)
        self.bus.forget_routes()
        for end in self._heard.pop(key, ()):
            end()
        self.devices.pop(key, None)
        for provider in self._providers:
            self.entity_count[prop.prefix] -= len(provider.made.pop(key, {}))
        await self._store.async_save(self.roster.save())

    def newest_version(self, model: str | None) -> str | None:
        """Return the newest firmware seen on any board of a model in this workshop."""
        newest = self._newest.get(model or "")
        return None if newest is None else str(newest)

    def _note_version(self, prop: Prop) -> None:
        model, version = prop.info.model, prop.info.firmware_version
        if model is None or version is None:
            return
        found = AwesomeVersion(version)
        newest = self._newest.get(model)
        if newest is None or (newest.valid and found.valid and found > newest):
            self._newest[model] = found
            self.on_newest.tell()

    # Entities

    @property
    def leaving(self) -> bool:
        """Tell whether platforms go: entities that are made now would stay behind."""
        return self.entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS

    @callback
    def _make(self, provider: _Provider, props: list[Prop]) -> None:
        entities: list[PropEntity] = []
        for prop in props:
            made = self._within_limit(prop, list(provider.make(self, prop)))
            provider.made[prop.key] = {entity.unique_key: entity for entity in made}
            entities += made
        if entities and not self.leaving:
            provider.add(entities)

    def _within_limit(self, prop: Prop, made: list[PropEntity]) -> list[PropEntity]:
        room = ENTITY_LIMIT - self.entity_count.total()
        if len(made) > room:
            prop.reject(Rejection(RejectionKind.TOO_MANY_ENTITIES, f"{ENTITY_LIMIT} allowed"))
            self.roster.on_flood.tell(prop.prefix)
            made = made[:room]
        self.entity_count[prop.prefix] += len(made)
        return made

    async def _remake(self, prop: Prop) -> None:
        """Replace the entities whose description changed; keep the others as they are."""
        registry = er.async_get(self.hass)
        for provider in self._providers:
            before = provider.made.get(prop.key, {})
            wanted = {entity.unique_key: entity for entity in provider.make(self, prop)}
            kept = {
                key: entity
                for key, entity in before.items()
                if key in wanted and wanted[key].subject == entity.subject
            }
            self.entity_count[prop.prefix] -= len(before) - len(kept)
            for key in before.keys() - kept.keys():
                if before[key].hass is not None:  # a disabled one was never added
                    await before[key].async_remove()
                if key not in wanted and (
                    entity_id := registry.async_get_entity_id(provider.domain, DOMAIN, key)
                ):
                    registry.async_remove(entity_id)
            fresh = self._within_limit(
                prop, [entity for key, entity in wanted.items() if key not in kept]
            )
            provider.made[prop.key] = kept | {entity.unique_key: entity for entity in fresh}
            if fresh and not self.leaving:
                provider.add(fresh)

    def cause(self, values: Values) -> Context:
        """Return one context for all states that one message changes.

        Making one for each state would cost a tenth of what the states do.
        """
        if values is not self._caused_by or values.turn != self._turn:
            self._caused_by, self._turn = values, values.turn
            self._context = Context()
        return self._context

    # Bus

    def _route(
        self, prefix: str, device_id: str, channel: str
    ) -> tuple[Callable[[bytes, bool], None], bool]:
        return self.roster.route(prefix, device_id, channel)

    @callback
    def _connection_changed(self, connected: bool) -> None:  # noqa: FBT001 - what mqtt tells
        self.roster.connection_changed(connected=connected)

    @callback
    def _fire(self, prop: Prop, event: Event) -> None:
        self.hass.bus.async_fire(
            EVENT_ACTIVITY,
            {
                **event.attributes,
                "device_id": self.devices[prop.key].id,
                "prop": prop.key,
                "type": event.type,
            },
        )

    @callback
    def _save_later(self) -> None:
        self._store.async_delay_save(self.roster.save, _SAVE_DELAY_S)


def loaded_workshops(hass: HomeAssistant) -> list[AtelierConfigEntry]:
    """Return the entries of the workshops that are loaded."""
    entries: list[ConfigEntry[Any]] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry for entry in entries if not is_forge(entry)]


def workshop_entry(hass: HomeAssistant, entry_id: str) -> AtelierConfigEntry:
    """Return the entry of a workshop that is loaded. Raise ServiceValidationError."""
    entry: ConfigEntry[Any] = async_get_config_entry(hass, DOMAIN, entry_id)
    if is_forge(entry):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_workshop")
    return entry


async def forget_store(hass: HomeAssistant, entry: AtelierConfigEntry) -> None:
    """Delete what an entry knew of its props."""
    await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: AtelierConfigEntry) -> Store[dict[str, Any]]:
    return Store(hass, _STORE_VERSION, f"{DOMAIN}.{entry.entry_id}")
