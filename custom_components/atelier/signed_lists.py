"""Give gates of ours the lists they go by while the server is away, and keep their keys."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
import logging
import secrets
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .machines.facts import ServerDown
from .wire.signed_list import ListedCard, encode_list, fitting

if TYPE_CHECKING:
    from .makerspace import Makerspace

_LOGGER = logging.getLogger(__name__)

#: For so long a list counts, and after so long a new one takes its place.
VALID_S: Final = 24 * 3600.0
REFRESH_S: Final = 6 * 3600.0
#: Changes are told soon, but a board writes each list to its flash: not more often than this.
_SOON_S: Final = 0.25
_APART_S: Final = 5.0
_KEY_BYTES: Final = 32
_STORE_VERSION: Final = 1


@dataclass(slots=True)
class _Gate:
    """What is known of a gate's list; the first five outlive a restart."""

    key: bytes
    #: Grows with every list, over restarts and clocks that go back.
    serial: int = 0
    #: The machine's topic as its board spells it; empty before the first list.
    topic: str = ""
    #: Until when a list with cards counts that the board may have.
    counts_until: float = 0.0
    #: Somebody took the key back: it is kept for as long as a list counts.
    taken_back: bool = False
    issued: float | None = None
    told: tuple[ListedCard, ...] = ()


class SignedLists:
    """Keep a list at the broker for every gate that has a key."""

    def __init__(self, makerspace: Makerspace) -> None:
        """Prepare; nothing is known before `load`, and nothing told before `open`."""
        self._makerspace = makerspace
        self._hass = makerspace.hass
        self._store = _store(makerspace.hass, makerspace.workshop.entry)
        self._gates: dict[int, _Gate] = {}
        #: By machine: how many cards of those that may come in its list does not hold.
        self.left_out: dict[int, int] = {}
        self._endings: list[CALLBACK_TYPE] = []
        self._timer: CALLBACK_TYPE | None = None
        self._turn = asyncio.Lock()
        self._told_at = float("-inf")

    async def load(self) -> None:
        """Read the keys."""
        saved = await self._store.async_load() or {}
        self._gates = {int(number): _read(raw) for number, raw in saved.items()}

    @callback
    def open(self) -> None:
        """Tell every gate what it may do from now on."""
        self._endings += [
            self._makerspace.on_facts.listen(self._facts_changed),
            self._makerspace.desk.changed.listen(self._machine_changed),
            self._makerspace.on_tick.listen(self._tick),
            mqtt.async_subscribe_connection_status(self._hass, self._connection_changed),
        ]
        self._soon()

    async def close(self) -> None:
        """Tell what waits to be told, then nothing more."""
        while self._endings:
            self._endings.pop()()
        if self._timer is not None:
            self._timer()
            await self._bring_all()
        async with self._turn:
            pass

    # Keys

    def has_key(self, number: int) -> bool:
        """Tell whether lists for a machine's gate can be signed."""
        gate = self._gates.get(number)
        return gate is not None and not gate.taken_back

    @property
    def without_key(self) -> list[int]:
        """Return the machines whose gates wait for lists that nobody can sign."""
        facts = self._makerspace.desk.facts
        return [
            number
            for number in facts.machines
            if self._is_served(number) and not self.has_key(number)
        ]

    def held(self, number: int) -> int | None:
        """Return how many cards a machine's list has, None where it has no list."""
        gate = self._gates.get(number)
        return None if gate is None or gate.issued is None else len(gate.told)

    async def make_key(self, number: int) -> str:
        """Make a key for a machine's gate, and return it in hex: it is never told again.

        Lists that were signed with an earlier key count until they run out.
        """
        async with self._turn:
            key = secrets.token_bytes(_KEY_BYTES)
            known = self._gates.get(number)
            gate = _Gate(key) if known is None else _Gate(key, known.serial, known.topic)
            self._gates[number] = gate
            await self._save()
        self._soon()
        return key.hex()

    async def take_back(self, number: int) -> None:
        """Let nobody in by a machine's list any more, and forget the key when none counts."""
        async with self._turn:
            self._gates[number].taken_back = True
            await self._save()
        self._soon()

    # Lists

    @callback
    def _soon(self) -> None:
        if self._timer is None and self._gates:
            wait = self._told_at + _APART_S - monotonic()
            self._timer = async_call_later(self._hass, max(_SOON_S, wait), self._due)

    @callback
    def _facts_changed(self, _kinds: frozenset[str]) -> None:
        self._soon()

    async def _due(self, _now: datetime) -> None:
        await self._bring_all()

    @callback
    def _machine_changed(self, number: int) -> None:
        """Tell a gate that came its first list at once."""
        gate = self._gates.get(number)
        if gate is not None and gate.issued is None and self._is_served(number):
            self._soon()

    @callback
    def _tick(self) -> None:
        """Look for what time, or a board that is another one, made due."""
        now = time()
        if any(self._is_due(number, gate, now) for number, gate in self._gates.items()):
            self._soon()

    @callback
    def _connection_changed(self, connected: bool) -> None:  # noqa: FBT001 - as MQTT tells it
        """Tell everything again to a broker that may have lost its memory."""
        if connected:
            for gate in self._gates.values():
                gate.issued = None
            self._soon()

    def _is_served(self, number: int) -> bool:
        """Tell whether a machine has a gate that is to go by a list."""
        facts = self._makerspace.desk.facts
        machine, board = facts.machines.get(number), facts.boards.get(number)
        return (
            machine is not None
            and machine.server_down is ServerDown.SIGNED_LIST
            and board is not None
            and board.is_gate
        )

    def _is_over(self, number: int, gate: _Gate, now: float) -> bool:
        """Tell whether nobody needs a machine's key any more."""
        gone = gate.taken_back or number not in self._makerspace.desk.facts.machines
        return gone and now >= gate.counts_until

    def _is_due(self, number: int, gate: _Gate, now: float) -> bool:
        if self._is_over(number, gate, now):
            return True
        if not self._is_served(number) or gate.taken_back:
            return bool(gate.topic) and (gate.issued is None or bool(gate.told))
        if gate.issued is None or self._topic(number, gate) != gate.topic:
            return True
        return not gate.issued - _APART_S <= now < gate.issued + REFRESH_S

    def _topic(self, number: int, gate: _Gate) -> str:
        address = self._makerspace.desk.address_of(number)
        return address.topic if address else gate.topic or f"{self._makerspace.prefix}/{number}"

    async def _bring_all(self) -> None:
        self._timer = None
        self._told_at = monotonic()
        async with self._turn:
            if not self._makerspace.workshop.bus.connected:
                return
            for number in tuple(self._gates):
                try:
                    await self._bring(number, self._gates[number])
                except ConnectionError:
                    self._gates[number].issued = None  # the next tick tries again
                await asyncio.sleep(0)

    async def _bring(self, number: int, gate: _Gate) -> None:
        """Tell one gate what it may do, unless it knows; raise ConnectionError."""
        now = time()
        if self._is_over(number, gate, now):
            await self._clear(gate.topic)
            del self._gates[number]
            await self._save()
            return
        expires = now + VALID_S
        cards: list[ListedCard] = []
        if self._is_served(number) and not gate.taken_back:
            cards = self._makerspace.desk.listed(number, expires)
        elif not gate.topic:
            return  # no list was ever told that would have to be withdrawn
        held = tuple(fitting(cards))
        self._count_left_out(number, len(cards) - len(held))
        if held == gate.told and not self._is_due(number, gate, now):
            return
        topic = self._topic(number, gate)
        if topic != gate.topic:
            await self._clear(gate.topic)
        gate.serial = max(gate.serial + 1, int(now))
        gate.topic = topic
        if held:
            gate.counts_until = expires
        # On the disk before a board can have it: no number is ever used twice.
        await self._save()
        text = encode_list(
            gate.key,
            topic.rpartition("/")[2],
            serial=gate.serial,
            issued=int(now),
            expires=int(expires),
            cards=held,
        )
        await self._makerspace.workshop.bus.publish(f"{topic}/list", text, retain=True)
        gate.issued, gate.told = now, held

    def _count_left_out(self, number: int, count: int) -> None:
        if count and not self.left_out.get(number):
            _LOGGER.warning(
                "The signed list of machine %d has no room for %d cards that may use it:"
                " those who were there last come first",
                number,
                count,
            )
        self.left_out[number] = count

    async def _clear(self, topic: str) -> None:
        if topic:
            await self._makerspace.workshop.bus.publish(f"{topic}/list", "", retain=True)

    async def _save(self) -> None:
        await self._store.async_save(
            {
                str(number): {
                    "key": gate.key.hex(),
                    "serial": gate.serial,
                    "topic": gate.topic,
                    "counts_until": gate.counts_until,
                    "taken_back": gate.taken_back,
                }
                for number, gate in self._gates.items()
            }
        )


async def forget_keys(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete an entry's keys, and take its lists off the bus where the broker is there."""
    store = _store(hass, entry)
    for raw in (await store.async_load() or {}).values():
        try:
            if raw["topic"]:
                await mqtt.async_publish(hass, f"{raw['topic']}/list", "", 1, retain=True)
        except HomeAssistantError:
            _LOGGER.warning("%s/list stays at the broker, which is away", raw["topic"])
    await store.async_remove()


def _read(raw: dict[str, Any]) -> _Gate:
    return _Gate(
        key=bytes.fromhex(raw["key"]),
        serial=raw["serial"],
        topic=raw["topic"],
        counts_until=raw["counts_until"],
        taken_back=raw["taken_back"],
    )


def _store(hass: HomeAssistant, entry: ConfigEntry) -> Store[dict[str, Any]]:
    """Return where keys lie: readable by Home Assistant's own user only."""
    return Store(
        hass, _STORE_VERSION, f"{DOMAIN}.{entry.entry_id}.gates", private=True, atomic_writes=True
    )
