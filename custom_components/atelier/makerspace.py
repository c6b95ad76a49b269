"""Home Assistant's side of machines: their desk and ledger, their boards and devices."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
import time
from typing import TYPE_CHECKING, Any, Final, Self

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later, async_track_time_interval

from .const import (
    CONF_CARDS_DAYS,
    CONF_LEDGER_URL,
    CONF_MACHINE_PREFIX,
    CONF_USES_DAYS,
    DEFAULT_CARDS_DAYS,
    DEFAULT_MACHINE_PREFIX,
    DEFAULT_USES_DAYS,
    DOMAIN,
)
from .errors import translated_ledger_errors, translated_request
from .ledger.errors import LedgerError
from .ledger.kinds import KINDS, Fact
from .ledger.ledger import Ledger
from .ledger.removing import Removal
from .ledger_place import address_in, make_folder
from .machines.clerk import Clerk
from .machines.desk import OFFLINE_S, Desk
from .machines.facts import Facts, Intervention, Machine, MachineType, Permission, Plan, Use
from .machines.lanes import Lanes
from .machines.news import Happening, Kind, Status
from .machines.requests import RequestRefused
from .showing import Showing
from .signal import Signal
from .signed_lists import SignedLists

if TYPE_CHECKING:
    from .data import Workshop

_LOGGER = logging.getLogger(__name__)

type MachineFactory = Callable[[Makerspace, int], Iterable[Entity]]

#: The kinds of facts, as the ledger names them; cards that nobody knows beside them.
EVERY_KIND: Final = frozenset({*(kind.name for kind in KINDS.values()), "unknown_card"})

#: The kinds that devices and what is due are made of.
_SHOWN: Final = frozenset({Machine, MachineType, Plan, Use, Intervention})

_TICK: Final = timedelta(seconds=5)
#: Home Assistant's start is busy enough without it.
_FIRST_RETENTION_S: Final = 900.0
_RETENTION: Final = timedelta(days=1)
#: A board looks for requests several times a second, and asks twice before it tells of a use.
_REQUEST_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Provider:
    """A platform of this entry, and what it makes of a machine."""

    add: AddConfigEntryEntitiesCallback
    make: MachineFactory


class Makerspace:
    """Own a workshop's machines, from their boards to the registries."""

    def __init__(self, workshop: Workshop, ledger: Ledger, facts: Facts) -> None:
        """Prepare; nothing is heard before `open`."""
        self.workshop = workshop
        self.hass = workshop.hass
        self.ledger = ledger
        self.desk = Desk(facts, ledger)
        self._clerk = Clerk(self.desk, ledger)
        prefix = workshop.entry.options.get(CONF_MACHINE_PREFIX, DEFAULT_MACHINE_PREFIX)
        self.prefix: str = prefix
        self.lanes = Lanes(self.desk, self._publish, prefix=prefix)
        #: What gates of ours go by while nobody answers them.
        self.lists = SignedLists(self)
        self.devices: dict[int, dr.DeviceEntry] = {}
        #: What makes a machine's use doubtful: its board says nothing while it lasts.
        self.silent: set[int] = set()
        self.ledger_up = True
        #: Somebody changed facts of these kinds, and the desk goes by it already.
        self.on_facts: Signal[frozenset[str]] = Signal()
        #: The ledger went away or came back.
        self.on_ledger: Signal[()] = Signal()
        #: A machine is shown anew: its number, and how it is.
        self.on_shown: Signal[int, Status] = Signal()
        #: Time passed: strangers, silent boards and care may be others now.
        self.on_tick: Signal[()] = Signal()
        self._watchers: dict[int, Signal[Status]] = {}
        self._witnesses: dict[int, Signal[Happening]] = {}
        self._providers: list[_Provider] = []
        self._began = time.monotonic()
        self._showing = Showing(workshop.hass.loop, self._show, self._tell)
        self._endings: list[CALLBACK_TYPE] = []
        self._ticking = False
        #: What is written, and then told, to the end.
        self._changes: set[asyncio.Task[Any]] = set()

    @classmethod
    async def begin(cls, workshop: Workshop) -> Self:
        """Open the ledger and take in what it holds; raise LedgerError."""
        url = await workshop.hass.async_add_executor_job(_url, workshop)
        ledger = await Ledger.open(url)
        try:
            makerspace = cls(workshop, ledger, await ledger.load())
            await makerspace.lists.load()
            makerspace._sync()
        except BaseException:
            await ledger.close()
            raise
        return makerspace

    async def open(self) -> None:
        """Hear boards and answer them, once all entities stand ready."""
        self._endings += [
            self.desk.changed.listen(self._showing.changed),
            self.desk.happened.listen(self._showing.happened),
            self._showing.close,
            self.desk.ledger_up.listen(self._ledger_changed),
            self.desk.anew.listen(self._look_anew),
            async_track_time_interval(self.hass, self._tick, _TICK),
            async_track_time_interval(self.hass, self._retain, _RETENTION),
            async_call_later(self.hass, _FIRST_RETENTION_S, self._retain),
        ]
        await self.workshop.bus.hear(f"{self.prefix}/+", self._take)
        self.lists.open()

    async def close(self) -> None:
        """Answer nobody any more, keep what waits, and let go of the ledger."""
        while self._endings:
            self._endings.pop()()
        if self._changes:
            await asyncio.wait(self._changes)
        await self.lists.close()
        await self.lanes.close()
        await self.desk.close()
        await self.ledger.close()

    # What people change

    async def save[F: Fact](self, fact: F, *, by: str) -> F:
        """Keep a fact and act by it from now on; return it as kept."""
        return (await self.save_all([fact], by=by))[0]

    async def save_all[F: Fact](self, facts: Sequence[F], *, by: str) -> list[F]:
        """Keep all facts or none."""
        kinds = set[type[Fact]](map(type, facts))
        return await self._through(self._clerk.save_all(facts, by=by), lambda _kept: kinds)

    async def remove(self, kind: type[Fact], id: int, *, by: str) -> Removal:
        """Remove a fact and what goes with it."""
        return await self._through(
            self._clerk.remove(kind, id, by=by), lambda _removal: _with_taken(kind)
        )

    async def set_permissions(
        self, granted: Sequence[Permission], revoked: Sequence[int], *, by: str
    ) -> tuple[list[Permission], Removal | None]:
        """Keep permissions and remove others, all or none; return what takes the latter back."""
        return await self._through(
            self._clerk.set_permissions(granted, revoked, by=by), lambda _done: {Permission}
        )

    async def restore(self, removal: Removal, *, by: str) -> list[Any]:
        """Take a removal back; return the facts."""
        return await self._through(
            self._clerk.restore(removal, by=by), lambda facts: _with_taken(type(facts[0]))
        )

    async def _through[T](self, change: Awaitable[T], kinds: Callable[[T], set[type[Fact]]]) -> T:
        """Carry a change through, also where who asked for it is stopped meanwhile.

        Once the ledger has it, the desk must go by it and devices show it.
        """

        async def carry() -> T:
            done = await change
            self._changed(kinds(done))
            return done

        task = self.hass.async_create_task(carry(), f"{DOMAIN} change")
        self._changes.add(task)
        task.add_done_callback(self._changes.discard)
        with translated_ledger_errors():
            return await asyncio.shield(task)

    def _changed(self, kinds: set[type[Fact]]) -> None:
        """Tell that facts of these kinds changed, and show it where devices do."""
        if not _SHOWN.isdisjoint(kinds):
            self._sync()
        self.on_facts.tell(frozenset(KINDS[kind].name for kind in kinds))

    async def dismiss_unknown_card(self, card: str, machine_id: int | None, *, by: str) -> int:
        """Forget a card that nobody knows, at a machine or at all; return at how many it was."""
        with translated_ledger_errors():
            count = await self.ledger.dismiss_unknown_card(card, machine_id=machine_id, by=by)
        self.on_facts.tell(frozenset({"unknown_card"}))
        return count

    async def refresh(self) -> None:
        """Take everything over from the ledger, after somebody else changed it."""
        with translated_ledger_errors():
            await self.desk.refresh()

    # Requests to boards

    async def start(self, machine_id: int, member_id: int) -> Use:
        """Have a board log a member in; return the use that came of it."""
        known = self.desk.facts.open_uses.get(machine_id)
        try:
            request = self.desk.request_start(machine_id, member_id)
        except RequestRefused as refused:
            raise translated_request(refused, self.name_of(machine_id)) from refused

        def started() -> Use | None:
            use = self.desk.facts.open_uses.get(machine_id)
            fits = use is not None and use.member_id == member_id
            return (
                use if fits and use is not None and (known is None or use.id != known.id) else None
            )

        return await self._ask(machine_id, request, started)

    async def stop(self, machine_id: int) -> None:
        """Have a board log out whoever is on."""
        try:
            request = self.desk.request_stop(machine_id)
        except RequestRefused as refused:
            raise translated_request(refused, self.name_of(machine_id)) from refused
        await self._ask(
            machine_id, request, lambda: machine_id not in self.desk.facts.open_uses or None
        )

    async def _ask[T](
        self, machine_id: int, request: tuple[str, bytes], shown: Callable[[], T | None]
    ) -> T:
        """Publish a request and wait until the desk shows what it led to."""
        topic, payload = request
        changed = asyncio.Event()
        end = self.desk.changed.listen(lambda _: changed.set())
        facts = {"machine": self.name_of(machine_id), "seconds": f"{_REQUEST_S:g}"}
        try:
            await self.workshop.bus.publish(topic, payload, qos=0)
            async with asyncio.timeout(_REQUEST_S):
                while (result := shown()) is None:
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            key = "machine_did_not"
        except ConnectionError:
            key = "machine_broker_disconnected"
        else:
            return result
        finally:
            end()
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders=facts
        )

    # What entities show

    def status(self, machine_id: int) -> Status:
        """Tell how a machine is now."""
        return self.desk.status(machine_id)

    @property
    def ledger_kind(self) -> str:
        """Return what kind of database the ledger is kept in."""
        url: str = self.workshop.entry.options.get(CONF_LEDGER_URL, "")
        return "server" if url.startswith("postgresql") else "file"

    def name_of(self, machine_id: int) -> str:
        """Return what a machine is called, or its number where nobody named it."""
        machine = self.desk.facts.machines.get(machine_id)
        return machine.name if machine else str(machine_id)

    def device_key(self, machine_id: int) -> str:
        """Return what identifies a machine among all devices of Atelier."""
        return f"{self.workshop.entry.entry_id}/machine/{machine_id}"

    def watch(self, machine_id: int, changed: Callable[[Status], None]) -> CALLBACK_TYPE:
        """Call whenever a machine's status may be another, with the machine's status."""
        return self._watchers.setdefault(machine_id, Signal()).listen(changed)

    def witness(self, machine_id: int, happened: Callable[[Happening], None]) -> CALLBACK_TYPE:
        """Call whenever something happens at a machine."""
        return self._witnesses.setdefault(machine_id, Signal()).listen(happened)

    @callback
    def provide(self, add: AddConfigEntryEntitiesCallback, make: MachineFactory) -> None:
        """Let a platform make entities of every machine there is and will be."""
        provider = _Provider(add, make)
        self._providers.append(provider)
        self._make(provider, list(self.devices))

    def _make(self, provider: _Provider, machine_ids: list[int]) -> None:
        made = [entity for number in machine_ids for entity in provider.make(self, number)]
        if made and not self.workshop.leaving:
            provider.add(made)

    @callback
    def _sync(self) -> None:
        """Keep a device for each machine, and none for those that are gone."""
        machines = self.desk.facts.machines
        for gone in self.devices.keys() - machines.keys():
            dr.async_get(self.hass).async_remove_device(self.devices.pop(gone).id)
            self.silent.discard(gone)
        fresh = [number for number in machines if number not in self.devices]
        for machine in machines.values():
            self._register(machine)
        for provider in self._providers:
            self._make(provider, fresh)
        if not self._providers:
            self._forget_strange_devices()
        self.on_tick.tell()

    def _register(self, machine: Machine) -> None:
        kind = self.desk.facts.types.get(machine.type_id)
        board = self.desk.facts.boards.get(machine.id)
        wanted = (
            machine.name,
            kind.name if kind else None,
            board.firmware or None if board else None,
        )
        known = self.devices.get(machine.id)
        if known is not None and (known.name, known.model, known.sw_version) == wanted:
            return
        name, model, version = wanted
        self.devices[machine.id] = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.workshop.entry.entry_id,
            identifiers={(DOMAIN, self.device_key(machine.id))},
            name=name,
            model=model,
            sw_version=version,
            via_device_id=self.workshop.hub.id,
        )

    def _forget_strange_devices(self) -> None:
        """Remove devices of machines that went while the workshop was not loaded."""
        registry = dr.async_get(self.hass)
        entry_id = self.workshop.entry.entry_id
        ours = {device.id for device in self.devices.values()}
        for device in dr.async_entries_for_config_entry(registry, entry_id):
            mark = f"{entry_id}/machine/"
            if device.id not in ours and any(key.startswith(mark) for _, key in device.identifiers):
                registry.async_remove_device(device.id)

    # The bus

    @callback
    def _take(self, topic: str, payload: bytes) -> None:
        if (rejection := self.lanes.take(topic, payload)) is not None:
            self.workshop.bus.reject(
                topic if len(topic) <= len(self.prefix) + 6 else self.prefix, rejection
            )

    async def _publish(self, topic: str, payload: bytes) -> None:
        """Answer a board; where the broker is away it asks again."""
        try:
            await self.workshop.bus.publish(topic, payload, qos=0)
        except ConnectionError:
            _LOGGER.debug("An answer on %s was not sent: the broker is away", topic)

    # What the desk tells

    @callback
    def _show(self, machine_id: int) -> None:
        machine = self.desk.facts.machines.get(machine_id)
        if machine is None or machine_id not in self.devices:
            return
        self._register(machine)
        status = self.desk.status(machine_id)
        self._judge(machine_id, status)
        self._watchers.setdefault(machine_id, Signal()).tell(status)
        self.on_shown.tell(machine_id, status)

    def _judge(self, machine_id: int, status: Status) -> bool:
        """Note whether a machine's board is silent while a use lasts; tell if that changed."""
        # After a start of Home Assistant boards get the time that they have anyway.
        settled = time.monotonic() - self._began > OFFLINE_S
        silent = status.since is not None and not status.online and settled
        if silent is (machine_id in self.silent):
            return False
        if silent:
            self.silent.add(machine_id)
        else:
            self.silent.discard(machine_id)
        return True

    @callback
    def _tell(self, happening: Happening) -> None:
        if happening.kind is Kind.UNKNOWN_BOARD:
            self.on_tick.tell()
        elif (witnesses := self._witnesses.get(happening.machine_id)) is not None:
            witnesses.tell(happening)

    @callback
    def _look_anew(self) -> None:
        """Show what was taken over from the ledger."""
        self._sync()
        self.on_facts.tell(EVERY_KIND)

    @callback
    def _ledger_changed(self, up: bool) -> None:  # noqa: FBT001 - what the desk tells
        self.ledger_up = up
        self.on_ledger.tell()
        for machine_id in self.devices:
            self._show(machine_id)

    async def _tick(self, _now: datetime) -> None:
        if self._ticking:
            return
        self._ticking = True
        try:
            await self.desk.tick()
        finally:
            self._ticking = False
        for machine_id in {*self.desk.facts.open_uses, *self.silent} & self.devices.keys():
            if self._judge(machine_id, self.desk.status(machine_id)):
                self._show(machine_id)
        self.on_tick.tell()

    async def _retain(self, _now: datetime) -> None:
        """Forget who used what so long ago, and say how much."""
        options = self.workshop.entry.options
        try:
            report = await self.ledger.retain(
                time.time(),
                uses_days=options.get(CONF_USES_DAYS, DEFAULT_USES_DAYS),
                cards_days=options.get(CONF_CARDS_DAYS, DEFAULT_CARDS_DAYS),
            )
            if report.uses or report.interventions:
                await self.desk.refresh()
        except LedgerError as error:
            _LOGGER.warning("The ledger did not forget what is old, and will try again: %s", error)
            return
        _LOGGER.info(
            "The ledger forgot who made %d uses and gave care %d times, %d unknown cards,"
            " %d removals and the members in %d entries of the audit trail",
            report.uses,
            report.interventions,
            report.unknown_cards,
            report.removals,
            report.audit,
        )


def _with_taken(kind: type[Fact]) -> set[type[Fact]]:
    """Return a kind, and those that come and go with it."""
    return {kind, *(other for other, _ in KINDS[kind].takes)}


def _url(workshop: Workshop) -> str:
    """Return where the ledger is; make the folder of its own file. Blocks."""
    make_folder(workshop.hass)
    return address_in(workshop.hass, workshop.entry)
