"""Push what changes at a workshop's machines to those who watch, a few times a second at most."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.json import json_bytes
from homeassistant.util.json import JsonObjectType

from ..ledger.errors import LedgerError
from ..ledger.pages import UnknownCardQuery
from ..machine_actions.request import described
from ..machines.facts import Board
from ..machines.news import Happening, Kind
from ..makerspace import Makerspace
from .stream import Stream
from .views import happening_view, machine_view

#: What comes within this time is told together.
COALESCE_S: Final = 0.1
#: Views made in one go: boards are answered in between.
AT_ONCE: Final = 25
#: Of what happened within that time the latest are told: a flood of cards drowns no browser.
MOST_NEWS: Final = 50

#: What a happening changed in the ledger.
_CHANGES: Final[dict[Kind, str]] = {
    Kind.STARTED: "use",
    Kind.STOPPED: "use",
    Kind.AUTO_LOGOFF: "use",
    Kind.INTERVENTION: "intervention",
    Kind.UNKNOWN_CARD: "unknown_card",
}


class Live:
    """Watch a makerspace while anybody watches it, and not otherwise."""

    def __init__(self, hass: HomeAssistant, makerspace: Makerspace) -> None:
        """Begin with nobody watching."""
        self._hass = hass
        self._makerspace = makerspace
        self._watchers: list[Stream] = []
        self._endings: list[CALLBACK_TYPE] = []
        self._flushing: CALLBACK_TYPE | None = None
        #: Machines as they were last shown.
        self._shown: dict[int, JsonObjectType] = {}
        self._boards: list[Board] = []
        self._marked: dict[int, None] = {}
        self._news: deque[Happening] = deque(maxlen=MOST_NEWS)
        self._kinds: set[str] = set()
        self._ledger_told = True

    async def watch(self, connection: ActiveConnection, id_: int, may: Callable[[], bool]) -> None:
        """Show a connection everything, and from then on what changes while it may know."""
        watcher = Stream(connection, id_, may, self._leave)
        if not self._watchers:
            self._listen()
        self._watchers.append(watcher)
        watcher.open()
        unknown_cards = await self._unknown_cards()
        while watcher in self._watchers and (unseen := self._unseen()):
            for number in unseen:
                self._shown[number] = machine_view(self._makerspace, number)
            await asyncio.sleep(0)
        if watcher in self._watchers and watcher.allowed():
            watcher.say(self._all() | {"unknown_cards": unknown_cards})
            watcher.ready = True

    @callback
    def close(self) -> None:
        """Tell everybody that it is over."""
        for watcher in tuple(self._watchers):
            watcher.finish()

    async def _unknown_cards(self) -> int | None:
        """Return how many cards nobody knows, None while the ledger is away."""
        try:
            page = await self._makerspace.ledger.page(UnknownCardQuery(limit=1))
        except LedgerError:
            return None
        return page.total

    def _unseen(self) -> list[int]:
        """Return a few machines that were not shown yet."""
        machines = self._makerspace.desk.facts.machines
        return list(islice((one for one in machines if one not in self._shown), AT_ONCE))

    def _all(self) -> dict[str, Any]:
        facts = self._makerspace.desk.facts
        return {
            "type": "all",
            "machines": [self._shown[number] for number in sorted(facts.machines)],
            "types": [described(kind) for kind in facts.types.values()],
            "boards": self._strangers(),
            "ledger_up": self._makerspace.ledger_up,
        }

    def _strangers(self) -> list[JsonObjectType]:
        return [described(board) for board in self._makerspace.desk.strangers.values()]

    # What the makerspace tells

    def _listen(self) -> None:
        makerspace = self._makerspace
        self._shown.clear()
        self._ledger_told = makerspace.ledger_up
        self._boards = list(makerspace.desk.strangers.values())
        self._endings = [
            makerspace.desk.changed.listen(self._changed),
            makerspace.desk.happened.listen(self._happened),
            makerspace.on_facts.listen(self._facts),
            makerspace.on_ledger.listen(self._soon),
            makerspace.on_tick.listen(self._time_passed),
        ]

    @callback
    def _leave(self, watcher: Stream) -> None:
        if watcher in self._watchers:
            self._watchers.remove(watcher)
        if not self._watchers:
            self._rest()

    def _rest(self) -> None:
        while self._endings:
            self._endings.pop()()
        if self._flushing is not None:
            self._flushing()
            self._flushing = None
        self._marked.clear()
        self._news.clear()
        self._kinds.clear()

    @callback
    def _changed(self, machine_id: int) -> None:
        self._marked[machine_id] = None
        self._soon()

    @callback
    def _happened(self, happening: Happening) -> None:
        self._news.append(happening)
        if (kind := _CHANGES.get(happening.kind)) is not None:
            self._kinds.add(kind)
        self._soon()

    @callback
    def _facts(self, kinds: frozenset[str]) -> None:
        self._kinds |= kinds
        self._marked |= dict.fromkeys(self._makerspace.desk.facts.machines)
        self._soon()

    @callback
    def _time_passed(self) -> None:
        """Look at what changes by itself: uses that last, silence, rights that ended."""
        desk = self._makerspace.desk
        self._marked |= dict.fromkeys((*desk.facts.open_uses, *self._makerspace.silent))
        self._marked |= {one: None for one, view in self._shown.items() if view["silent"]}
        self._soon()

    @callback
    def _soon(self) -> None:
        if self._flushing is None:
            self._flushing = async_call_later(self._hass, COALESCE_S, self._flush)

    @callback
    def _flush(self, _now: Any) -> None:
        """Tell those who may know what changed, some machines at a time."""
        self._flushing = None
        if not [one for one in tuple(self._watchers) if one.allowed()]:
            return
        makerspace = self._makerspace
        for event in self._events():
            self._tell(event)
        machines = makerspace.desk.facts.machines
        changed = []
        for number in tuple(islice(self._marked, AT_ONCE)):
            del self._marked[number]
            if number in machines:
                view = machine_view(makerspace, number)
                if view != self._shown.get(number):
                    self._shown[number] = view
                    changed.append(view)
        removed = [number for number in self._shown if number not in machines]
        for number in removed:
            del self._shown[number]
        if changed or removed:
            self._tell({"type": "changed", "machines": changed, "removed": removed})
        if self._marked:
            self._flushing = async_call_later(self._hass, 0, self._flush)

    def _events(self) -> list[dict[str, Any]]:
        """Return what is to be told beside the machines, and forget it."""
        makerspace, events = self._makerspace, []
        if makerspace.ledger_up is not self._ledger_told:
            self._ledger_told = makerspace.ledger_up
            events.append({"type": "ledger", "ledger_up": self._ledger_told})
        boards = list(makerspace.desk.strangers.values())
        if boards != self._boards:
            self._boards = boards
            events.append({"type": "boards", "boards": self._strangers()})
        events += [
            {"type": "happened", "happening": happening_view(makerspace, one)} for one in self._news
        ]
        if self._kinds:
            events.append({"type": "facts", "kinds": sorted(self._kinds)})
        self._news.clear()
        self._kinds.clear()
        return events

    def _tell(self, event: dict[str, Any]) -> None:
        """Send an event to all, made into text once."""
        text = json_bytes(event)
        for watcher in self._watchers:
            if watcher.ready:
                watcher.tell(text)
